//! Conversations and their messages: the public chat, DMs, groups and channels are one mechanism.
//!
//! Owns `conversation`, `conversation_member.read_seq`, `message`, `mention`, `role_mention` and
//! `dm_log`, the one write path, history, sync and typing. Does not own membership: `gdm` does of groups, `server` of
//! servers. Invariants:
//! `seq` and `rev` have no gaps; nothing is acknowledged before it is durable; news of a
//! conversation goes out in the order of `rev`.
//!
//! A message's journey: `socket` (parse) → `service` (authorise, render) → `writer` (store a batch
//! in one statement) → `publish` (rooms, in order) → the acknowledgement.

mod amendment;
pub mod antispam;
mod attachment;
mod batch;
mod body;
mod change;
mod change_store;
mod channels;
pub mod event;
pub mod groups;
mod history;
mod http;
mod http_channel;
mod http_pin;
mod http_reaction;
pub mod mentions;
mod model;
mod moderated;
mod moderated_store;
mod nonce;
mod pace;
mod pictures;
mod pin;
mod pin_store;
mod publish;
mod reaction;
mod reaction_store;
pub mod render;
mod rights;
mod search;
mod send;
mod server_store;
pub mod servers;
mod service;
mod slash;
mod socket;
mod socket_channel;
pub mod split;
mod standing;
mod store;
mod sweep;
mod sweep_store;
mod system;
mod turn;
mod typing;
mod view;
mod writer;

pub use body::{Among, Mentioned};
pub use channels::{AppMessage, SaidBefore, is_outdated};
pub use groups::{Group, Groups};
pub use http::{router, routes};
pub use http_channel::{channel_router, channel_routes};
pub use model::{AppAuthor, Audience, Card, ChannelPlace, ConversationName, Place};
pub use search::index_earlier;
pub use send::Draft;
pub use servers::Servers;
pub use service::{Chat, Joined, Parts};
pub use slash::{Commanded, Commands, Typed};
pub use socket::register;
pub use turn::Turn;
pub use typing::Typing;
