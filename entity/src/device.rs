//! From which devices people have signed in.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, UserId};

/// One device of one person.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What the device calls itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: String,
    /// The address it last came from.
    pub address: String,
    /// The address that it says it has in its own network; empty when it says none.
    pub private_address: String,
    /// When it was last noticed.
    pub seen_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
