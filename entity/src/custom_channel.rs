//! Custom channels: scripts of other sites, pinned, that people open like channels.

use sea_orm::entity::prelude::*;

use crate::{CustomChannelId, Timestamp, UserId};

/// One custom channel.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_channel")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: CustomChannelId,
    /// Where its script comes from.
    #[sea_orm(unique)]
    pub url: String,
    /// What it is called.
    pub name: String,
    /// Whether it can be opened.
    pub enabled: bool,
    /// Who registered it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// The script that runs, SHA-256 in hex.
    pub sha256: String,
    /// Its bytes.
    pub size: i64,
    /// Since when it is that one.
    pub pinned_at: Timestamp,
    /// When its source was looked at last.
    pub checked_at: Timestamp,
    /// The script that was found there instead, until somebody takes it over.
    pub found_sha256: Option<String>,
    /// When it was found.
    pub found_at: Option<Timestamp>,
    /// The script that an admin lets run in the page itself.
    pub trusted_sha256: Option<String>,
    /// Which admin.
    pub trusted_by: Option<UserId>,
    /// When.
    pub trusted_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
