//! News of widgets: when they are told, to whom, and who hears them no more.
//!
//! What is told is read from the database when it is told, so the last of many posts is what
//! arrives, and whether the widget is seen is known as of the same moment. Who may hear it is looked
//! up after that: whoever was put out before the rows were stored does not get them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dashmap::{DashMap, mapref::entry::Entry};
use entity::{AppId, ServerId, UserId};
use rand::RngExt;
use serde_json::value::to_raw_value;

use super::{
    audience::{Audience, News, Rank, Reader, Viewer},
    model::Widget,
    store,
};
use crate::{
    account::Accounts,
    chat::servers::{Access, Servers},
    kernel::{Clock, Db, Result, Tasks},
    permission::Permission,
    socket::{Delivery, Room},
};

/// The event's name, on streams and on sockets.
const EVENT: &str = "widget_updated";
/// How long one event of a widget is at least from the next: four in a second.
const GAP: Duration = Duration::from_millis(250);
/// How long until what could not be told is tried again.
const RETRY: Duration = Duration::from_secs(5);
/// How often it is looked who is still due a seat.
const LOOK: Duration = Duration::from_millis(500);
/// How often streams have a sign of life.
const BEAT: Duration = Duration::from_secs(15);
/// How long streams may take to end when the server stops.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many milliseconds clients wait before they come again: not all at once.
const RETRY_AFTER_MS: std::ops::Range<u32> = 3000..4500;

/// Tells of widgets. Cheap to clone.
#[derive(Clone)]
pub(super) struct Live {
    audience: Audience,
    turns: Turns,
    ids: Arc<AtomicU64>,
    parts: Parts,
}

/// The parts it is made of.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) servers: Servers,
    pub(super) accounts: Accounts,
    pub(super) delivery: Delivery,
    pub(super) tasks: Tasks,
}

impl Live {
    /// Begins to look after streams, of which there are none yet.
    pub(super) fn start(parts: Parts) -> Self {
        let tasks = parts.tasks.clone();
        let audience = Audience::new(tasks.stopping());
        // Ids go on from where they were before a restart.
        let first = u64::try_from(parts.clock.now().0).unwrap_or_default();
        let live = Self {
            audience: audience.clone(),
            turns: Turns::default(),
            ids: Arc::new(AtomicU64::new(first)),
            parts,
        };
        let looking = live.clone();
        tasks.every(LOOK, move || {
            let live = looking.clone();
            async move { live.look().await }
        });
        let beating = audience.clone();
        tasks.every(BEAT, move || {
            beating.beat();
            std::future::ready(())
        });
        let stop = tasks.stopping();
        tasks.spawn(async move {
            stop.cancelled().await;
            audience.finish(PATIENCE).await;
        });
        live
    }

    /// Has everybody who may hear it told what a widget shows now, soon.
    pub(super) fn changed(&self, app: AppId) {
        if self.turns.take(app) {
            self.parts.tasks.spawn(self.clone().tell(app));
        }
    }

