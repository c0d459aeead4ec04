//! Access and refresh tokens, as hashes. Those of one code are a family, and end together.

use sea_orm::entity::prelude::*;

use crate::{GrantId, Timestamp};

/// What a token is for.
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
pub enum OauthTokenKind {
    /// Asking who somebody is.
    #[sea_orm(string_value = "access")]
    Access,
    /// Getting the next access token.
    #[sea_orm(string_value = "refresh")]
    Refresh,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_token")]
pub struct Model {
    /// SHA-256 of the token, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: String,
    /// What it is.
    pub kind: OauthTokenKind,
    /// The grant it stands for.
    pub grant_id: GrantId,
    /// Those that came from the same code.
    pub family: String,
    /// What it gives, separated by spaces.
    pub scope: String,
    /// When it was given out.
    pub created_at: Timestamp,
    /// Until when it is taken.
    pub expires_at: Timestamp,
    /// Refresh tokens: until when the family can be refreshed at all.
    pub family_expires_at: Timestamp,
    /// Refresh tokens: when it was exchanged for the next one.
    pub spent_at: Option<Timestamp>,
    /// Set once it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
