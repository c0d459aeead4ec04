//! From an `Authorization` header to a token that is good now.

use std::{sync::Arc, time::Duration};

use axum::extract::Request;
use entity::{AppTokenId, GrantId, Timestamp, UserId};
use http::{HeaderMap, header};

use super::{
    actor::{Bearer, Integration, creator_lost_permission},
    service::Parts,
    store,
};
use crate::{
    account::Directory,
    http::ClientAddress,
    kernel::{
        Cache, Clock, Db, Error, Result, Tasks, Tx,
        error::ErrorKind,
        token::{PlainToken, TokenHash, TokenKind},
    },
};

/// Tokens kept in memory.
const CAPACITY: u64 = 20_000;
/// That a token was used is written at most this often.
const TOUCHED_EVERY: Duration = Duration::from_mins(1);
/// How much of a client's own name for itself is kept, in characters.
const MAX_USER_AGENT: usize = 256;

/// Looks the tokens of requests up. Cheap to clone: every request has a handle of its own.
#[derive(Clone)]
pub struct Bearers(Arc<Inner>);

impl std::ops::Deref for Bearers {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    db: Db,
    clock: Clock,
    directory: Directory,
    tasks: Tasks,
    integrations: Cache<TokenHash, Arc<Integration>>,
    touched: moka::sync::Cache<AppTokenId, ()>,
    granted: moka::sync::Cache<GrantId, ()>,
}

impl Bearers {
    pub(super) fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            tasks: parts.tasks,
            integrations: Cache::new(CAPACITY),
            touched: seldom(),
            granted: seldom(),
        }))
    }

    /// Forgets what is kept of the tokens with these hashes; to be called after every committed
    /// change to them, to their app or to its server.
    pub fn forget(&self, tokens: impl IntoIterator<Item = TokenHash>) {
        for hash in tokens {
            self.integrations.invalidate(&hash);
        }
    }

    /// What the token `text` is.
    ///
    /// # Errors
    /// `invalid_token`, the same for whatever is wrong with it.
    pub(super) async fn identify(&self, text: &str) -> Result<Found> {
        if let Some(token) = PlainToken::parse(TokenKind::Integration, text) {
            let integration = self.integration(&token.hash()).await?;
            let is_suspended = integration.is_suspended;
            return Ok(Found {
                bearer: Bearer::Integration(integration),
                is_suspended,
            });
        }
        match PlainToken::parse(TokenKind::OauthAccess, text) {
            Some(token) => self.oauth(&token.hash()).await,
            None => Err(invalid_token()),
        }
    }

    async fn integration(&self, hash: &TokenHash) -> Result<Arc<Integration>> {
        let found = self
            .integrations
            .get_or_load(hash, async || {
                let found = store::find_integration(self.db.reader(), hash).await?;
                Ok::<_, Error>(found.map(Arc::new))
            })
            .await?;
        let now = self.clock.now();
        found
            .filter(|found| found.expires_at.is_none_or(|end| now < end))
            .ok_or_else(invalid_token)
    }

    async fn oauth(&self, hash: &TokenHash) -> Result<Found> {
        let found = store::find_oauth(self.db.reader(), hash, self.clock.now()).await?;
        let (access, is_suspended) = found.ok_or_else(invalid_token)?;
        if !self.is_welcome(access.user).await? {
            return Err(invalid_token());
        }
        Ok(Found {
            bearer: Bearer::Oauth(Arc::new(access)),
            is_suspended,
        })
    }

    /// Refuses a token of somebody who may not do anything themselves any more.
    pub(super) async fn require_creator(&self, bearer: &Bearer) -> Result<()> {
        match bearer {
            Bearer::Integration(integration) if !self.is_welcome(integration.creator).await? => {
                Err(creator_lost_permission())
            }
            _ => Ok(()),
        }
    }

    /// Whether there is such an account and it is not banned.
    async fn is_welcome(&self, user: UserId) -> Result<bool> {
        let user = self.directory.find(user).await?;
        Ok(user.is_some_and(|user| user.banned_at.is_none()))
    }

    /// Notes that a token was used, at most once a minute.
    pub(super) fn touch(&self, bearer: &Bearer, client: &Client) {
        match bearer {
            Bearer::Integration(integration) => self.touch_token(integration.token, client),
            Bearer::Oauth(access) => self.touch_grant(access.grant),
        }
    }

    fn touch_grant(&self, grant: GrantId) {
        if !self.granted.entry(grant).or_insert(()).is_fresh() {
            return;
        }
        let (db, now) = (self.db.clone(), self.clock.now());
        self.tasks.spawn(async move {
            if let Err(error) = store::touch_grant(db.writer(), grant, now).await {
                error.log("noting the use of a connected app");
            }
        });
    }

    fn touch_token(&self, token: AppTokenId, client: &Client) {
        if !self.touched.entry(token).or_insert(()).is_fresh() {
            return;
        }
        let Client {
            address,
            user_agent,
        } = client.clone();
        let (db, now) = (self.db.clone(), self.clock.now());
        self.tasks.spawn(async move {
            let touched = store::touch_token(db.writer(), token, now, address, user_agent).await;
            if let Err(error) = touched {
                error.log("noting the use of a token");
            }
        });
    }
}

