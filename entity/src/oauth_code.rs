//! Authorization codes, as hashes. Each can be spent once, within a minute.

use sea_orm::entity::prelude::*;

use crate::{GrantId, Timestamp};

/// One code.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_code")]
pub struct Model {
    /// SHA-256 of the code, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: String,
    /// The grant it stands for.
    pub grant_id: GrantId,
    /// What it gives, separated by spaces.
    pub scope: String,
    /// The redirect URI of its request; none when it named none.
    pub redirect_uri: Option<String>,
    /// The PKCE challenge (S256) of its request.
    pub code_challenge: Option<String>,
    /// When it was given out.
    pub created_at: Timestamp,
    /// When it was spent.
    pub spent_at: Option<Timestamp>,
    /// The family of tokens it was spent for.
    pub family: Option<String>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
