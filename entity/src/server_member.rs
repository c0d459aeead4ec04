//! Who is in a server.

use sea_orm::entity::prelude::*;

use crate::{ServerId, Timestamp, UserId};

/// One person in one server.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_member")]
pub struct Model {
    /// The server.
    #[sea_orm(primary_key, auto_increment = false)]
    pub server_id: ServerId,
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What they are called there; 1-32 characters.
    pub nickname: Option<String>,
    /// Until then they only read.
    pub timed_out_until: Option<Timestamp>,
    /// When they came in.
    pub joined_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