/// What was noted within the last minute.
fn seldom<K: std::hash::Hash + Eq + Send + Sync + 'static>() -> moka::sync::Cache<K, ()> {
    moka::sync::Cache::builder()
        .max_capacity(CAPACITY)
        .time_to_live(TOUCHED_EVERY)
        .build()
}

/// Where a request comes from, as far as it is noted.
#[derive(Clone, Debug)]
pub(super) struct Client {
    address: String,
    user_agent: String,
}

impl Client {
    pub(super) fn of(request: &Request) -> Self {
        let address = request.extensions().get::<ClientAddress>();
        let agent = request.headers().get(header::USER_AGENT);
        let agent = agent.and_then(|value| value.to_str().ok());
        let agent = agent.unwrap_or_default().chars();
        Self {
            address: address.map_or_else(String::new, |client| client.0.to_string()),
            user_agent: agent.take(MAX_USER_AGENT).collect(),
        }
    }
}

/// A token that is good, if its app is not suspended.
pub(super) struct Found {
    pub(super) bearer: Bearer,
    pub(super) is_suspended: bool,
}

impl std::fmt::Debug for Bearers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearers")
    }
}

/// What follows `Bearer` in the request's `Authorization`; none when it comes without. More than
/// one header is as good as a wrong one.
pub(super) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::AUTHORIZATION);
    let mut tokens = values.iter().filter_map(|value| {
        let (scheme, token) = value.as_bytes().split_at_checked("Bearer".len())?;
        let is_bearer = scheme.eq_ignore_ascii_case(b"Bearer")
            && token.first().is_none_or(u8::is_ascii_whitespace);
        is_bearer.then(|| std::str::from_utf8(token).unwrap_or_default().trim())
    });
    let token = tokens.next()?;
    let is_alone = values.iter().count() == 1;
    Some(if is_alone { token } else { "" })
}

/// Refuses an integration whose token was revoked or whose app was suspended since its request was
/// let in. To be asked behind the lock that both take: then nothing is done after either is answered.
///
/// # Errors
/// `invalid_token`, `suspended`.
pub async fn require_current(tx: &Tx, integration: &Integration, now: Timestamp) -> Result<()> {
    let (token, creator) = (integration.token, integration.creator);
    match store::find_token_state(tx, token, creator, now).await? {
        Some(false) => Ok(()),
        Some(true) => Err(suspended()),
        None => Err(invalid_token()),
    }
}

/// An admin has suspended the app.
pub(super) fn suspended() -> Error {
    Error::refused("suspended", "this app is suspended")
}

/// Unknown, mistyped, expired and revoked tokens, and those of what is gone, cannot be told from
/// each other.
pub fn invalid_token() -> Error {
    let text = "the token is unknown, expired or revoked";
    Error::new(ErrorKind::Unauthenticated, "invalid_token", text)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::bearer_of;

    fn token(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_str(value).expect("a value");
            headers.append(header::AUTHORIZATION, value);
        }
        bearer_of(&headers).map(str::to_owned)
    }

    #[test]
    fn a_token_is_what_follows_the_scheme_in_the_one_header() {
        assert_eq!(token(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(token(&["bearer   abc "]).as_deref(), Some("abc"));
        assert_eq!(token(&["Bearer"]).as_deref(), Some(""));
        assert_eq!(token(&["Bearer a", "Bearer a"]).as_deref(), Some(""));
        assert_eq!(token(&["Basic abc", "Bearer a"]).as_deref(), Some(""));
        for none in [&[][..], &["Basic abc"], &["Bearers abc"], &["Bear"]] {
            assert_eq!(token(none), None);
        }
    }
}
