//! Servers: communities with channels, roles and members.
//!
//! Every change to its structure - roles, channels, overwrites, members, timeouts, bans, the owner -
//! bumps `version` in the same transaction, so that what was authorised before can tell.

use sea_orm::entity::prelude::*;

use crate::{ServerId, Timestamp, UserId};

/// One server.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: ServerId,
    /// 1-100 characters.
    pub name: String,
    /// Stored name of its picture, relative to `/uploads/`.
    pub icon: Option<String>,
    /// Who owns it.
    pub owner_id: UserId,
    /// Moves with every change to its structure.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Set once it is deleted; its messages stay for the record.
    pub deleted_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
