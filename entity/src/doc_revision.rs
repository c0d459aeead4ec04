//! States of a document that were kept: by name, or because work on it paused.

use sea_orm::entity::prelude::*;

use crate::{DocId, RevisionId, Timestamp};

/// One kept state.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc_revision")]
pub struct Model {
    /// Primary key; later states have higher ones.
    #[sea_orm(primary_key)]
    pub id: RevisionId,
    /// The document.
    pub doc_id: DocId,
    /// The document's version that it is the text of.
    pub version: i64,
    /// What people call it; none while it is automatic and may be thinned out.
    pub name: Option<String>,
    /// Whether it is the state before a restore: later work does not replace it.
    pub sealed: bool,
    /// When the work that led to it began.
    pub started_at: Timestamp,
    /// When the text was as it is kept.
    pub created_at: Timestamp,
    /// The length of the text in UTF-8.
    pub bytes: i64,
    /// The text, compressed with zlib.
    pub content: Vec<u8>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
