//! Showing pictures of other sites. The path is the proof: it is this server that made it.

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Files;
use crate::{
    http::{ClientAddress, ErrorBody, Path},
    kernel::{Error, Result},
};

/// Nothing loads and nothing runs: it is a picture.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// It may become another one there; nobody needs to see that at once.
const A_DAY: &str = "public, max-age=86400";

pub(super) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new().routes(routes!(proxied))
}

/// A picture of another site, made anew: of one that moves the first frame, at most 1,280 pixels on
/// a side.
///
/// Its path comes with messages of apps, as `proxy_url` and the like. No other one is fetched.
#[utoipa::path(get, path = "/proxy/{signature}/{address}", tag = "files",
    params(("signature" = String, Path), ("address" = String, Path)), responses(
    (status = 200, body = Vec<u8>, content_type = "image/png"),
    (status = 400, description = "`url_not_allowed`: it leads to no public address", body = ErrorBody),
    (status = 404, description = "This server has not handed it out, or shows no pictures of \
        other sites", body = ErrorBody),
    (status = 413, description = "`file_too_large`, `image_too_large`", body = ErrorBody),
    (status = 422, description = "`fetch_failed`, `not_an_image`, `image_invalid`", body = ErrorBody),
    (status = 429, body = ErrorBody),
))]
async fn proxied(
    State(files): State<Files>,
    Extension(client): Extension<ClientAddress>,
    path: Result<Path<(String, String)>>,
) -> Result<Response> {
    let Path((signature, address)) = path.map_err(|_| Error::not_found())?;
    let client = client.bucket();
    let picture = files.proxy().picture(&signature, &address, client).await?;
    let headers = [
        (header::CONTENT_TYPE, picture.format.media_type()),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, A_DAY),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, picture.bytes.clone()).into_response())
}
