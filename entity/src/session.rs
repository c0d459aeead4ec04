//! Signed-in sessions. The cookie's value is stored only as a hash.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, UserId};

/// One session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SHA-256 of the session id, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id_hash: String,
    /// Whose session it is; none before login.
    pub user_id: Option<UserId>,
    /// What the session holds, as JSON.
    pub data: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within ten minutes.
    pub last_used_at: Timestamp,
    /// When it ends unless it is used again.
    pub expires_at: Timestamp,
    /// The address it was last used from.
    pub address: String,
    /// The user agent it began with.
    pub user_agent: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
