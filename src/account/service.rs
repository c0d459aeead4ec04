//! What can be done with accounts.

use std::sync::Arc;

use entity::{Timestamp, UserId, session, user, user::Role};
use sea_orm::Set;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    Bans, Directory, LoginThrottle, Passwords, SessionStore, Sighting, Username,
    model::{LoginSource, User, is_email},
    profile::{ConnectedApps, PasswordChange},
    store,
    username::{folded_of, may_be_one},
};
use crate::{
    kernel::{Clock, Db, Error, Mailer, Result, Tasks, Tx, error::ErrorKind},
    settings::{Key, Settings},
    socket::{Caller, Delivery, Room},
};

/// The account service. Cheap to clone: every request has a handle of its own.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

impl std::ops::Deref for Accounts {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    sessions: SessionStore,
    pub(super) passwords: Passwords,
    bans: Bans,
    pub(super) throttle: LoginThrottle,
    pub(super) settings: Settings,
    pub(super) delivery: Delivery,
    first_account: FirstAccount,
    pub(super) tasks: Tasks,
    pub(super) mailer: Mailer,
    pub(super) public_url: Arc<str>,
}

/// What the first account of an installation becomes.
#[derive(Clone, Debug)]
pub enum FirstAccount {
    /// Superadmin, without further proof: only this machine can reach the server.
    Superadmin,
    /// Superadmin, for whoever has the token that the server printed at start.
    SuperadminWithToken(Arc<str>),
    /// Nothing special; the command line makes superadmins.
    Ordinary,
}

/// What somebody registers with.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) username: String,
    pub(super) password: String,
    pub(super) email: Option<String>,
    pub(super) setup_token: Option<String>,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Sessions.
    pub sessions: SessionStore,
    /// Hashing.
    pub passwords: Passwords,
    /// Addresses and devices that may not come in.
    pub bans: Bans,
    /// Login attempts.
    pub throttle: LoginThrottle,
    /// Switches.
    pub settings: Settings,
    /// Live sockets.
    pub delivery: Delivery,
    /// What the first account becomes.
    pub first_account: FirstAccount,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
    /// How letters are sent.
    pub mailer: Mailer,
    /// The address that links begin with.
    pub public_url: Arc<str>,
}

