//! The documents feature over HTTP: documents as a whole. Members, history and files are in
//! `http_members`, `http_history` and `http_transfer`.

use std::str::FromStr;

use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, State};
use entity::{DocId, RevisionId, Timestamp, doc_member::Role};
use http::request::Parts;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Docs, http_history, http_members, http_transfer,
    model::{DocName, NewDoc, NewText, Overview, parse_role},
};
use crate::{
    account::CurrentUser,
    http::{Answer, Done, ErrorBody, Fields, Json},
    kernel::{Error, Result},
};

/// The largest body that brings a text along, in bytes. A text of a million bytes is up to four
/// times as long in JSON, unless it is of control characters.
pub(super) const MAX_TEXT_BODY_BYTES: usize = 4 * 1024 * 1024 + 64 * 1024;

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Docs> {
    let with_text = OpenApiRouter::new()
        .routes(routes!(create_document))
        .merge(http_transfer::routes_with_text())
        .layer(DefaultBodyLimit::max(MAX_TEXT_BODY_BYTES));
    OpenApiRouter::new()
        .routes(routes!(list_documents))
        .routes(routes!(get_document))
        .routes(routes!(rename_document))
        .routes(routes!(delete_document))
        .merge(http_members::routes())
        .merge(http_history::routes())
        .merge(http_transfer::routes())
        .merge(with_text)
}

/// The routes of this feature, ready to serve.
pub fn router(docs: Docs) -> OpenApiRouter {
    routes().with_state(docs)
}

/// The document that a path names. What cannot be an id names none.
#[derive(Clone, Copy, Debug)]
pub(super) struct DocPath(pub(super) DocId);

impl<S: Send + Sync> FromRequestParts<S> for DocPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| Error::not_found())?;
        Ok(Self(DocId(parse_id(&id)?)))
    }
}

/// The kept state of a document that a path names. What cannot be an id names none.
#[derive(Clone, Copy, Debug)]
pub(super) struct RevisionPath(pub(super) DocId, pub(super) RevisionId);

impl<S: Send + Sync> FromRequestParts<S> for RevisionPath {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((id, revision)) = path.map_err(|_| Error::not_found())?;
        Ok(Self(
            DocId(parse_id(&id)?),
            RevisionId(parse_id(&revision)?),
        ))
    }
}

fn parse_id(text: &str) -> Result<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let id = is_number.then(|| i64::from_str(text).ok()).flatten();
    id.ok_or_else(Error::not_found)
}

/// Somebody who is let into a new document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "{username, role}")]
struct NewMember {
    #[serde(default, deserialize_with = "null_as_empty")]
    username: String,
    /// `viewer` (also when absent) or `editor`.
    role: Option<String>,
}

impl NewMember {
    fn parse(self) -> Result<(String, Role)> {
        let name = required_name(&self.username)?.to_owned();
        Ok((
            name,
            self.role.as_deref().map_or(Ok(Role::Viewer), parse_role)?,
        ))
    }
}

/// A name of a person, of which there must be one.
pub(super) fn required_name(name: &str) -> Result<&str> {
    if name.trim().is_empty() {
        return Err(Error::invalid("username_required", "username required"));
    }
    Ok(name.trim())
}

/// A text for which null stands as if nothing had been said, as older clients send it.
pub(super) fn null_as_empty<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Debug, Deserialize, ToSchema)]
struct NewDocument {
    /// 1-100 characters on one line.
    #[serde(default, deserialize_with = "null_as_empty")]
    name: String,
    /// At most 1000000 bytes.
    content: Option<String>,
    /// The caller, who is its creator, need not be among them.
    members: Option<Vec<NewMember>>,
}

/// A document that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedDocument {
    id: DocId,
    doc_id: DocId,
    name: String,
    /// Always `creator`.
    role: Role,
    version: i64,
    created_by: String,
    created_at: Timestamp,
}

impl From<Overview> for CreatedDocument {
    fn from(made: Overview) -> Self {
        Self {
            id: made.doc.id,
            doc_id: made.doc.id,
            name: made.doc.name,
            role: made.role,
            version: made.doc.version,
            created_by: made.created_by,
            created_at: made.doc.created_at,
        }
    }
}

