//! What came in from apps, without what it said. Kept for seven days.

use sea_orm::entity::prelude::*;

use crate::{AppId, DeliveryId, Timestamp};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_delivery")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: DeliveryId,
    /// The app.
    pub app_id: AppId,
    /// When.
    pub at: Timestamp,
    /// The HTTP status it was answered with.
    pub status: i32,
    /// The code of its refusal.
    pub error: Option<String>,
    /// How long it took.
    pub latency_ms: i32,
    /// Bytes of its body.
    pub bytes: i64,
    /// The address it came from.
    pub remote: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
