//! Devices from which nobody may sign in or register.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, UserId};

/// One banned device.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_ban")]
pub struct Model {
    /// What the device calls itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: String,
    /// Whose it is, where that is known.
    pub user_id: Option<UserId>,
    /// Whether nobody decided it: a banned person was seen with it. It ends with their own ban.
    pub automatic: bool,
    /// When.
    pub banned_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
