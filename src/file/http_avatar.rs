//! Avatars: people's own, and the pictures of those who have none.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Files,
    http_receive::{Field, receive},
    model::Purpose,
    service::Upload,
};
use crate::{
    account::CurrentUser,
    http::{Answer, Done, ErrorBody},
    kernel::Result,
};

/// For people without an avatar, and for System.
const PERSON: &[u8] = include_bytes!("assets/person.png");
const SYSTEM: &[u8] = include_bytes!("assets/system.png");

pub(super) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(upload_avatar))
        .routes(routes!(delete_avatar))
        .routes(routes!(default_avatar))
        .routes(routes!(default_system_avatar))
        .routes(routes!(system_picture))
}

/// A picture in a form.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of the form, for the API document alone"
)]
struct AvatarForm {
    /// PNG, JPEG, GIF or WebP of at most 8 MiB.
    #[schema(value_type = String, format = Binary)]
    avatar: Vec<u8>,
}

#[derive(Serialize, ToSchema)]
struct AvatarOut {
    /// A name relative to `/uploads/`.
    avatar: String,
    url: String,
}

/// Upload one's avatar.
///
/// It is made anew, at most 512 pixels wide and high, and does not move.
#[utoipa::path(post, path = "/api/upload/avatar", tag = "files",
    request_body(content = AvatarForm, content_type = "multipart/form-data"), responses(
    (status = 200, body = Answer<AvatarOut>),
    (status = 400, description = "file required, empty filename, `not_an_image`, `image_invalid`",
        body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 413, description = "`file_too_large`, `image_too_large`", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn upload_avatar(
    State(files): State<Files>,
    CurrentUser(user): CurrentUser,
    request: Request,
) -> Result<Answer<AvatarOut>> {
    let received = receive(&files, &user, request, Field::AVATAR).await?;
    let file = files
        .keep(Upload {
            owner: user,
            name: received.name,
            purpose: Purpose::Avatar,
            spooled: received.spooled,
        })
        .await?;
    Ok(Answer::new(AvatarOut {
        url: format!("/uploads/{}", file.stored_name),
        avatar: file.stored_name,
    }))
}

/// Take one's avatar away.
#[utoipa::path(post, path = "/api/delete/avatar", tag = "files", responses(
    (status = 200, body = Done), (status = 401, body = ErrorBody),
))]
async fn delete_avatar(State(files): State<Files>, CurrentUser(user): CurrentUser) -> Result<Done> {
    files.delete_avatar(user).await?;
    Ok(Done::default())
}

/// The picture of people who have none.
#[utoipa::path(get, path = "/default_avatar", tag = "files", responses(
    (status = 200, body = Vec<u8>, content_type = "image/png"),
))]
async fn default_avatar() -> Response {
    picture(PERSON)
}

/// The picture of System.
#[utoipa::path(get, path = "/default_sys_avatar", tag = "files", responses(
    (status = 200, body = Vec<u8>, content_type = "image/png"),
))]
async fn default_system_avatar() -> Response {
    picture(SYSTEM)
}

/// The picture of System, as messages name it.
#[utoipa::path(get, path = "/sys_pfp.png", tag = "files", responses(
    (status = 200, body = Vec<u8>, content_type = "image/png"),
))]
async fn system_picture() -> Response {
    picture(SYSTEM)
}

fn picture(bytes: &'static [u8]) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (
            header::HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    (headers, bytes).into_response()
}
