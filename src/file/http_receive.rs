//! Reading a form with a file in it, piece by piece, as it comes.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use axum::{
    body::HttpBody,
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{self, MultipartError},
    },
};
use http::StatusCode;
use tokio::time::timeout;

use super::{
    Files,
    model::{FileName, too_large},
    pace::Turn,
    spool::{Spool, Spooled},
};
use crate::{
    account::User,
    http::{discard, is_multipart},
    kernel::{Error, Result},
};

/// How much a form may have besides its file, in bytes.
const FORM_BYTES: u64 = 64 * 1024;
/// The longest text in a form, in bytes, and how many there may be.
const MAX_TEXT_BYTES: usize = 1024;
const MAX_TEXTS: usize = 16;
/// For how long nothing may come.
const STALLED: Duration = Duration::from_secs(30);

/// The field of a form that the file is in, and what is said when it is not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    name: &'static str,
    /// The largest file for it, in bytes.
    max: u64,
    missing: &'static str,
    nameless: &'static str,
}

impl Field {
    pub(super) const FILE: Self = Self {
        name: "file",
        max: u64::MAX,
        missing: "no file provided",
        nameless: "no file selected",
    };
    pub(super) const AVATAR: Self = Self {
        name: "avatar",
        max: super::service::MAX_AVATAR_BYTES,
        missing: "file required",
        nameless: "empty filename",
    };

    fn missing(self) -> Error {
        Error::invalid("file_required", self.missing)
    }
}

/// A form that is here as a whole.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) name: FileName,
    pub(super) spooled: Spooled,
    /// Its other fields.
    pub(super) texts: HashMap<String, String>,
    /// Until it is stored, the upload is under way.
    _turn: Turn,
}

/// Receives a person's form.
///
/// # Errors
/// `file_required`, `file_too_large`, `upload_stalled`, `rate_limited`.
pub(super) async fn receive(
    files: &Files,
    user: &Arc<User>,
    mut request: Request,
    field: Field,
) -> Result<Received> {
    let turn = match files.admit(user) {
        Ok(turn) => turn,
        Err(error) => {
            discard(request.into_body()).await;
            return Err(error);
        }
    };
    let max = files.max_bytes.min(field.max);
    // What says that it is too large is not kept; what does not say so is counted.
    if request.body().size_hint().lower() > max + FORM_BYTES {
        discard(request.into_body()).await;
        return Err(too_large(max));
    }
    if !is_multipart(&request) {
        return Err(field.missing());
    }
    let limit = usize::try_from(max + FORM_BYTES).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(limit).apply(&mut request);
    let form = Multipart::from_request(request, &()).await;
    let form = form.map_err(|_| Error::bad_params())?;
    let mut reading = Reading {
        form,
        field,
        max,
        file: None,
        texts: HashMap::new(),
    };
    reading.read(files).await?;
    let (name, spool) = reading.file.ok_or_else(|| field.missing())?;
    Ok(Received {
        name,
        spooled: spool.finish().await?,
        texts: reading.texts,
        _turn: turn,
    })
}

struct Reading {
    form: Multipart,
    field: Field,
    max: u64,
    file: Option<(FileName, Spool)>,
    texts: HashMap<String, String>,
}

impl Reading {
    async fn read(&mut self, files: &Files) -> Result<()> {
        while let Some(mut part) = in_time(self.form.next_field(), self.max).await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == self.field.name {
                if self.file.is_some() {
                    return Err(Error::invalid("bad_params", "one file at a time"));
                }
                let file_name = part.file_name().unwrap_or_default();
                if file_name.is_empty() {
                    return Err(Error::invalid("file_required", self.field.nameless));
                }
                let file_name = FileName::of(file_name);
                let mut spool = files.spool(self.max).await?;
                while let Some(chunk) = in_time(part.chunk(), self.max).await? {
                    spool.write(&chunk).await?;
                }
                self.file = Some((file_name, spool));
            } else if part.file_name().is_none() {
                let text = read_text(part, self.max).await?;
                if self.texts.len() < MAX_TEXTS {
                    self.texts.insert(name, text);
                }
            }
        }
        Ok(())
    }
}

async fn read_text(mut part: multipart::Field<'_>, max: u64) -> Result<String> {
    let mut text = Vec::new();
    while let Some(chunk) = in_time(part.chunk(), max).await? {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_TEXT_BYTES {
            return Err(Error::bad_params());
        }
    }
    String::from_utf8(text).map_err(|_| Error::bad_params())
}

/// What comes next of a form, unless nothing does.
async fn in_time<T>(
    next: impl Future<Output = std::result::Result<T, MultipartError>>,
    max: u64,
) -> Result<T> {
    let next = timeout(STALLED, next).await;
    let next = next.map_err(|_| Error::invalid("upload_stalled", "The upload has stopped"))?;
    next.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(max),
        _ => Error::invalid("bad_params", "bad params: the form is malformed"),
    })
}
