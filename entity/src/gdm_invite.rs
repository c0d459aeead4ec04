//! Single-use, expiring invites to groups. A code is stored only as a hash.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, InviteId, Timestamp, UserId};

/// One invite.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gdm_invite")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: InviteId,
    /// The group.
    pub conversation_id: ConversationId,
    /// SHA-256 of the code, in hex.
    #[sea_orm(unique)]
    pub code_hash: String,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// Who used it.
    pub used_by: Option<UserId>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
