//! What can be done with widgets.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use bytes::Bytes;
use entity::{AppId, ServerId, UserId};
use http::StatusCode;

use super::{
    audience::Reader,
    badge::Badge,
    convert::Service,
    live::{self, Live},
    model::{Posted, Widget, WidgetView, refusal, widget_not_found},
    snapshot::Snapshot,
    store::{self, NewPost},
};
use crate::{
    access::{Access, Attempt, Begun, Kept, Keyed, Limit, Pace, Subject},
    account::Accounts,
    apps::registry::{Deliveries, Delivery as Received},
    chat::Servers,
    http::ClientAddress,
    kernel::{
        Clock, Db, Error, Result, Tasks,
        token::{PlainToken, TokenHash, TokenKind},
    },
    permission::Permission,
    server::{Author, Communities},
    socket::Delivery,
};

/// Posts from one address.
const PER_ADDRESS: Limit = Limit::new(
    "widget_ip",
    |limits| limits.widget_address,
    Duration::from_mins(1),
);
/// Posts to one widget.
const PER_WIDGET: Limit = Limit::new("widget", |limits| limits.widget, Duration::from_mins(1));
/// Refused posts from one address of which it is found out whose they are.
const TRACED: Limit = Limit::new("widget_refused", |_| MAX_TRACED, Duration::from_mins(1));
const MAX_TRACED: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// Badges for one address.
const BADGES: Limit = Limit::new(
    "widget_badge_ip",
    |limits| limits.widget_badges,
    Duration::from_mins(1),
);

/// The widgets service. Cheap to clone: every request has a handle of its own.
#[derive(Clone)]
pub struct Widgets(Arc<Inner>);

impl std::ops::Deref for Widgets {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    db: Db,
    clock: Clock,
    servers: Servers,
    access: Access,
    deliveries: Deliveries,
    tasks: Tasks,
    live: Live,
    communities: Communities,
    pub(super) public_url: String,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where servers are changed, and what is known of them.
    pub communities: Communities,
    /// Who is signed in.
    pub accounts: Accounts,
    /// Limits and answered requests.
    pub access: Access,
    /// Where it is written down what came in.
    pub deliveries: Deliveries,
    /// Live sockets.
    pub delivery: Delivery,
    /// Where posts are stored to the end, and streams are looked after.
    pub tasks: Tasks,
    /// The server's address from outside.
    pub public_url: String,
}

/// Where a widget is posted to.
#[derive(Clone, Debug)]
pub(super) struct Address {
    app: AppId,
    token: TokenHash,
}

impl Address {
    /// The address that a path ends with, if it can be one.
    pub(super) fn parse(app: &str, token: &str) -> Option<Self> {
        Some(Self {
            app: AppId(app.parse().ok()?),
            token: PlainToken::parse(TokenKind::Widget, token)?.hash(),
        })
    }
}

/// What is posted to a widget.
pub(super) struct Post {
    pub(super) pace: Pace,
    /// The service that posts, where it is one with a shape of its own.
    pub(super) service: Option<Service>,
    pub(super) keyed: Result<Keyed>,
    /// `X-Widget-Sequence` as it was sent.
    pub(super) sequence: Option<String>,
    pub(super) body: Bytes,
}

/// What became of a post.
pub(super) enum Outcome {
    /// It was stored, or passed over for a later one.
    Posted(Posted),
    /// It was answered before.
    Again(Kept),
    /// There was nothing in it to show.
    Nothing,
}

