//! Widgets: small tiles of rows that an agent outside of Chatter keeps up to date.
//!
//! Owns what `widget` holds beyond its token: the one snapshot, whether it is seen, whether it is
//! pinned; and the way of a snapshot from the agent's POST to every member who looks. Does not own
//! that there are widgets, or their tokens: the registry does. Invariants: what is refused leaves no
//! trace; versions and times of a widget only go up; and what is hidden is heard of by nobody but
//! those who manage the server, from the next event on.
//!
//! A snapshot's journey: `http` (limits, size) → `service` (token, state, `snapshot` or `convert`) →
//! `store` (one statement that checks all of it again) → `live` (at most four times a second) →
//! the server's sockets and `audience` (the streams).

mod audience;
mod badge;
mod convert;
mod http;
mod http_events;
mod http_members;
mod live;
mod manage;
mod model;
mod service;
pub mod snapshot;
mod store;

pub use http::{router, routes};
pub use model::{SnapshotView, WidgetUpdated};
pub use service::{Parts, Widgets};
