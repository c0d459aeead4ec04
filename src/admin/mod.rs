//! What admins do: settings, roles, the record of direct messages, and the audit of it all.
//!
//! Owns the table `audit_entry` and reads `dm_log`. Does not own accounts or settings: it decides
//! who may change them, and has their features do it. Invariants: what an admin changed is audited
//! in the transaction that changed it, and what an admin read is audited before it is answered.

mod audit;
mod http;
mod http_system;
mod model;
mod service;
mod store;

pub use audit::{Audit, Entry};
pub use http::{router, routes};
pub use model::Audited;
pub use service::{Admin, Parts};
