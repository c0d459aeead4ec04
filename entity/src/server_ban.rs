//! Who may not come into a server.

use sea_orm::entity::prelude::*;

use crate::{ServerId, Timestamp, UserId};

/// One person who is banned from one server.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_ban")]
pub struct Model {
    /// The server.
    #[sea_orm(primary_key, auto_increment = false)]
    pub server_id: ServerId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Why.
    pub reason: Option<String>,
    /// Who decided it.
    pub banned_by: UserId,
    /// When.
    pub banned_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
