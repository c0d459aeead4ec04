//! What a group conversation has beyond being a conversation.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, Timestamp, UserId};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gdm")]
pub struct Model {
    /// The group's conversation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    /// 1-100 characters.
    pub name: String,
    /// Free text about the group.
    pub description: String,
    /// The owner: at first the creator, then whoever it was transferred to.
    pub owner_id: UserId,
    /// While locked only the owner and superadmins may send.
    pub locked: bool,
    /// The standing join code, shown to the owner; replaced when used.
    #[sea_orm(unique)]
    pub invite_code: String,
    /// When that code was made.
    pub invite_code_at: Timestamp,
    /// Set once the group is deleted; kept for the record of superadmins.
    pub deleted_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
