//! What the provider answers.

use entity::{AppId, Timestamp, timestamp::millis};
use serde::Serialize;
use utoipa::ToSchema;

use super::scope::Scopes;
use crate::kernel::token::PlainToken;

/// A pair of tokens, told once.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenAnswer {
    /// `chta_...`
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: i64,
    /// `chtr_...`: exchanges for the next pair, once.
    refresh_token: String,
    /// What the access token is good for.
    #[schema(value_type = String)]
    scope: Scopes,
}

impl TokenAnswer {
    pub(super) fn new(
        (access, refresh): (&PlainToken, &PlainToken),
        expires_in: i64,
        scope: Scopes,
    ) -> Self {
        Self {
            access_token: access.expose().to_owned(),
            token_type: "Bearer",
            expires_in,
            refresh_token: refresh.expose().to_owned(),
            scope,
        }
    }
}

/// Who somebody is: all that an app ever learns, in both spellings that apps expect.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct UserInfo {
    /// The account, which keeps its id whatever its name.
    pub(super) id: i64,
    /// As `id`.
    pub(super) sub: String,
    /// What the person is called.
    pub(super) nickname: String,
    /// The name of the account.
    pub(super) name: String,
    /// A picture.
    pub(super) avatar_url: String,
    /// As `avatar_url`.
    pub(super) picture: String,
    /// When something of this last changed, in seconds since 1970.
    pub(super) updated_at: i64,
}

/// What a token is worth. Of one that is worth nothing only `active` is told.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Introspection {
    /// It is good.
    Active {
        /// Always true.
        active: bool,
        /// What it is good for.
        #[schema(value_type = String)]
        scope: Scopes,
        /// The client it was given to.
        client_id: String,
        /// `Bearer` for access tokens (RFC 6749, 5.1), and `refresh_token`.
        token_type: &'static str,
        /// When it ends, in seconds since 1970.
        exp: i64,
        /// When it was given out, in seconds since 1970.
        iat: i64,
        /// Whose account it is about.
        sub: String,
        /// The server it is from.
        iss: String,
    },
    /// Unknown, expired, revoked, or somebody else's.
    Inactive {
        /// Always false.
        active: bool,
    },
}

impl Introspection {
    /// A token that is worth nothing.
    pub(super) const INACTIVE: Self = Self::Inactive { active: false };
}

/// An app that somebody allowed to know who they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConnectedApp {
    /// The app.
    pub(super) app_id: AppId,
    /// What it is called.
    pub(super) name: String,
    /// What it is for.
    pub(super) description: String,
    /// Whose it is.
    pub(super) owner: String,
    /// What it was allowed.
    pub(super) scopes: Vec<&'static str>,
    /// Since when.
    #[serde(with = "millis")]
    #[schema(value_type = String)]
    pub(super) created_at: Timestamp,
    /// When it last made use of it.
    #[serde(with = "millis::option")]
    #[schema(value_type = Option<String>)]
    pub(super) last_used_at: Option<Timestamp>,
}
