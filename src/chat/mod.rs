//! Conversations and their messages: the public chat, DMs and groups are one mechanism.
//!
//! Owns `conversation`, `conversation_member.read_seq`, `message`, `mention` and `dm_log`, the one
//! write path, history, sync and typing. Does not own membership of groups: `gdm` does. Invariants:
//! `seq` and `rev` have no gaps; nothing is acknowledged before it is durable; news of a
//! conversation goes out in the order of `rev`.
//!
//! A message's journey: `socket` (parse) → `service` (authorise, render) → `writer` (store a batch
//! in one statement) → `publish` (rooms, in order) → the acknowledgement.

pub mod antispam;
mod attachment;
mod batch;
mod change;
pub mod event;
pub mod groups;
mod history;
mod http;
pub mod mentions;
mod model;
mod publish;
pub mod render;
mod rights;
mod send;
mod service;
mod socket;
pub mod split;
mod store;
mod typing;
mod writer;

pub use groups::{Group, Groups};
pub use http::{router, routes};
pub use model::{Audience, ConversationName, Place};
pub use send::Draft;
pub use service::{Chat, Joined, Parts};
pub use socket::register;
pub use typing::Typing;
