//! OAuth clients: sites that people sign in to with their account here.

use sea_orm::entity::prelude::*;

use crate::AppId;

/// Whether a client can keep a secret.
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
pub enum ClientType {
    /// It runs on a server.
    #[sea_orm(string_value = "confidential")]
    Confidential,
    /// It runs in browsers or on phones.
    #[sea_orm(string_value = "public")]
    Public,
}

/// What an app is as an OAuth client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_client")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// Its public name in the protocol.
    #[sea_orm(unique)]
    pub client_id: String,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Where people may be sent back to, as a JSON array of 1-10.
    pub redirect_uris: String,
    /// The site.
    pub homepage: Option<String>,
    /// What the site says about privacy.
    pub privacy_url: Option<String>,
    /// Whether it must prove that it began the flow it ends (RFC 7636).
    pub require_pkce: bool,
    /// Whether it is the developer portal itself.
    pub first_party: bool,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
