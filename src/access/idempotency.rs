//! `Idempotency-Key`: what a program sends again, because it did not hear the answer, is done once.
//!
//! The answer is kept in the transaction of its effect, so that both are there or neither. A
//! request whose first copy is still under way is told to come back.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use dashmap::DashSet;
use entity::{AppId, app_idempotency};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use sha2::{Digest, Sha256};

use super::store;
use crate::kernel::{
    Clock, Db, Error, Result, Tx,
    error::ErrorKind,
    token::{self, TokenKind},
};

/// For how long answers are kept.
const KEPT_SECONDS: i64 = 86_400;
/// The longest key, in characters.
const MAX_KEY: usize = 255;
/// The headers that a key may come in, the preferred one first.
const HEADERS: [&str; 2] = ["idempotency-key", "webhook-id"];
/// Where this is, `webhook-id` is signed and is the key: whoever caught the request must not be able
/// to have it done again under another one.
const SIGNATURE: &str = "webhook-signature";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a request is, apart from its body: its key, if it has one, and where it goes.
#[derive(Clone, Debug)]
pub struct Keyed {
    key: Option<String>,
    method: Method,
    path: String,
}

impl Keyed {
    /// The same request, with `nonce` as its key where it has none in its headers.
    ///
    /// # Errors
    /// `idempotency_key_invalid`.
    pub fn or_nonce(mut self, nonce: Option<&str>) -> Result<Self> {
        if self.key.is_none() {
            self.key = nonce.map(valid_key).transpose()?;
        }
        Ok(self)
    }

    /// The key.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// What tells requests with the same key apart: a hash of method, path and body, in hex.
    pub fn fingerprint(&self, body: &[u8]) -> String {
        let mut hash = Sha256::new();
        for part in [self.method.as_str().as_bytes(), self.path.as_bytes(), body] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        token::hex(&hash.finalize())
    }
}

impl<S: Sync> FromRequestParts<S> for Keyed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self {
            key: key_of(&parts.headers)?,
            method: parts.method.clone(),
            path: without_tokens(parts.uri.path()),
        })
    }
}

/// The path of a request, the same for each of the tokens that its app has had.
fn without_tokens(path: &str) -> String {
    let segments = path.split('/');
    let lasting: Vec<_> = segments
        .filter(|segment| !TokenKind::is_prefixed(segment))
        .collect();
    lasting.join("/")
}

fn key_of(headers: &HeaderMap) -> Result<Option<String>> {
    let signed = headers.get(SIGNATURE).and_then(|_| headers.get(HEADERS[1]));
    let value = signed.or_else(|| HEADERS.iter().find_map(|name| headers.get(*name)));
    let Some(value) = value else { return Ok(None) };
    valid_key(value.to_str().unwrap_or_default()).map(Some)
}

fn valid_key(key: &str) -> Result<String> {
    let is_printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if key.is_empty() || key.len() > MAX_KEY || !is_printable {
        let text = format!("a key is 1 to {MAX_KEY} printable ASCII characters");
        return Err(Error::invalid("idempotency_key_invalid", text));
    }
    Ok(key.to_owned())
}

/// Knows what was answered before. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Idempotency {
    db: Db,
    clock: Clock,
    running: Arc<DashSet<(AppId, String)>>,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Begun {
    /// Do it, and [keep](Attempt::keep) the answer.
    First(Attempt),
    /// It was done; this is what it was answered.
    Again(Kept),
}

impl Idempotency {
    /// Knows what is in `db`.
    pub(super) fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            running: Arc::default(),
        }
    }

    /// Begins the request of `app` with this `body`.
    ///
    /// # Errors
    /// `idempotency_key_reused` when another request had its key, `idempotency_in_progress` while
    /// that one is under way.
    pub async fn begin(&self, app: AppId, request: &Keyed, body: &[u8]) -> Result<Begun> {
        let Some(key) = &request.key else {
            return Ok(Begun::First(Attempt(None)));
        };
        let place = (app, key.clone());
        if !self.running.insert(place.clone()) {
            return Err(in_progress());
        }
        let attempt = Keeping {
            place,
            fingerprint: request.fingerprint(body),
            clock: self.clock.clone(),
            running: self.running.clone(),
        };
        let after = self.clock.now().plus_seconds(-KEPT_SECONDS);
        match store::find_kept(self.db.reader(), app, key, after).await? {
            None => Ok(Begun::First(Attempt(Some(attempt)))),
            Some(kept) if kept.request_hash == attempt.fingerprint => Ok(Begun::Again(Kept {
                status: u16::try_from(kept.status).unwrap_or(500),
                body: kept.body,
            })),
            Some(_) => Err(Error::new(
                ErrorKind::Unprocessable,
                "idempotency_key_reused",
                "another request was sent with this key",
            )),
        }
    }

    /// Forgets what is too old.
    pub(super) async fn sweep(&self) -> Result<()> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        store::delete_kept(self.db.writer(), before).await
    }
}

