//! Invites to servers. Their codes are stored as hashes.

use sea_orm::entity::prelude::*;

use crate::{ServerId, ServerInviteId, Timestamp, UserId};

/// One invite.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_invite")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: ServerInviteId,
    /// The server.
    pub server_id: ServerId,
    /// SHA-256 of the code, in hex.
    #[sea_orm(unique)]
    pub code_hash: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it lets people in.
    pub expires_at: Timestamp,
    /// How many people it lets in.
    pub max_uses: i32,
    /// How many it has let in.
    pub uses: i32,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
