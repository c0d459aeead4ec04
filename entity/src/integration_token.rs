//! Tokens of integrations, as hashes.

use sea_orm::entity::prelude::*;

use crate::{AppId, AppTokenId, Timestamp, UserId};

/// One token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration_token")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: AppTokenId,
    /// The integration.
    pub app_id: AppId,
    /// 1-100 characters.
    pub name: String,
    /// What it may be used for, as a JSON array.
    pub scopes: String,
    /// SHA-256 of the token, in hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The last four characters of the token.
    pub token_last4: String,
    /// Who made it, or took it over: the token can do no more than they.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is taken; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_address: Option<String>,
    /// With what.
    pub last_user_agent: Option<String>,
    /// How many days before its end its creator was told of it last; none: not yet.
    pub warned_days: Option<i64>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
