//! Documents that several people edit at once.
//!
//! Owns `doc`, its members, its update log, its snapshots and its revisions. A document is one CRDT
//! text under two protocols: Yjs editors exchange updates, older clients whole texts, which are
//! taken as the difference to what that client was looking at. Invariants: an edit is in the
//! database before it is answered or told to anybody; one task owns an open document, so edits and
//! changes of who may edit are in one order; and what is refused has changed nothing.

mod absent;
mod attendance;
mod audience;
mod awareness;
mod batch;
mod changes;
mod command;
mod crdt;
mod diff;
mod document;
mod engine;
pub(crate) mod event;
mod export;
mod history;
mod http;
mod http_history;
mod http_members;
mod http_transfer;
mod import;
mod live;
mod log;
mod members;
mod memory;
mod model;
mod outage;
mod pace;
mod past;
mod protocol;
mod reader;
mod revision;
mod revision_store;
mod rights;
mod runs;
mod service;
mod socket;
mod splice;
mod squash;
mod store;
mod task;
mod text;
mod update;
mod upkeep;
mod view;
mod writer;

pub use http::{router, routes};
pub use service::{Docs, Parts, nearest_name, update_making};
pub use socket::register;
