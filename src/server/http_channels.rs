//! Channels of servers over HTTP, and what they allow and deny.

use axum::extract::State;
use entity::{ConversationId, RoleId, ServerId, UserId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Communities,
    caller::By,
    channels::{CreateChannel, DeleteChannel, SetOverwrite, UpdateChannel},
    http::InServer,
    http_input::{ChannelPatch, InChannel, NewChannel, OverwriteBody, Reasoned},
    view::ChannelView,
};
use crate::{
    access::Refused,
    account::CurrentUser,
    chat::servers::channel_not_found,
    http::{Answer, JsonObject, Path},
    kernel::Result,
    permission::{Overwrite, Target},
};

pub(super) fn routes() -> OpenApiRouter<Communities> {
    OpenApiRouter::new()
        .routes(routes!(list_channels, create_channel))
        .routes(routes!(update_channel, delete_channel))
        .routes(routes!(set_role_overwrite, delete_role_overwrite))
        .routes(routes!(set_member_overwrite, delete_member_overwrite))
}

#[derive(Serialize, ToSchema)]
struct Channels {
    channels: Vec<ChannelView>,
}

#[derive(Serialize, ToSchema)]
struct OneChannel {
    channel: ChannelView,
}

/// The channel as whoever changed it sees it now.
async fn seen(
    communities: &Communities,
    user: UserId,
    server: ServerId,
    id: ConversationId,
) -> Result<Answer<OneChannel>> {
    let channels = communities.channels(user, server).await?;
    let channel = channels.into_iter().find(|channel| channel.id == id);
    let channel = channel.ok_or_else(channel_not_found)?;
    Ok(Answer::new(OneChannel { channel }))
}

/// The channels of a server that one may view, by position.
#[utoipa::path(get, path = "/servers/{serverId}/channels", tag = "servers",
    security(("session" = []), ("oauth" = ["servers:read"])),
    params(("serverId" = ServerId, Path)), responses(
    (status = 200, body = Answer<Channels>),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn list_channels(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(id): Path<ServerId>,
) -> Result<Answer<Channels>> {
    let channels = communities.channels(user.id, id).await?;
    Ok(Answer::new(Channels { channels }))
}

/// Make a channel; needs `manage_channels`.
#[utoipa::path(post, path = "/servers/{serverId}/channels", tag = "servers",
    security(("session" = [])), params(("serverId" = ServerId, Path)),
    request_body = NewChannel, responses(
    (status = 201, body = Answer<OneChannel>),
    (status = 400, description = "name_required, name_too_long, name_invalid, topic_too_long, \
        topic_invalid, too_many_channels", body = Refused),
    (status = 403, body = Refused),
    (status = 404, description = "server_not_found", body = Refused),
))]
async fn create_channel(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path(server): Path<ServerId>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<NewChannel>,
) -> Result<(StatusCode, Answer<OneChannel>)> {
    let change = CreateChannel {
        name: input.name()?,
        topic: input.topic()?,
    };
    let by = By::User(user.id);
    let channel = communities.make(by, server, reason, change).await?;
    let answer = seen(&communities, user.id, server, channel.id).await?;
    Ok((StatusCode::CREATED, answer))
}

/// Rename a channel, say what it is about, move it, lock or unlock it; needs `manage_channels`.
#[utoipa::path(patch, path = "/servers/{serverId}/channels/{channelId}", tag = "servers",
    security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path)),
    request_body = ChannelPatch, responses(
    (status = 200, body = Answer<OneChannel>), (status = 403, body = Refused),
    (status = 404, description = "server_not_found, channel_not_found", body = Refused),
))]
async fn update_channel(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, id)): Path<InServer<ConversationId>>,
    Reasoned(reason): Reasoned,
    JsonObject(input): JsonObject<ChannelPatch>,
) -> Result<Answer<OneChannel>> {
    let change = UpdateChannel {
        id,
        name: input.name()?,
        topic: input.topic()?,
        position: input.position,
        locked: input.locked,
    };
    let by = By::User(user.id);
    communities.make(by, server, reason, change).await?;
    seen(&communities, user.id, server, id).await
}

