//! Files that are shared with everybody for a while.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use entity::Timestamp;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Files,
    http_receive::{Field, receive},
    http_serve::{Manner, Part, serve},
    model::{DEFAULT_EXPIRY, File, MAX_EXPIRY, Purpose, file_not_found, parse_expiry},
    service::Upload,
};
use crate::{
    account::CurrentUser,
    http::{Answer, Done, ErrorBody, Json, Path, Query},
    kernel::{Error, Result},
};

/// How many files are listed when nothing is said, and at most.
const DEFAULT_LISTED: u64 = 100;
const MAX_LISTED: u64 = 500;

pub(super) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(upload_shared_file))
        .routes(routes!(upload_from_url))
        .routes(routes!(list_files))
        .routes(routes!(get_file, delete_file))
        .routes(routes!(download_file))
}

/// A file that people share.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct FileOut {
    id: String,
    /// What it was called.
    name: String,
    /// The stored name: what a message's `attachment` can be.
    filename: String,
    /// Bytes.
    size: i64,
    /// What the bytes are, whatever the name says.
    mime_type: String,
    uploaded_by: String,
    uploaded_at: Timestamp,
    /// From when on it is gone; null for what was uploaded for a message.
    expires_at: Option<Timestamp>,
    /// Where it is downloaded.
    url: String,
}

impl FileOut {
    async fn of(files: &Files, file: File) -> Result<Self> {
        Ok(Self {
            uploaded_by: files.directory.name(file.owner_id).await?,
            url: format!("/api/files/download/{}", file.public_id),
            id: file.public_id,
            name: file.name,
            filename: file.stored_name,
            size: file.size,
            mime_type: file.media_type,
            uploaded_at: file.created_at,
            expires_at: file.expires_at,
        })
    }
}

/// A file in a form.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of the form, for the API document alone"
)]
struct SharedFileForm {
    /// At most `storage.max_upload_bytes`, 20 MiB if nothing else is configured.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Seconds, from 1 to 31536000; a week when absent.
    expiry: Option<i64>,
}

/// Share a file for a while.
#[utoipa::path(post, path = "/api/files/upload", tag = "files",
    request_body(content = SharedFileForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = Answer<FileOut>),
    (status = 400, description = "no file provided, no file selected, `expiry_invalid`, \
        `image_invalid`", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 413, description = "`file_too_large`, `image_too_large`, `quota_exceeded`",
        body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn upload_shared_file(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    request: Request,
) -> Result<Answer<FileOut>> {
    let received = receive(&files, &user, request, Field::FILE).await?;
    let expiry = parse_expiry(received.texts.get("expiry").map(String::as_str))?;
    let file = files
        .keep(Upload {
            owner: user,
            name: received.name,
            purpose: Purpose::Shared(files.expiry(expiry)),
            spooled: received.spooled,
        })
        .await?;
    Ok(Answer::new(FileOut::of(&files, file).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
struct FromUrl {
    /// An address on the public Internet, `http` or `https`.
    url: Option<String>,
    /// Seconds, from 1 to 31536000; a week when absent.
    expiry: Option<i64>,
}

/// Share a file that is somewhere on the Internet.
#[utoipa::path(post, path = "/api/files/upload-url", tag = "files", request_body = FromUrl, responses(
    (status = 200, body = Answer<FileOut>),
    (status = 400, description = "url required, `url_invalid`, `url_not_allowed`", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 413, description = "`file_too_large`", body = ErrorBody),
    (status = 422, description = "`fetch_failed`", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn upload_from_url(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    Json(from): Json<FromUrl>,
) -> Result<Answer<FileOut>> {
    let url = from.url.unwrap_or_default();
    if url.trim().is_empty() {
        return Err(Error::invalid("url_required", "url required"));
    }
    let expiry = from.expiry.unwrap_or(DEFAULT_EXPIRY);
    let expiry = parse_expiry(Some(&expiry.to_string()))?;
    let purpose = Purpose::Shared(files.expiry(expiry));
    let file = files.fetch(user, url.trim(), purpose).await?;
    Ok(Answer::new(FileOut::of(&files, file).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// How many are left out.
    offset: Option<u64>,
    /// 100 when absent, at most 500.
    limit: Option<u64>,
}

#[derive(Serialize, ToSchema)]
struct FileList {
    /// The newest first.
    files: Vec<FileOut>,
    has_more: bool,
}

/// The files that people share, as long as they have not expired.
#[utoipa::path(get, path = "/api/files/list", tag = "files", params(ListQuery), responses(
    (status = 200, body = Answer<FileList>), (status = 401, body = ErrorBody),
))]
async fn list_files(
    State(files): State<Files>,
    _user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> Result<Answer<FileList>> {
    let limit = query.limit.unwrap_or(DEFAULT_LISTED).clamp(1, MAX_LISTED);
    let offset = query
        .offset
        .unwrap_or_default()
        .min(MAX_EXPIRY.unsigned_abs());
    let (found, has_more) = files.list(offset, limit).await?;
    let mut listed = Vec::with_capacity(found.len());
    for file in found {
        listed.push(FileOut::of(&files, file).await?);
    }
    Ok(Answer::new(FileList {
        files: listed,
        has_more,
    }))
}

#[derive(Serialize, ToSchema)]
struct OneFile {
    file: FileOut,
}

/// What is known of a file: of those that are shared, and of one's own.
#[utoipa::path(get, path = "/api/files/{id}", tag = "files",
    params(("id" = String, Path)), responses(
    (status = 200, body = Answer<OneFile>),
    (status = 401, body = ErrorBody),
    (status = 404, description = "file not found", body = ErrorBody),
))]
async fn get_file(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<String>,
) -> Result<Answer<OneFile>> {
    let file = files.find(&user, &id).await?;
    let file = FileOut::of(&files, file).await?;
    Ok(Answer::new(OneFile { file }))
}

/// Delete a file: one's own, or anybody's as an admin.
#[utoipa::path(delete, path = "/api/files/{id}", tag = "files",
    params(("id" = String, Path)), responses(
    (status = 200, body = Done),
    (status = 401, body = ErrorBody),
    (status = 403, description = "forbidden", body = ErrorBody),
    (status = 404, description = "file not found", body = ErrorBody),
))]
async fn delete_file(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<String>,
) -> Result<Done> {
    files.delete(&user, &id).await?;
    Ok(Done::default())
}

/// A file's bytes, as a download.
#[utoipa::path(get, path = "/api/files/download/{id}", tag = "files",
    params(("id" = String, Path)), responses(
    (status = 200, description = "An attachment; ranges are served", body = Vec<u8>,
        content_type = "application/octet-stream"),
    (status = 401, body = ErrorBody),
    (status = 404, description = "file not found", body = ErrorBody),
))]
async fn download_file(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    path: Result<Path<String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let Path(id) = path.map_err(|_| file_not_found())?;
    let file = files.find(&user, &id).await?;
    serve(
        &files,
        &Arc::new(file),
        Part::All,
        Manner::Download,
        &headers,
    )
    .await
}
