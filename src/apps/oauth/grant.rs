//! The life of codes and tokens.
//!
//! A code is redeemed once; what comes of it is a family of tokens. Of a family one refresh token
//! is live, and using it makes the next. Whoever shows a code or a refresh token that was used
//! before has it from somebody else, or somebody else has it from them: the family ends.
//!
//! Decides from what was read; that two cannot win the same race is up to the statement that
//! stores the decision.

use entity::{AppId, Timestamp, oauth_code, oauth_token};

use super::{client::Client, error::OAuthError, pkce::Challenge, scope::Scopes};
use crate::kernel;

/// How long a code can be redeemed.
const CODE_SECONDS: i64 = 60;
/// How long an access token is good for.
pub const ACCESS_SECONDS: i64 = 3600;
/// How long a refresh token is good for when it is not used.
const REFRESH_SECONDS: i64 = 30 * 86_400;
/// How long a person's consent carries a family of tokens, however often it is refreshed.
const FAMILY_SECONDS: i64 = 180 * 86_400;
/// A refresh token that comes again so soon was sent twice, because the first answer was lost.
const LEEWAY_SECONDS: i64 = 10;

/// The name of the tokens that come from one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family(pub String);

/// An authorization code.
#[derive(Clone, Debug)]
pub struct Code {
    app: AppId,
    scopes: Scopes,
    redirect_uri: Option<String>,
    challenge: Option<Challenge>,
    created_at: Timestamp,
    state: CodeState,
}

#[derive(Clone, Debug)]
enum CodeState {
    Issued,
    Redeemed(Family),
}

/// What a code is redeemed with.
#[derive(Clone, Copy, Debug)]
pub struct Redemption<'a> {
    /// The client that redeems it.
    pub client: &'a Client,
    /// The `redirect_uri` that it sent.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier` that it sent.
    pub verifier: Option<&'a str>,
    /// The time.
    pub now: Timestamp,
}

/// A refresh token.
#[derive(Clone, Debug)]
pub struct Refresh {
    app: AppId,
    scopes: Scopes,
    family: Family,
    expires_at: Timestamp,
    family_expires_at: Timestamp,
    state: RefreshState,
}

#[derive(Clone, Copy, Debug)]
enum RefreshState {
    Live,
    Spent { at: Timestamp },
    Revoked,
}

/// The pair of tokens that is to be given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What the access token is good for.
    pub access_scopes: Scopes,
    /// What the refresh token can be exchanged for.
    pub refresh_scopes: Scopes,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends unless it is used.
    pub refresh_expires_at: Timestamp,
    /// When the family ends.
    pub family_expires_at: Timestamp,
}

/// Why a code or a refresh token is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not good for this request; nothing else follows.
    NotGood(OAuthError),
    /// It was used before: its family has to end.
    Reused(Family),
}

impl Refusal {
    fn not_good(why: &'static str) -> Self {
        Self::NotGood(OAuthError::invalid_grant(why))
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotGood(error) => error,
            Refusal::Reused(_) => Self::invalid_grant(
                "it was used before, so everything that came of it has been revoked",
            ),
        }
    }
}

impl Code {
    /// The code in `row`, given to the client `app`.
    pub fn stored(row: oauth_code::Model, app: AppId) -> kernel::Result<Self> {
        Ok(Self {
            app,
            scopes: Scopes::stored(&row.scope)?,
            redirect_uri: row.redirect_uri,
            challenge: row.code_challenge.map(Challenge::stored),
            created_at: row.created_at,
            state: match row.family {
                Some(family) => CodeState::Redeemed(Family(family)),
                None => CodeState::Issued,
            },
        })
    }

