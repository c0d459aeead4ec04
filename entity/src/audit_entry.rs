//! What admins did, reading DM logs included. Only ever appended to.

use sea_orm::entity::prelude::*;

use crate::{AuditEntryId, Timestamp, UserId};

/// One thing one admin did.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who; none for the command line.
    pub actor_id: Option<UserId>,
    /// What, as a stable name such as `dm_logs.read`.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// Details as JSON.
    pub detail: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
