//! Apps as those who manage them are shown them.

use entity::{
    AppId, AppTokenId, ConversationId, DeliveryId, RoleId, SecretId, ServerId, Timestamp, UserId,
    app::AppKind, app_delivery, integration_token, oauth_client::ClientType, oauth_secret,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{App, Details};
use crate::{
    access::Scopes,
    kernel::{Result, token::TokenKind},
};

/// How a secret begins and ends: enough to tell it from others.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Hint {
    prefix: &'static str,
    last4: String,
}

impl Hint {
    fn new(kind: TokenKind, last4: &str) -> Self {
        Self {
            prefix: kind.prefix(),
            last4: last4.to_owned(),
        }
    }
}

/// A person, by id and name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonRef {
    pub(super) id: UserId,
    pub(super) username: String,
}

/// Since when an app is suspended, and why.
#[derive(Debug, Serialize, ToSchema)]
struct Suspended {
    #[serde(with = "entity::timestamp::millis")]
    at: Timestamp,
    reason: Option<String>,
}

/// A secret of an OAuth client, as a hint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SecretView {
    id: SecretId,
    #[serde(flatten)]
    hint: Hint,
    #[serde(with = "entity::timestamp::millis")]
    created_at: Timestamp,
    /// Until when it is taken, once it was replaced.
    #[serde(
        with = "entity::timestamp::millis::option",
        skip_serializing_if = "Option::is_none"
    )]
    expires_at: Option<Timestamp>,
}

impl From<&oauth_secret::Model> for SecretView {
    fn from(secret: &oauth_secret::Model) -> Self {
        Self {
            id: secret.id,
            hint: Hint::new(TokenKind::ClientSecret, &secret.last4),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        }
    }
}

/// An app. Which fields there are beyond the first ones, its kind decides.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppView {
    id: AppId,
    kind: AppKind,
    name: String,
    description: String,
    /// None for OAuth clients, which belong to a person.
    server_id: Option<ServerId>,
    created_by: PersonRef,
    #[serde(with = "entity::timestamp::millis")]
    created_at: Timestamp,
    /// Null unless an admin has suspended it.
    suspended: Option<Suspended>,
    #[serde(with = "entity::timestamp::millis::option")]
    last_used_at: Option<Timestamp>,
    #[serde(flatten)]
    details: DetailsView,
}

/// What each kind has beyond others.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum DetailsView {
    #[serde(rename_all = "camelCase")]
    Webhook {
        channel_id: ConversationId,
        url_hint: Hint,
        /// Whether its messages may mention everybody and roles.
        mention_everyone: bool,
        /// Whether posts have to be signed.
        signing: bool,
        /// Networks that it may be posted from; null: any.
        allowed_networks: Option<Vec<String>>,
    },
    #[serde(rename_all = "camelCase")]
    Integration {
        /// Its own role, which bounds what it can do.
        role_id: RoleId,
        /// Whether a token of it waits for somebody to adopt it.
        paused: bool,
    },
    #[serde(rename_all = "camelCase")]
    Widget {
        url_hint: Hint,
        visible: bool,
        pinned: bool,
    },
    #[serde(rename_all = "camelCase")]
    Oauth {
        client_id: String,
        client_type: ClientType,
        redirect_uris: Vec<String>,
        homepage: Option<String>,
        privacy_url: Option<String>,
        require_pkce: bool,
        /// The newest first.
        secrets: Vec<SecretView>,
        /// How many people have connected it.
        grants: i64,
    },
}

impl AppView {
    /// The view of `app`, which `created_by` made. `paused` says whether a token waits for
    /// somebody to adopt it.
    pub(super) fn new(app: &App, created_by: PersonRef, paused: bool) -> Result<Self> {
        let row = &app.row;
        let (details, last_used_at) = details(app, paused)?;
        Ok(Self {
            id: row.id,
            kind: row.kind,
            name: row.name.clone(),
            description: row.description.clone(),
            server_id: row.server_id,
            created_by,
            created_at: row.created_at,
            suspended: row.suspended_at.map(|at| Suspended {
                at,
                reason: row.suspended_reason.clone(),
            }),
            last_used_at,
            details,
        })
    }
}

