//! What can be done with a webhook by whoever has its URL.
//!
//! A post is authorised after its channel was looked up: everything that takes a webhook away - a
//! rotation, a suspension, its deletion - also moves the version of its server, and a message that
//! was authorised under another version is not stored. So nothing is said with a URL that is dead.

use std::time::Duration;

use entity::{AppId, ConversationId};
use http::HeaderMap;

use super::{
    model::{
        Caller, Counted, Received, Webhook, channel_gone, key_reused, message_not_found,
        webhook_not_found,
    },
    reserved::Reserved,
    store,
};
use crate::{
    access::{Access, Attempt, Begun, Bounded, Idempotency, Keyed, Limit, Limits, Pace, Subject},
    account::Directory,
    apps::registry::{Deliveries, Delivery},
    chat::{Chat, Place, SaidBefore},
    file::Files,
    http::ClientAddress,
    kernel::{Clock, Db, Error, Result, Tasks, error::ErrorKind},
};

/// How often something is authorised again when its server changed meanwhile.
pub(super) const ATTEMPTS: usize = 5;
/// For how long a key stands for the post that came with it.
const KEY_SECONDS: i64 = 86_400;
/// How often older ones are forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);
/// After how long to come back during maintenance, in seconds.
const MAINTENANCE_SECONDS: u64 = 60;

/// Posts of one webhook, in a row and on the whole.
const POSTS: [Limit; 2] = [
    Limit::new(
        "webhook_burst",
        |limits| limits.webhook_burst,
        Duration::from_secs(2),
    ),
    Limit::new("webhook", |limits| limits.webhook, Duration::from_mins(1)),
];
/// Posts of all webhooks of one channel.
const POSTS_IN_CHANNEL: Limit = Limit::new(
    "webhook_channel",
    |limits| limits.webhook_channel,
    Duration::from_mins(1),
)
.shared();
/// Edits and deletions of one webhook.
const CHANGES: [Limit; 2] = [
    Limit::new(
        "webhook_change_burst",
        |limits| limits.webhook_burst,
        Duration::from_secs(2),
    ),
    Limit::new(
        "webhook_change",
        |limits| limits.webhook,
        Duration::from_mins(1),
    ),
];
/// How often a webhook is asked what it is.
const LOOKS: Limit = Limit::new(
    "webhook_look",
    |limits| limits.webhook,
    Duration::from_mins(1),
);
/// Requests from one address that found no webhook.
const FAILURES: Limit = Limit::new(
    "webhook_failure",
    |limits| limits.webhook_failures,
    Duration::from_mins(1),
);

/// The webhooks service. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    pub(super) db: Db,
    clock: Clock,
    pub(super) chat: Chat,
    pub(super) files: Files,
    pub(super) directory: Directory,
    limits: Limits,
    pub(super) idempotency: Idempotency,
    deliveries: Deliveries,
    pub(super) tasks: Tasks,
    pub(super) reserved: Reserved,
    /// The most characters of a message.
    pub(super) max_content: usize,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where messages go.
    pub chat: Chat,
    /// Where files go.
    pub files: Files,
    /// Who is who.
    pub directory: Directory,
    /// Rate limits and answered requests.
    pub access: Access,
    /// Where requests are written down.
    pub deliveries: Deliveries,
    /// The most characters of a message.
    pub max_content: usize,
    /// Where posts are stored, so that they are answered for when their sender hangs up.
    pub tasks: Tasks,
}

impl Webhooks {
    /// The service made of `parts`.
    pub fn start(parts: Parts) -> Self {
        let webhooks = Self {
            reserved: Reserved::new(parts.db.clone()),
            db: parts.db,
            clock: parts.clock,
            chat: parts.chat,
            files: parts.files,
            directory: parts.directory,
            limits: parts.access.limits().clone(),
            idempotency: parts.access.idempotency().clone(),
            deliveries: parts.deliveries,
            max_content: parts.max_content,
            tasks: parts.tasks,
        };
        let sweeping = webhooks.clone();
        webhooks.tasks.every(HOUSEKEEPING, move || {
            let webhooks = sweeping.clone();
            async move {
                if let Err(error) = webhooks.forget_keys().await {
                    error.log("forgetting the keys of posts");
                }
            }
        });
        webhooks
    }

