//! What admins do to accounts: timeouts, shadow bans, immunity, new accounts and the end of some.
//!
//! Each is stored together with what the admin's transaction has done so far, and holds when the
//! call returns.

use entity::{Timestamp, user, user::Role};
use sea_orm::Set;

use super::{
    Accounts,
    model::User,
    service::{parse_username, taken},
    store, store_bans,
};
use crate::{
    kernel::{Result, Tx},
    socket::Room,
};

/// The change of one account.
fn change_of(user: &User) -> user::ActiveModel {
    user::ActiveModel {
        id: Set(user.id),
        ..Default::default()
    }
}

/// An account that is about to be made, its password hashed.
pub struct PreparedAccount(store::NewUser);

/// A password that is about to be stored, hashed.
pub struct PreparedPassword(String);

impl Accounts {
    /// Keeps somebody from saying anything until then, or lets them speak again, together with
    /// what `tx` did so far.
    pub async fn set_timeout_with(
        &self,
        tx: Tx,
        user: &User,
        until: Option<Timestamp>,
    ) -> Result<User> {
        let mut change = change_of(user);
        change.timed_out_at = Set(until.map(|_| self.clock.now()));
        change.timed_out_until = Set(until);
        self.update_with(tx, change).await
    }

    /// Hides from others what somebody says from now on, or no longer does, together with what `tx`
    /// did so far.
    pub async fn set_shadow_banned_with(&self, tx: Tx, user: &User, banned: bool) -> Result<User> {
        let mut change = change_of(user);
        change.shadow_banned_at = Set(banned.then(|| self.clock.now()));
        self.update_with(tx, change).await
    }

    /// Exempts somebody from bans of addresses, or no longer does, together with what `tx` did so
    /// far.
    pub async fn set_immune_with(&self, tx: Tx, user: &User, immune: bool) -> Result<User> {
        let mut change = change_of(user);
        change.immune = Set(immune);
        self.update_with(tx, change).await
    }

    /// Checks what an account is to be made of. Hashing takes its time: it is not to be done within
    /// a transaction.
    ///
    /// # Errors
    /// `invalid_username`, and those of passwords.
    pub async fn prepare_account(
        &self,
        username: &str,
        password: String,
        role: Role,
    ) -> Result<PreparedAccount> {
        let username = parse_username(username)?;
        Ok(PreparedAccount(store::NewUser {
            username_folded: username.folded(),
            username: username.as_str().to_owned(),
            password_hash: self.passwords.hash(password).await?,
            role,
            email: None,
            now: self.clock.now(),
        }))
    }

    /// Makes an account, together with what `tx` did so far, and tells everybody.
    ///
    /// # Errors
    /// `username_taken`.
    pub async fn create_with(&self, tx: Tx, account: PreparedAccount) -> Result<User> {
        let user = store::insert_user(&tx, account.0)
            .await?
            .ok_or_else(taken)?;
        tx.commit().await?;
        self.announce_new(&user);
        Ok(user)
    }

    /// Hashes a new password, which is not to be done within a transaction.
    ///
    /// # Errors
    /// Those of passwords.
    pub async fn prepare_password(&self, password: String) -> Result<PreparedPassword> {
        Ok(PreparedPassword(self.passwords.hash(password).await?))
    }

    /// Gives an account a new password, together with what `tx` did so far. Every session of the
    /// person ends.
    pub async fn set_password_with(
        &self,
        tx: Tx,
        user: &User,
        password: PreparedPassword,
    ) -> Result<()> {
        let mut change = change_of(user);
        change.password_hash = Set(password.0);
        self.update_with(tx, change).await?;
        self.end_sessions(user.id, None).await
    }

    /// Takes from an account everything that says whose it was, together with what `tx` did so far:
    /// name, password, picture, address. Its sessions and sockets end. The row stays, since others'
    /// rows point to it, as nobody's; the name is free again.
    pub async fn delete_with(&self, tx: Tx, user: &User) -> Result<()> {
        let change = user::ActiveModel {
            username: Set(DELETED.to_owned()),
            // A slash is in nobody's name.
            username_folded: Set(format!("deleted/{}", user.id)),
            password_hash: Set(String::new()),
            role: Set(Role::User),
            email: Set(None),
            avatar: Set(None),
            bio: Set(String::new()),
            custom_status: Set(String::new()),
            presence: Set(String::new()),
            last_seen_at: Set(None),
            immune: Set(false),
            deleted_at: Set(Some(self.clock.now())),
            ..change_of(user)
        };
        store_bans::delete_devices(&tx, user.id).await?;
        store::update_user(&tx, change).await?;
        tx.commit().await?;
        self.directory.forget(user);
        self.end_sessions(user.id, None).await?;
        self.delivery.disconnect(Room::User(user.id));
        Ok(())
    }
}

/// What the author of what a deleted account leaves behind is called.
const DELETED: &str = "Deleted user";
