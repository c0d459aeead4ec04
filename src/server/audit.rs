//! The record of what was done in a server, and by whom.

use entity::{AppId, AppTokenId, Timestamp, UserId};
use serde_json::{Value, json};

use super::names::Reason;
use crate::permission::Permissions;

/// Who makes a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A person.
    User(UserId),
    /// An integration, with one of its tokens.
    Integration(Integration),
}

/// An integration as the author of a change. What it may do is decided when it does it: what its
/// token, its role and whoever made it all may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integration {
    /// The app.
    pub app: AppId,
    /// The token it came with.
    pub token: AppTokenId,
    /// Who made the token; the integration may do no more than they may.
    pub creator: UserId,
    /// What the token's scopes allow.
    pub allowed: Permissions,
}

impl By {
    /// As the audit log has it.
    pub(super) fn to_json(self) -> Value {
        match self {
            Self::User(user) => json!({"kind": "user", "id": user}),
            Self::Integration(Integration { app, token, .. }) => {
                json!({"kind": "integration", "id": app, "token": token})
            }
        }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// A stable name, such as `role.update`.
    pub action: &'static str,
    /// To what, such as `role:7`.
    pub target: String,
    /// What changed, as it was before.
    pub before: Option<Value>,
    /// What changed, as it is now.
    pub after: Option<Value>,
}

/// An entry with when, by whom and why.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) at: Timestamp,
    pub(super) actor: Value,
    pub(super) entry: Entry,
    pub(super) reason: Option<Reason>,
}
