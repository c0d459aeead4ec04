//! The kept states of a document over HTTP: what there is, what changed, and the way back.

use axum::extract::State;
use entity::{DocId, RevisionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Docs,
    diff::{self, Change},
    history::Revision,
    http::{DocPath, RevisionPath},
    model::RevisionName,
};
use crate::{
    account::CurrentUser,
    http::{Answer, ErrorBody, Json, Query},
    kernel::Result,
};

/// Kept states of one page, when the request does not say how many, and at most.
const DEFAULT_REVISIONS: u64 = 50;
const MAX_REVISIONS: u64 = 200;

/// The routes of this part of the feature.
pub(super) fn routes() -> OpenApiRouter<Docs> {
    OpenApiRouter::new()
        .routes(routes!(list_revisions, keep_revision))
        .routes(routes!(get_revision))
        .routes(routes!(compare_revision))
        .routes(routes!(rename_revision))
        .routes(routes!(restore_revision))
}

/// A kept state of a document, without its text.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionRow {
    id: RevisionId,
    /// The document's version that it is the text of.
    version: i64,
    /// None: it is automatic, and gives way to later ones with time.
    name: Option<String>,
    /// When the work that led to it began.
    started_at: Timestamp,
    /// When the text was like this.
    created_at: Timestamp,
    /// The names of those who edited since the state before, sorted.
    authors: Vec<String>,
    /// The length of the text in UTF-8.
    bytes: i64,
}

