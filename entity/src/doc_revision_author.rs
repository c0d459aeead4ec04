//! Whose work is in a kept state of a document, beyond the state before it.

use sea_orm::entity::prelude::*;

use crate::{RevisionId, UserId};

/// One author of one kept state.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc_revision_author")]
pub struct Model {
    /// The kept state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision_id: RevisionId,
    /// The author.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
