//! Members of servers over HTTP: who they are, what changes about them, and who is banned.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use entity::{ServerId, UserId};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Communities,
    bans::{Ban, Unban},
    caller::By,
    etag::IfMatch,
    http::InServer,
    http_input::{BanBody, MembersPage, MembershipBody, Reasoned, handling},
    members::{Membership, RemoveMember, UpdateMember},
    membership::MembershipPatch,
    view::{BanView, MembershipView},
};
use crate::{
    access::{Actor, Begun, Keyed, Pace, Refused},
    account::CurrentUser,
    http::{Answer, JsonObject, Path, Query},
    kernel::{Error, Result},
};

pub(super) fn routes() -> OpenApiRouter<Communities> {
    OpenApiRouter::new()
        .routes(routes!(list_memberships))
        .routes(routes!(
            get_membership,
            update_membership,
            delete_membership
        ))
        .routes(routes!(list_server_bans))
        .routes(routes!(ban_from_server, unban_from_server))
}

#[derive(Serialize, ToSchema)]
struct Memberships {
    memberships: Vec<MembershipView>,
}

#[derive(Serialize, ToSchema)]
struct Profile {
    profile: MembershipView,
}

/// What a change to a membership says. `null` clears; what is absent stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "for the API document: the body is read field by field"
)]
struct MembershipChange {
    /// 1-32 characters on one line.
    nickname: Option<String>,
    /// All roles that the member is to have, as far as they are below one's own. Never null.
    role_ids: Option<Vec<i64>>,
    /// Roles that the member is to have besides. Not together with `roleIds`.
    add_role_ids: Option<Vec<i64>>,
    /// Roles that the member is to have no more. Not together with `roleIds`.
    remove_role_ids: Option<Vec<i64>>,
    /// Until then the member only reads: a time with its offset, at most 28 days ahead.
    timed_out_until: Option<String>,
}

fn tagged<T>(tag: &str, answer: T) -> Result<([(header::HeaderName, HeaderValue); 1], T)> {
    let tag = HeaderValue::from_str(tag).map_err(Error::internal)?;
    Ok(([(header::ETAG, tag)], answer))
}

type Tagged<T> = ([(header::HeaderName, HeaderValue); 1], Answer<T>);

/// The members of a server, by id; for its members.
#[utoipa::path(get, path = "/servers/{serverId}/memberships", tag = "servers",
    security(("session" = []), ("integration" = ["read_members"])),
    params(("serverId" = ServerId, Path), MembersPage), responses(
    (status = 200, body = Answer<Memberships>),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_memberships(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path(id): Path<ServerId>,
    Query(span): Query<MembersPage>,
) -> Result<Answer<Memberships>> {
    let by = By::from(actor);
    communities.count_read(&pace, &by)?;
    let memberships = communities.memberships(&by, id, span.after(), span.limit());
    let memberships = memberships.await?;
    Ok(Answer::new(Memberships { memberships }))
}

/// One member of a server; for its members.
#[utoipa::path(get, path = "/servers/{serverId}/memberships/{userId}", tag = "servers",
    security(("session" = []), ("integration" = ["read_member_profile"])),
    params(("serverId" = ServerId, Path), ("userId" = UserId, Path)), responses(
    (status = 200, body = Answer<Profile>),
    (status = 404, description = "server_not_found, membership_not_found", body = Refused),
))]
async fn get_membership(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path((id, member)): Path<InServer>,
) -> Result<Tagged<Profile>> {
    let by = By::from(actor);
    communities.count_read(&pace, &by)?;
    let (profile, tag) = communities.membership(&by, id, member).await?;
    tagged(&tag, Answer::new(Profile { profile }))
}

