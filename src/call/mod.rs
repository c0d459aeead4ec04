//! Calls between people, and voice channels: who is in which, who is rung, and what browsers tell
//! each other to connect.
//!
//! Sound and pictures go from browser to browser, each to each; the server relays what they need for
//! that (offers, answers, addresses) and never sees the rest. Invariants:
//!
//! - What one browser says to another is relayed between sockets that are in the same room, and to
//!   nobody else: not to other people, nor to other tabs of the same ones.
//! - Into a call come those whose conversation it is, and only as long as it is theirs.
//! - A person is in a room through one socket. When it goes they are out of it; for a moment they may
//!   come back to the place that they had, after which a call of two is over.
//! - Nothing is stored. All of it is in the memory of one node and bounded.
//!
//! A call's way: `socket` (parse) → `service` (authorise) → `registry` (decide, under one lock) →
//! `news` (told in the order of the decisions) → the answer.

mod event;
mod http;
mod ice;
mod model;
mod news;
mod notes;
mod pace;
mod registry;
mod relay;
mod room;
mod service;
mod signalling;
mod socket;
#[cfg(test)]
mod tests;
mod upkeep;

pub use event::{CallEnded, CallJoined, CallState, Peer, VoiceParticipants, VoiceRoom};
pub use http::{router, routes};
pub use service::{Calls, Parts};
pub use socket::register;
