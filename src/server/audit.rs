//! The record of what was done in a server, and by whom.

use entity::Timestamp;
use serde_json::Value;

use super::names::Reason;

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