impl Accounts {
    /// The service made of `parts`.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            sessions: parts.sessions,
            passwords: parts.passwords,
            bans: parts.bans,
            throttle: parts.throttle,
            settings: parts.settings,
            delivery: parts.delivery,
            first_account: parts.first_account,
            tasks: parts.tasks,
            mailer: parts.mailer,
            public_url: parts.public_url,
        }))
    }

    /// Who is who.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Addresses and devices that may not come in.
    pub fn bans(&self) -> &Bans {
        &self.bans
    }

    /// How many accounts there are.
    pub async fn count(&self) -> Result<u64> {
        store::count_users(self.db.reader()).await
    }

    /// Makes an account for somebody who asks for one.
    pub(super) async fn register(&self, new: Registration, from: &LoginSource) -> Result<User> {
        if self.settings.is_on(Key::InviteOnlyMode) {
            return Err(Error::refused("invite_only", "Registration is invite-only"));
        }
        if new.password.is_empty() || new.username.is_empty() {
            return Err(Error::invalid(
                "bad_params",
                "Provide username and password",
            ));
        }
        let username = parse_username(&new.username)?;
        let email = new.email.filter(|email| !email.is_empty());
        if email.as_deref().is_some_and(|email| !is_email(email)) {
            return Err(Error::invalid("invalid_email", "Invalid email format"));
        }
        self.throttle.registration(from.bucket)?;
        self.require_welcome(from)?;
        let password_hash = self.passwords.hash(new.password).await?;

        // Asked outside of the transaction: it takes a connection of its own.
        let may_be_first = self.count().await? == 0;
        let tx = self.db.begin().await?;
        let role = if may_be_first && Self::is_first(&tx).await? {
            self.role_of_first(new.setup_token.as_deref())?
        } else {
            Role::User
        };
        let new = store::NewUser {
            username_folded: username.folded(),
            username: username.as_str().to_owned(),
            password_hash,
            role,
            email,
            now: self.clock.now(),
        };
        let user = store::insert_user(&tx, new).await?.ok_or_else(taken)?;
        tx.commit().await?;
        self.announce_new(&user);
        Ok(user)
    }

    /// Makes an account as the operator, by the command line.
    pub async fn create(&self, username: &str, password: String, role: Role) -> Result<User> {
        let account = self.prepare_account(username, password, role).await?;
        self.create_with(self.db.begin().await?, account).await
    }

    /// The account that `username` and `password` open.
    pub(super) async fn sign_in(
        &self,
        username: &str,
        password: String,
        from: &LoginSource,
    ) -> Result<Arc<User>> {
        // What cannot be a name counts as one and the same unknown account.
        let username = if may_be_one(username) { username } else { "" };
        let folded = folded_of(username);
        self.throttle.attempt(&folded, from.bucket)?;
        let user = self.directory.find_by_name(username).await?;
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        let matches = self.passwords.verify(password.clone(), stored).await?;
        let user = user.filter(|_| matches).ok_or_else(invalid_credentials)?;
        if user.banned_at.is_some() {
            self.bans.saw(Sighting::Banned {
                user: user.id,
                address: from.address,
                device: from.device.clone(),
            });
            return Err(Error::refused("banned", "You are banned"));
        }
        self.require_admitted(&user, from)?;
        self.throttle.succeeded(&folded, from.bucket);
        self.renew_old_hash(user, password).await
    }

    /// Puts a hash of today in the place of one of the old server, for a password that is right.
    async fn renew_old_hash(&self, user: Arc<User>, password: String) -> Result<Arc<User>> {
        if !Passwords::is_old(&user.password_hash) {
            return Ok(user);
        }
        let new = self.passwords.rehash(password.clone()).await?;
        let old = &user.password_hash;
        let replaced = store::replace_password_hash(self.db.writer(), user.id, old, new).await?;
        self.directory.forget(&user);
        let renewed = self.directory.find(user.id).await?;
        let renewed = renewed.ok_or_else(invalid_credentials)?;
        // Another sign-in was faster, or there is another password by now.
        let stored = renewed.password_hash.clone();
        if replaced || self.passwords.verify(password, Some(stored)).await? {
            return Ok(renewed);
        }
        Err(invalid_credentials())
    }

    /// Changes one's password. Every other session of the person ends.
    pub(super) async fn change_password(
        &self,
        user: &User,
        change: PasswordChange,
        keep_session: &str,
        from: &LoginSource,
    ) -> Result<()> {
        self.require_password(user, change.current, from).await?;
        let (accounts, id, keep) = (self.clone(), user.id, keep_session.to_owned());
        let password_hash = self.passwords.hash(change.new).await?;
        self.tasks
            .complete(async move {
                let tx = accounts.db.begin().await?;
                accounts.part_with_apps(&tx, id, change.connected).await?;
                accounts.store_password_with(tx, id, password_hash).await?;
                accounts.end_sessions(id, Some(&keep)).await
            })
            .await
    }

    /// Refuses whoever does not know `user`'s password.
    pub(super) async fn require_password(
        &self,
        user: &User,
        password: String,
        from: &LoginSource,
    ) -> Result<()> {
        // Whoever has somebody's session could otherwise guess the password at leisure.
        self.throttle.attempt(&user.username_folded, from.bucket)?;
        let stored = Some(user.password_hash.clone());
        if self.passwords.verify(password, stored).await? {
            return Ok(());
        }
        Err(Error::refused(
            "invalid_password",
            "invalid current password",
        ))
    }

    /// Gives an account a new password as the operator. Every session of the person ends.
    pub async fn set_password(&self, user: &User, password: String) -> Result<()> {
        let password_hash = self.passwords.hash(password).await?;
        let tx = self.db.begin().await?;
        self.store_password_with(tx, user.id, password_hash).await?;
        self.end_sessions(user.id, None).await
    }

    /// Gives an account another role.
    pub async fn set_role(&self, user: &User, role: Role) -> Result<User> {
        self.set_role_with(self.db.begin().await?, user, role).await
    }

    /// Gives an account another role, together with what `tx` did so far.
    pub async fn set_role_with(&self, tx: Tx, user: &User, role: Role) -> Result<User> {
        let change = user::ActiveModel {
            id: Set(user.id),
            role: Set(role),
            ..Default::default()
        };
        self.update_with(tx, change).await
    }

    /// Bans an account or lifts its ban, together with what `tx` did so far. A banned person's
    /// sockets end at once, a session at its next request, which is told why.
    pub async fn set_banned_with(&self, tx: Tx, user: &User, banned: bool) -> Result<()> {
        let change = user::ActiveModel {
            id: Set(user.id),
            banned_at: Set(banned.then(|| self.clock.now())),
            ..Default::default()
        };
        self.update_with(tx, change).await?;
        if banned {
            self.delivery.disconnect(Room::User(user.id));
            Ok(())
        } else {
            // Those that were not used meanwhile are still there; a ban ends them all.
            self.end_sessions(user.id, None).await
        }
    }

    /// Gives an account another avatar - a stored name below `/uploads/` - or none, together with what
    /// `tx` did so far.
    pub async fn set_avatar_with(&self, tx: Tx, user: &User, avatar: Option<String>) -> Result<()> {
        let change = user::ActiveModel {
            id: Set(user.id),
            avatar: Set(avatar),
            ..Default::default()
        };
        self.update_with(tx, change).await.map(drop)
    }

    /// Refuses a socket whose session or account has ended since its handshake: on an open
    /// connection a client can ask for the namespace again and again.
    pub async fn require_live(&self, caller: &Caller) -> Result<()> {
        if self.is_live(caller.user, &caller.session).await? {
            Ok(())
        } else {
            Err(Error::unauthenticated())
        }
    }

    /// Whether `user` is still signed in with the session stored under `session`.
    pub async fn is_live(&self, user: UserId, session: &str) -> Result<bool> {
        let is_live = self.sessions.is_live(session).await?;
        let user = self.directory.find(user).await?;
        Ok(is_live
            && user.is_some_and(|user| user.banned_at.is_none() && user.deleted_at.is_none()))
    }

    /// Ends a socket whose session or account ended while it was connecting: what ended them looked
    /// for sockets before this one was there.
    pub async fn recheck(&self, caller: &Caller) {
        if let Err(error) = self.require_live(caller).await {
            error.log("connect");
            // A database that does not answer is no reason to put anybody out.
            if error.kind() == ErrorKind::Unauthenticated {
                self.delivery.disconnect(Room::Session(&caller.session));
            }
        }
    }

    /// A person's live sessions, the most recently used first.
    pub(super) async fn sessions(&self, user: UserId) -> Result<Vec<session::Model>> {
        self.sessions.list(user).await
    }

    /// Ends the session stored under `id_hash` and its sockets, to the end even when the one who
    /// asked has hung up.
    pub(super) async fn end_session(&self, id_hash: &str) -> Result<()> {
        let (accounts, id_hash) = (self.clone(), id_hash.to_owned());
        self.tasks
            .complete(async move {
                accounts.sessions.end(&id_hash).await?;
                accounts.delivery.disconnect(Room::Session(&id_hash));
                Ok(())
            })
            .await
    }

    /// Whether `user`, as they were when they proved who they are, may still be signed in: the
    /// password may have been changed and the account banned meanwhile.
    pub(super) async fn require_unchanged(&self, user: &User) -> Result<()> {
        let now = self.directory.find(user.id).await?;
        match now {
            Some(now) if now.banned_at.is_some() => Err(Error::refused("banned", "You are banned")),
            Some(now) if now.password_hash == user.password_hash => Ok(()),
            _ => Err(invalid_credentials()),
        }
    }

    /// Notes when people were last connected.
    pub async fn saw(&self, seen: &[(UserId, Timestamp)]) -> Result<()> {
        let tx = self.db.begin().await?;
        store::update_last_seen(&tx, seen).await?;
        tx.commit().await?;
        for (id, _) in seen {
            if let Some(user) = self.directory.find(*id).await? {
                self.directory.forget(&user);
            }
        }
        Ok(())
    }

    /// Housekeeping: forgets what has run out.
    pub async fn sweep(&self) -> Result<()> {
        self.throttle.sweep();
        self.sessions.sweep().await
    }

    pub(super) async fn end_sessions(&self, user: UserId, keep: Option<&str>) -> Result<()> {
        for session in self.sessions.list(user).await? {
            if Some(session.id_hash.as_str()) != keep {
                self.end_session(&session.id_hash).await?;
            }
        }
        Ok(())
    }

    /// Takes back what a person has allowed apps, if they ask for that, together with the rest of
    /// `tx`.
    pub(super) async fn part_with_apps(
        &self,
        tx: &Tx,
        id: UserId,
        connected: ConnectedApps,
    ) -> Result<()> {
        match connected {
            ConnectedApps::Keep => Ok(()),
            ConnectedApps::Revoke => store::revoke_grants(tx, id, self.clock.now()).await,
        }
    }

    /// Stores the hash of a password, together with what `tx` did so far.
    pub(super) async fn store_password_with(
        &self,
        tx: Tx,
        id: UserId,
        password_hash: String,
    ) -> Result<()> {
        let change = user::ActiveModel {
            id: Set(id),
            password_hash: Set(password_hash),
            ..Default::default()
        };
        self.update_with(tx, change).await.map(drop)
    }

    pub(super) async fn update_with(&self, tx: Tx, change: user::ActiveModel) -> Result<User> {
        let user = store::update_user(&tx, change).await?;
        tx.commit().await?;
        self.directory.forget(&user);
        Ok(user)
    }

    async fn is_first(tx: &Tx) -> Result<bool> {
        store::lock_registration(tx).await?;
        Ok(store::count_users(tx).await? == 0)
    }

    fn role_of_first(&self, token: Option<&str>) -> Result<Role> {
        match &self.first_account {
            FirstAccount::Superadmin => Ok(Role::Superadmin),
            FirstAccount::Ordinary => Ok(Role::User),
            FirstAccount::SuperadminWithToken(expected) => {
                let given = token.unwrap_or_default().as_bytes();
                if bool::from(given.ct_eq(expected.as_bytes())) {
                    Ok(Role::Superadmin)
                } else {
                    Err(Error::refused(
                        "setup_token_required",
                        "The first account needs the setup token that the server printed at start",
                    ))
                }
            }
        }
    }

    pub(super) fn announce_new(&self, user: &User) {
        self.delivery.emit(
            &[Room::Everyone],
            "user_list_refresh",
            &json!({"new_user": user.username}),
        );
    }
}

pub(super) fn parse_username(text: &str) -> Result<Username> {
    Username::parse(text).map_err(|error| Error::invalid("invalid_username", error.to_string()))
}

fn invalid_credentials() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "invalid_credentials",
        "Invalid username or password",
    )
}

pub(super) fn taken() -> Error {
    Error::new(ErrorKind::Conflict, "username_taken", "Username taken")
}
