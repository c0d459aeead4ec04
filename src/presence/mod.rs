//! Who is there: presence by live sockets, and the lists of people.
//!
//! Owns the registry of live sockets, the news of people's coming and going, and when they were
//! last seen. Does not own accounts, nor the sockets themselves. Invariants: one person is told of
//! once, however many sockets they have; connecting costs the same however many are connected; and
//! what is known of presence is in memory only, so that after a crash nobody is there.

mod http;
mod model;
mod news;
mod registry;
mod service;
mod store;

pub use http::{router, routes};
pub use service::{Parts, Presence};
