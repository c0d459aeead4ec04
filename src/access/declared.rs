//! Which routes take which callers, as the API document says, and nobody else.
//!
//! A route says who may call it with `security(..)` on its `#[utoipa::path]`: `session`,
//! `integration` and `oauth` with the scopes that their tokens need, `url_token`, or `()` for
//! anybody. A route that says nothing is for people and for nobody's token. One that says both
//! `session` and `oauth` takes an OAuth client for the person who agreed to its scopes: to the
//! handler it is that person who calls.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Method, header};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::{
    actor::Bearer,
    bearer::{Bearers, Client, bearer_of, suspended},
    limits::Limit,
    pace::Pace,
    service::Access,
};
use crate::{
    account::ActingFor,
    http::{ClientAddress, Cookieless},
    kernel::{Error, Result, error::ErrorKind, token::TokenKind},
};

/// Requests of one address with tokens that are none.
const FAILURES: Limit = Limit::new(
    "bearer_failure",
    |limits| limits.bearer_failures,
    Duration::from_mins(1),
);

/// Methods as the document writes them.
const METHODS: [(&str, Method); 5] = [
    ("get", Method::GET),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("patch", Method::PATCH),
    ("delete", Method::DELETE),
];

/// Paths whose refusals look as OAuth has it (RFC 6749, 5.2).
const OAUTH: [&str; 5] = [
    "/oauth/authorize",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/token",
    "/oauth/userinfo",
];

/// Who may call one method of one path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Operation {
    /// People with a session.
    session: bool,
    /// Integrations whose tokens have these scopes.
    integration: Option<Vec<String>>,
    /// OAuth clients whose tokens have these scopes.
    oauth: Option<Vec<String>>,
}

impl Operation {
    /// Reads the `security` of an operation in the document.
    fn read(security: &[Value]) -> anyhow::Result<Self> {
        let mut operation = Self::default();
        for requirement in security {
            let schemes = requirement.as_object().context("not an object")?;
            for (scheme, scopes) in schemes {
                let scopes = || {
                    let scopes = scopes.as_array().into_iter().flatten();
                    scopes
                        .filter_map(Value::as_str)
                        .map(str::to_owned)
                        .collect()
                };
                match scheme.as_str() {
                    "session" => operation.session = true,
                    "integration" => operation.integration = Some(scopes()),
                    "oauth" => operation.oauth = Some(scopes()),
                    "url_token" => {}
                    other => bail!("there is no kind of caller called {other:?}"),
                }
            }
        }
        Ok(operation)
    }

    /// Whether it is for somebody in particular, rather than for whoever has its address.
    const fn identifies(&self) -> bool {
        self.session || self.integration.is_some() || self.oauth.is_some()
    }

    /// What a token with the scopes of `bearer` is refused for here.
    fn require(&self, bearer: &Bearer) -> Result<()> {
        let (needed, has): (_, Vec<&str>) = match bearer {
            Bearer::Integration(token) => (&self.integration, token.scopes.names().collect()),
            Bearer::Oauth(token) => (
                &self.oauth,
                token.scopes.iter().map(String::as_str).collect(),
            ),
        };
        let needed = needed.as_ref().ok_or_else(token_not_allowed)?;
        match needed.iter().find(|scope| !has.contains(&scope.as_str())) {
            Some(scope) => Err(Error::refused(
                "insufficient_scope",
                format!("the token needs the scope {scope}"),
            )),
            None => Ok(()),
        }
    }

    /// The `WWW-Authenticate` of a refusal with this code (RFC 6750).
    pub(super) fn challenge(&self, code: &str) -> Option<HeaderValue> {
        let scopes = self.integration.as_ref().or(self.oauth.as_ref());
        match (code, scopes) {
            ("unauthenticated", Some(_)) => Some(HeaderValue::from_static("Bearer")),
            ("invalid_token", _) => {
                Some(HeaderValue::from_static("Bearer error=\"invalid_token\""))
            }
            ("insufficient_scope", Some(scopes)) => {
                let scopes = scopes.join(" ");
                let value = format!("Bearer error=\"insufficient_scope\", scope=\"{scopes}\"");
                HeaderValue::from_str(&value).ok()
            }
            _ => None,
        }
    }
}

fn token_not_allowed() -> Error {
    let text = "tokens of this kind cannot be used here";
    Error::refused("token_not_allowed", text)
}

/// How the answers of a path look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As those of the older API.
    Plain,
    /// As those of the platform.
    Platform,
    /// As OAuth says (RFC 6749).
    Oauth,
}

/// Who may call what. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Declared(Arc<HashMap<String, HashMap<Method, Operation>>>);

impl Declared {
    /// What `document` declares.
    ///
    /// # Errors
    /// Names the operation that speaks of callers that do not exist.
    pub fn read(document: &OpenApi) -> anyhow::Result<Self> {
        let document = serde_json::to_value(document)?;
        let mut declared: HashMap<String, HashMap<Method, Operation>> = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (name, method) in METHODS {
                let Some(security) = item[name]["security"].as_array() else {
                    continue;
                };
                let operation = Operation::read(security);
                let operation = operation.with_context(|| format!("{method} {path}"))?;
                let methods = declared.entry(path.clone()).or_default();
                methods.insert(method, operation);
            }
        }
        Ok(Self(Arc::new(declared)))
    }

    /// What is declared for a request; none when nothing is.
    pub(super) fn operation(&self, request: &Request) -> Option<&Operation> {
        let path = request.extensions().get::<MatchedPath>()?;
        let method = match *request.method() {
            Method::HEAD => &Method::GET,
            ref method => method,
        };
        self.0.get(path.as_str())?.get(method)
    }

    /// Whether a request is to one of the platform's routes that people call.
    pub(super) fn is_for_people(&self, request: &Request) -> bool {
        let operation = self.operation(request);
        self.shape(request) == Shape::Platform
            && operation.is_some_and(|operation| operation.session)
    }

    /// How the answer to a request looks.
    pub(super) fn shape(&self, request: &Request) -> Shape {
        let path = request.extensions().get::<MatchedPath>();
        let path = path.map_or("", MatchedPath::as_str);
        if path.starts_with("/api/") || !self.0.contains_key(path) {
            Shape::Plain
        } else if OAUTH.contains(&path) {
            Shape::Oauth
        } else {
            Shape::Platform
        }
    }
}

