//! The tables of Chatter, one file a table.
//!
//! Owns columns, relations, the enums that columns hold and the id types. Holds no queries and no
//! rules: those live in the `store.rs` of the feature that a table belongs to.

pub mod app;
pub mod app_delivery;
pub mod app_idempotency;
pub mod app_setting;
pub mod audit_entry;
pub mod channel_overwrite;
pub mod conversation;
pub mod conversation_member;
pub mod custom_channel;
pub mod custom_channel_script;
pub mod device;
pub mod device_ban;
pub mod dm_log;
pub mod doc;
pub mod doc_member;
pub mod doc_revision;
pub mod doc_revision_author;
pub mod doc_snapshot;
pub mod doc_update;
pub mod file;
pub mod gdm;
pub mod gdm_invite;
pub mod gdm_kick;
mod id;
pub mod imported;
pub mod installation_key;
pub mod integration;
pub mod integration_token;
pub mod ip_ban;
pub mod mention;
pub mod message;
pub mod oauth_client;
pub mod oauth_code;
pub mod oauth_grant;
pub mod oauth_secret;
pub mod oauth_token;
pub mod password_reset;
pub mod pin;
pub mod reaction;
pub mod report;
pub mod role_mention;
pub mod search_entry;
pub mod server;
pub mod server_audit;
pub mod server_ban;
pub mod server_channel;
pub mod server_departure;
pub mod server_invite;
pub mod server_member;
pub mod server_member_role;
pub mod server_role;
pub mod session;
pub mod timestamp;
pub mod user;
pub mod webhook;
pub mod widget;

pub use id::{
    AppId, AppTokenId, AuditEntryId, ConversationId, CustomChannelId, DeliveryId, DocId, FileId,
    GrantId, InviteId, MessageId, ReportId, RevisionId, RoleId, SecretId, ServerAuditId, ServerId,
    ServerInviteId, UserId,
};
pub use timestamp::Timestamp;