    /// Opens a stream for a member with this `access`; it begins with the widgets as they are.
    pub(super) async fn watch(
        &self,
        access: Access,
        session: Arc<str>,
        cut: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Reader> {
        let (server, rank) = (access.server.id, rank_of(&access));
        let viewer = Viewer {
            user: access.member.user,
            session,
            rank,
            cut,
        };
        // The seat first: what is posted while the widgets are read is heard after them.
        let reader = self.audience.join(server, viewer)?;
        let widgets = store::list(self.parts.db.reader(), server).await?;
        let retry = rand::rng().random_range(RETRY_AFTER_MS);
        let mut first = format!("retry: {retry}\n\n");
        let mut known = Vec::new();
        for widget in widgets {
            if let Some(news) = widget.news()
                && (widget.is_visible || rank.is_manager)
            {
                first.push_str(&self.event(&serde_json::to_string(&news)?));
                known.push((widget.id, widget.version));
            }
        }
        Ok(reader.beginning_with(first.into(), known))
    }

    /// Tells what `app` shows, and again as long as it was changed meanwhile.
    async fn tell(self, app: AppId) {
        let stop = self.parts.tasks.stopping();
        loop {
            let pause = match self.publish(app).await {
                Ok(()) => GAP,
                Err(error) => {
                    error.log("telling of a widget");
                    self.turns.take(app);
                    RETRY
                }
            };
            let paused = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
            if paused.is_none() || !self.turns.goes_on(app) {
                return;
            }
        }
    }

    async fn publish(&self, app: AppId) -> Result<()> {
        let widget = store::find(self.parts.db.reader(), app).await?;
        let Some((widget, news)) = widget.and_then(|it| it.news().map(|news| (it, news))) else {
            return Ok(());
        };
        let data = to_raw_value(&news)?;
        self.renew(widget.server).await?;
        let people = self.managers_of_hidden(&widget).await?;
        let rooms: Vec<_> = if widget.is_visible {
            vec![Room::Server(widget.server)]
        } else {
            people.into_iter().map(Room::User).collect()
        };
        let delivery = &self.parts.delivery;
        delivery.emit_raw(&rooms, &[EVENT], &data, None);
        let news = News {
            about: Some((app, widget.version)),
            bytes: Bytes::from(self.event(data.get())),
        };
        let (server, is_visible) = (widget.server, widget.is_visible);
        self.audience.send(server, &news, is_visible).await;
        Ok(())
    }

    /// Who may hear of a widget that is hidden and has a socket.
    async fn managers_of_hidden(&self, widget: &Widget) -> Result<Vec<UserId>> {
        let mut managers = Vec::new();
        if !widget.is_visible {
            for user in self.parts.delivery.people(Room::Server(widget.server)) {
                let access = self.parts.servers.access(widget.server, user).await?;
                if access.is_some_and(|access| rank_of(&access).is_manager) {
                    managers.push(user);
                }
            }
        }
        Ok(managers)
    }

    /// An event as streams have it. JSON has no line breaks here.
    fn event(&self, data: &str) -> String {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        format!("id: {id}\nevent: {EVENT}\ndata: {data}\n\n")
    }

    /// Looks who is still signed in and a member, everywhere.
    async fn look(&self) {
        for server in self.audience.servers() {
            self.audience.cut_ended(server);
            let looked = async {
                self.require_signed_in(server).await?;
                self.renew(server).await
            };
            if let Err(error) = looked.await {
                error.log("looking who watches widgets");
            }
        }
    }

    async fn require_signed_in(&self, server: ServerId) -> Result<()> {
        for taken in self.audience.taken(server) {
            let accounts = &self.parts.accounts;
            if !accounts.is_live(taken.user, &taken.session).await? {
                self.audience.end(server, taken.seat);
            }
        }
        Ok(())
    }

    /// Ends the streams of those who are in the server no more, and looks up anew what the others
    /// may see, if anything has changed since.
    async fn renew(&self, server: ServerId) -> Result<()> {
        let taken = self.audience.taken(server);
        if taken.is_empty() {
            return Ok(());
        }
        let now = self.parts.servers.find(server).await?;
        let version = now.map(|server| server.version);
        for taken in taken {
            if version == Some(taken.as_of) {
                continue;
            }
            match self.parts.servers.access(server, taken.user).await? {
                Some(access) => self.audience.renew(server, taken.seat, rank_of(&access)),
                None => self.audience.end(server, taken.seat),
            }
        }
        Ok(())
    }
}

/// What a member of this `access` sees of widgets.
fn rank_of(access: &Access) -> Rank {
    Rank {
        is_manager: access.permissions().contains(Permission::ManageServer),
        as_of: access.server.version,
    }
}

/// The widgets that are being told of, each with whether it was changed since.
#[derive(Clone, Debug, Default)]
struct Turns(Arc<DashMap<AppId, bool>>);

impl Turns {
    /// Notes that a widget was changed; whether it is for the caller to tell of it.
    fn take(&self, app: AppId) -> bool {
        match self.0.entry(app) {
            Entry::Occupied(mut changed) => {
                changed.insert(true);
                false
            }
            Entry::Vacant(entry) => {
                entry.insert(false);
                true
            }
        }
    }

    /// Whether there is more to tell, after the last was told and some time has gone by.
    fn goes_on(&self, app: AppId) -> bool {
        match self.0.entry(app) {
            Entry::Occupied(mut changed) if *changed.get() => {
                changed.insert(false);
                true
            }
            Entry::Occupied(changed) => {
                changed.remove();
                false
            }
            Entry::Vacant(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::AppId;

    use super::Turns;

    #[test]
    fn of_many_changes_the_first_and_the_last_are_told() {
        let turns = Turns::default();
        let (app, other) = (AppId(1), AppId(2));

        assert!(turns.take(app), "the first is told at once");
        for _ in 0..100 {
            assert!(!turns.take(app), "while it is told, the others gather");
        }
        assert!(turns.take(other), "another widget has its own turns");

        assert!(turns.goes_on(app), "then they are told as one");
        assert!(!turns.goes_on(app), "and there is nothing more");
        assert!(!turns.goes_on(app));
        assert!(turns.take(app), "after that the next is told at once");
        assert!(!turns.goes_on(app) && !turns.goes_on(other));
        assert!(turns.0.is_empty());
    }
}
