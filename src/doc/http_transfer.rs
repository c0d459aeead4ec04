//! Documents as files, over HTTP: taken along and brought in.

use axum::{
    extract::{FromRequest, Multipart, Request, State},
    response::{IntoResponse, Response},
};
use entity::DocId;
use http::{HeaderValue, header};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Docs,
    export::{self, CONTENT_SECURITY_POLICY, Format},
    http::{CreatedDocument, DocPath},
    import::Upload,
    model::DocName,
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Json, Query, is_multipart, multipart_error},
    kernel::{Error, Result},
};

/// The routes of this part of the feature.
pub(super) fn routes() -> OpenApiRouter<Docs> {
    OpenApiRouter::new().routes(routes!(export_document))
}

/// Those whose requests have a whole text in them.
pub(super) fn routes_with_text() -> OpenApiRouter<Docs> {
    OpenApiRouter::new().routes(routes!(import_document))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `markdown` when absent.
    #[param(inline)]
    format: Option<Format>,
}

/// A document as a file: its Markdown, or a complete page; for its members.
#[utoipa::path(get, path = "/api/doc/{id}/export", tag = "doc",
    params(("id" = DocId, Path), ExportQuery), responses(
    (status = 200, description = "An attachment", body = String, content_type = "text/markdown"),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn export_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let format = query.format.unwrap_or(Format::Markdown);
    let (name, text) = docs.read(&user, id).await?;
    let disposition = export::disposition(&name, format);
    let body = match format {
        Format::Markdown => text.as_ref().to_owned(),
        Format::Html => {
            let making = docs.workers.run(move || export::page(&name, &text));
            making.await?
        }
    };
    let mut response = body.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, format.media_type()),
        (header::CONTENT_DISPOSITION, &disposition),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        let value = HeaderValue::from_str(value).map_err(Error::internal)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// A text as JSON.
#[derive(Debug, Deserialize, ToSchema)]
struct TypedImport {
    name: Option<String>,
    /// At most 1000000 bytes.
    content: String,
}

/// A file in a form.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of the form, for the API document alone"
)]
struct ImportForm {
    name: Option<String>,
    /// UTF-8, at most 1000000 bytes.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A file, out of a form or out of JSON.
struct Import(Upload);

impl<S: Send + Sync> FromRequest<S> for Import {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if is_multipart(&request) {
            let form = Multipart::from_request(request, state).await;
            return read_form(form.map_err(|_| Error::bad_params())?).await;
        }
        let Json(typed) = Json::<TypedImport>::from_request(request, state).await?;
        Ok(Self(Upload {
            name: parse_name(typed.name.as_deref())?,
            file_name: None,
            bytes: typed.content.into_bytes(),
        }))
    }
}

async fn read_form(mut form: Multipart) -> Result<Import> {
    let (mut name, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(multipart_error)? {
        match field.name() {
            Some("name") => {
                let typed = field.text().await.map_err(multipart_error)?;
                name = parse_name(Some(&typed))?;
            }
            Some("file") => {
                let file_name = field.file_name().map(str::to_owned);
                file = Some((file_name, field.bytes().await.map_err(multipart_error)?));
            }
            _ => {}
        }
    }
    let (file_name, bytes) = file.ok_or_else(Error::bad_params)?;
    Ok(Import(Upload {
        name,
        file_name,
        bytes: bytes.into(),
    }))
}

fn parse_name(typed: Option<&str>) -> Result<Option<DocName>> {
    let typed = typed.filter(|name| !name.trim().is_empty());
    typed.map(DocName::parse).transpose()
}

/// Make a document of a text file, or of a text.
///
/// Without a name it is called what its first heading says, or else as the file.
#[utoipa::path(post, path = "/api/doc/import", tag = "doc",
    request_body(content((ImportForm = "multipart/form-data"), (TypedImport = "application/json"))),
    responses(
    (status = 200, body = Answer<CreatedDocument>),
    (status = 400, description = "not a text file, invalid name", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
))]
async fn import_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    Import(upload): Import,
) -> Result<Answer<CreatedDocument>> {
    let made = docs.import(user, upload).await?;
    Ok(Answer::new(made.into()))
}