    /// The webhook at `path`, its app's id and its token.
    ///
    /// # Errors
    /// `webhook_not_found`, whichever of the two is wrong; `rate_limited` instead for addresses that
    /// were told so too often. Whoever has the right URL is let in all the same: many services post
    /// from one address, and one of them may have an old URL.
    pub(super) async fn find(
        &self,
        (app, token): (&str, &str),
        client: ClientAddress,
        pace: &Pace,
    ) -> Result<(Caller, Webhook)> {
        let caller = Caller::parse(app, token, client.0);
        let found = match &caller {
            Some(caller) => self.current(caller).await,
            None => Err(webhook_not_found()),
        };
        match (caller, found) {
            (Some(caller), Ok(webhook)) => Ok((caller, webhook)),
            (_, Err(error)) if error.kind() == ErrorKind::NotFound => {
                self.limits.check(pace, &[(FAILURES, client.into())])?;
                Err(error)
            }
            (_, Err(error)) => Err(error),
            (None, Ok(_)) => Err(webhook_not_found()),
        }
    }

    async fn current(&self, caller: &Caller) -> Result<Webhook> {
        let found = store::find(self.db.reader(), caller, self.clock.now()).await?;
        found.ok_or_else(webhook_not_found)
    }

    /// Refuses what comes too often.
    pub(super) fn count(&self, webhook: &Webhook, counted: Counted, pace: &Pace) -> Result<()> {
        let app = Subject::App(webhook.app);
        let bounds: Vec<Bounded> = match counted {
            Counted::Post => {
                let mut bounds: Vec<_> = POSTS.map(|limit| (limit, app)).into();
                bounds.push((POSTS_IN_CHANNEL, Subject::Channel(webhook.channel)));
                bounds
            }
            Counted::Change => CHANGES.map(|limit| (limit, app)).into(),
            Counted::Look => vec![(LOOKS, app)],
        };
        self.limits.check(pace, &bounds)
    }

    /// Refuses a body that is not signed, where it has to be.
    pub(super) fn require_signed(
        &self,
        webhook: &Webhook,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<()> {
        let now = self.clock.now().unix_seconds();
        webhook.require_signed(headers, body, now)
    }

    /// Has a request written down.
    pub(super) fn record(&self, delivery: Delivery) {
        self.deliveries.record(delivery);
    }

    /// Begins a post; the first one with its key. To be held to the end of it: meanwhile another
    /// one with this key is told to come back.
    pub(super) async fn begin(&self, app: AppId, keyed: &Keyed, body: &[u8]) -> Result<Attempt> {
        match self.idempotency.begin(app, keyed, body).await? {
            Begun::First(attempt) => Ok(attempt),
            // Posts keep their keys in their messages: this is the answer to another request.
            Begun::Again(_) => Err(key_reused()),
        }
    }

    /// What was said under a key that still stands for it.
    pub(super) async fn said_before(&self, app: AppId, key: &str) -> Result<Option<SaidBefore>> {
        let before = self.chat.said_by_app(app, key).await?;
        let oldest = self.clock.now().plus_seconds(-KEY_SECONDS);
        match before {
            Some(before) if before.message.created_at < oldest => {
                self.forget_keys().await?;
                Ok(None)
            }
            before => Ok(before),
        }
    }

    async fn forget_keys(&self) -> Result<()> {
        let oldest = self.clock.now().plus_seconds(-KEY_SECONDS);
        self.chat.forget_app_keys(oldest).await
    }

    /// The webhook and its channel, as of one moment. None when it got another channel meanwhile,
    /// which is in `channel` then.
    pub(super) async fn authorise(
        &self,
        caller: &Caller,
        channel: &mut ConversationId,
        received: &Received,
    ) -> Result<Option<(Webhook, Place)>> {
        let place = self.chat.app_channel(*channel).await?;
        let webhook = self.current(caller).await?;
        webhook.require_open(caller.from)?;
        self.require_signed(&webhook, &received.headers, &received.body)?;
        if webhook.channel != *channel {
            *channel = webhook.channel;
            return Ok(None);
        }
        let place = place.ok_or_else(channel_gone)?;
        Ok(Some((webhook, place)))
    }
}

/// What the chat refused, in the words of this feature.
pub(super) fn in_terms_of_webhooks(error: Error) -> Error {
    if error.code() == "maintenance" {
        let text = error.text().to_owned();
        return Error::new(ErrorKind::Unavailable, "unavailable", text).after(MAINTENANCE_SECONDS);
    }
    if error.code() == "not_found" {
        return message_not_found();
    }
    error
}
