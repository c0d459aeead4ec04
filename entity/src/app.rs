//! Apps: what programs come in by. What a kind has beyond this is in a table of its own.

use sea_orm::entity::prelude::*;

use crate::{AppId, ServerId, Timestamp, UserId};

/// What an app is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "snake_case")]
pub enum AppKind {
    /// Posts messages into one channel.
    #[sea_orm(string_value = "webhook")]
    Webhook,
    /// Manages the members of one server.
    #[sea_orm(string_value = "integration")]
    Integration,
    /// Shows rows of figures to the members of one server.
    #[sea_orm(string_value = "widget")]
    Widget,
    /// Learns who somebody is, if they agree.
    #[sea_orm(string_value = "oauth")]
    Oauth,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: AppId,
    /// What it is.
    pub kind: AppKind,
    /// The server it belongs to; none for OAuth clients, which belong to whoever made them.
    pub server_id: Option<ServerId>,
    /// 1-100 characters.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who made it, or took it over.
    pub owner_id: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Set while an admin has suspended it.
    pub suspended_at: Option<Timestamp>,
    /// Why it is suspended.
    pub suspended_reason: Option<String>,
    /// Set once it is deleted.
    pub deleted_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
