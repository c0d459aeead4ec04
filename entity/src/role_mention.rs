//! Which roles are mentioned where, for counting unread mentions. Rows vanish with their message and
//! with their role.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, MessageId, RoleId};

/// One role mentioned in one message. The default role is everybody.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_mention")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// The role.
    #[sea_orm(primary_key, auto_increment = false)]
    pub role_id: RoleId,
    /// The message's conversation, which is a channel.
    pub conversation_id: ConversationId,
    /// The message's place in it.
    pub seq: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