fn details(app: &App, paused: bool) -> Result<(DetailsView, Option<Timestamp>)> {
    Ok(match &app.details {
        Details::Webhook(webhook) => {
            let networks = webhook.allowed_networks.as_deref();
            let details = DetailsView::Webhook {
                channel_id: webhook.channel_id,
                url_hint: Hint::new(TokenKind::Webhook, &webhook.token_last4),
                mention_everyone: webhook.mention_everyone,
                signing: webhook.signing_secrets.is_some(),
                allowed_networks: networks.map(serde_json::from_str).transpose()?,
            };
            (details, webhook.last_used_at)
        }
        Details::Integration {
            integration,
            tokens,
        } => {
            let details = DetailsView::Integration {
                role_id: integration.role_id,
                paused,
            };
            let used = tokens.iter().filter_map(|token| token.last_used_at);
            (details, used.max())
        }
        Details::Widget(widget) => {
            let details = DetailsView::Widget {
                url_hint: Hint::new(TokenKind::Widget, &widget.token_last4),
                visible: widget.visible,
                pinned: widget.pinned,
            };
            (details, widget.updated_at)
        }
        Details::Oauth {
            client,
            secrets,
            grants,
            last_used_at,
        } => {
            let details = DetailsView::Oauth {
                client_id: client.client_id.clone(),
                client_type: client.client_type,
                redirect_uris: serde_json::from_str(&client.redirect_uris)?,
                homepage: client.homepage.clone(),
                privacy_url: client.privacy_url.clone(),
                require_pkce: client.require_pkce,
                secrets: secrets.iter().map(Into::into).collect(),
                grants: *grants,
            };
            (details, *last_used_at)
        }
    })
}

/// A token of an integration, as a hint.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenView {
    id: AppTokenId,
    name: String,
    #[schema(value_type = Vec<crate::access::Scope>)]
    scopes: Scopes,
    #[serde(flatten)]
    hint: Hint,
    created_by: PersonRef,
    #[serde(with = "entity::timestamp::millis")]
    created_at: Timestamp,
    /// Null: until it is revoked.
    #[serde(with = "entity::timestamp::millis::option")]
    expires_at: Option<Timestamp>,
    #[serde(with = "entity::timestamp::millis::option")]
    last_used_at: Option<Timestamp>,
    /// From where it was last used.
    last_address: Option<String>,
    /// With what it was last used.
    last_user_agent: Option<String>,
    /// Whether it waits for somebody to adopt it.
    paused: bool,
}

impl TokenView {
    pub(super) fn new(
        token: integration_token::Model,
        created_by: PersonRef,
        paused: bool,
    ) -> Result<Self> {
        Ok(Self {
            id: token.id,
            scopes: Scopes::from_stored(&token.scopes)?,
            hint: Hint::new(TokenKind::Integration, &token.token_last4),
            name: token.name,
            created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
            last_address: token.last_address,
            last_user_agent: token.last_user_agent,
            paused,
        })
    }
}

/// One request to an app, without what it said.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeliveryView {
    id: DeliveryId,
    #[serde(with = "entity::timestamp::millis")]
    at: Timestamp,
    /// The HTTP status that it was answered with.
    status: i32,
    /// The name of its refusal.
    error: Option<String>,
    /// How long it took, in milliseconds.
    latency_ms: i32,
    /// Bytes of its body.
    bytes: i64,
    /// The address that it came from.
    remote: String,
}

impl From<app_delivery::Model> for DeliveryView {
    fn from(row: app_delivery::Model) -> Self {
        Self {
            id: row.id,
            at: row.at,
            status: row.status,
            error: row.error,
            latency_ms: row.latency_ms,
            bytes: row.bytes,
            remote: row.remote,
        }
    }
}
