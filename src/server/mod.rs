//! Servers: communities with channels, roles and members.
//!
//! Owns the tables `server` to `server_audit` but for what is said in channels, which `chat` does,
//! and the members' rows of channels. Every change is a [`Change`] that [`Communities`] makes: the
//! server is locked, the right to it is decided by `permission` as of that moment, and with it go a
//! new version, one entry of the audit log and, once it is committed, one `server_updated`.
//! Invariants: nothing is done by a right that was lost before; who lost access has left the rooms
//! before the loss is committed; an invite lets in no more than it was for.

mod audit;
mod bans;
mod caller;
mod changes;
mod channels;
mod etag;
mod http;
mod http_channels;
mod http_input;
mod http_invites;
mod http_members;
mod http_roles;
mod invites;
mod live;
mod members;
mod membership;
mod model;
mod names;
mod patch;
mod reading;
mod roles;
mod service;
mod store;
mod store_members;
mod store_reading;
mod store_roles;
mod view;
mod work;

pub use audit::Entry;
pub use caller::By;
pub use http::{router, routes};
pub use http_input::{Author, Reasoned};
pub use names::{Name, Reason};
pub use patch::Patch;
pub use roles::{create_managed_role, delete_managed_role, rename_managed_role};
pub use service::{Communities, Parts};
pub use work::{Applied, Change, Effects, What, Work};
