//! Conversations: the one thing messages belong to, whatever its kind.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, Timestamp, UserId};

/// What a conversation is.
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
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The one room that everybody is in.
    #[sea_orm(string_value = "public")]
    Public,
    /// Two people (or one, writing to themselves).
    #[sea_orm(string_value = "dm")]
    Dm,
    /// A group with listed members; its details are in `gdm`.
    #[sea_orm(string_value = "gdm")]
    Gdm,
    /// A channel of a server; its details are in `server_channel`.
    #[sea_orm(string_value = "channel")]
    Channel,
}

impl Kind {
    /// The kind's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Dm => "dm",
            Self::Gdm => "gdm",
            Self::Channel => "channel",
        }
    }
}

/// One conversation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversation")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: ConversationId,
    /// What it is.
    pub kind: Kind,
    /// DM: the smaller of the two user ids.
    pub dm_low: Option<UserId>,
    /// DM: the larger of the two user ids.
    pub dm_high: Option<UserId>,
    /// `seq` of the newest message; 0 while there is none.
    pub last_seq: i64,
    /// `rev` of the newest change; 0 while there is none.
    pub last_rev: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
