//! Errors as OAuth names them: RFC 6749 (4.1.2.1 and 5.2), 6750, 7009 and `OpenID` Connect.

use std::borrow::Cow;

use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{Error, error::ErrorKind};

/// A result whose error is told to a client in OAuth's words.
pub type Result<T, E = OAuthError> = std::result::Result<T, E>;

/// What is wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A parameter is missing, malformed or repeated.
    InvalidRequest,
    /// The client did not prove who it is.
    InvalidClient,
    /// The code or refresh token is not good, or not this client's.
    InvalidGrant,
    /// The client may not ask in this way.
    UnauthorizedClient,
    /// No way to get a token that exists here.
    UnsupportedGrantType,
    /// Only `code` exists here.
    UnsupportedResponseType,
    /// No kind of token that can be revoked.
    UnsupportedTokenType,
    /// A scope that does not exist or that the client may not ask for.
    InvalidScope,
    /// The person said no.
    AccessDenied,
    /// Asked not to show anything, but nobody is signed in.
    LoginRequired,
    /// Asked not to show anything, but the person has not agreed yet.
    ConsentRequired,
    /// The access token is unknown, expired or revoked.
    InvalidToken,
    /// The access token is not for this.
    InsufficientScope,
    /// An admin has suspended the app.
    Suspended,
    /// Too often; `Retry-After` says when again.
    RateLimited,
    /// Our fault.
    ServerError,
    /// Not now.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::Suspended => "suspended",
            Self::RateLimited => "rate_limited",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// How the caller tried to prove who it is, which decides the `WWW-Authenticate` of a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// In the body or not at all: no header.
    #[default]
    None,
    /// With HTTP Basic.
    Basic,
    /// With a bearer token.
    Bearer,
}

/// A refusal in OAuth's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    code: ErrorCode,
    description: Cow<'static, str>,
    scheme: Scheme,
    retry_after: Option<u64>,
}

/// The body of a refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct OAuthErrorBody<'a> {
    /// The stable name that programs compare.
    pub error: ErrorCode,
    /// What developers read.
    pub error_description: &'a str,
}

impl OAuthError {
    /// A refusal with a description for developers. Characters that RFC 6749 does not allow in one
    /// are replaced.
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let mut description = description.into();
        if !description.chars().all(is_allowed) {
            let shown = description.chars();
            description = shown
                .map(|c| if is_allowed(c) { c } else { '?' })
                .collect::<String>()
                .into();
        }
        Self {
            code,
            description,
            scheme: Scheme::None,
            retry_after: None,
        }
    }

    /// A parameter is missing, malformed or repeated.
    pub fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    /// The code or refresh token is not good.
    pub fn invalid_grant(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidGrant, description)
    }

    /// The client did not prove who it is, having tried with `scheme`. Says nothing about why.
    pub fn invalid_client(scheme: Scheme) -> Self {
        let mut error = Self::new(ErrorCode::InvalidClient, "client authentication failed");
        error.scheme = scheme;
        error
    }

    /// The access token is unknown, expired or revoked; which one is not told.
    pub fn invalid_token() -> Self {
        let mut error = Self::new(
            ErrorCode::InvalidToken,
            "the access token is unknown, expired or revoked",
        );
        error.scheme = Scheme::Bearer;
        error
    }

    /// Too often; worth trying again after so many seconds.
    pub fn rate_limited(retry_after: u64) -> Self {
        let mut error = Self::new(ErrorCode::RateLimited, "too many requests");
        error.retry_after = Some(retry_after);
        error
    }

    /// An admin has suspended the app.
    pub fn suspended() -> Self {
        Self::new(ErrorCode::Suspended, "the app is suspended")
    }

    /// The name that programs compare.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// What developers read.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Seconds after which it is worth trying again.
    pub const fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// The body of the answer.
    pub fn body(&self) -> OAuthErrorBody<'_> {
        OAuthErrorBody {
            error: self.code,
            error_description: &self.description,
        }
    }

    /// The status where the refusal is an answer and not a redirect.
    pub const fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope | ErrorCode::Suspended => StatusCode::FORBIDDEN,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The value of `WWW-Authenticate`, where there is one.
    pub fn www_authenticate(&self) -> Option<String> {
        match self.scheme {
            Scheme::None => None,
            Scheme::Basic => Some("Basic realm=\"oauth\", charset=\"UTF-8\"".to_owned()),
            Scheme::Bearer => Some(format!("Bearer error=\"{}\"", self.code.as_str())),
        }
    }
}

/// What a description may hold: printable ASCII but `"` and `\`.
fn is_allowed(c: char) -> bool {
    matches!(c, ' '..='~') && c != '"' && c != '\\'
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl std::error::Error for OAuthError {}

impl From<Error> for OAuthError {
    /// An error of the server itself, whose cause is for the log alone.
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::RateLimited => Self::rate_limited(error.retry_after().unwrap_or(1)),
            ErrorKind::Unavailable => {
                let mut busy = Self::new(ErrorCode::TemporarilyUnavailable, "try again soon");
                busy.retry_after = error.retry_after();
                busy
            }
            _ => {
                error.log("oauth");
                Self::new(ErrorCode::ServerError, "internal error")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorCode, OAuthError, Scheme};

    #[test]
    fn a_name_is_the_same_in_redirects_and_in_bodies() {
        for code in [
            ErrorCode::InvalidRequest,
            ErrorCode::InvalidClient,
            ErrorCode::InvalidGrant,
            ErrorCode::UnauthorizedClient,
            ErrorCode::UnsupportedGrantType,
            ErrorCode::UnsupportedResponseType,
            ErrorCode::UnsupportedTokenType,
            ErrorCode::InvalidScope,
            ErrorCode::AccessDenied,
            ErrorCode::LoginRequired,
            ErrorCode::ConsentRequired,
            ErrorCode::InvalidToken,
            ErrorCode::InsufficientScope,
            ErrorCode::Suspended,
            ErrorCode::RateLimited,
            ErrorCode::ServerError,
            ErrorCode::TemporarilyUnavailable,
        ] {
            let in_json = serde_json::to_value(code).expect("JSON");
            assert_eq!(in_json, code.as_str());
        }
    }

    #[test]
    fn only_who_tried_a_scheme_is_told_of_it() {
        let basic = OAuthError::invalid_client(Scheme::Basic);
        assert_eq!(basic.status(), 401);
        assert!(
            basic
                .www_authenticate()
                .is_some_and(|value| value.starts_with("Basic "))
        );
        let by_body = OAuthError::invalid_client(Scheme::None);
        assert_eq!(
            (by_body.status().as_u16(), by_body.www_authenticate()),
            (401, None)
        );
        assert_eq!(
            OAuthError::invalid_token().www_authenticate().as_deref(),
            Some("Bearer error=\"invalid_token\"")
        );
        assert_eq!(OAuthError::invalid_grant("spent").status(), 400);
    }

    #[test]
    fn a_description_holds_what_rfc_6749_allows() {
        let error = OAuthError::invalid_request("unknown \"sc\\öpe\"\n");
        assert_eq!(error.description(), "unknown ?sc??pe??");
    }
}
