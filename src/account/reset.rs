//! Another password for who forgot theirs, by a token that goes to the address of the account.
//!
//! Whoever asks is told the same, as quickly, whether there is such an account or not: what is
//! found out is found out afterwards. A token works once and for an hour, and the next one of the
//! same account replaces it. Only its hash is stored.

use std::time::Duration;

use entity::password_reset;

use super::{
    Accounts, Username,
    model::{LoginSource, User, is_email},
    profile::ConnectedApps,
    store,
    username::{folded_of, may_be_one},
};
use crate::kernel::{Error, Result, token};

/// How long a token works.
const VALID_FOR_SECONDS: i64 = 60 * 60;
/// The pauses before a letter that was not taken is handed over again.
const PAUSES: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(15),
    Duration::from_mins(1),
];

impl Accounts {
    /// Sends the person called `username` a token, if `email` is the address of the account.
    pub(super) fn request_reset(
        &self,
        username: String,
        email: String,
        from: &LoginSource,
    ) -> Result<()> {
        if username.is_empty() || email.is_empty() {
            return Err(Error::invalid(
                "bad_params",
                "Username and email are required",
            ));
        }
        if Username::parse(&username).is_err() {
            return Err(Error::invalid(
                "invalid_username",
                "Invalid username format",
            ));
        }
        if !is_email(&email) {
            return Err(Error::invalid("invalid_email", "Invalid email format"));
        }
        self.throttle.attempt(&folded_of(&username), from.bucket)?;
        let accounts = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = accounts.send_reset(&username, &email).await {
                error.log("password reset");
            }
        });
        Ok(())
    }

    /// Gives the person called `username` another password for the token that they were sent.
    /// Every session of theirs ends.
    pub(super) async fn reset_password(
        &self,
        username: &str,
        token: &str,
        password: String,
        connected: ConnectedApps,
        from: &LoginSource,
    ) -> Result<()> {
        let username = if may_be_one(username) { username } else { "" };
        self.throttle.attempt(&folded_of(username), from.bucket)?;
        let user = self.directory.find_by_name(username).await?;
        let user = user.ok_or_else(invalid_token)?;
        let token_hash = token::hash(token);
        let reset = store::find_reset(self.db.reader(), user.id, &token_hash).await?;
        if reset.ok_or_else(invalid_token)?.expires_at < self.clock.now() {
            return Err(Error::invalid(
                "reset_token_expired",
                "Reset token has expired",
            ));
        }
        let password_hash = self.passwords.hash(password).await?;
        let accounts = self.clone();
        let work = async move {
            let tx = accounts.db.begin().await?;
            if !store::take_reset(&tx, user.id, &token_hash).await? {
                return Err(invalid_token());
            }
            accounts.part_with_apps(&tx, user.id, connected).await?;
            accounts
                .store_password_with(tx, user.id, password_hash)
                .await?;
            accounts.end_sessions(user.id, None).await
        };
        self.tasks.complete(work).await
    }

    async fn send_reset(&self, username: &str, email: &str) -> Result<()> {
        let user = self.directory.find_by_name(username).await?;
        let Some(user) = user.filter(|user| has_address(user, email)) else {
            tracing::info!("a password reset was asked for that matches no account");
            return Ok(());
        };
        let token = token::secret();
        let reset = password_reset::Model {
            user_id: user.id,
            token_hash: token::hash(&token),
            expires_at: self.clock.now().plus_seconds(VALID_FOR_SECONDS),
        };
        store::save_reset(self.db.writer(), reset).await?;
        let query = serde_urlencoded::to_string([("token", &token), ("username", &user.username)])
            .map_err(Error::internal)?;
        let base = self.public_url.trim_end_matches('/');
        let link = format!("{base}/reset-password?{query}");
        let Some(address) = user
            .email
            .as_deref()
            .filter(|_| self.mailer.is_configured())
        else {
            eprintln!(
                "{} asked for a password reset, and no mail is configured. For an hour: {link}",
                user.username
            );
            return Ok(());
        };
        self.send_letter(address, &user.username, &link).await
    }

    async fn send_letter(&self, address: &str, username: &str, link: &str) -> Result<()> {
        let text = format!(
            "Hello {username},\n\nsomebody, hopefully you, wants to set another password for your \
             account at {}.\nTo do so, open this address within an hour:\n\n{link}\n\nIf it was not \
             you, there is nothing to do: your password stays as it is.\n",
            self.public_url
        );
        let subject = "Another password for Chatter";
        let stop = self.tasks.stopping();
        for pause in PAUSES {
            match self.mailer.send(address, subject, text.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error.log("mail"),
            }
            let pause = tokio::time::sleep(pause);
            if stop.run_until_cancelled(pause).await.is_none() {
                break;
            }
        }
        self.mailer.send(address, subject, text).await
    }
}

fn has_address(user: &User, email: &str) -> bool {
    let known = user.email.as_deref();
    known.is_some_and(|known| known.eq_ignore_ascii_case(email.trim()))
}

fn invalid_token() -> Error {
    Error::invalid("invalid_reset_token", "Invalid or expired reset token")
}
