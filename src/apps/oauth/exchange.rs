//! Codes and refresh tokens for tokens, and tokens taken back.
//!
//! Each exchange is one transaction that holds the lock of its grant, and it is made to its end even
//! when whoever asked has hung up: otherwise a thief could hang up before the theft has consequences.

use std::time::Duration;

use entity::{AppId, GrantId, Timestamp, UserId};

use super::{
    client::Client,
    error::{ErrorCode, OAuthError, Result},
    grant::{ACCESS_SECONDS, Code, Family, Issue, Redemption, Refresh, Refusal},
    model::TokenAnswer,
    params::Params,
    service::Oauth,
    store,
};
use crate::{
    apps::registry::Delivery,
    chat::render,
    http::ClientAddress,
    kernel::{
        self, Tx, token,
        token::{PlainToken, TokenHash, TokenKind},
    },
};

const UNKNOWN_CODE: &str = "the code is unknown or expired";
const UNKNOWN_REFRESH: &str = "the refresh token is unknown, expired or revoked";

impl Oauth {
    /// Gives `client` the tokens that its request to the token endpoint is for.
    pub(super) async fn exchange(
        &self,
        client: Client,
        body: &Params,
        from: ClientAddress,
    ) -> Result<TokenAnswer> {
        let text = |name| Ok::<_, OAuthError>(body.get(name)?.map(ToOwned::to_owned));
        let oauth = self.clone();
        match body.require("grant_type")? {
            "authorization_code" => {
                let code = body.require("code")?.to_owned();
                let (uri, verifier) = (text("redirect_uri")?, text("code_verifier")?);
                let redeemed =
                    async move { oauth.redeem(&client, &code, (uri, verifier), from).await };
                self.tasks.complete(redeemed).await?
            }
            "refresh_token" => {
                let refresh = body.require("refresh_token")?.to_owned();
                let scope = text("scope")?;
                let rotated = async move { oauth.rotate(&client, &refresh, scope, from).await };
                self.tasks.complete(rotated).await?
            }
            _ => Err(OAuthError::new(
                ErrorCode::UnsupportedGrantType,
                "grant_type has to be authorization_code or refresh_token",
            )),
        }
    }

    async fn redeem(
        &self,
        client: &Client,
        code: &str,
        (redirect_uri, verifier): (Option<String>, Option<String>),
        from: ClientAddress,
    ) -> kernel::Result<Result<TokenAnswer>> {
        let hash = token::hash(code);
        let unknown = || Ok(Err(OAuthError::invalid_grant(UNKNOWN_CODE)));
        let Some(found) = store::find_code(self.db.reader(), &hash).await? else {
            return unknown();
        };
        let Some((tx, grant)) = self.lock(found.grant_id).await? else {
            return unknown();
        };
        // As it is now that nobody else can change it.
        let Some(row) = store::find_code(&tx, &hash).await? else {
            return unknown();
        };
        let now = self.clock.now();
        let redemption = Redemption {
            client,
            redirect_uri: redirect_uri.as_deref(),
            verifier: verifier.as_deref(),
            now,
        };
        let issue = match Code::stored(row, grant.app)?.redeem(&redemption) {
            Ok(issue) => issue,
            Err(refusal) => {
                let of = (&grant, Spent::Code, from);
                return self.refuse(tx, of, refusal).await.map(Err);
            }
        };
        let family = Family(token::secret());
        if !store::spend_code(&tx, &hash, &family, now).await? {
            return unknown();
        }
        self.issue(tx, &grant, &family, &issue, now).await.map(Ok)
    }

    async fn rotate(
        &self,
        client: &Client,
        refresh: &str,
        scope: Option<String>,
        from: ClientAddress,
    ) -> kernel::Result<Result<TokenAnswer>> {
        let unknown = || Ok(Err(OAuthError::invalid_grant(UNKNOWN_REFRESH)));
        let Some(token) = PlainToken::parse(TokenKind::OauthRefresh, refresh) else {
            return unknown();
        };
        let hash = token.hash();
        let Some(found) = store::find_token(self.db.reader(), &hash).await? else {
            return unknown();
        };
        let Some((tx, grant)) = self.lock(found.grant_id).await? else {
            return unknown();
        };
        let Some(row) = store::find_token(&tx, &hash).await? else {
            return unknown();
        };
        let now = self.clock.now();
        let refresh = Refresh::stored(row, grant.app)?;
        let issue = match refresh.rotate(client.app, scope.as_deref(), now) {
            Ok(issue) => issue,
            Err(refusal) => {
                let of = (&grant, Spent::RefreshToken, from);
                return self.refuse(tx, of, refusal).await.map(Err);
            }
        };
        if !store::spend_refresh(&tx, &hash, now).await? {
            return unknown();
        }
        let family = refresh.family();
        self.issue(tx, &grant, family, &issue, now).await.map(Ok)
    }

