//! Chatter as an identity provider: OAuth 2.0 for sites that people sign in to with their account.
//!
//! Gives away who somebody is - id, nickname, name and avatar - after they agreed, and nothing else.
//! The one exception is its own client for developers' tools, which they may have manage their apps.
//! Invariants: a code is redeemed once; a token that comes a second time ends everything that came
//! of its consent; nobody is sent to an address that their app has not registered.

pub mod authorize;
pub mod client;
pub mod client_auth;
pub mod csrf;
pub mod error;
mod exchange;
pub mod grant;
mod http;
mod http_authorize;
mod http_grants;
mod introspect;
pub mod metadata;
mod model;
pub mod page;
pub mod params;
pub mod pkce;
mod portal;
pub mod redirect;
pub mod scope;
mod service;
mod store;

pub use http::{router, routes};
pub use service::{Oauth, Parts};

/// Where clients send people to.
pub const AUTHORIZE: &str = "/oauth/authorize";
