//! Who is mentioned where, for counting unread mentions. Rows vanish with their message.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, MessageId, UserId};

/// One person mentioned in one message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mention")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// The message's conversation.
    pub conversation_id: ConversationId,
    /// The message's place in it.
    pub seq: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
