//! What people allowed OAuth clients.

use sea_orm::entity::prelude::*;

use crate::{AppId, GrantId, Timestamp, UserId};

/// What one person allowed one client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_grant")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: GrantId,
    /// The client.
    pub app_id: AppId,
    /// Whether the client is the developer portal itself: nobody else is granted more than
    /// `identify`, which the schema sees to.
    pub first_party: bool,
    /// The person.
    pub user_id: UserId,
    /// What they allowed, separated by spaces.
    pub scope: String,
    /// When they did so.
    pub created_at: Timestamp,
    /// When the client last made use of it.
    pub last_used_at: Option<Timestamp>,
    /// Set once they took it back, or a stolen token was seen.
    pub revoked_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
