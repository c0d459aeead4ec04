//! What requests with an `Idempotency-Key` were answered. Kept for a day.

use sea_orm::entity::prelude::*;

use crate::{AppId, Timestamp};

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_idempotency")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// SHA-256 of method, path and body, in hex.
    pub request_hash: String,
    /// The status it was answered with.
    pub status: i32,
    /// The body it was answered with.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
