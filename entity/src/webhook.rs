//! Webhooks: which channel, and the token in the URL.

use sea_orm::entity::prelude::*;

use crate::{AppId, ConversationId, Timestamp};

/// What an app is as a webhook.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The channel it posts into.
    pub channel_id: ConversationId,
    /// SHA-256 of the token, in hex.
    #[sea_orm(unique)]
    pub token_hash: String,
    /// The last four characters of the token.
    pub token_last4: String,
    /// The token before a planned rotation.
    pub previous_hash: Option<String>,
    /// Until when that one is still taken.
    pub previous_until: Option<Timestamp>,
    /// Whether its messages may mention everybody and roles.
    pub mention_everyone: bool,
    /// What senders sign with: a JSON array of secrets, so that one can be replaced without a gap. They are kept in the clear,
    /// since a signature cannot be checked against a hash.
    pub signing_secrets: Option<String>,
    /// Networks it may be posted from, as a JSON array; none: any.
    pub allowed_networks: Option<String>,
    /// When it was last posted to.
    pub last_used_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
