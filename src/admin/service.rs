//! What admins can do.

use std::sync::Arc;

use entity::{AuditEntryId, MessageId, user::Role};
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    Audit, Entry,
    model::{Audited, LogPage, LoggedDm, SettingChanges, describe},
    store,
};
use crate::{
    account::{Accounts, User},
    chat::{Chat, event::SystemMessage},
    kernel::{Clock, Db, Error, Result, Tasks},
    settings::{Key, SettingValues, Settings},
    socket::{Delivery, Room},
};

/// The admin service. Cheap to clone.
#[derive(Clone)]
pub struct Admin {
    chat: Chat,
    db: Db,
    clock: Clock,
    accounts: Accounts,
    settings: Settings,
    audit: Audit,
    delivery: Delivery,
    tasks: Tasks,
    // One change of settings at a time, so that the record's old values are those replaced.
    changing: Arc<Mutex<()>>,
}

/// The parts the service is made of.
pub struct Parts {
    /// Where System speaks.
    pub chat: Chat,
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
    /// Live sockets.
    pub delivery: Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
}

impl Admin {
    /// The service made of `parts`.
    pub fn new(parts: Parts) -> Self {
        Self {
            chat: parts.chat,
            db: parts.db,
            clock: parts.clock,
            accounts: parts.accounts,
            settings: parts.settings,
            audit: parts.audit,
            delivery: parts.delivery,
            tasks: parts.tasks,
            changing: Arc::default(),
        }
    }

    /// The settings in force.
    pub(super) fn settings(&self) -> Arc<SettingValues> {
        self.settings.current()
    }

    /// Changes settings, all or none.
    pub(super) async fn change_settings(
        &self,
        actor: Arc<User>,
        changes: SettingChanges,
    ) -> Result<()> {
        let admin = self.clone();
        let work = async move { admin.change_settings_now(&actor, &changes).await };
        self.tasks.complete(work).await
    }

    /// Makes the person called `name` an admin, or an ordinary user again; who is admin then.
    pub async fn set_admin(
        &self,
        actor: Arc<User>,
        name: &str,
        is_admin: bool,
    ) -> Result<Vec<String>> {
        let target = self.person(name).await?;
        // The command line can.
        if target.role.is_superadmin() {
            return Err(Error::refused("forbidden", "not allowed"));
        }
        let role = if is_admin { Role::Admin } else { Role::User };
        if target.role == role {
            return self.admins().await;
        }
        let admin = self.clone();
        let work = async move { admin.set_role_now(&actor, &target, role).await };
        self.tasks.complete(work).await
    }

    /// Writes to the person called `name` as System. Recorded with its text before it is said.
    pub(super) async fn dm_as_system(
        &self,
        actor: &User,
        name: &str,
        source: String,
    ) -> Result<MessageId> {
        if !self.settings.is_on(Key::GdDmAsSystem) {
            return Err(Error::disabled());
        }
        let target = self.person(name).await?;
        self.chat.require_text(&source)?;
        let entry = Entry {
            actor: Some(actor.id),
            action: "dm.as_system",
            target: target.username.clone(),
            detail: json!({"text": source}),
        };
        self.audit.record_alone(entry).await?;
        Ok(self.chat.tell_as_system(&target, source).await?.id)
    }

    /// What was logged of the DMs of the person called `name`, oldest first. Reading it is itself
    /// recorded, before anything is answered.
    pub(super) async fn dm_logs(
        &self,
        actor: &User,
        name: Option<&str>,
        page: LogPage,
    ) -> Result<Vec<LoggedDm>> {
        if !self.settings.is_on(Key::GdSaveDmLogs) {
            return Err(Error::disabled());
        }
        let name = name.filter(|name| !name.is_empty());
        let peer = self.person(name.ok_or_else(Error::bad_params)?).await?;
        self.audit
            .record_alone(Entry {
                actor: Some(actor.id),
                action: "dm_logs.read",
                target: peer.username.clone(),
                detail: json!({"before": page.before, "limit": page.limit}),
            })
            .await?;
        let reader = self.db.reader();
        let mut rows = store::list_logged_dms(reader, peer.id, page).await?;
        rows.reverse();
        let parties = store::find_parties(reader, &rows).await?;
        let directory = self.accounts.directory();
        let mut dms = Vec::with_capacity(rows.len());
        for (row, parties) in rows.into_iter().zip(parties) {
            dms.push(LoggedDm {
                id: row.message_id,
                from: directory.name(parties.from).await?,
                to: directory.name(parties.to).await?,
                text: row.text,
                created_at: row.created_at,
            });
        }
        Ok(dms)
    }

