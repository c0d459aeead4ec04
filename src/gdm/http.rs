//! The groups feature over HTTP; invites are in `http_invites`.

use axum::extract::State;
use entity::{ConversationId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Gdms, http_invites,
    input::{
        NewThread, Rename, Thread, ThreadAndPeople, ThreadAndPerson, ThreadRef, Transfer, Update,
    },
    model::{Change, Description, GroupName, Removal, View},
};
use crate::{
    account::{CurrentUser, User},
    http::{Answer, Done, ErrorBody, Json, Origins, Query},
    kernel::{Error, Result, error::ErrorKind},
};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Gdms> {
    OpenApiRouter::new()
        .routes(routes!(list_threads, create_thread))
        .routes(routes!(list_members))
        .routes(routes!(thread_info))
        .routes(routes!(rename))
        .routes(routes!(update))
        .routes(routes!(add_member))
        .routes(routes!(remove_member))
        .routes(routes!(kick))
        .routes(routes!(force_leave))
        .routes(routes!(transfer))
        .routes(routes!(leave))
        .routes(routes!(lock))
        .routes(routes!(unlock))
        .routes(routes!(delete))
        .merge(http_invites::routes())
}

/// The routes of this feature, ready to serve. `origins` are those whose links may spend an
/// invite.
pub fn router(gdms: Gdms, origins: Origins) -> OpenApiRouter {
    routes().with_state(gdms).layer(axum::Extension(origins))
}

#[derive(Serialize, ToSchema)]
struct ThreadRow {
    id: ConversationId,
    tid: ConversationId,
    name: String,
    /// The owner's name.
    created_by: String,
    created_at: Timestamp,
    /// The standing join code; empty for everybody but the owner.
    invite_code: String,
    members: Vec<String>,
    locked: bool,
    is_owner: bool,
}

impl From<View> for ThreadRow {
    fn from(view: View) -> Self {
        Self {
            id: view.group.id,
            tid: view.group.id,
            name: view.group.name.clone(),
            created_by: view.owner,
            created_at: view.group.created_at,
            invite_code: if view.is_owner {
                view.group.invite_code.clone()
            } else {
                String::new()
            },
            members: view.members,
            locked: view.group.locked,
            is_owner: view.is_owner,
        }
    }
}

/// One's groups.
#[utoipa::path(get, path = "/api/gdm/threads", tag = "gdm", responses(
    (status = 200, body = Vec<ThreadRow>), (status = 401, body = ErrorBody),
))]
async fn list_threads(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
) -> Result<axum::Json<Vec<ThreadRow>>> {
    let views = gdms.list(&user).await?;
    Ok(axum::Json(views.into_iter().map(Into::into).collect()))
}

#[derive(Serialize, ToSchema)]
struct CreatedThread {
    id: ConversationId,
    name: String,
    /// The standing join code, for the owner's eyes.
    invite_code: String,
}

/// Make a group.
#[utoipa::path(post, path = "/api/gdm/threads", tag = "gdm", request_body = NewThread, responses(
    (status = 200, body = Answer<CreatedThread>),
    (status = 400, description = "need at least 2 members", body = ErrorBody),
    (status = 404, description = "user not found, with the names", body = ErrorBody),
))]
async fn create_thread(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<NewThread>,
) -> Result<Answer<CreatedThread>> {
    let name = input.name.filter(|name| !name.trim().is_empty());
    let name = name.as_deref().map(GroupName::parse).transpose()?;
    let created = gdms.create(&user, name, &input.members).await?;
    Ok(Answer::new(CreatedThread {
        id: created.id,
        name: created.name,
        invite_code: created.invite_code,
    }))
}

/// The names of a group's members, in the order in which they came.
///
/// Empty for groups one is not in, and for ids that are none.
#[utoipa::path(get, path = "/api/gdm/members", tag = "gdm", params(ThreadRef), responses(
    (status = 200, body = Vec<String>), (status = 401, body = ErrorBody),
))]
async fn list_members(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Query(thread): Query<ThreadRef>,
) -> Result<axum::Json<Vec<String>>> {
    match gdms.get(&user, thread.id()).await {
        Ok(view) => Ok(axum::Json(view.members)),
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => {
            Ok(axum::Json(Vec::new()))
        }
        Err(error) => Err(error),
    }
}

#[derive(Serialize, ToSchema)]
struct ThreadInfo {
    id: ConversationId,
    tid: ConversationId,
    name: String,
    description: String,
    /// The owner's name.
    created_by: String,
    created_at: Timestamp,
    locked: bool,
    members: Vec<String>,
    member_count: usize,
    is_owner: bool,
}

impl From<View> for ThreadInfo {
    fn from(view: View) -> Self {
        Self {
            id: view.group.id,
            tid: view.group.id,
            name: view.group.name.clone(),
            description: view.group.description.clone(),
            created_by: view.owner,
            created_at: view.group.created_at,
            locked: view.group.locked,
            member_count: view.members.len(),
            members: view.members,
            is_owner: view.is_owner,
        }
    }
}

