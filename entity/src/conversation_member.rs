//! Who is in a conversation, and how far each has read.
//!
//! Everybody is in the public chat; their rows there exist for `read_seq`.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, Timestamp, UserId};

/// One person in one conversation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation_member")]
pub struct Model {
    /// The conversation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// `seq` up to which the person has read. Only moves forward.
    pub read_seq: i64,
    /// When they came in.
    pub joined_at: Timestamp,
    /// DM: `seq` up to which they have cleared it for themselves. Only moves forward.
    pub cleared_seq: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
