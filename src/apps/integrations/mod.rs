//! Integrations: programs that manage the members of one server.
//!
//! What they do there is the server's to offer, at the routes that take their tokens; here is what
//! they can ask about themselves. Invariant: an integration can do no more than its token's scopes,
//! its own role and whoever made the token.

mod http;
mod http_log;

pub use http::{Integrations, router, routes};
pub use http_log::record_integrations;
