//! The tables of Chatter, one file a table.
//!
//! Owns columns, relations, the enums that columns hold and the id types. Holds no queries and no
//! rules: those live in the `store.rs` of the feature that a table belongs to.

pub mod app_setting;
pub mod audit_entry;
pub mod conversation;
pub mod conversation_member;
pub mod dm_log;
pub mod doc;
pub mod doc_member;
pub mod doc_revision;
pub mod doc_revision_author;
pub mod doc_snapshot;
pub mod doc_update;
pub mod gdm;
pub mod gdm_invite;
pub mod gdm_kick;
mod id;
pub mod mention;
pub mod message;
pub mod session;
mod timestamp;
pub mod user;

pub use id::{AuditEntryId, ConversationId, DocId, InviteId, MessageId, RevisionId, UserId};
pub use timestamp::Timestamp;
