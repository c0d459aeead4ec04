//! Who may open a document, and what they may do with it.

use sea_orm::entity::prelude::*;

use crate::{DocId, Timestamp, UserId};

/// What somebody may do with a document.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
#[schema(as = DocRole)]
pub enum Role {
    /// Reads.
    #[sea_orm(string_value = "viewer")]
    Viewer,
    /// Reads and edits.
    #[sea_orm(string_value = "editor")]
    Editor,
    /// Also decides who is in, and renames and deletes. One a document.
    #[sea_orm(string_value = "creator")]
    Creator,
}

impl Role {
    /// The role's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Creator => "creator",
        }
    }

    /// Editors and the creator.
    pub const fn may_edit(self) -> bool {
        matches!(self, Self::Editor | Self::Creator)
    }

    /// The creator only.
    pub const fn is_creator(self) -> bool {
        matches!(self, Self::Creator)
    }
}

/// One person in one document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "doc_member")]
pub struct Model {
    /// The document.
    #[sea_orm(primary_key, auto_increment = false)]
    pub doc_id: DocId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// When they came in.
    pub added_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
