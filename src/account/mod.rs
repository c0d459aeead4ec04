//! People's accounts: who they are, how they prove it, and their sessions.
//!
//! Owns the tables `user`, `session`, `device`, `ip_ban` and `device_ban`, passwords, login throttling and the extractors that turn a
//! cookie into a person. Does not own what people do: messages, groups and presence have features
//! of their own. Invariants: a stored password is an argon2id hash (or one of the old
//! server until its owner signs in), a stored session id is a SHA-256, and a banned or signed-out person has no live socket when the call returns.

mod admission;
mod bans;
mod directory;
mod http;
mod http_me;
mod http_reset;
mod identity;
mod model;
mod old_hash;
mod password;
mod profile;
mod reset;
mod return_url;
mod service;
mod session_store;
mod standing;
mod store;
mod store_bans;
mod throttle;
pub mod username;

pub use bans::{BanChange, Bans, Barred, DEVICE_COOKIE, Sighting, device_named, device_of};
pub use directory::{Directory, Resolved};
pub use http::{router, routes};
pub use identity::{
    ActingFor, Administrator, CurrentUser, MaybeUser, Superadministrator, identify_socket, provide,
};
pub use model::{LoginSource, User, is_email};
pub use password::Passwords;
pub use profile::{LANGUAGES, MAX_BIO_CHARS, MAX_STATUS_CHARS, PRESENCES, THEMES};
pub use service::{Accounts, FirstAccount, Parts};
pub use session_store::{SessionStore, session_layer};
pub use standing::{PreparedAccount, PreparedPassword};
pub use throttle::LoginThrottle;
pub use username::{Username, folded_of};
