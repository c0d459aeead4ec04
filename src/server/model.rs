//! What the feature speaks of: its limits, and what is not there.

use crate::kernel::{Error, error::ErrorKind};

/// The most servers that one person owns.
pub(super) const MAX_OWNED: i64 = 100;
/// The most servers that one person is in.
pub(super) const MAX_JOINED: i64 = 200;
/// The most channels of a server.
pub(super) const MAX_CHANNELS: usize = 500;
/// The most roles of a server, the default one included.
pub(super) const MAX_ROLES: usize = 250;
/// The most overwrites of a channel.
pub(super) const MAX_OVERWRITES: usize = 500;
/// The most invites of a server that can be used at a time.
pub(super) const MAX_INVITES: i64 = 1000;

fn absent(code: &'static str, text: &'static str) -> Error {
    Error::new(ErrorKind::NotFound, code, text)
}

/// There is no such role.
pub(super) fn role_not_found() -> Error {
    absent("role_not_found", "role not found")
}

/// There is no such member.
pub(super) fn membership_not_found() -> Error {
    absent("membership_not_found", "membership not found")
}

/// There is no such ban.
pub(super) fn ban_not_found() -> Error {
    absent("ban_not_found", "ban not found")
}

/// There is no such invite, and perhaps there never was.
pub(super) fn invite_not_found() -> Error {
    absent("invite_not_found", "invite not found")
}

/// There are as many as there may be.
pub(super) fn too_many(what: &'static str, most: impl std::fmt::Display) -> Error {
    Error::invalid(
        format!("too_many_{what}"),
        format!("there are at most {most} {what}"),
    )
}
