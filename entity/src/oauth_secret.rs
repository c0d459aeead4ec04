//! Secrets of OAuth clients, as hashes: two at a time, for rotation.

use sea_orm::entity::prelude::*;

use crate::{AppId, SecretId, Timestamp};

/// One secret.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_secret")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: SecretId,
    /// The client.
    pub app_id: AppId,
    /// SHA-256 of the secret, in hex.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// Its last four characters.
    pub last4: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is taken, once it was replaced.
    pub expires_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
