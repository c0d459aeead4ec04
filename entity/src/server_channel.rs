//! Channels: what a conversation has beyond being one.
//!
//! A channel's id is its conversation's.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, ServerId, Timestamp};

/// One channel.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_channel")]
pub struct Model {
    /// Its conversation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub conversation_id: ConversationId,
    /// The server.
    pub server_id: ServerId,
    /// 1-100 characters.
    pub name: String,
    /// What it is about.
    pub topic: String,
    /// Its place in the list, from 0.
    pub position: i64,
    /// Whether only those who manage channels may speak in it.
    pub locked: bool,
    /// Set once it is deleted.
    pub deleted_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