    /// A transaction that holds the lock of a grant, unless the grant or its person is gone.
    async fn lock(&self, id: GrantId) -> kernel::Result<Option<(Tx, Held)>> {
        // Asked outside of the transaction: it takes a connection of its own.
        let Some(grant) = store::find_grant_by_id(self.db.reader(), id).await? else {
            return Ok(None);
        };
        if self.person(grant.user_id).await?.is_none() {
            return Ok(None);
        }
        let tx = self.db.begin().await?;
        let held = store::lock_grant(&tx, id).await?.map(|grant| Held {
            grant: id,
            app: grant.app_id,
            user: grant.user_id,
        });
        Ok(held.map(|held| (tx, held)))
    }

    /// Says no, and ends the family that a stolen code or token is of.
    async fn refuse(
        &self,
        tx: Tx,
        (held, spent, from): (&Held, Spent, ClientAddress),
        refusal: Refusal,
    ) -> kernel::Result<OAuthError> {
        if let Refusal::Reused(family) = &refusal {
            let revoked = store::revoke_family(&tx, &family.0, self.clock.now()).await?;
            tx.commit().await?;
            tracing::warn!(app = %held.app, grant = %held.grant,
                "a code or refresh token came a second time; its tokens were revoked");
            self.deliveries.record(Delivery {
                app: held.app,
                status: 400,
                error: Some(spent.code().to_owned()),
                latency: Duration::ZERO,
                bytes: 0,
                remote: from.0,
            });
            // Whoever has it may send it as often as they like: only the first time ends something.
            if revoked > 0 {
                self.tell_of_theft(held, spent).await?;
            }
        }
        Ok(refusal.into())
    }

    async fn tell_of_theft(&self, held: &Held, spent: Spent) -> kernel::Result<()> {
        let (person, app) = (
            self.person(held.user).await?,
            store::find_app_name(self.db.reader(), held.app).await?,
        );
        let (Some(person), Some(app)) = (person, app) else {
            return Ok(());
        };
        let text = format!(
            "Somebody used a {} of the app **{}** a second time, which may mean that it was stolen. \
             The app was signed out of your account: sign in to it again if you use it. If you do \
             not know it, disconnect it under *Connected apps* in your settings ({}/settings).",
            spent.words(),
            render::escape(&app),
            self.issuer()
        );
        self.chat.tell_as_system(&person, text).await?;
        Ok(())
    }

    async fn issue(
        &self,
        tx: Tx,
        held: &Held,
        family: &Family,
        issue: &Issue,
        now: Timestamp,
    ) -> kernel::Result<TokenAnswer> {
        let access = PlainToken::issue(TokenKind::OauthAccess);
        let refresh = PlainToken::issue(TokenKind::OauthRefresh);
        let tokens = (&access, &refresh);
        store::insert_tokens(&tx, held.grant, family, issue, tokens, now).await?;
        store::touch_grant(&tx, held.grant, now).await?;
        tx.commit().await?;
        let seconds = (issue.access_expires_at.0 - now.0) / 1000;
        Ok(TokenAnswer::new(
            tokens,
            seconds.min(ACCESS_SECONDS),
            issue.access_scopes,
        ))
    }

    /// Ends `token`, if it is one of `client`'s: a refresh token together with all that came of it.
    pub(super) async fn revoke(&self, client: &Client, token: &str) -> kernel::Result<()> {
        let Some((kind, hash)) = parse_token(token) else {
            return Ok(());
        };
        let Some(found) = store::find_token(self.db.reader(), &hash).await? else {
            return Ok(());
        };
        let (oauth, app) = (self.clone(), client.app);
        let revoked = async move {
            let tx = oauth.db.begin().await?;
            let grant = store::lock_grant(&tx, found.grant_id).await?;
            if grant.is_none_or(|grant| grant.app_id != app) {
                return Ok(());
            }
            let now = oauth.clock.now();
            if kind == TokenKind::OauthRefresh {
                store::revoke_family(&tx, &found.family, now).await?;
            } else {
                store::revoke_token(&tx, &hash, now).await?;
            }
            Ok(tx.commit().await?)
        };
        self.tasks.complete(revoked).await
    }
}

/// What came a second time.
#[derive(Clone, Copy, Debug)]
enum Spent {
    Code,
    RefreshToken,
}

impl Spent {
    /// Its name in the log of what came in.
    const fn code(self) -> &'static str {
        match self {
            Self::Code => "code_reused",
            Self::RefreshToken => "refresh_token_reused",
        }
    }

    /// What people call it.
    const fn words(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::RefreshToken => "key (a refresh token)",
        }
    }
}

/// A grant whose lock is held.
struct Held {
    grant: GrantId,
    app: AppId,
    user: UserId,
}

/// The kind and hash of an access or refresh token.
pub(super) fn parse_token(text: &str) -> Option<(TokenKind, TokenHash)> {
    [TokenKind::OauthAccess, TokenKind::OauthRefresh]
        .into_iter()
        .find_map(|kind| PlainToken::parse(kind, text))
        .map(|token| (token.kind(), token.hash()))
}
