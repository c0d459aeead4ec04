//! Who may do what within a server, decided and nothing else: no I/O, no clock, no names of people.
//!
//! Owns the names of the permissions, the order in which a channel's rules apply, and the hierarchy
//! of roles. Whoever calls has read, in one transaction, who the people in question are
//! ([`Standing`]); what comes back is yes or a [`Refusal`] that says why not. Invariants: the
//! owner and administrators hold every permission, in every channel; nobody acts on somebody or on
//! a role that is not strictly below them, or puts a permission into a role or a channel's rules that
//! they do not hold themselves. A role below one's own may be given whatever it holds: whoever put
//! it there decided that.

mod channel;
mod hierarchy;
mod model;
mod refusal;
#[cfg(test)]
mod tests;

pub use channel::{ChannelRules, Overwrite, Target};
pub use hierarchy::{Role, Standing};
pub use model::{Permission, Permissions, UnknownPermission};
pub use refusal::Refusal;