/// Delete a channel for everybody; needs `manage_channels`.
#[utoipa::path(delete, path = "/servers/{serverId}/channels/{channelId}", tag = "servers",
    security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path)), responses(
    (status = 204), (status = 403, body = Refused),
    (status = 404, description = "server_not_found, channel_not_found", body = Refused),
))]
async fn delete_channel(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, id)): Path<InServer<ConversationId>>,
    Reasoned(reason): Reasoned,
) -> Result<StatusCode> {
    let by = By::User(user.id);
    let change = DeleteChannel(id);
    communities.make(by, server, reason, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn overwrite(
    communities: Communities,
    user: UserId,
    (server, channel, target): InChannel<Target>,
    reason: Reasoned,
    overwrite: Option<Overwrite>,
) -> Result<StatusCode> {
    let change = SetOverwrite {
        channel,
        target,
        overwrite,
    };
    let by = By::User(user);
    communities.make(by, server, reason.0, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Allow and deny a role something in one channel; needs `manage_roles`, the permissions
/// themselves there, and a higher role.
#[utoipa::path(put, path = "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
    tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path),
        ("roleId" = RoleId, Path)), request_body = OverwriteBody, responses(
    (status = 204),
    (status = 400, description = "unknown_permission:<name>, permission_not_of_channel, \
        overwrite_ambiguous, too_many_overwrites", body = Refused),
    (status = 403, description = "forbidden, role_hierarchy:<id>, permission_not_held",
        body = Refused),
    (status = 404, description = "server_not_found, channel_not_found, role_not_found",
        body = Refused),
))]
async fn set_role_overwrite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, channel, role)): Path<InChannel<RoleId>>,
    reason: Reasoned,
    JsonObject(input): JsonObject<OverwriteBody>,
) -> Result<StatusCode> {
    let place = (server, channel, Target::Role(role));
    overwrite(
        communities,
        user.id,
        place,
        reason,
        Some(input.overwrite()?),
    )
    .await
}

/// Leave it to a role what it may do in one channel.
#[utoipa::path(delete,
    path = "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
    tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path),
        ("roleId" = RoleId, Path)), responses(
    (status = 204), (status = 403, body = Refused), (status = 404, body = Refused),
))]
async fn delete_role_overwrite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, channel, role)): Path<InChannel<RoleId>>,
    reason: Reasoned,
) -> Result<StatusCode> {
    let place = (server, channel, Target::Role(role));
    overwrite(communities, user.id, place, reason, None).await
}

/// Allow and deny a member something in one channel; needs `manage_roles`, the permissions
/// themselves there, and a higher role.
#[utoipa::path(put, path = "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
    tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path),
        ("userId" = UserId, Path)), request_body = OverwriteBody, responses(
    (status = 204), (status = 400, body = Refused),
    (status = 403, description = "forbidden, target_above_you, target_is_owner, \
        permission_not_held", body = Refused),
    (status = 404, description = "server_not_found, channel_not_found, membership_not_found",
        body = Refused),
))]
async fn set_member_overwrite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, channel, member)): Path<InChannel<UserId>>,
    reason: Reasoned,
    JsonObject(input): JsonObject<OverwriteBody>,
) -> Result<StatusCode> {
    let place = (server, channel, Target::Member(member));
    overwrite(
        communities,
        user.id,
        place,
        reason,
        Some(input.overwrite()?),
    )
    .await
}

/// Leave it to a member's roles what they may do in one channel.
#[utoipa::path(delete,
    path = "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
    tag = "servers", security(("session" = [])),
    params(("serverId" = ServerId, Path), ("channelId" = ConversationId, Path),
        ("userId" = UserId, Path)), responses(
    (status = 204), (status = 403, body = Refused), (status = 404, body = Refused),
))]
async fn delete_member_overwrite(
    State(communities): State<Communities>,
    CurrentUser(user): CurrentUser,
    Path((server, channel, member)): Path<InChannel<UserId>>,
    reason: Reasoned,
) -> Result<StatusCode> {
    let place = (server, channel, Target::Member(member));
    overwrite(communities, user.id, place, reason, None).await
}
