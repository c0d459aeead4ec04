//! Keeping order: bans, timeouts, shadow bans, warnings, reports, and what admins need to see.
//!
//! - `bans`: of accounts, addresses and devices, and all of them at once. The facts are `account`'s
//!   ([`crate::account::Bans`], and columns of a person's row), in memory wherever they are asked
//!   for; here is decided who may change them, and what follows.
//! - `http_gate`: turns banned addresses away, and everybody but superadmins during a downtime.
//! - `standing`: timeouts, shadow bans, immunity. `chat` enforces them when something is said.
//! - `people`: making accounts, new passwords, the end of accounts.
//! - `words`: warnings and broadcasts, spoken by System.
//! - `reports`: what people report, over sockets.
//! - `records`: messages and groups as admins see them. `presence`: who is there, and from where.
//! - `lifespan`: messages that have become too old go.
//!
//! Owns the table `report`. Invariants: everything is audited in the transaction that changes it,
//! or before it is answered; bans go down the ranks only; nothing here tells the shadow-banned.
//!
//! **Shadow bans.** What a shadow-banned person says takes its `seq` and `rev` as any message does,
//! so for them nothing is different; its row is marked, and everything that reads messages for
//! somebody else leaves it out. Others see the counter of the conversation jump with the next
//! message, as after a moment without a connection, and ask `sync`: it answers with what there is
//! for them, possibly nothing, and the conversation's newest `rev`, so that nobody asks twice.
//! Unread counts leave such messages out, and a DM that holds nothing else is in nobody else's list.

mod bans;
mod http;
mod http_bans;
mod http_gate;
mod http_people;
mod http_presence;
mod http_records;
mod http_words;
mod lifespan;
mod model;
mod people;
mod presence;
mod records;
mod reports;
mod rights;
mod service;
mod sightings;
mod socket;
mod standing;
mod store;
mod store_records;
mod whereabouts;
mod words;

pub use http::{router, routes};
pub use http_gate::{Gate, gate};
pub use model::{Report, ReportsPage, TrueBan, TrueUnban};
pub use service::{Moderation, Parts};
pub use socket::register;
