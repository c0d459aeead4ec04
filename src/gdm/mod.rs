//! Groups: who is in them, who leads them, and how one gets in.
//!
//! Owns `gdm`, `gdm_invite`, `gdm_kick` and the members of groups. Does not own what is said in
//! them: `chat` does, and reads what this feature writes. Invariants: rights are decided inside the
//! transaction that uses them; an invite lets one person in, once; and who lost access has left the
//! group's room before the loss is committed, so that nothing said afterwards reaches them.

mod changes;
mod http;
mod http_invites;
mod input;
mod invites;
mod live;
mod model;
mod rights;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use http::{router, routes};
pub use model::{nearest_name, standing_code};
pub use service::{Gdms, Parts};
