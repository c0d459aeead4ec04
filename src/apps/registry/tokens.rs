//! Tokens of integrations, and signing secrets of webhooks.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use entity::{AppId, AppTokenId, UserId, integration_token};
use rand::Rng;
use serde_json::json;

use super::{
    changes::{effects, require_app},
    input_details::TokenSpec,
    model::{App, Details, MAX_TOKENS, not_applicable, token_not_found, too_many},
    store_changes::{self as store, NewTokenRow},
};
use crate::{
    account::Directory,
    apps::webhooks::signature::SECRET_PREFIX,
    chat::servers,
    kernel::{
        Error, Result,
        token::{PlainToken, TokenKind},
    },
    permission::Permission,
    server::{Applied, Change, Work},
};

/// Signing secrets that hold at once, so that one can be replaced without a gap.
const SIGNING_SECRETS: usize = 2;
/// Random bytes of a signing secret.
const SIGNING_BYTES: usize = 32;

fn tokens_of(app: &App) -> Result<&[integration_token::Model]> {
    match &app.details {
        Details::Integration { tokens, .. } => Ok(tokens),
        _ => Err(Error::invalid(
            "not_applicable",
            "only integrations have tokens",
        )),
    }
}

/// Makes a token.
#[derive(Debug)]
pub(super) struct CreateToken {
    pub(super) app: AppId,
    pub(super) by: UserId,
    pub(super) spec: TokenSpec,
}

impl Change for CreateToken {
    type Answer = (integration_token::Model, PlainToken);

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        let app = require_app(work, self.app).await?;
        let count = u64::try_from(tokens_of(&app)?.len()).unwrap_or(u64::MAX);
        if count >= MAX_TOKENS {
            return Err(too_many("tokens", MAX_TOKENS));
        }
        let TokenSpec { name, scopes, days } = self.spec;
        let token = PlainToken::issue(TokenKind::Integration);
        let new = NewTokenRow {
            app: self.app,
            name: name.as_str().to_owned(),
            scopes: scopes.to_stored()?,
            by: self.by,
            now: work.now(),
            expires_at: days.map(|days| work.now().plus_seconds(days * 86_400)),
        };
        let row = store::insert_token(work.tx(), new, &token).await?;
        let after = json!({"tokenId": row.id, "name": row.name, "scopes": scopes});
        let effects = effects(&app, "app.token_create", None, Some(after));
        Ok(Applied::done((row, token), effects))
    }
}

/// Revokes a token.
#[derive(Debug)]
pub(super) struct RevokeToken {
    pub(super) app: AppId,
    pub(super) token: AppTokenId,
}

impl Change for RevokeToken {
    /// The token as it was.
    type Answer = integration_token::Model;

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        let app = require_app(work, self.app).await?;
        let token = tokens_of(&app)?.iter().find(|token| token.id == self.token);
        let token = token.ok_or_else(token_not_found)?.clone();
        store::delete_token(work.tx(), token.id).await?;
        let before = json!({"tokenId": token.id, "name": token.name});
        let effects = effects(&app, "app.token_revoke", Some(before), None);
        Ok(Applied::done(token, effects))
    }
}

/// Takes over those tokens of an integration that wait for somebody to do so.
#[derive(Debug)]
pub(super) struct AdoptApp {
    pub(super) app: AppId,
    pub(super) by: UserId,
    pub(super) directory: Directory,
}

impl Change for AdoptApp {
    /// The tokens that go on.
    type Answer = Vec<integration_token::Model>;

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        let app = require_app(work, self.app).await?;
        let mut adopted = Vec::new();
        let mut managers = HashMap::new();
        for token in tokens_of(&app)? {
            let creator = token.created_by;
            if let std::collections::hash_map::Entry::Vacant(unknown) = managers.entry(creator) {
                unknown.insert(self.manages(work, creator).await?);
            }
            if !managers[&creator] {
                adopted.push(token.clone());
            }
        }
        if adopted.is_empty() {
            return Ok(Applied::unchanged(adopted));
        }
        let ids: Vec<_> = adopted.iter().map(|token| token.id).collect();
        let after = json!({"ownerId": self.by, "tokenIds": ids});
        store::adopt_tokens(work.tx(), ids, self.by).await?;
        store::update_app(work.tx(), self.app, None, None, Some(self.by)).await?;
        let before = json!({"ownerId": app.row.owner_id});
        let effects = effects(&app, "app.adopt", Some(before), Some(after));
        Ok(Applied::done(adopted, effects))
    }
}

impl AdoptApp {
    /// Whether `user` may manage the server.
    async fn manages(&self, work: &Work, user: UserId) -> Result<bool> {
        let account = self.directory.find(user).await?;
        if account.is_none_or(|account| account.banned_at.is_some()) {
            return Ok(false);
        }
        let member = servers::read_member(work.tx(), work.server().id, user).await?;
        Ok(member.is_some_and(|member| {
            let standing = work.server().standing(&member, work.now());
            standing.require(Permission::ManageServer).is_ok()
        }))
    }
}

/// Has posts to a webhook signed with one more secret, or with none.
pub(super) struct SetSigning {
    pub(super) app: AppId,
    /// The new secret; none: posts need no signature any more.
    pub(super) secret: Option<String>,
}

impl SetSigning {
    /// With `chosen`, or a random secret.
    pub(super) fn with(app: AppId, chosen: Option<String>) -> (Self, String) {
        let secret = chosen.unwrap_or_else(|| {
            let mut key = [0_u8; SIGNING_BYTES];
            rand::rng().fill_bytes(&mut key);
            format!("{SECRET_PREFIX}{}", BASE64_STANDARD.encode(key))
        });
        let change = Self {
            app,
            secret: Some(secret.clone()),
        };
        (change, secret)
    }
}

impl Change for SetSigning {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let app = require_app(work, self.app).await?;
        let Details::Webhook(webhook) = &app.details else {
            return Err(not_applicable("signing"));
        };
        let mut webhook = webhook.clone();
        let was = webhook.signing_secrets.is_some();
        webhook.signing_secrets = match self.secret {
            Some(secret) => {
                let old = webhook.signing_secrets.as_deref().unwrap_or("[]");
                let mut secrets: Vec<String> = serde_json::from_str(old)?;
                secrets.retain(|old| *old != secret);
                secrets.insert(0, secret);
                secrets.truncate(SIGNING_SECRETS);
                Some(serde_json::to_string(&secrets)?)
            }
            None if !was => return Ok(Applied::unchanged(())),
            None => None,
        };
        let after = json!({"signing": webhook.signing_secrets.is_some()});
        store::update_webhook(work.tx(), webhook).await?;
        let before = json!({"signing": was});
        let effects = effects(&app, "app.signing", Some(before), Some(after));
        Ok(Applied::done((), effects))
    }
}
