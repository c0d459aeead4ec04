//! The files feature over HTTP: its routes, and uploads for messages. Shared files, avatars, serving
//! and previews are in `http_shared`, `http_avatar`, `http_serve` and `http_preview`.

use axum::extract::{Request, State};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Files, http_avatar, http_preview, http_proxy,
    http_receive::{Field, receive},
    http_serve, http_shared,
    model::Purpose,
    service::Upload,
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody},
    kernel::Result,
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(upload_attachment))
        .merge(http_shared::routes())
        .merge(http_avatar::routes())
        .merge(http_serve::routes())
        .merge(http_preview::routes())
        .merge(http_proxy::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(files: Files) -> OpenApiRouter {
    routes().with_state(files)
}

/// A file in a form.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of the form, for the API document alone"
)]
struct FileForm {
    /// At most `storage.max_upload_bytes`, 20 MiB if nothing else is configured.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

#[derive(Serialize, ToSchema)]
struct Uploaded {
    /// Names the file in `/api/files/{id}`, for its owner.
    file_id: String,
    /// The stored name: what a message's `attachment` is. A picture's begins with
    /// `<32 hexadecimal digits>_<width>x<height>_`.
    filename: String,
    /// What the file was called.
    name: String,
    /// Bytes as they are stored: pictures are made anew.
    size: i64,
    /// What the bytes are, whatever the name says.
    mime_type: String,
    url: String,
}

/// Upload a file for a message.
///
/// It is removed when no message has named it within a day.
#[utoipa::path(post, path = "/api/upload", tag = "files",
    request_body(content = FileForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = Answer<Uploaded>),
    (status = 400, description = "no file provided, no file selected, `image_invalid`",
        body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 413, description = "`file_too_large`, `image_too_large`, `quota_exceeded`",
        body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn upload_attachment(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    request: Request,
) -> Result<Answer<Uploaded>> {
    let received = receive(&files, &user, request, Field::FILE).await?;
    let file = files
        .keep(Upload {
            owner: user,
            name: received.name,
            purpose: Purpose::Attachment,
            spooled: received.spooled,
        })
        .await?;
    Ok(Answer::new(Uploaded {
        file_id: file.public_id,
        url: format!("/uploads/{}", file.stored_name),
        filename: file.stored_name,
        name: file.name,
        size: file.size,
        mime_type: file.media_type,
    }))
}
