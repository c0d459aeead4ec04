//! Request bodies and queries, with errors that say what is wrong.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Multipart, Request},
};
use http::{header, request::Parts};
use serde::de::DeserializeOwned;

use crate::kernel::{Error, error::ErrorKind};

/// A JSON body. An empty one reads as `{}`: some clients post nothing at all.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        parse_json(&read_json(request, state).await?).map(Self)
    }
}

/// The bytes of a body that says it is JSON, or nothing of what it is; of an empty one, `{}`.
pub(super) async fn read_json<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Error> {
    let media_type = media_type(&request);
    let body = read(request, state).await?;
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    if !media_type.is_empty() && !media_type.ends_with("json") {
        return Err(unsupported_media_type());
    }
    Ok(body)
}

/// A body with a few named values: JSON, a submitted form or `multipart/form-data`.
#[derive(Clone, Debug)]
pub struct Fields<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Fields<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match media_type(&request).as_str() {
            "multipart/form-data" => {
                let multipart = Multipart::from_request(request, state)
                    .await
                    .map_err(|_| Error::bad_params())?;
                read_multipart(multipart).await.map(Self)
            }
            "application/x-www-form-urlencoded" => {
                let body = read(request, state).await?;
                serde_urlencoded::from_bytes(&body)
                    .map(Self)
                    .map_err(|error| bad_params(&error))
            }
            "" | "application/json" => parse_json(&read(request, state).await?).map(Self),
            _ => Err(unsupported_media_type()),
        }
    }
}

/// The values of a query string.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map(Self)
            .map_err(|error| bad_params(&error))
    }
}

/// The values in a path.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(values)| Self(values))
            // What is no id is the id of nothing.
            .map_err(|_| Error::not_found())
    }
}

/// Whether the body is `multipart/form-data`.
pub fn is_multipart(request: &Request) -> bool {
    media_type(request) == "multipart/form-data"
}

fn media_type(request: &Request) -> String {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Error> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.status() {
            http::StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => Error::bad_params(),
        })
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| bad_params(&error))
}

async fn read_multipart<T: DeserializeOwned>(mut multipart: Multipart) -> Result<T, Error> {
    let mut fields = serde_json::Map::new();
    while let Some(field) = multipart.next_field().await.map_err(multipart_error)? {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        let text = field.text().await.map_err(multipart_error)?;
        fields.insert(name, text.into());
    }
    serde_json::from_value(fields.into()).map_err(|error| bad_params(&error))
}

/// What is wrong with a form that could not be read to its end.
#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function for map_err"
)]
pub fn multipart_error(error: axum::extract::multipart::MultipartError) -> Error {
    match error.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Error::bad_params(),
    }
}

fn bad_params(error: &dyn std::fmt::Display) -> Error {
    Error::invalid("bad_params", format!("bad params: {error}"))
}

fn too_large() -> Error {
    Error::new(ErrorKind::TooLarge, "too_large", "request body too large")
}

fn unsupported_media_type() -> Error {
    Error::new(
        ErrorKind::UnsupportedMediaType,
        "unsupported_media_type",
        "bad params: send application/json",
    )
}
