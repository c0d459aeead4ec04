//! What documents say over Socket.IO: the payloads of events and of their answers.

use std::sync::Arc;

use entity::{DocId, doc_member::Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::socket::Binary;

/// How a client takes part in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Protocol {
    /// With whole texts: `doc_edit` and `doc_updated`.
    #[default]
    Text,
    /// With Yjs updates: `doc_sync` and `doc_awareness`.
    Yjs,
}

/// The answer to `doc_join`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocJoined {
    /// The document.
    pub(crate) doc_id: DocId,
    /// What it is called.
    pub(crate) name: String,
    /// What one may do.
    #[schema(value_type = String)]
    pub(crate) role: Role,
    /// How many updates its text is made of.
    pub(crate) version: i64,
    /// Who has it open, oneself included.
    #[schema(value_type = Vec<String>)]
    pub(crate) users: Vec<Arc<str>>,
    /// Its text; not for Yjs clients, who sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) content: Option<Arc<str>>,
}

/// The answer to `doc_edit`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocEdited {
    /// The document.
    pub(crate) doc_id: DocId,
    /// The version that the text has now; the `base_version` of the next edit.
    pub(crate) version: i64,
    /// The merged text, where `base_version` was given and it is not the text that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) content: Option<Arc<str>>,
}

/// The answer to `doc_sync`: everything up to this is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocSynced {
    /// The document.
    pub(crate) doc_id: DocId,
    /// Its version.
    pub(crate) version: i64,
}

/// The text of a document, for whoever has just opened it: `doc_content`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocContent<'a> {
    /// The document.
    pub(crate) doc_id: DocId,
    /// Its text.
    pub(crate) content: &'a str,
    /// The version that it is.
    pub(crate) version: i64,
}

/// The text of a document after somebody's edit: `doc_updated`, `doc_content_updated`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocUpdated<'a> {
    /// The document.
    pub(crate) doc_id: DocId,
    /// The merged text.
    pub(crate) content: &'a str,
    /// The version that it is.
    pub(crate) version: i64,
    /// Who edited last, other than the receiver where somebody did.
    pub(crate) edited_by: &'a str,
}

/// A message of the Yjs sync protocol: `doc_sync`.
#[derive(Debug, Serialize)]
pub(super) struct DocSync<'a> {
    pub(super) doc_id: DocId,
    pub(super) message: Binary,
    pub(super) version: i64,
    /// Whose update it is; absent for the steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) edited_by: Option<&'a str>,
}

/// A message of the Yjs awareness protocol: `doc_awareness`.
#[derive(Debug, Serialize)]
pub(super) struct DocAwareness {
    pub(super) doc_id: DocId,
    pub(super) message: Binary,
}

/// Somebody opened a document or closed it: `doc_user_joined`, `doc_user_left`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocUser<'a> {
    /// The document.
    pub(crate) doc_id: DocId,
    /// Who.
    pub(crate) username: &'a str,
}

/// Somebody may do something else with a document: `doc_member_added`, `doc_member_removed`,
/// `doc_member_role_updated`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocMember<'a> {
    /// The document.
    pub(crate) doc_id: DocId,
    /// Who.
    pub(crate) username: &'a str,
    /// What they may do now; absent when they were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) role: Option<Role>,
}

/// A document has another name: `doc_renamed`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocRenamed<'a> {
    /// The document.
    pub(crate) doc_id: DocId,
    /// What it is called now.
    pub(crate) name: &'a str,
}

/// Something about a document that needs no more words: `doc_deleted`, `doc_members_updated`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DocNews {
    /// The document.
    pub(crate) doc_id: DocId,
}
