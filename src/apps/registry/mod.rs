//! The registry of apps: what the developer portal lists, makes, changes and deletes.
//!
//! Owns the tables `app`, `integration_token`, `app_delivery`, and the set-up of every kind of app:
//! which channel, which secret, who may be sent back to where. Does not own what an app does with
//! it: that is its kind's. Invariants: who changes an app of a server may manage that server, as of
//! the change; a secret is shown once and stored as a hash; what was rotated, revoked, deleted or
//! suspended is dead when that is answered.

mod changes;
mod clients;
mod create;
mod deliveries;
mod http;
mod http_admin;
mod http_details;
mod input;
mod input_details;
mod model;
mod service;
mod store;
mod store_changes;
mod store_deliveries;
mod tokens;
mod view;

pub use deliveries::{Deliveries, Delivery};
pub use http::{router, routes};
pub use service::{Parts, Registry};