/// Lets a token in only where it is declared, and then without a session; and takes the cookie from
/// requests to routes that are not for people.
pub async fn require_declared(
    State((declared, access)): State<(Declared, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_route = request.extensions().get::<MatchedPath>().is_some();
    let operation = declared.operation(&request);
    // Where nobody is identified by a token, and on the older API, a header that is none of ours
    // says nothing: clients of before may send one, and services that post to a URL may, too.
    let identifies = operation.is_some_and(Operation::identifies);
    let token = bearer_of(request.headers())
        .filter(|token| identifies || TokenKind::is_prefixed(token))
        .map(str::to_owned);
    if let Some(token) = &token {
        let client = Client::of(&request);
        match admit(access.bearers(), operation, token, &client).await {
            Ok(bearer) => {
                let is_for_people = operation.is_some_and(|operation| operation.session);
                if let (Bearer::Oauth(access), true) = (&bearer, is_for_people) {
                    request.extensions_mut().insert(ActingFor(access.user));
                }
                request.extensions_mut().insert(bearer);
            }
            // What is nowhere is not found, whoever asks.
            Err(error) if !is_route && error.kind() == ErrorKind::Forbidden => {}
            Err(error) => return refuse(operation, counted(&access, &request, error)),
        }
    }
    if token.is_some() || operation.is_some_and(|operation| !operation.session) {
        request.headers_mut().remove(header::COOKIE);
        request.extensions_mut().insert(Cookieless);
    }
    next.run(request).await
}

/// The token, if it may be used for `operation` now.
async fn admit(
    bearers: &Bearers,
    operation: Option<&Operation>,
    token: &str,
    client: &Client,
) -> Result<Bearer> {
    let found = bearers.identify(token).await?;
    if found.is_suspended {
        return Err(suspended());
    }
    let operation = operation.ok_or_else(token_not_allowed)?;
    operation.require(&found.bearer)?;
    bearers.require_creator(&found.bearer).await?;
    bearers.touch(&found.bearer, client);
    Ok(found.bearer)
}

/// The same refusal; of a token that is none it is counted, and once there were too many that is
/// what is said. A good token is never refused for it, whoever else shares its address.
fn counted(access: &Access, request: &Request, error: Error) -> Error {
    let client = request.extensions().get::<ClientAddress>();
    let Some(client) = client.filter(|_| error.code() == "invalid_token") else {
        return error;
    };
    let pace = request.extensions().get::<Pace>().cloned();
    let bound = (FAILURES, (*client).into());
    let counted = access.limits().check(&pace.unwrap_or_default(), &[bound]);
    counted.err().unwrap_or(error)
}

fn refuse(operation: Option<&Operation>, error: Error) -> Response {
    let undeclared = Operation::default();
    let challenge = operation.unwrap_or(&undeclared).challenge(error.code());
    let mut response = error.into_response();
    if let Some(challenge) = challenge {
        let headers = response.headers_mut();
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Operation;

    fn operation(security: &Value) -> anyhow::Result<Operation> {
        Operation::read(security.as_array().expect("a list"))
    }

    #[test]
    fn who_may_call_is_read_from_the_document() {
        let both = operation(&json!([{"session": []}, {"integration": ["read_members"]}]));
        let both = both.expect("read");
        assert!(both.session);
        assert_eq!(both.integration, Some(vec!["read_members".to_owned()]));
        assert_eq!(both.oauth, None);
        for nobody in [json!([{}]), json!([{"url_token": []}]), json!([])] {
            let read = operation(&nobody).expect("read");
            assert_eq!(read, Operation::default(), "{nobody}");
        }
        assert!(operation(&json!([{"sesion": []}])).is_err());
    }

    #[test]
    fn a_refusal_says_how_to_come_back() {
        let both = operation(&json!([{"session": []}, {"integration": ["a", "b"]}]));
        let both = both.expect("read");
        let people = operation(&json!([{"session": []}])).expect("read");
        let said = |operation: &Operation, code| {
            let value = operation.challenge(code)?;
            value.to_str().ok().map(str::to_owned)
        };
        assert_eq!(said(&both, "unauthenticated").as_deref(), Some("Bearer"));
        assert_eq!(said(&people, "unauthenticated"), None);
        for operation in [&both, &people] {
            assert_eq!(
                said(operation, "invalid_token").as_deref(),
                Some("Bearer error=\"invalid_token\"")
            );
            assert_eq!(said(operation, "token_not_allowed"), None);
        }
        assert_eq!(
            said(&both, "insufficient_scope").as_deref(),
            Some("Bearer error=\"insufficient_scope\", scope=\"a b\"")
        );
    }
}
