//! What a client's token is worth (RFC 7662).

use entity::oauth_token::OauthTokenKind;

use super::{
    client::Client, exchange::parse_token, model::Introspection, scope::Scopes, service::Oauth,
    store,
};
use crate::kernel::Result;

impl Oauth {
    /// What `token` is worth, if it was given to `client`.
    pub(super) async fn introspect(&self, client: &Client, token: &str) -> Result<Introspection> {
        let Some((_, hash)) = parse_token(token) else {
            return Ok(Introspection::INACTIVE);
        };
        let now = self.clock.now();
        let token = store::find_token(self.db.reader(), &hash).await?;
        let is_good = |token: &entity::oauth_token::Model| {
            token.revoked_at.is_none() && token.spent_at.is_none() && now < token.expires_at
        };
        let Some(token) = token.filter(is_good) else {
            return Ok(Introspection::INACTIVE);
        };
        let grant = store::find_grant_by_id(self.db.reader(), token.grant_id).await?;
        let Some(grant) = grant.filter(|grant| grant.app_id == client.app) else {
            return Ok(Introspection::INACTIVE);
        };
        let Some(person) = self.person(grant.user_id).await? else {
            return Ok(Introspection::INACTIVE);
        };
        Ok(Introspection::Active {
            active: true,
            scope: Scopes::stored(&token.scope)?,
            client_id: client.client_id.clone(),
            token_type: match token.kind {
                OauthTokenKind::Access => "Bearer",
                OauthTokenKind::Refresh => "refresh_token",
            },
            exp: token.expires_at.unix_seconds(),
            iat: token.created_at.unix_seconds(),
            sub: person.id.to_string(),
            iss: self.issuer().to_owned(),
        })
    }
}
