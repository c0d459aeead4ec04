//! People's accounts.

use sea_orm::entity::prelude::*;

use crate::{Timestamp, UserId};

/// What an account may do across the whole installation.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// No rights beyond one's own things.
    #[sea_orm(string_value = "user")]
    User,
    /// Moderates people and messages.
    #[sea_orm(string_value = "admin")]
    Admin,
    /// Everything, including settings and other admins.
    #[sea_orm(string_value = "superadmin")]
    Superadmin,
}

impl Role {
    /// The role's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Superadmin => "superadmin",
        }
    }

    /// Admins and superadmins.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::Superadmin)
    }

    /// Superadmins only.
    pub const fn is_superadmin(self) -> bool {
        matches!(self, Self::Superadmin)
    }
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: UserId,
    /// The name as typed at registration.
    pub username: String,
    /// The name as compared: unique without regard to case.
    #[sea_orm(unique)]
    pub username_folded: String,
    /// An argon2id PHC string.
    pub password_hash: String,
    /// Rights across the installation.
    pub role: Role,
    /// Optional address for password resets.
    pub email: Option<String>,
    /// Stored name of the avatar, relative to `/uploads/`.
    pub avatar: Option<String>,
    /// Up to 300 characters about oneself.
    pub bio: String,
    /// Free text shown beside the name.
    pub custom_status: String,
    /// The presence a person chose (`online`, `idle`, `dnd`, `offline`); empty: follow the sockets.
    pub presence: String,
    /// `light` or `dark`.
    pub theme: String,
    /// Interface language.
    pub language: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the person was last connected.
    pub last_seen_at: Option<Timestamp>,
    /// Set while the account is banned.
    pub banned_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
