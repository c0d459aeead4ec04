//! Addresses from which nobody may come, apart from superadmins and the immune.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, UserId};

/// One banned address.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ip_ban")]
pub struct Model {
    /// The address; of IPv6 the first one of its /64, which is banned as a whole.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    /// Whose it was, where it was banned for somebody's sake.
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
