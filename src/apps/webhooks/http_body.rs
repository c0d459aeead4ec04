//! Reading what was posted: the bytes, which signatures and keys are about, and the object in them.

use axum::{
    body::{Body, HttpBody},
    extract::{
        DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request, multipart::Field,
    },
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde_json::{Map, Value};

use super::{
    model::Received,
    payload::{self, Envelope, Payload},
    warnings::Warnings,
};
use crate::{
    access::Keyed,
    http::{MAX_BODY_BYTES, discard, is_multipart},
    kernel::{Error, Result, error::ErrorKind},
};

/// The largest form with files, in bytes.
const MAX_FORM_BYTES: usize = 8 * 1024 * 1024;
/// The most files of one post.
const MAX_FILES: usize = 10;

/// A request whose body is here and was not looked at.
pub(super) struct Unread {
    parts: Parts,
    body: Bytes,
    is_form: bool,
}

impl Unread {
    /// Receives a request's body.
    ///
    /// # Errors
    /// `payload_too_large`; `invalid_json` for one that ends before its end.
    pub(super) async fn receive(mut request: Request) -> Result<Self> {
        let is_form = is_multipart(&request);
        let max = if is_form {
            MAX_FORM_BYTES
        } else {
            MAX_BODY_BYTES
        };
        // What says that it is too large is not kept.
        if request.body().size_hint().lower() > max as u64 {
            discard(request.into_body()).await;
            return Err(too_large(max));
        }
        DefaultBodyLimit::max(max).apply(&mut request);
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts.clone(), body);
        let body = Bytes::from_request(request, &()).await.map_err(|refused| {
            if refused.status() == StatusCode::PAYLOAD_TOO_LARGE {
                too_large(max)
            } else {
                invalid("The body did not come to its end.")
            }
        })?;
        Ok(Self {
            parts,
            body,
            is_form,
        })
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    /// What of the request matters beside the object in it.
    ///
    /// # Errors
    /// `idempotency_key_invalid`.
    pub(super) async fn received(&self) -> Result<Received> {
        let keyed = Keyed::from_request_parts(&mut self.parts.clone(), &()).await?;
        Ok(Received {
            headers: self.parts.headers.clone(),
            body: self.body.clone(),
            keyed,
        })
    }

    /// The object in the body.
    ///
    /// # Errors
    /// `unsupported_media_type`, `invalid_json`, `too_many_files`.
    pub(super) async fn payload(self) -> Result<Payload> {
        if !self.is_form {
            let content_type = self.parts.headers.get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            return payload::read(content_type, &self.body);
        }
        let request = Request::from_parts(self.parts, Body::from(self.body));
        let form = Multipart::from_request(request, &()).await;
        read_form(form.map_err(|_| invalid("The form has no boundary."))?).await
    }
}

/// Reads the object in the field `payload_json`, or the fields as an object of texts.
async fn read_form(mut form: Multipart) -> Result<Payload> {
    let (mut payload, mut files) = (None, Vec::new());
    let mut texts = Map::new();
    while let Some(field) = form.next_field().await.map_err(|_| malformed())? {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() || name.starts_with("files[") {
            if files.len() == MAX_FILES {
                return Err(too_many_files());
            }
            let file = field.file_name().unwrap_or_default().to_owned();
            // Of a file that is broken off there is no message.
            files.push((file, field.bytes().await.map_err(|_| malformed())?));
            continue;
        }
        let text = read_field(field).await?;
        if name == "payload_json" || name == "payload" {
            let envelope = if name == "payload" {
                Envelope::Form
            } else {
                Envelope::Body
            };
            payload = Some(payload::object(&text, envelope)?);
        } else {
            let text = String::from_utf8(text.into()).map_err(|_| malformed())?;
            if texts.insert(name, Value::String(text)).is_some() {
                return Err(invalid("A field of the form is there twice."));
            }
        }
    }
    let Some(mut payload) = payload else {
        return Ok(Payload {
            object: texts,
            envelope: Envelope::Body,
            warnings: Warnings::default(),
            files,
        });
    };
    payload.files = files;
    for name in texts.keys() {
        let why = "ignored, the form has a payload_json";
        payload.warnings.add(&format!("/{name}"), why);
    }
    Ok(payload)
}

async fn read_field(field: Field<'_>) -> Result<Bytes> {
    let text = field.bytes().await.map_err(|_| malformed())?;
    if text.len() > MAX_BODY_BYTES {
        return Err(too_large(MAX_BODY_BYTES));
    }
    Ok(text)
}

fn too_large(max: usize) -> Error {
    let text = format!("At most {} KiB are taken.", max / 1024);
    Error::new(ErrorKind::TooLarge, "payload_too_large", text)
}

fn invalid(text: &'static str) -> Error {
    Error::invalid("invalid_json", text)
}

fn malformed() -> Error {
    invalid("The form is malformed.")
}

fn too_many_files() -> Error {
    let text = format!("A post has at most {MAX_FILES} files.");
    Error::invalid("too_many_files", text)
}
