//! Who calls a route of the platform, and how it is answered.
//!
//! Owns the tokens that programs come with, which routes take them, rate limits with their headers,
//! `Idempotency-Key`, and the shape of answers outside of `/api/`. Does not own what a route does,
//! nor how tokens are made: the features above do. Invariants: a token is taken at a route that says
//! so in the API document and nowhere else; a request with a token has no session, and counts as its
//! person's only where the document names both; a token that was revoked or suspended is refused
//! from the moment that this is answered.

mod actor;
mod bearer;
mod declared;
mod envelope;
mod idempotency;
mod limits;
mod pace;
mod people;
mod scope;
mod service;
mod store;

pub use actor::{Actor, Bearer, Integration, OauthAccess};
pub use bearer::{Bearers, invalid_token, require_current};
pub use declared::{Declared, require_declared};
pub use envelope::{Refused, write_envelope};
pub use idempotency::{Attempt, Begun, Idempotency, Kept, Keyed};
pub use limits::{Bounded, Limit, Limits, Subject};
pub use pace::Pace;
pub use people::count_people;
pub use scope::{Scope, Scopes};
pub use service::{Access, Parts};