/// Make a document, with a text and members if wanted.
///
/// A form can have a name and a text, but no members.
#[utoipa::path(post, path = "/api/doc/create", tag = "doc", request_body = NewDocument, responses(
    (status = 200, body = Answer<CreatedDocument>),
    (status = 400, description = "invalid name, invalid role, username required, too many members",
        body = ErrorBody),
    (status = 404, description = "user not found, with the names", body = ErrorBody),
    (status = 413, description = "The text is too long", body = ErrorBody),
))]
async fn create_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    Fields(input): Fields<NewDocument>,
) -> Result<Answer<CreatedDocument>> {
    let members = input.members.unwrap_or_default().into_iter();
    let new = NewDoc {
        name: DocName::parse(&input.name)?,
        text: NewText::new(input.content.unwrap_or_default()),
        members: members.map(NewMember::parse).collect::<Result<_>>()?,
    };
    let made = docs.create(user, new).await?;
    Ok(Answer::new(made.into()))
}

/// A document without its text.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentRow {
    id: DocId,
    doc_id: DocId,
    name: String,
    /// The creator's name.
    created_by: String,
    created_at: Timestamp,
    /// The name of who last edited it; none when nobody did.
    last_edited_by: Option<String>,
    last_edited_at: Option<Timestamp>,
    /// What the caller may do.
    role: Role,
    /// How many updates were stored.
    version: i64,
}

impl From<Overview> for DocumentRow {
    fn from(overview: Overview) -> Self {
        Self {
            id: overview.doc.id,
            doc_id: overview.doc.id,
            name: overview.doc.name,
            created_by: overview.created_by,
            created_at: overview.doc.created_at,
            last_edited_by: overview.last_edited_by,
            last_edited_at: overview.doc.last_edited_at,
            role: overview.role,
            version: overview.doc.version,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct Documents {
    documents: Vec<DocumentRow>,
}

/// One's documents: the last edited one first, then those that were never edited.
#[utoipa::path(get, path = "/api/doc/list", tag = "doc", responses(
    (status = 200, body = Answer<Documents>), (status = 401, body = ErrorBody),
))]
async fn list_documents(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
) -> Result<Answer<Documents>> {
    let overviews = docs.list(&user).await?;
    let documents = overviews.into_iter().map(Into::into).collect();
    Ok(Answer::new(Documents { documents }))
}

/// A document with its text.
#[derive(Debug, Serialize, ToSchema)]
struct Document {
    #[serde(flatten)]
    row: DocumentRow,
    content: String,
}

/// One document with its text; for its members.
#[utoipa::path(get, path = "/api/doc/{id}", tag = "doc", params(("id" = DocId, Path)), responses(
    (status = 200, body = Answer<Document>),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn get_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
) -> Result<Answer<Document>> {
    let (overview, content) = docs.get(&user, id).await?;
    let mut row = DocumentRow::from(overview);
    row.version = content.version;
    Ok(Answer::new(Document {
        row,
        content: content.text.as_ref().to_owned(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct NewName {
    /// 1-100 characters on one line.
    #[serde(default, deserialize_with = "null_as_empty")]
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct RenamedDocument {
    id: DocId,
    doc_id: DocId,
    /// As it is stored.
    name: String,
}

/// Give a document another name; for its creator.
#[utoipa::path(post, path = "/api/doc/{id}/rename", tag = "doc", params(("id" = DocId, Path)),
    request_body = NewName, responses(
    (status = 200, body = Answer<RenamedDocument>),
    (status = 400, description = "invalid name", body = ErrorBody),
    (status = 403, description = "access denied, only creator can rename document", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn rename_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Json(input): Json<NewName>,
) -> Result<Answer<RenamedDocument>> {
    let name = DocName::parse(&input.name)?;
    docs.rename(&user, id, name.clone()).await?;
    Ok(Answer::new(RenamedDocument {
        id,
        doc_id: id,
        name: name.into(),
    }))
}

/// Delete a document with its history; for its creator.
#[utoipa::path(post, path = "/api/doc/{id}/delete", tag = "doc", params(("id" = DocId, Path)),
    responses(
    (status = 200, body = Done),
    (status = 403, description = "access denied, only creator can delete document", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn delete_document(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
) -> Result<Done> {
    docs.delete(&user, id).await?;
    Ok(Done::default())
}

#[cfg(test)]
mod tests {
    use super::parse_id;

    #[test]
    fn an_id_is_digits() {
        assert_eq!(parse_id("42").expect("an id"), 42);
        for other in [
            "",
            "x",
            "-1",
            "+1",
            " 1",
            "1.0",
            "0x1",
            "9223372036854775808",
        ] {
            assert_eq!(parse_id(other).expect_err(other).code(), "not_found");
        }
    }
}
