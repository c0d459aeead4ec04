//! The log of a document's updates since its snapshot. Written before an edit is acknowledged.

use sea_orm::entity::prelude::*;

use crate::{DocId, Timestamp, UserId};

/// One update of one document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc_update")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub doc_id: DocId,
    /// 1, 2, 3 ... within the document, without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// Whose edit it is.
    pub user_id: UserId,
    /// The Yjs update, encoded as v1.
    pub data: Vec<u8>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
