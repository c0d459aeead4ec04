//! Previews: what can be shown of a file without having it run or unpacking it.

use axum::{extract::State, response::Response};
use bytes::BytesMut;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Files, archive,
    http_serve::{Manner, Part, serve},
    media::Preview,
    model::{File, file_not_found},
};
use crate::{
    account::CurrentUser,
    http::{ErrorBody, Path, escape, page},
    kernel::{Error, Result, error::ErrorKind},
};

pub(super) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new().routes(routes!(preview_file))
}

/// A file in the browser: a picture, a film, a text, a page without its scripts, or the names in a
/// ZIP archive.
#[utoipa::path(get, path = "/preview/{name}", tag = "files",
    params(("name" = String, Path, description = "The stored name")), responses(
    (status = 200, body = Vec<u8>, content_type = "text/html"),
    (status = 400, description = "`archive_invalid`", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 404, description = "file not found", body = ErrorBody),
    (status = 415, description = "`preview_unsupported`", body = ErrorBody),
))]
async fn preview_file(
    State(files): State<Files>,
    _user: CurrentUser,
    path: Result<Path<String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let Path(name) = path.map_err(|_| file_not_found())?;
    let file = files.find_stored(&name).await?;
    match Preview::of(&file.media_type) {
        Some(Preview::Itself) => serve(&files, &file, Part::All, Manner::ByType, &headers).await,
        Some(Preview::Page) => serve(&files, &file, Part::All, Manner::Page, &headers).await,
        Some(Preview::Listing) => listing(&files, &file).await,
        None => Err(Error::new(
            ErrorKind::UnsupportedMediaType,
            "preview_unsupported",
            "Files of this kind cannot be previewed: download it",
        )),
    }
}

/// A page with what is in an archive.
async fn listing(files: &Files, file: &File) -> Result<Response> {
    let mut bytes = BytesMut::new();
    let mut stream = files
        .blobs
        .read(&file.blob_name, 0..file.size.unsigned_abs())
        .await?;
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk.map_err(Error::internal)?);
    }
    let reading = files.workers.run(move || archive::list(bytes.freeze()));
    let listing = reading.await??;
    let mut rows = String::new();
    for (name, size) in &listing.entries {
        let size = size.map_or(String::new(), |size| {
            format!(" <small>{size} bytes</small>")
        });
        rows.extend(["<li>", &escape(name), &size, "</li>"]);
    }
    let more = listing.total - listing.entries.len();
    let more = if more == 0 {
        String::new()
    } else {
        format!("<p>and {more} more</p>")
    };
    let body = format!("<ul>{rows}</ul>{more}");
    Ok(page(StatusCode::OK, &file.name, &body))
}