    /// What the code gives to whoever redeems it like this.
    pub fn redeem(&self, with: &Redemption<'_>) -> Result<Issue, Refusal> {
        // A client that shows another's code learns nothing of it and does nothing to it.
        if with.client.app != self.app {
            return Err(Refusal::not_good("the code is unknown or expired"));
        }
        if let CodeState::Redeemed(family) = &self.state {
            return Err(Refusal::Reused(family.clone()));
        }
        if with.now > self.created_at.plus_seconds(CODE_SECONDS) {
            return Err(Refusal::not_good("the code is unknown or expired"));
        }
        let is_same_place = match (&self.redirect_uri, with.redirect_uri) {
            (Some(asked), sent) => sent == Some(asked),
            (None, None) => true,
            // It was not sent before, so it was the only one that there is.
            (None, Some(sent)) => with.client.only_redirect_uri() == Some(sent),
        };
        if !is_same_place {
            return Err(Refusal::not_good(
                "the redirect_uri is not that of the authorization request",
            ));
        }
        match (&self.challenge, with.verifier) {
            (None, None) => {}
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => {}
            (Some(_), Some(_)) => return Err(Refusal::not_good("the code_verifier does not fit")),
            (Some(_), None) => return Err(Refusal::not_good("the code_verifier is missing")),
            // Somebody may have taken the challenge out of the request (RFC 9700, 4.8.2).
            (None, Some(_)) => {
                return Err(Refusal::not_good(
                    "a code_verifier was sent, but no code_challenge before",
                ));
            }
        }
        let family_expires_at = with.now.plus_seconds(FAMILY_SECONDS);
        Ok(Issue::new(
            self.scopes,
            self.scopes,
            with.now,
            family_expires_at,
        ))
    }
}

impl Refresh {
    /// The refresh token in `row`, given to the client `app`.
    pub fn stored(row: oauth_token::Model, app: AppId) -> kernel::Result<Self> {
        Ok(Self {
            app,
            scopes: Scopes::stored(&row.scope)?,
            family: Family(row.family),
            expires_at: row.expires_at,
            family_expires_at: row.family_expires_at,
            state: match (row.revoked_at, row.spent_at) {
                (Some(_), _) => RefreshState::Revoked,
                (None, Some(at)) => RefreshState::Spent { at },
                (None, None) => RefreshState::Live,
            },
        })
    }

    /// The family it belongs to.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// What comes after this token if the client `app` uses it `now`. An access token for less than
    /// it is good for can be asked for; the refresh token stays as good as it was (RFC 6749, 6).
    pub fn rotate(
        &self,
        app: AppId,
        scope: Option<&str>,
        now: Timestamp,
    ) -> Result<Issue, Refusal> {
        const NOT_GOOD: &str = "the refresh token is unknown, expired or revoked";
        if app != self.app {
            return Err(Refusal::not_good(NOT_GOOD));
        }
        match self.state {
            RefreshState::Revoked => return Err(Refusal::not_good(NOT_GOOD)),
            RefreshState::Spent { at } if now <= at.plus_seconds(LEEWAY_SECONDS) => {
                return Err(Refusal::not_good("the refresh token was used just now"));
            }
            RefreshState::Spent { .. } => return Err(Refusal::Reused(self.family.clone())),
            RefreshState::Live if now > self.expires_at => {
                return Err(Refusal::not_good(NOT_GOOD));
            }
            RefreshState::Live => {}
        }
        let asked = scope.map_or(Ok(self.scopes), Scopes::parse);
        let access = asked
            .and_then(|asked| asked.limited_to(self.scopes))
            .map_err(Refusal::NotGood)?;
        Ok(Issue::new(access, self.scopes, now, self.family_expires_at))
    }
}

impl Issue {
    fn new(
        access_scopes: Scopes,
        refresh_scopes: Scopes,
        now: Timestamp,
        family_expires_at: Timestamp,
    ) -> Self {
        let at_most = |seconds| now.plus_seconds(seconds).min(family_expires_at);
        Self {
            access_scopes,
            refresh_scopes,
            access_expires_at: at_most(ACCESS_SECONDS),
            refresh_expires_at: at_most(REFRESH_SECONDS),
            family_expires_at,
        }
    }
}

#[cfg(test)]
mod tests;
