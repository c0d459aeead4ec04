//! Where a channel allows or denies what the roles of its server say.

use sea_orm::entity::prelude::*;

use crate::ConversationId;

/// Whom an overwrite is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "snake_case")]
pub enum OverwriteKind {
    /// Everybody with a role.
    #[sea_orm(string_value = "role")]
    Role,
    /// One person.
    #[sea_orm(string_value = "member")]
    Member,
}

/// What one role or member is allowed and denied in one channel.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channel_overwrite")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    /// Whether it is about a role or a member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: OverwriteKind,
    /// The role or the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: i64,
    /// Bits of `permission::Permissions`.
    pub allow: i64,
    /// Bits of `permission::Permissions`.
    pub deny: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
