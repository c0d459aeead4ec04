//! Serving files: in pieces, with conditions, and as nothing that could run.

use std::ops::Range;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use entity::file::Kind;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Files,
    media::{is_inline, served_as},
    model::{File, file_not_found, thumbnail_of},
};
use crate::{
    http::{ErrorBody, Path, Query},
    kernel::{Error, Result},
};

/// Nothing loads, nothing runs, and no page of somebody else's has it in a frame.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    media-src 'self'; frame-ancestors 'self'; sandbox";
/// A stored name never means other bytes. Caches that people share would outlive a deletion.
const FOR_EVER: &str = "private, max-age=31536000, immutable";
/// Asked again each time, since it expires.
const EACH_TIME: &str = "private, no-cache";

pub(super) fn routes() -> OpenApiRouter<Files> {
    OpenApiRouter::new()
        .routes(routes!(serve_upload))
        .routes(routes!(serve_avatar))
}

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// In place if it cannot do harm there, else as a download.
    ByType,
    /// As a download.
    Download,
    /// As the page that it is, in a sandbox.
    Page,
}

/// What of a file is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    All,
    /// A small picture of it; the file itself where there is none.
    Thumbnail,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// `1` for a picture of at most 640 pixels; the file itself where it is no larger.
    thumbnail: Option<String>,
}

/// A file that somebody uploaded, for whoever has its name.
#[utoipa::path(get, path = "/uploads/{name}", tag = "files",
    params(("name" = String, Path, description = "The stored name"), UploadQuery), responses(
    (status = 200, description = "Ranges are served. What could run is a download", body = Vec<u8>,
        content_type = "application/octet-stream"),
    (status = 404, description = "file not found", body = ErrorBody),
))]
async fn serve_upload(
    State(files): State<Files>,
    path: Result<Path<String>>,
    Query(query): Query<UploadQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let Path(name) = path.map_err(|_| file_not_found())?;
    let file = files.find_stored(&name).await?;
    let part = match query.thumbnail.as_deref() {
        None | Some("" | "0") => Part::All,
        Some(_) => Part::Thumbnail,
    };
    serve(&files, &file, part, Manner::ByType, &headers).await
}

/// Somebody's avatar.
#[utoipa::path(get, path = "/uploads/avatars/{name}", tag = "files",
    params(("name" = String, Path)), responses(
    (status = 200, body = Vec<u8>, content_type = "image/png"),
    (status = 404, description = "file not found", body = ErrorBody),
))]
async fn serve_avatar(
    State(files): State<Files>,
    path: Result<Path<String>>,
    headers: HeaderMap,
) -> Result<Response> {
    let Path(name) = path.map_err(|_| file_not_found())?;
    let file = files.find_stored(&format!("avatars/{name}")).await?;
    serve(&files, &file, Part::All, Manner::ByType, &headers).await
}

/// The answer to a request for a file.
pub(super) async fn serve(
    files: &Files,
    file: &File,
    part: Part,
    manner: Manner,
    request: &HeaderMap,
) -> Result<Response> {
    let thumbnail = file.thumbnail_type.as_ref().zip(file.thumbnail_size);
    let (blob, media_type, size) = match thumbnail.filter(|_| part == Part::Thumbnail) {
        Some((media_type, size)) => (thumbnail_of(&file.blob_name), media_type, size),
        None => (file.blob_name.clone(), &file.media_type, file.size),
    };
    let size = size.unsigned_abs();
    let tag = format!("\"{blob}\"");
    let mut response = match asked_for(request, &tag, size) {
        Asked::Nothing => StatusCode::NOT_MODIFIED.into_response(),
        Asked::NoSuchRange => StatusCode::RANGE_NOT_SATISFIABLE.into_response(),
        Asked::All if size == 0 => Body::empty().into_response(),
        Asked::All => body(files, &blob, 0..size).await?,
        Asked::Range(range) => {
            let mut response = body(files, &blob, range).await?;
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            response
        }
    };
    let range = match asked_for(request, &tag, size) {
        Asked::NoSuchRange => Some(format!("bytes */{size}")),
        Asked::Range(range) => Some(format!("bytes {}-{}/{size}", range.start, range.end - 1)),
        Asked::All | Asked::Nothing => None,
    };
    let shown = match manner {
        Manner::Page => "text/html; charset=utf-8",
        Manner::ByType | Manner::Download => served_as(media_type),
    };
    let in_place = match manner {
        Manner::Page => true,
        Manner::Download => false,
        Manner::ByType => is_inline(media_type),
    };
    let keep = match (manner, file.kind) {
        (Manner::ByType, Kind::Attachment | Kind::Avatar) => FOR_EVER,
        _ => EACH_TIME,
    };
    let set = [
        (header::CONTENT_TYPE, Some(shown.to_owned())),
        (
            header::CONTENT_DISPOSITION,
            Some(disposition(&file.name, in_place)),
        ),
        (header::CONTENT_SECURITY_POLICY, Some(POLICY.to_owned())),
        (header::X_CONTENT_TYPE_OPTIONS, Some("nosniff".to_owned())),
        (header::REFERRER_POLICY, Some("no-referrer".to_owned())),
        (header::CACHE_CONTROL, Some(keep.to_owned())),
        (header::ETAG, Some(tag)),
        (header::ACCEPT_RANGES, Some("bytes".to_owned())),
        (header::CONTENT_RANGE, range),
        // Pages of other origins show pictures of this one.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            Some("cross-origin".to_owned()),
        ),
    ];
    for (name, value) in set {
        if let Some(value) = value {
            let value = HeaderValue::from_str(&value).map_err(Error::internal)?;
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}

/// What a request asks for of something with this tag and this many bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    All,
    Range(Range<u64>),
    NoSuchRange,
    /// It has it already.
    Nothing,
}

