//! What the search looks through. A row comes a little after its message and vanishes with it.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, MessageId, UserId};

/// One message as the search sees it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_entry")]
pub struct Model {
    /// The message.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Its author; none for System and for apps.
    pub sender_id: Option<UserId>,
    /// What it has besides text, as the bits of `has:`.
    pub has: i64,
    /// Its text in the form in which texts are compared.
    pub folded: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