fn in_progress() -> Error {
    let text = "the first request with this key is still under way";
    Error::new(ErrorKind::Conflict, "idempotency_in_progress", text).after(1)
}

/// A request that is under way. Dropping it without [keeping](Attempt::keep) an answer, as after a
/// refusal, lets it be sent again.
#[derive(Debug)]
pub struct Attempt(Option<Keeping>);

#[derive(Debug)]
struct Keeping {
    place: (AppId, String),
    fingerprint: String,
    clock: Clock,
    running: Arc<DashSet<(AppId, String)>>,
}

impl Attempt {
    /// Keeps the answer, in the transaction of what it tells of. Without a key it keeps nothing.
    ///
    /// # Errors
    /// `idempotency_in_progress` when a copy of the request was faster.
    pub async fn keep(
        &self,
        tx: &Tx,
        status: StatusCode,
        body: &impl serde::Serialize,
    ) -> Result<()> {
        let Some(keeping) = &self.0 else {
            return Ok(());
        };
        let now = keeping.clock.now();
        let row = app_idempotency::Model {
            app_id: keeping.place.0,
            key: keeping.place.1.clone(),
            request_hash: keeping.fingerprint.clone(),
            status: status.as_u16().into(),
            body: serde_json::to_string(body)?,
            created_at: now,
        };
        if store::insert_kept(tx, row, now.plus_seconds(-KEPT_SECONDS)).await? {
            Ok(())
        } else {
            Err(in_progress())
        }
    }
}

impl Drop for Keeping {
    fn drop(&mut self) {
        self.running.remove(&self.place);
    }
}

/// What a request was answered when it came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    status: u16,
    body: String,
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let kind = HeaderValue::from_static("application/json");
        let replayed = HeaderValue::from_static("true");
        let headers = [(header::CONTENT_TYPE, kind), (REPLAYED, replayed)];
        (status, headers, self.body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};

    use super::{Keyed, key_of};

    fn keyed(method: Method, path: &str) -> Keyed {
        Keyed {
            key: None,
            method,
            path: path.to_owned(),
        }
    }

    #[test]
    fn a_key_is_printable_and_not_too_long() {
        let key = |name: &'static str, value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_bytes(value).expect("a value"));
            key_of(&headers).map_err(|error| error.code().to_owned())
        };
        let invalid = Err("idempotency_key_invalid".to_owned());
        assert_eq!(key("idempotency-key", b"a b"), Ok(Some("a b".into())));
        assert_eq!(key("webhook-id", b"msg_1"), Ok(Some("msg_1".into())));
        assert_eq!(key("x-other", b"a"), Ok(None));
        assert_eq!(key("idempotency-key", b""), invalid);
        assert_eq!(key("idempotency-key", &[b'a'; 256]), invalid);
        assert_eq!(key("idempotency-key", "ä".as_bytes()), invalid);
        assert_eq!(key("idempotency-key", b"a\tb"), invalid);
    }

    #[test]
    fn a_nonce_is_a_key_for_who_has_no_other() {
        let request = keyed(Method::POST, "/x");
        let with = request.clone().or_nonce(Some("n")).expect("a key");
        assert_eq!(with.key(), Some("n"));
        assert_eq!(
            with.or_nonce(Some("m")).expect("a key").key(),
            Some("n"),
            "the header comes first"
        );
        assert!(request.clone().or_nonce(Some("ä")).is_err());
        assert_eq!(request.or_nonce(None).expect("none").key(), None);
    }

    #[test]
    fn requests_are_the_same_when_all_of_them_is() {
        let print = |method, path, body: &str| keyed(method, path).fingerprint(body.as_bytes());
        let first = print(Method::POST, "/a", "{}");
        assert_eq!(first, print(Method::POST, "/a", "{}"));
        assert_eq!(first.len(), 64);
        for other in [
            print(Method::PATCH, "/a", "{}"),
            print(Method::POST, "/a{", "}"),
            print(Method::POST, "/a", "{ }"),
        ] {
            assert_ne!(first, other);
        }
    }
}
