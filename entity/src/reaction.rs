//! Who reacted to which message, and how. Written only by the chat writer, in the order of `rev`.

use sea_orm::entity::prelude::*;

use crate::{MessageId, Timestamp, UserId};

/// One emoji of one person under one message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reaction")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// The emoji, fully qualified.
    #[sea_orm(primary_key, auto_increment = false)]
    pub emoji: String,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// When.
    pub reacted_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
