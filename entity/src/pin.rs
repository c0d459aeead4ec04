//! Messages that are pinned. Rows vanish with their message.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, MessageId, Timestamp, UserId};

/// One pinned message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pin")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Who pinned it.
    pub pinned_by: UserId,
    /// When.
    pub pinned_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
