//! Who may do what with a document, over HTTP.

use axum::extract::State;
use entity::{Timestamp, doc_member::Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Docs,
    http::{DocPath, null_as_empty, required_name},
    model::{Member, MemberChange, parse_role},
};
use crate::{
    account::CurrentUser,
    http::{Answer, Done, ErrorBody, Json},
    kernel::Result,
};

/// The routes of this part of the feature.
pub(super) fn routes() -> OpenApiRouter<Docs> {
    OpenApiRouter::new()
        .routes(routes!(list_document_members))
        .routes(routes!(add_document_member))
        .routes(routes!(update_document_member_role))
        .routes(routes!(remove_document_member))
}

#[derive(Debug, Serialize, ToSchema)]
struct MemberRow {
    username: String,
    role: Role,
    added_at: Timestamp,
}

impl From<Member> for MemberRow {
    fn from(member: Member) -> Self {
        Self {
            username: member.username,
            role: member.role,
            added_at: member.added_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
struct MemberRows {
    members: Vec<MemberRow>,
}

/// The people in a document: its creator, then in the order in which they came; for its members.
#[utoipa::path(get, path = "/api/doc/{id}/members", tag = "doc", params(("id" = entity::DocId, Path)),
    responses(
    (status = 200, body = Answer<MemberRows>),
    (status = 403, description = "access denied", body = ErrorBody),
    (status = 404, description = "not found", body = ErrorBody),
))]
async fn list_document_members(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
) -> Result<Answer<MemberRows>> {
    let members = docs.members(&user, id).await?;
    let members = members.into_iter().map(Into::into).collect();
    Ok(Answer::new(MemberRows { members }))
}

#[derive(Debug, Deserialize, ToSchema)]
struct PersonAndRole {
    #[serde(default, deserialize_with = "null_as_empty")]
    username: String,
    /// `viewer` or `editor`.
    role: Option<String>,
}

/// Let somebody into a document, as a viewer unless said otherwise; for its creator.
///
/// Who is in already keeps their role.
#[utoipa::path(post, path = "/api/doc/{id}/add_member", tag = "doc",
    params(("id" = entity::DocId, Path)), request_body = PersonAndRole, responses(
    (status = 200, body = Done),
    (status = 400, description = "username required, invalid role, too many members",
        body = ErrorBody),
    (status = 403, description = "access denied, only creator can add members", body = ErrorBody),
    (status = 404, description = "not found, user not found", body = ErrorBody),
))]
async fn add_document_member(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Json(input): Json<PersonAndRole>,
) -> Result<Done> {
    let name = required_name(&input.username)?;
    let role = input.role.as_deref().map_or(Ok(Role::Viewer), parse_role)?;
    let change = |person| MemberChange::Add(person, role);
    docs.change_members(&user, id, name, change).await?;
    Ok(Done::default())
}

/// Let a member do more or less than before; for the document's creator.
#[utoipa::path(post, path = "/api/doc/{id}/update_member_role", tag = "doc",
    params(("id" = entity::DocId, Path)), request_body = PersonAndRole, responses(
    (status = 200, body = Done),
    (status = 400, description = "username required, invalid role, cannot change your own role",
        body = ErrorBody),
    (status = 403, description = "access denied, only creator can update member roles",
        body = ErrorBody),
    (status = 404, description = "not found, user not found, not a member", body = ErrorBody),
))]
async fn update_document_member_role(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Json(input): Json<PersonAndRole>,
) -> Result<Done> {
    let name = required_name(&input.username)?;
    let role = parse_role(input.role.as_deref().unwrap_or_default())?;
    let change = |person| MemberChange::SetRole(person, role);
    docs.change_members(&user, id, name, change).await?;
    Ok(Done::default())
}

#[derive(Debug, Deserialize, ToSchema)]
struct Somebody {
    #[serde(default, deserialize_with = "null_as_empty")]
    username: String,
}

/// Put somebody out of a document; for its creator. Everybody else can leave: put themselves out.
#[utoipa::path(post, path = "/api/doc/{id}/remove_member", tag = "doc",
    params(("id" = entity::DocId, Path)), request_body = Somebody, responses(
    (status = 200, body = Done),
    (status = 400, description = "username required, cannot remove creator", body = ErrorBody),
    (status = 403, description = "access denied, only creator can remove members",
        body = ErrorBody),
    (status = 404, description = "not found, user not found, not a member", body = ErrorBody),
))]
async fn remove_document_member(
    State(docs): State<Docs>,
    CurrentUser(user): CurrentUser,
    DocPath(id): DocPath,
    Json(input): Json<Somebody>,
) -> Result<Done> {
    let name = required_name(&input.username)?;
    docs.change_members(&user, id, name, MemberChange::Remove)
        .await?;
    Ok(Done::default())
}