impl From<Revision> for RevisionRow {
    fn from(revision: Revision) -> Self {
        Self {
            id: revision.head.id,
            version: revision.head.version,
            name: revision.head.name,
            started_at: revision.head.started_at,
            created_at: revision.head.created_at,
            authors: revision.authors,
            bytes: revision.head.bytes,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// Only states older than the one with this id.
    before: Option<RevisionId>,
    /// States at most: 50 when absent, never more than 200.
    limit: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RevisionRows {
    revisions: Vec<RevisionRow>,
    /// Whether there are older ones.
    has_more: bool,
}

/// The kept states of a document, the newest first; for its members.
#[utoipa::path(get, path = "/api/doc/{id}/revisions", tag = "doc",
    params(("id" = DocId, Path), Page), responses(
    (status = 200, body = Answer<RevisionRows>),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn list_revisions(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Query(page): Query<Page>,
) -> Result<Answer<RevisionRows>> {
    let limit = page.limit.unwrap_or(DEFAULT_REVISIONS);
    let limit = limit.clamp(1, MAX_REVISIONS);
    let (revisions, has_more) = docs.revisions(&user, id, page.before, limit).await?;
    Ok(Answer::new(RevisionRows {
        revisions: revisions.into_iter().map(Into::into).collect(),
        has_more,
    }))
}

#[derive(Debug, Serialize, ToSchema)]
struct RevisionAnswer<T> {
    revision: T,
}

/// A kept state of a document with its text.
#[derive(Debug, Serialize, ToSchema)]
struct WholeRevision {
    #[serde(flatten)]
    row: RevisionRow,
    content: String,
}

/// One kept state of a document with its text; for the document's members.
#[utoipa::path(get, path = "/api/doc/{id}/revisions/{revision}", tag = "doc",
    params(("id" = DocId, Path), ("revision" = RevisionId, Path)), responses(
    (status = 200, body = Answer<RevisionAnswer<WholeRevision>>),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn get_revision(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    RevisionPath(id, revision): RevisionPath,
) -> Result<Answer<RevisionAnswer<WholeRevision>>> {
    let (revision, content) = docs.revision(&user, id, revision).await?;
    let row = revision.into();
    Ok(Answer::new(RevisionAnswer {
        revision: WholeRevision { row, content },
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DiffQuery {
    /// The state to compare with; the current text when absent.
    to: Option<RevisionId>,
}

/// One end of a comparison.
#[derive(Debug, Serialize, ToSchema)]
struct DiffEnd {
    /// None: the current text.
    id: Option<RevisionId>,
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Diff {
    from: DiffEnd,
    to: DiffEnd,
    /// In order. What is equal or deleted makes the old text, what is equal or inserted the new.
    changes: Vec<ChangeOut>,
}

/// In which of two texts a piece is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ChangeKind {
    /// In both.
    Equal,
    /// In the new one.
    Insert,
    /// In the old one.
    Delete,
}

/// A piece of text.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeOut {
    kind: ChangeKind,
    text: String,
}

impl From<Change> for ChangeOut {
    fn from(change: Change) -> Self {
        let kind = match change.kind {
            diff::ChangeKind::Equal => ChangeKind::Equal,
            diff::ChangeKind::Insert => ChangeKind::Insert,
            diff::ChangeKind::Delete => ChangeKind::Delete,
        };
        Self {
            kind,
            text: change.text,
        }
    }
}

/// What changed between a kept state of a document and another one or the current text, by words
/// within lines that changed; for the document's members.
#[utoipa::path(get, path = "/api/doc/{id}/revisions/{revision}/diff", tag = "doc",
    params(("id" = DocId, Path), ("revision" = RevisionId, Path), DiffQuery), responses(
    (status = 200, body = Answer<Diff>),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn compare_revision(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    RevisionPath(id, revision): RevisionPath,
    Query(query): Query<DiffQuery>,
) -> Result<Answer<Diff>> {
    let compared = docs.compare(&user, id, revision, query.to).await?;
    Ok(Answer::new(Diff {
        from: DiffEnd {
            id: Some(revision),
            version: compared.from_version,
        },
        to: DiffEnd {
            id: compared.to,
            version: compared.to_version,
        },
        changes: compared.changes.into_iter().map(Into::into).collect(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct NamedRevision {
    /// 1-100 characters on one line.
    #[serde(default)]
    name: String,
}

/// Keep the current text of a document under a name; for those who may edit it.
#[utoipa::path(post, path = "/api/doc/{id}/revisions", tag = "doc", params(("id" = DocId, Path)),
    request_body = NamedRevision, responses(
    (status = 200, body = Answer<RevisionAnswer<RevisionRow>>),
    (status = 400, description = "invalid name, too many named states", body = ErrorBody),
    (status = 403, description = "access denied, edit access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn keep_revision(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Json(input): Json<NamedRevision>,
) -> Result<Answer<RevisionAnswer<RevisionRow>>> {
    let name = RevisionName::parse(&input.name)?;
    let revision = docs.keep(&user, id, name).await?.into();
    Ok(Answer::new(RevisionAnswer { revision }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct RevisionRename {
    /// 1-100 characters on one line; null or empty makes the state an automatic one.
    name: Option<String>,
}

/// Give a kept state of a document another name, or none; for those who may edit the document.
#[utoipa::path(post, path = "/api/doc/{id}/revisions/{revision}/rename", tag = "doc",
    params(("id" = DocId, Path), ("revision" = RevisionId, Path)),
    request_body = RevisionRename, responses(
    (status = 200, body = Answer<RevisionAnswer<RevisionRow>>),
    (status = 400, description = "invalid name, too many named states", body = ErrorBody),
    (status = 403, description = "access denied, edit access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn rename_revision(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    RevisionPath(id, revision): RevisionPath,
    Json(input): Json<RevisionRename>,
) -> Result<Answer<RevisionAnswer<RevisionRow>>> {
    let name = input.name.filter(|name| !name.trim().is_empty());
    let name = name.as_deref().map(RevisionName::parse).transpose()?;
    let revision = docs.rename_revision(&user, id, revision, name).await?;
    let revision = revision.into();
    Ok(Answer::new(RevisionAnswer { revision }))
}

#[derive(Debug, Serialize, ToSchema)]
struct Restored {
    /// The document's version with the restored text.
    version: i64,
}

/// Make the text of a document what it was in a kept state, as an edit of one's own; for those who
/// may edit it. The state before is kept.
#[utoipa::path(post, path = "/api/doc/{id}/revisions/{revision}/restore", tag = "doc",
    params(("id" = DocId, Path), ("revision" = RevisionId, Path)), responses(
    (status = 200, body = Answer<Restored>),
    (status = 403, description = "access denied, edit access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn restore_revision(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    RevisionPath(id, revision): RevisionPath,
) -> Result<Answer<Restored>> {
    let version = docs.restore(&user, id, revision).await?;
    Ok(Answer::new(Restored { version }))
}