impl Widgets {
    /// The service made of `parts`, which from now on looks after streams.
    pub fn start(parts: Parts) -> Self {
        let servers = parts.communities.facts().clone();
        let live = Live::start(live::Parts {
            db: parts.db.clone(),
            clock: parts.clock.clone(),
            servers: servers.clone(),
            accounts: parts.accounts,
            delivery: parts.delivery,
            tasks: parts.tasks.clone(),
        });
        Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            servers,
            access: parts.access,
            deliveries: parts.deliveries,
            tasks: parts.tasks,
            live,
            communities: parts.communities,
            public_url: parts.public_url.trim_end_matches('/').to_owned(),
        }))
    }

    /// To be called after a committed change to whether a widget is seen: those who see it from now
    /// on are told what it shows.
    pub fn changed(&self, app: AppId) {
        self.live.changed(app);
    }

    /// Lets a request in, before any of its body is read.
    ///
    /// The widget's own limit is only looked at: it counts posts with the right token, or whoever
    /// knows the number of an app could use it up.
    ///
    /// # Errors
    /// `rate_limited`.
    pub(super) fn admit(
        &self,
        pace: &Pace,
        client: ClientAddress,
        address: Option<&Address>,
    ) -> Result<()> {
        let limits = self.access.limits();
        if let Some(address) = address {
            limits.peek(pace, (PER_WIDGET, Subject::App(address.app)))?;
        }
        limits.check(pace, &[(PER_ADDRESS, client.into())])
    }

    /// The widget at an address.
    ///
    /// # Errors
    /// `widget_not_found`, whatever the reason.
    pub(super) async fn find(&self, address: &Address) -> Result<Widget> {
        let (reader, token) = (self.db.reader(), &address.token);
        let found = store::find_by_token(reader, address.app, token).await?;
        found.ok_or_else(widget_not_found)
    }

    /// The app for which somebody has posted what was refused before any of it was read; none when
    /// they have no token of it. Of many posts from one address this is not found out, so that what
    /// is refused costs less than what is taken.
    pub(super) async fn trace(
        &self,
        client: ClientAddress,
        address: Option<&Address>,
    ) -> Option<AppId> {
        // What is left of this limit is nothing to tell in the answer.
        let untold = Pace::default();
        let limits = self.access.limits();
        limits.check(&untold, &[(TRACED, client.into())]).ok()?;
        let widget = self.find(address?).await.ok()?;
        Some(widget.id)
    }

    /// Replaces what `widget` shows by what was posted to its `address`.
    ///
    /// # Errors
    /// `rate_limited`, `suspended`, `widget_invisible`, and whatever is wrong with the post.
    pub(super) async fn post(
        &self,
        widget: &Widget,
        address: Address,
        post: Post,
    ) -> Result<Outcome> {
        let limit = (PER_WIDGET, Subject::App(widget.id));
        self.access.limits().check(&post.pace, &[limit])?;
        widget.require_open()?;
        let idempotency = self.access.idempotency();
        let begun = idempotency
            .begin(widget.id, &post.keyed?, &post.body)
            .await?;
        let attempt = match begun {
            Begun::First(attempt) => attempt,
            Begun::Again(kept) => return Ok(Outcome::Again(kept)),
        };
        let sequence = post.sequence.as_deref().map(sequence).transpose()?;
        let snapshot = match post.service {
            None => Snapshot::parse(&post.body).map_err(refusal)?,
            Some(service) => match service.convert(&post.body).map_err(refusal)? {
                Some(snapshot) => snapshot,
                None => return Ok(Outcome::Nothing),
            },
        };
        let widgets = self.clone();
        let work = async move { widgets.store(address, snapshot, sequence, attempt).await };
        self.tasks.complete(work).await.map(Outcome::Posted)
    }

    async fn store(
        &self,
        address: Address,
        snapshot: Snapshot,
        sequence: Option<i64>,
        attempt: Attempt,
    ) -> Result<Posted> {
        let post = NewPost {
            app: address.app,
            token: address.token.clone(),
            rows: serde_json::to_string(&snapshot.rows)?,
            ttl_seconds: snapshot.ttl_seconds,
            sequence,
            now: self.clock.now(),
        };
        let tx = self.db.begin().await?;
        let answer = if let Some(stamp) = store::store_post(&tx, post).await? {
            Posted::applied(stamp.version, stamp.updated_at, snapshot)
        } else {
            // Since it was let in it was hidden, suspended or given another token, or else a later
            // post was there first.
            let found = store::find_by_token(&tx, address.app, &address.token).await?;
            let widget = found.ok_or_else(widget_not_found)?;
            widget.require_open()?;
            Posted::passed_over(widget.version, snapshot.warnings)
        };
        attempt.keep(&tx, StatusCode::OK, &answer).await?;
        tx.commit().await?;
        if answer.applied {
            self.live.changed(address.app);
        }
        Ok(answer)
    }

    /// Has it written down what came in for a widget, and how it was answered.
    pub(super) fn record(&self, received: Received) {
        self.deliveries.record(received);
    }

    /// The badge of a widget.
    ///
    /// # Errors
    /// `widget_not_found`, also while the widget is hidden or suspended.
    pub(super) async fn badge(
        &self,
        pace: &Pace,
        client: ClientAddress,
        address: Option<Address>,
    ) -> Result<Badge> {
        let limits = self.access.limits();
        limits.check(pace, &[(BADGES, client.into())])?;
        let address = address.ok_or_else(widget_not_found)?;
        let (reader, token) = (self.db.reader(), &address.token);
        let found = store::find_by_badge(reader, address.app, token).await?;
        let widget = found.filter(|widget| widget.require_open().is_ok());
        Badge::of(&widget.ok_or_else(widget_not_found)?, self.clock.now())
    }

    /// The widgets of a server that `user` sees, the oldest first.
    ///
    /// # Errors
    /// `server_not_found`.
    pub(super) async fn list(&self, user: UserId, server: ServerId) -> Result<Vec<WidgetView>> {
        let access = self.servers.require(server, user).await?;
        let is_manager = access.permissions().contains(Permission::ManageServer);
        let widgets = store::list(self.db.reader(), server).await?.into_iter();
        let seen = widgets.filter(|widget| widget.is_visible || is_manager);
        Ok(seen.map(Into::into).collect())
    }

    /// A stream of what the widgets of a server show, for `user` with this `session`. `cut` cuts
    /// its connection.
    ///
    /// # Errors
    /// `server_not_found`, `too_many_streams`.
    pub(super) async fn watch(
        &self,
        user: UserId,
        session: Arc<str>,
        server: ServerId,
        cut: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Reader> {
        let access = self.servers.require(server, user).await?;
        self.live.watch(access, session, cut).await
    }

    /// Makes `change`, as `author` asks, to a server.
    pub(super) async fn change<C: crate::server::Change>(
        &self,
        author: Author,
        server: ServerId,
        change: C,
    ) -> Result<C::Answer> {
        self.communities.change(author, server, change).await
    }
}

/// The place of a post among those of its sender.
fn sequence(text: &str) -> Result<i64> {
    let sequence = text.trim().parse().ok().filter(|sequence| *sequence >= 0);
    sequence.ok_or_else(|| {
        let text = "X-Widget-Sequence has to be a whole number from 0 on";
        Error::invalid("sequence_invalid", text)
    })
}
