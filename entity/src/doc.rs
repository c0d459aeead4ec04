//! Documents. Their text is made of `doc_snapshot` and the rows of `doc_update` after it.

use sea_orm::entity::prelude::*;

use crate::{DocId, Timestamp, UserId};

/// One document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: DocId,
    /// 1-100 characters.
    pub name: String,
    /// Who made it. Has the creator's role for as long as it exists.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// How many updates were stored for it; 0: it is empty and always was.
    pub version: i64,
    /// Who stored the last of them.
    pub last_edited_by: Option<UserId>,
    /// When.
    pub last_edited_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