/// All about one of one's groups.
#[utoipa::path(get, path = "/api/gdm/thread_info", tag = "gdm", params(ThreadRef), responses(
    (status = 200, body = Answer<ThreadInfo>),
    (status = 400, description = "No readable id", body = ErrorBody),
    (status = 403, description = "Not a member", body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn thread_info(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Query(thread): Query<ThreadRef>,
) -> Result<Answer<ThreadInfo>> {
    if thread.id() == ConversationId(0) {
        return Err(Error::bad_params());
    }
    let view = gdms.get(&user, thread.id()).await?;
    Ok(Answer::new(view.into()))
}

async fn make(gdms: &Gdms, user: &User, thread: ThreadRef, change: Change) -> Result<Done> {
    gdms.change(user, thread.id(), change).await?;
    Ok(Done::default())
}

/// Give a group another name; for its owner and superadmins.
#[utoipa::path(post, path = "/api/gdm/rename", tag = "gdm", request_body = Rename, responses(
    (status = 200, body = Done), (status = 400, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
))]
async fn rename(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Rename>,
) -> Result<Done> {
    let change = Change::Describe {
        name: Some(GroupName::parse(&input.name)?),
        description: None,
    };
    make(&gdms, &user, input.thread, change).await
}

/// Give a group another name or description; for its owner and superadmins.
#[utoipa::path(post, path = "/api/gdm/update", tag = "gdm", request_body = Update, responses(
    (status = 200, body = Done), (status = 400, body = ErrorBody),
    (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
))]
async fn update(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Update>,
) -> Result<Done> {
    if input.name.is_none() && input.description.is_none() {
        return Err(Error::bad_params());
    }
    let name = input.name.as_deref().map(GroupName::parse);
    let description = input.description.as_deref().map(Description::parse);
    let change = Change::Describe {
        name: name.transpose()?,
        description: description.transpose()?,
    };
    make(&gdms, &user, input.thread, change).await
}

/// Put people into a group; for its owner and superadmins.
#[utoipa::path(post, path = "/api/gdm/add_member", tag = "gdm",
    request_body = ThreadAndPeople, responses(
    (status = 200, body = Done), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
    (status = 404, description = "not found, user not found", body = ErrorBody),
))]
async fn add_member(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ThreadAndPeople>,
) -> Result<Done> {
    let thread = input.thread;
    let people = gdms.people(&input.names()?).await?;
    make(&gdms, &user, thread, Change::Add(people)).await
}

async fn put_out(gdms: &Gdms, by: &User, input: &ThreadAndPerson, how: Removal) -> Result<Done> {
    let person = gdms.person(input.name()?).await?;
    make(gdms, by, input.thread, Change::Remove(person, how)).await
}

/// Take somebody out of a group; for its owner and admins. They may come back with any code.
#[utoipa::path(post, path = "/api/gdm/remove_member", tag = "gdm",
    request_body = ThreadAndPerson, responses(
    (status = 200, body = Done),
    (status = 400, description = "cannot remove owner", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "not found, user not found, not a member", body = ErrorBody),
))]
async fn remove_member(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ThreadAndPerson>,
) -> Result<Done> {
    put_out(&gdms, &user, &input, Removal::Remove).await
}

/// Kick somebody out of a group, who then cannot use its present codes; for its owner and
/// superadmins.
#[utoipa::path(post, path = "/api/gdm/kick", tag = "gdm", request_body = ThreadAndPerson, responses(
    (status = 200, body = Done),
    (status = 400, description = "cannot remove owner", body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, description = "not found, user not found, not a member", body = ErrorBody),
))]
async fn kick(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ThreadAndPerson>,
) -> Result<Done> {
    put_out(&gdms, &user, &input, Removal::Kick).await
}

/// As `remove_member`, for a group's owner and superadmins.
#[utoipa::path(post, path = "/api/gdm/force_leave", tag = "gdm",
    request_body = ThreadAndPerson, responses(
    (status = 200, body = Done),
    (status = 400, description = "cannot force owner", body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "not found, user not found, not a member", body = ErrorBody),
))]
async fn force_leave(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<ThreadAndPerson>,
) -> Result<Done> {
    put_out(&gdms, &user, &input, Removal::ForceLeave).await
}

/// Make somebody else the owner of a group; for its owner and superadmins.
#[utoipa::path(post, path = "/api/gdm/transfer", tag = "gdm", request_body = Transfer, responses(
    (status = 200, body = Done),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "not found, user not found", body = ErrorBody),
))]
async fn transfer(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Transfer>,
) -> Result<Done> {
    let owner = gdms.person(&input.new_owner).await?;
    make(&gdms, &user, input.thread, Change::Transfer(owner)).await
}

/// Leave a group. An owner hands it to the oldest other member; with the last one it ends.
#[utoipa::path(post, path = "/api/gdm/leave", tag = "gdm", request_body = Thread, responses(
    (status = 200, body = Done), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody),
))]
async fn leave(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Thread>,
) -> Result<Done> {
    make(&gdms, &user, input.thread, Change::Leave).await
}

/// Let only the owner and superadmins send; for admins, and owners where settings let them.
#[utoipa::path(post, path = "/api/gdm/lock", tag = "gdm", request_body = Thread, responses(
    (status = 200, body = Done),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn lock(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Thread>,
) -> Result<Done> {
    make(&gdms, &user, input.thread, Change::SetLocked(true)).await
}

/// Let everybody in a group send again; for admins, and owners where settings let them.
#[utoipa::path(post, path = "/api/gdm/unlock", tag = "gdm", request_body = Thread, responses(
    (status = 200, body = Done),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn unlock(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Thread>,
) -> Result<Done> {
    make(&gdms, &user, input.thread, Change::SetLocked(false)).await
}

/// Delete a group for everybody; for admins, and owners where settings let them.
#[utoipa::path(post, path = "/api/gdm/delete", tag = "gdm", request_body = Thread, responses(
    (status = 200, body = Done),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn delete(
    State(gdms): State<Gdms>,
    CurrentUser(user): CurrentUser,
    Json(input): Json<Thread>,
) -> Result<Done> {
    make(&gdms, &user, input.thread, Change::Delete).await
}
