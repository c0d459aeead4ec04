//! What people change about their account: their name, what they say about themselves, how things
//! look to them, where mail reaches them, and their password.
//!
//! A request is read and judged as a whole before anything is written, and written in one statement:
//! either all of it is changed or nothing. Messages, groups and sessions know people by their id, so
//! a new name is in force everywhere when it is stored.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Accounts, Username,
    model::{LoginSource, User, is_email},
    service::{parse_username, taken},
    store,
    username::folded_of,
};
use crate::{
    kernel::{Error, Result},
    socket::Room,
};

/// The most characters of a bio that are kept.
pub const MAX_BIO_CHARS: usize = 300;
/// The most characters of a status text that are kept.
pub const MAX_STATUS_CHARS: usize = 100;
/// What a chosen presence can be; empty for that of the sockets.
pub const PRESENCES: [&str; 5] = ["", "online", "idle", "dnd", "offline"];
/// How things can look.
pub const THEMES: [&str; 2] = ["light", "dark"];
/// Languages of the interface.
pub const LANGUAGES: [&str; 13] = [
    "en", "es", "fr", "de", "it", "pt", "ru", "ja", "ko", "zh-CN", "zh-TW", "hi", "ar",
];

/// What somebody asks to change; what is absent stays.
#[derive(Debug, Default)]
pub(super) struct ProfileChange {
    pub(super) username: Option<String>,
    pub(super) passwords: Option<PasswordChange>,
    pub(super) theme: Option<String>,
    pub(super) bio: Option<String>,
    /// A presence, or free text.
    pub(super) status: Option<String>,
    /// A presence, or nothing for that of the sockets.
    pub(super) presence: Option<String>,
    pub(super) language: Option<String>,
    pub(super) email: Option<String>,
}

/// A new password, and the one until now as the proof that it is oneself.
#[derive(Debug)]
pub(super) struct PasswordChange {
    pub(super) current: String,
    pub(super) new: String,
    pub(super) connected: ConnectedApps,
}

/// What becomes of the apps that somebody connected with their account when its password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectedApps {
    /// They stay connected.
    Keep,
    /// What they were allowed is taken back, and their tokens are dead with it.
    Revoke,
}

impl ConnectedApps {
    /// As `revoke_connected_apps` of a request says.
    pub(super) const fn revoked_if(revoke: bool) -> Self {
        if revoke { Self::Revoke } else { Self::Keep }
    }
}

impl ProfileChange {
    /// The columns that change for `user`, passwords left out. What the documented API ignores -
    /// themes and languages there are not, the name System, a masked address - is ignored.
    fn columns(&self, user: &User) -> Result<store::ProfileColumns> {
        let mut row = store::ProfileColumns::default();
        if let Some(name) = self.new_name(user)? {
            row.username = Some(name);
        }
        if let Some(theme) = known(self.theme.as_deref(), &THEMES) {
            row.theme = Some(theme);
        }
        if let Some(language) = known(self.language.as_deref(), &LANGUAGES) {
            row.language = Some(language);
        }
        if let Some(bio) = &self.bio {
            row.bio = Some(text("bio", bio, MAX_BIO_CHARS)?);
        }
        match self.status.as_deref().map(str::trim) {
            Some(status) if !status.is_empty() && PRESENCES.contains(&status) => {
                row.presence = Some(status.to_owned());
            }
            Some(status) => {
                let line = status.replace(['\n', '\r', '\t'], " ");
                row.custom_status = Some(text("status", &line, MAX_STATUS_CHARS)?);
            }
            None => {}
        }
        if let Some(presence) = &self.presence {
            if !PRESENCES.contains(&presence.as_str()) {
                return Err(Error::invalid(
                    "bad_params",
                    "bad params: presence is online, idle, dnd, offline or empty",
                ));
            }
            row.presence = Some(presence.clone());
        }
        if let Some(email) = self.email.as_deref().filter(|email| !email.contains('*')) {
            let email = email.trim();
            if !email.is_empty() && !is_email(email) {
                return Err(Error::invalid("invalid_email", "invalid email format"));
            }
            row.email = Some(email.to_owned());
        }
        Ok(row)
    }

    fn new_name(&self, user: &User) -> Result<Option<Username>> {
        let typed = self.username.as_deref().map(str::trim).unwrap_or_default();
        let ignored = typed.is_empty() || typed == user.username;
        if ignored || (typed.len() <= 64 && folded_of(typed) == "system") {
            return Ok(None);
        }
        parse_username(typed).map(Some)
    }
}

impl Accounts {
    /// Changes one's account, all that `change` asks for or nothing. Every other session of the
    /// person ends when the password changes. Answers the account as it is then.
    pub(super) async fn change_profile(
        &self,
        user: &Arc<User>,
        change: ProfileChange,
        keep_session: &str,
        from: &LoginSource,
    ) -> Result<User> {
        self.throttle.change(user.id)?;
        let mut row = change.columns(user)?;
        if let Some(name) = &row.username
            && let Some(other) = self.directory.find_by_name(name.as_str()).await?
            && other.id != user.id
        {
            return Err(taken());
        }
        let connected = change.passwords.as_ref().map(|asked| asked.connected);
        if let Some(passwords) = change.passwords {
            self.require_password(user, passwords.current, from).await?;
            row.password_hash = Some(self.passwords.hash(passwords.new).await?);
        }
        let (accounts, before) = (self.clone(), user.clone());
        let keep = keep_session.to_owned();
        let work = async move {
            let tx = accounts.db.begin().await?;
            if let Some(connected) = connected {
                accounts.part_with_apps(&tx, before.id, connected).await?;
            }
            let after = store::update_profile(&tx, before.id, row).await?;
            let after = after.ok_or_else(taken)?;
            tx.commit().await?;
            accounts.directory.forget(&before);
            accounts.directory.forget(&after);
            if connected.is_some() {
                accounts.end_sessions(before.id, Some(&keep)).await?;
            }
            if let Some(news) = news(&before, &after) {
                let everyone = [Room::Everyone];
                accounts
                    .delivery
                    .emit(&everyone, "user_list_refresh", &news);
            }
            Ok(after)
        };
        self.tasks.complete(work).await
    }
}

/// What others are told of a change; nothing when nothing changed that they see.
fn news(before: &User, after: &User) -> Option<Value> {
    if before.username != after.username {
        return Some(json!({"renamed": after.username, "from": before.username}));
    }
    let shown = |user: &User| {
        let User {
            bio,
            custom_status,
            presence,
            ..
        } = user;
        (bio.clone(), custom_status.clone(), presence.clone())
    };
    (shown(before) != shown(after)).then(|| json!({"profile_updated": after.username}))
}

fn known(value: Option<&str>, values: &[&str]) -> Option<String> {
    let value = value.filter(|value| values.contains(value));
    value.map(str::to_owned)
}

/// The beginning of a text that people typed about themselves.
fn text(field: &str, typed: &str, max_chars: usize) -> Result<String> {
    if typed
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Err(Error::invalid(
            "bad_params",
            format!("bad params: {field} contains control characters"),
        ));
    }
    Ok(typed.trim().chars().take(max_chars).collect())
}
