//! What the account feature speaks of.

use std::net::IpAddr;

/// A person's account. Its id stays; its name may change.
pub type User = entity::user::Model;

/// Where a login comes from, as far as it is known.
#[derive(Clone, Debug)]
pub struct LoginSource {
    /// The client's address.
    pub address: IpAddr,
    /// What its throttle is counted by: see [`crate::http::ClientAddress::bucket`].
    pub bucket: IpAddr,
    /// The client's own name for itself.
    pub user_agent: String,
    /// What the device calls itself, as far as it says so.
    pub device: Option<String>,
}

/// The shortest password taken, in characters.
pub(super) const MIN_PASSWORD_CHARS: usize = 6;
/// The longest password taken, in bytes: hashing must not be a way to keep the server busy.
pub(super) const MAX_PASSWORD_BYTES: usize = 1024;

/// Checks the shape of an e-mail address as far as it can be checked without sending to it.
pub fn is_email(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}