    /// At most `limit` entries of the audit record older than `before`, the newest first.
    pub(super) async fn audited(
        &self,
        before: Option<AuditEntryId>,
        limit: u64,
    ) -> Result<Vec<Audited>> {
        self.audit.list(before, limit).await
    }

    async fn change_settings_now(&self, actor: &User, changes: &SettingChanges) -> Result<()> {
        let _turn = self.changing.lock().await;
        let before = self.settings.current();
        let changes = changes.against(&before);
        if changes.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = changes.iter().map(|(key, _)| key.name()).collect();
        let entry = Entry {
            actor: Some(actor.id),
            action: "settings.change",
            target: names.join(", "),
            detail: describe(&changes, &before),
        };
        let tx = self.db.begin().await?;
        self.audit.record(&tx, entry).await?;
        self.settings.change_with(tx, &changes).await?;
        self.follow(&changes).await
    }

    /// Does what is due when settings have changed: when a downtime begins, the others go; when
    /// admins hide, their list is emptied.
    async fn follow(&self, changes: &[(Key, String)]) -> Result<()> {
        let concerns = |key| changes.iter().any(|(changed, _)| *changed == key);
        if concerns(Key::DowntimeEnabled) && self.settings.is_on(Key::DowntimeEnabled) {
            for id in self.delivery.people(Room::Everyone) {
                let user = self.accounts.directory().find(id).await?;
                if !user.is_some_and(|user| user.role.is_superadmin()) {
                    // They come back by themselves when it is over.
                    self.delivery.reconnect(Room::User(id));
                }
            }
        }
        if concerns(Key::AdminsStealth) {
            self.tell_admins(&self.admins().await?);
        }
        Ok(())
    }

    /// Tells everybody who is an admin, unless admins are hidden.
    fn tell_admins(&self, admins: &[String]) {
        let hidden = self.settings.is_on(Key::AdminsStealth);
        let shown = if hidden { &[] } else { admins };
        self.delivery
            .emit(&[Room::Everyone], "admin_list", &json!({"admins": shown}));
    }

    async fn set_role_now(&self, actor: &User, target: &User, role: Role) -> Result<Vec<String>> {
        let (action, news) = match role {
            Role::Admin => ("role.add", "is an admin now"),
            _ => ("role.remove", "is no longer an admin"),
        };
        let entry = Entry {
            actor: Some(actor.id),
            action,
            target: target.username.clone(),
            detail: json!({"old": target.role, "new": role}),
        };
        let tx = self.db.begin().await?;
        self.audit.record(&tx, entry).await?;
        self.accounts.set_role_with(tx, target, role).await?;
        let sockets = Room::User(target.id);
        match role {
            Role::User => self.delivery.leave(sockets, Room::Admins),
            Role::Admin | Role::Superadmin => self.delivery.join(sockets, Room::Admins),
        }
        let admins = self.admins().await?;
        self.tell_admins(&admins);
        let news = format!("{} {news}.", target.username);
        let notice = SystemMessage::new(&news, self.clock.now());
        self.delivery
            .emit(&[Room::Everyone], "system_message", &notice);
        Ok(admins)
    }

    async fn person(&self, name: &str) -> Result<Arc<User>> {
        let user = self.accounts.directory().find_by_name(name).await?;
        user.ok_or_else(Error::user_not_found)
    }

    /// The names of all admins; superadmins are not among them.
    async fn admins(&self) -> Result<Vec<String>> {
        let users = self.accounts.directory().list().await?.into_iter();
        let admins = users.filter(|user| user.role == Role::Admin);
        Ok(admins.map(|user| user.username).collect())
    }
}
