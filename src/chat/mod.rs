//! Conversations and their messages: the public chat, DMs and groups are one mechanism.
//!
//! Owns `conversation`, `conversation_member.read_seq`, `message`, `mention` and `dm_log`, the one
//! write path, history, sync and typing. Does not own membership of groups: `gdm` does.

pub mod antispam;
pub mod groups;
pub mod mentions;
pub mod render;
pub mod split;

pub use groups::{Group, Groups};
