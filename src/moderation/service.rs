//! What the parts of the feature share: who is spoken of, the record, the one who speaks.

use std::{future::Future, sync::Arc};

use entity::UserId;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::rights::require_over;
use crate::{
    account::{Accounts, Bans, User},
    admin::{Audit, Entry},
    chat::Chat,
    kernel::{Clock, Db, Error, Result, Tasks, Tx},
    settings::{Key, Settings},
    socket::{Caller, Delivery, Room},
};

/// The moderation service. Cheap to clone.
#[derive(Clone)]
pub struct Moderation(Arc<Inner>);

impl std::ops::Deref for Moderation {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) accounts: Accounts,
    pub(super) settings: Settings,
    pub(super) audit: Audit,
    pub(super) chat: Chat,
    pub(super) delivery: Delivery,
    pub(super) tasks: Tasks,
    /// Bans are changed one at a time, so that what is in memory is what was stored last.
    pub(super) changing: Mutex<()>,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub accounts: Accounts,
    /// Switches.
    pub settings: Settings,
    /// The record of what was done.
    pub audit: Audit,
    /// Where System speaks, and what was said.
    pub chat: Chat,
    /// Live sockets.
    pub delivery: Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
}

impl Moderation {
    /// Starts the service made of `parts`.
    pub fn start(parts: Parts) -> Self {
        let moderation = Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            accounts: parts.accounts,
            settings: parts.settings,
            audit: parts.audit,
            chat: parts.chat,
            delivery: parts.delivery,
            tasks: parts.tasks,
            changing: Mutex::default(),
        }));
        moderation
            .tasks
            .spawn(moderation.clone().follow_sightings());
        moderation.start_lifespan();
        moderation
    }

    /// Gives a new socket what is its due: admins hear of reports, and who is timed out is told.
    pub async fn arrived(&self, caller: &Caller) {
        match self.accounts.directory().find(caller.user).await {
            Ok(Some(user)) => {
                if user.role.is_admin() {
                    self.delivery.join_socket(caller.sid, Room::Admins);
                }
                if let Some(until) = user.timed_out_until
                    && until > self.clock.now()
                {
                    let news = json!({"until": until.unix_seconds()});
                    self.delivery
                        .emit_to_socket(caller.sid, &["timeout_set"], &news, 64);
                }
            }
            Ok(None) => {}
            Err(error) => error.log("connect"),
        }
    }

    /// Addresses and devices that may not come in.
    pub(super) fn bans(&self) -> &Bans {
        self.accounts.bans()
    }

    /// Refuses what is switched off.
    pub(super) fn require_on(&self, key: Key) -> Result<()> {
        if self.settings.is_on(key) {
            Ok(())
        } else {
            Err(Error::disabled())
        }
    }

    /// The person called `name`.
    pub(super) async fn person(&self, name: &str) -> Result<Arc<User>> {
        if name.is_empty() {
            return Err(Error::bad_params());
        }
        let user = self.accounts.directory().find_by_name(name).await?;
        user.ok_or_else(Error::user_not_found)
    }

    /// The person called `name`, if `actor` may moderate them.
    pub(super) async fn subordinate(&self, actor: &User, name: &str) -> Result<Arc<User>> {
        let target = self.person(name).await?;
        require_over(actor, &target)?;
        Ok(target)
    }

    /// The name behind an id.
    pub(super) async fn name(&self, id: UserId) -> Result<String> {
        self.accounts.directory().name(id).await
    }

    /// A transaction that has noted what it is about to do.
    pub(super) async fn begin(
        &self,
        actor: Option<&User>,
        action: &'static str,
        target: impl Into<String>,
        detail: Value,
    ) -> Result<Tx> {
        let tx = self.db.begin().await?;
        let entry = Entry {
            actor: actor.map(|actor| actor.id),
            action,
            target: target.into(),
            detail,
        };
        self.audit.record(&tx, entry).await?;
        Ok(tx)
    }

    /// Notes what changes nothing that is stored, before it is done.
    pub(super) async fn note(
        &self,
        actor: &User,
        action: &'static str,
        target: impl Into<String>,
        detail: Value,
    ) -> Result<()> {
        let entry = Entry {
            actor: Some(actor.id),
            action,
            target: target.into(),
            detail,
        };
        self.audit.record_alone(entry).await
    }

    /// Does `work` to its end, even when the one who asked for it has hung up.
    pub(super) async fn complete<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.tasks.complete(work(self.clone())).await
    }

    /// Has System tell somebody what was done to them. It is done all the same if that fails.
    pub(super) async fn tell(&self, user: &Arc<User>, text: String) {
        if let Err(error) = self.chat.tell_as_system(user, text).await {
            error.log("telling somebody");
        }
    }
}
