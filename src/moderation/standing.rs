//! Timeouts, shadow bans and immunity.

use std::sync::Arc;

use serde_json::json;

use super::{Moderation, store};
use crate::{
    account::User,
    kernel::{Error, Result},
    settings::Key,
    socket::Room,
};

/// The longest timeout, in minutes: a year.
const MAX_MINUTES: u32 = 525_600;

impl Moderation {
    /// Keeps somebody from saying anything, anywhere, for so many minutes: 1 to a year.
    ///
    /// # Errors
    /// `disabled` by `UM_TIMEOUT_USER`, `bad_params`, `user_not_found`, `forbidden` for who is not
    /// below `actor`.
    pub async fn time_out(&self, actor: &Arc<User>, name: &str, minutes: u32) -> Result<()> {
        self.require_on(Key::UmTimeoutUser)?;
        if !(1..=MAX_MINUTES).contains(&minutes) {
            return Err(Error::bad_params());
        }
        let target = self.subordinate(actor, name).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let until = it.clock.now().plus_seconds(i64::from(minutes) * 60);
            let detail = json!({"minutes": minutes, "until": until});
            let tx = it
                .begin(Some(&actor), "user.timeout", &target.username, detail)
                .await?;
            it.accounts
                .set_timeout_with(tx, &target, Some(until))
                .await?;
            let news = json!({"until": until.unix_seconds()});
            it.delivery
                .emit(&[Room::User(target.id)], "timeout_set", &news);
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            let text = format!("You have been timed out for {minutes} {unit}.");
            it.tell(&target, text).await;
            Ok(())
        })
        .await
    }

    /// Lifts the timeout of the person called `name`; nobody is told but them.
    ///
    /// # Errors
    /// `no_timeout` when there is none, `user_not_found`, `forbidden` for who is not below `actor`.
    pub async fn lift_timeout(&self, actor: &Arc<User>, name: &str) -> Result<String> {
        let target = self.subordinate(actor, name).await?;
        let now = self.clock.now();
        if target.timed_out_until.is_none_or(|until| until <= now) {
            return Err(no_timeout());
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let name = &target.username;
            let tx = it
                .begin(Some(&actor), "user.undo_timeout", name, json!({}))
                .await?;
            it.accounts.set_timeout_with(tx, &target, None).await?;
            it.delivery
                .emit(&[Room::User(target.id)], "timeout_removed", &json!({}));
            it.chat
                .notify(&[Room::User(target.id)], "Your timeout was lifted.");
            Ok(target.username.clone())
        })
        .await
    }

    /// Lifts the timeout that was imposed last; whose it was.
    pub(super) async fn undo_timeout(&self, actor: &Arc<User>) -> Result<String> {
        let now = self.clock.now();
        let last = store::last_timed_out(self.db.reader(), now).await?;
        let last = last.ok_or_else(no_timeout)?;
        self.lift_timeout(actor, &last).await
    }

    /// Hides from others what somebody says from now on, or no longer does. Nobody is told.
    pub(super) async fn set_shadow_banned(
        &self,
        actor: &Arc<User>,
        name: &str,
        banned: bool,
    ) -> Result<()> {
        self.require_on(Key::UmShadowBan)?;
        let target = self.subordinate(actor, name).await?;
        if target.shadow_banned_at.is_some() == banned {
            return Ok(());
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let action = if banned {
                "user.shadow_ban"
            } else {
                "user.shadow_unban"
            };
            let tx = it
                .begin(Some(&actor), action, &target.username, json!({}))
                .await?;
            it.accounts
                .set_shadow_banned_with(tx, &target, banned)
                .await?;
            Ok(())
        })
        .await
    }

    /// Exempts somebody from bans of addresses, or no longer does; whether they are exempt now.
    pub(super) async fn toggle_immunity(&self, actor: &Arc<User>, name: &str) -> Result<bool> {
        let target = self.person(name).await?;
        if target.role.is_superadmin() {
            return Err(Error::invalid(
                "cannot_toggle_superadmin",
                "cannot_toggle_superadmin",
            ));
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let immune = !target.immune;
            let detail = json!({"immune": immune});
            let tx = it
                .begin(Some(&actor), "user.immunity", &target.username, detail)
                .await?;
            it.accounts.set_immune_with(tx, &target, immune).await?;
            Ok(immune)
        })
        .await
    }
}

fn no_timeout() -> Error {
    Error::invalid("no_timeout", "no timeout to undo")
}