/// Change a member's nickname, roles or timeout: all that is asked for, or nothing.
///
/// Needs `manage_members`; for timeouts `moderate_members` will do, and for one's own nickname
/// `change_nickname`. `If-Match` takes the `ETag` of the member's profile, `X-Audit-Log-Reason` says
/// why, and `Prefer: handling=strict` refuses unknown fields instead of naming them in `warnings`.
#[utoipa::path(patch, path = "/servers/{serverId}/memberships/{userId}", tag = "servers",
    security(("session" = []), ("integration" = ["manage_members"])),
    params(("serverId" = ServerId, Path), ("userId" = UserId, Path)),
    request_body = MembershipChange, responses(
    (status = 200, body = Answer<Membership>),
    (status = 400, description = "nickname_too_long, nickname_invalid, role_ids_null, \
        role_ids_invalid, role_ids_too_many, role_ids_ambiguous, unknown_role:<id>, \
        role_managed:<id>, timed_out_until_invalid, timed_out_until_in_past, \
        timed_out_until_too_far, unknown_field:<name>, invalid_json", body = Refused),
    (status = 403, description = "forbidden, role_hierarchy:<id>, target_above_you, \
        target_is_owner, target_is_admin, last_admin, insufficient_scope, \
        creator_lost_permission", body = Refused),
    (status = 404, description = "server_not_found, membership_not_found", body = Refused),
    (status = 412, description = "precondition_failed", body = Refused),
    (status = 413, description = "payload_too_large", body = Refused),
))]
async fn update_membership(
    State(communities): State<Communities>,
    (actor, pace, keyed): (Actor, Pace, Keyed),
    Path((id, member)): Path<InServer>,
    Reasoned(reason): Reasoned,
    headers: HeaderMap,
    body: MembershipBody,
) -> Result<Response> {
    let by = By::from(actor);
    communities.count_write(&pace, &by)?;
    // Before what was answered is said again: it may not be theirs to hear any more.
    communities.asked(&by, id).await?;
    let attempt = match &by {
        By::User(_) => None,
        By::Integration(token) => {
            let known = communities.access.idempotency();
            match known.begin(token.app, &keyed, &body.bytes).await? {
                Begun::First(attempt) => Some(attempt),
                Begun::Again(kept) => return Ok(kept.into_response()),
            }
        }
    };
    let now = communities.clock.now();
    let (patch, warnings) = MembershipPatch::parse(&body.fields, handling(&headers), now)?;
    let if_match = headers.get(header::IF_MATCH);
    let if_match = if_match.map(|value| IfMatch::of_header(value.to_str().unwrap_or_default()));
    let change = UpdateMember {
        user: communities.user(member).await?,
        communities: communities.clone(),
        patch,
        warnings,
        if_match,
        attempt,
    };
    let (answer, tag) = communities.make(by, id, reason, change).await?;
    Ok(tagged(&tag, answer)?.into_response())
}

/// Put a member out, who may come back with an invite; needs `kick_members`. Or leave, oneself.
#[utoipa::path(delete, path = "/servers/{serverId}/memberships/{userId}", tag = "servers",
    security(("session" = []), ("integration" = ["moderate_members"])),
    params(("serverId" = ServerId, Path), ("userId" = UserId, Path)), responses(
    (status = 204),
    (status = 403, description = "forbidden, target_above_you, target_is_owner", body = Refused),
    (status = 404, description = "server_not_found, membership_not_found", body = Refused),
))]
async fn delete_membership(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path((id, member)): Path<InServer>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::from(actor);
    communities.count_write(&pace, &by)?;
    let change = RemoveMember(member);
    communities.make(by, id, reason, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
struct Bans {
    bans: Vec<BanView>,
}

/// Who is banned from a server, by id; needs `ban_members`.
#[utoipa::path(get, path = "/servers/{serverId}/bans", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path), MembersPage), responses(
    (status = 200, body = Answer<Bans>), (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_server_bans(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
    Query(span): Query<MembersPage>,
) -> Result<Answer<Bans>> {
    let bans = communities.bans(user.id, id, span.after(), span.limit());
    Ok(Answer::new(Bans { bans: bans.await? }))
}

/// Ban somebody, who is a member or not; needs `ban_members`.
#[utoipa::path(put, path = "/servers/{serverId}/bans/{userId}", tag = "servers",
    security(("session" = []), ("integration" = ["moderate_members"])),
    params(("serverId" = ServerId, Path), ("userId" = UserId, Path)),
    request_body = BanBody, responses(
    (status = 204),
    (status = 403, description = "forbidden, target_above_you, target_is_owner", body = Refused),
    (status = 404, description = "server_not_found, user_not_found", body = Refused),
))]
async fn ban_from_server(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path((id, member)): Path<InServer>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<BanBody>,
) -> Result<StatusCode> {
    let by = By::from(actor);
    communities.count_write(&pace, &by)?;
    communities.asked(&by, id).await?;
    let target = communities.directory.find(member).await?;
    let target = target.ok_or_else(Error::user_not_found)?;
    let reason = input.reason()?.or(reason);
    let change = Ban {
        user: target.id,
        reason: reason.clone(),
    };
    communities.make(by, id, reason, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// End a ban; needs `ban_members`.
#[utoipa::path(delete, path = "/servers/{serverId}/bans/{userId}", tag = "servers",
    security(("session" = []), ("integration" = ["moderate_members"])),
    params(("serverId" = ServerId, Path), ("userId" = UserId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "server_not_found, ban_not_found", body = Refused),
))]
async fn unban_from_server(
    State(communities): State<Communities>,
    actor: Actor,
    pace: Pace,
    Path((id, member)): Path<InServer>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::from(actor);
    communities.count_write(&pace, &by)?;
    communities.make(by, id, reason, Unban(member)).await?;
    Ok(StatusCode::NO_CONTENT)
}
