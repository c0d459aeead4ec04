//! Widgets: the token in the URL, and the one snapshot.

use sea_orm::entity::prelude::*;

use crate::{AppId, ServerId, Timestamp};

/// What an app is as a widget.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "widget")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The server, here too: one widget of a server can be pinned, which the schema sees to.
    pub server_id: ServerId,
    /// SHA-256 of the token, in hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The last four characters of the token.
    pub token_last4: String,
    /// Whether members see it.
    pub visible: bool,
    /// Whether it is shown under the header of the server.
    pub pinned: bool,
    /// How often it was posted to.
    pub version: i64,
    /// The rows of the last post, as JSON.
    pub rows: Option<String>,
    /// Seconds after which the rows are too old to be believed.
    pub ttl_seconds: Option<i64>,
    /// When they were posted. Never goes back.
    pub updated_at: Option<Timestamp>,
    /// The highest `X-Widget-Sequence` so far.
    pub sequence: Option<i64>,
    /// SHA-256 of the token of the badge, in hex.
    pub badge_hash: Option<String>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