fn asked_for(request: &HeaderMap, tag: &str, size: u64) -> Asked {
    let text = |name: HeaderName| request.get(name).and_then(|value| value.to_str().ok());
    if let Some(known) = text(header::IF_NONE_MATCH) {
        let mut known = known.split(',').map(str::trim);
        if known.any(|known| known == "*" || known.trim_start_matches("W/") == tag) {
            return Asked::Nothing;
        }
    }
    let Some(ranges) = text(header::RANGE) else {
        return Asked::All;
    };
    if text(header::IF_RANGE).is_some_and(|condition| condition != tag) {
        return Asked::All;
    }
    let Ok(ranges) = http_range_header::parse_range_header(ranges) else {
        return Asked::All;
    };
    match ranges.validate(size) {
        Ok(ranges) => match ranges.as_slice() {
            [range] => Asked::Range(*range.start()..*range.end() + 1),
            // Several at once are seldom asked for, and everything is an answer too.
            _ => Asked::All,
        },
        Err(_) => Asked::NoSuchRange,
    }
}

async fn body(files: &Files, blob: &str, range: Range<u64>) -> Result<Response> {
    let length = range.end - range.start;
    let stream = files.blobs.read(blob, range).await?;
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// The value of `Content-Disposition` for a file called `name` (RFC 6266, RFC 8187).
fn disposition(name: &str, in_place: bool) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');
    let manner = if in_place { "inline" } else { "attachment" };
    // For clients that know only the old form.
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let encoded = utf8_percent_encode(name, ESCAPED);
    format!("{manner}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, header};

    use super::{Asked, asked_for, disposition};

    fn asked<const N: usize>(headers: [(HeaderName, &'static str); N]) -> Asked {
        let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
        asked_for(&HeaderMap::from_iter(headers), "\"a\"", 100)
    }

    #[test]
    fn ranges_and_conditions_are_kept() {
        assert_eq!(asked([]), Asked::All);
        for (range, is) in [
            ("bytes=0-9", Asked::Range(0..10)),
            ("bytes=90-", Asked::Range(90..100)),
            ("bytes=-5", Asked::Range(95..100)),
            ("bytes=100-", Asked::NoSuchRange),
            ("bytes=0-1,5-6", Asked::All),
            ("lines=1-2", Asked::All),
        ] {
            assert_eq!(asked([(header::RANGE, range)]), is, "{range}");
        }
        let range = (header::RANGE, "bytes=0-9");
        let same = (header::IF_RANGE, "\"a\"");
        assert_eq!(asked([range.clone(), same]), Asked::Range(0..10));
        assert_eq!(asked([range, (header::IF_RANGE, "\"b\"")]), Asked::All);
        for known in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert_eq!(asked([(header::IF_NONE_MATCH, known)]), Asked::Nothing);
        }
        assert_eq!(asked([(header::IF_NONE_MATCH, "\"b\"")]), Asked::All);
    }

    #[test]
    fn names_arrive_whole_and_break_nothing() {
        assert_eq!(
            disposition("a \"b\"; c\u{e4}.html", false),
            "attachment; filename=\"a _b_; c_.html\"; filename*=UTF-8''a%20%22b%22%3B%20c%C3%A4.html"
        );
        assert!(disposition("a.png", true).starts_with("inline; "));
    }
}
