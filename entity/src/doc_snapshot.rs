//! The whole state of a document as of one version, so that its log need not be replayed from the
//! beginning.

use sea_orm::entity::prelude::*;

use crate::{DocId, Timestamp};

/// The snapshot of one document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc_snapshot")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub doc_id: DocId,
    /// The version whose state it is; updates up to it are not in the log any more.
    pub version: i64,
    /// The Yjs state, encoded as a v2 update.
    pub data: Vec<u8>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
