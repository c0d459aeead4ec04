//! What was said and done, over HTTP, for admins; changing what others said.

use axum::extract::State;
use entity::{ConversationId, MessageId, Timestamp, conversation::Kind};
use http::header;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Moderation, records::Recorded};
use crate::{
    account::{Administrator, Superadministrator},
    http::{Answer, ErrorBody, Json, Path, Query},
    kernel::{Error, Result, error::ErrorKind},
};

/// Messages of the history unless it says otherwise, and the most of them.
const HISTORY: (u64, u64) = (50, 200);
/// The same for a group's messages.
const GROUP: (u64, u64) = (500, 1000);

pub(super) fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .routes(routes!(history))
        .routes(routes!(history_log))
        .routes(routes!(all_groups))
        .routes(routes!(group_messages))
        .routes(routes!(edit_message))
        .routes(routes!(delete_message))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HistoryQuery {
    /// `public` (unless said) or `gdm`.
    r#type: Option<String>,
    /// Messages at most: 50 when absent, never more than 200.
    limit: Option<u64>,
    /// `gdm`: the group.
    thread_id: Option<ConversationId>,
}

/// A message as it is in the record.
#[derive(Serialize, ToSchema)]
struct HistoryItem {
    id: MessageId,
    username: String,
    /// Sanitised HTML.
    text: String,
    attachment: Option<String>,
    created_at: Timestamp,
    /// Whether its author alone sees it.
    hidden: bool,
}

impl From<Recorded> for HistoryItem {
    fn from(recorded: Recorded) -> Self {
        let row = recorded.row;
        Self {
            id: row.id,
            username: recorded.author,
            text: row.text,
            attachment: row.attachment,
            created_at: row.created_at,
            hidden: row.shadow != 0,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct HistoryItems {
    items: Vec<HistoryItem>,
}

/// The newest messages of the public chat or of a group, what is hidden included; for admins.
///
/// The newest first. Reading a group's is audited.
#[utoipa::path(get, path = "/api/admin/history", tag = "admin", params(HistoryQuery), responses(
    (status = 200, body = Answer<HistoryItems>),
    (status = 400, body = ErrorBody),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
    (status = 404, description = "No such group", body = ErrorBody),
))]
async fn history(
    State(moderation): State<Moderation>,
    Administrator(actor): Administrator,
    Query(query): Query<HistoryQuery>,
) -> Result<Answer<HistoryItems>> {
    let group = match (query.r#type.as_deref(), query.thread_id) {
        (None | Some("" | "public"), _) => None,
        (Some("gdm"), Some(id)) => Some(id),
        _ => return Err(Error::bad_params()),
    };
    let limit = query.limit.unwrap_or(HISTORY.0).clamp(1, HISTORY.1);
    let items = moderation.history(&actor, group, limit).await?;
    Ok(Answer::new(HistoryItems {
        items: items.into_iter().map(Into::into).collect(),
    }))
}

/// What admins did lately, as lines of text, the newest first; for admins.
#[utoipa::path(get, path = "/api/admin/history_log", tag = "admin", responses(
    (status = 200, body = String, content_type = "text/plain"),
    (status = 403, description = "forbidden, disabled", body = ErrorBody),
))]
async fn history_log(
    State(moderation): State<Moderation>,
    _actor: Administrator,
) -> Result<([(header::HeaderName, &'static str); 1], String)> {
    let text = moderation.activity().await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text))
}

/// A group, deleted or not.
#[derive(Serialize, ToSchema)]
struct GroupRow {
    id: ConversationId,
    name: String,
    created_at: Timestamp,
    deleted_at: Option<Timestamp>,
    created_by: i64,
    creator_name: String,
    message_count: i64,
    is_deleted: bool,
}

#[derive(Serialize, ToSchema)]
struct GroupRows {
    groups: Vec<GroupRow>,
}

/// All groups, deleted ones included; for superadmins.
#[utoipa::path(get, path = "/api/admin/all_groups", tag = "admin", responses(
    (status = 200, body = Answer<GroupRows>), (status = 403, body = ErrorBody),
))]
async fn all_groups(
    State(moderation): State<Moderation>,
    _actor: Superadministrator,
) -> Result<Answer<GroupRows>> {
    let groups = moderation.groups().await?;
    let groups = groups.into_iter().map(|(group, owner)| GroupRow {
        id: group.id,
        name: group.name,
        created_at: group.created_at,
        deleted_at: group.deleted_at,
        created_by: group.owner_id.0,
        creator_name: owner,
        message_count: group.messages,
        is_deleted: group.deleted_at.is_some(),
    });
    Ok(Answer::new(GroupRows {
        groups: groups.collect(),
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GroupQuery {
    /// Messages at most: 500 when absent, never more than 1000.
    limit: Option<u64>,
    /// Only messages older than the one with this id.
    before: Option<MessageId>,
}

/// A message of a group as it is in the record.
#[derive(Serialize, ToSchema)]
struct GroupMessage {
    id: MessageId,
    /// Sanitised HTML.
    text: String,
    username: String,
    created_at: Timestamp,
    attachment: Option<String>,
    reply_to: Option<MessageId>,
    edited_by: Option<String>,
    edited_at: Option<Timestamp>,
    /// Whether its author alone sees it.
    hidden: bool,
}

impl From<Recorded> for GroupMessage {
    fn from(recorded: Recorded) -> Self {
        let row = recorded.row;
        Self {
            id: row.id,
            text: row.text,
            username: recorded.author,
            created_at: row.created_at,
            attachment: row.attachment,
            reply_to: row.reply_to,
            edited_by: recorded.editor,
            edited_at: row.edited_at,
            hidden: row.shadow != 0,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct GroupMessages {
    messages: Vec<GroupMessage>,
}

/// The messages of a group, deleted or not, oldest first; for superadmins. Reading is audited.
#[utoipa::path(get, path = "/api/admin/group_messages/{id}", tag = "admin",
    params(("id" = i64, Path), GroupQuery), responses(
    (status = 200, body = Answer<GroupMessages>),
    (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody),
))]
async fn group_messages(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Path(id): Path<ConversationId>,
    Query(query): Query<GroupQuery>,
) -> Result<Answer<GroupMessages>> {
    let limit = query.limit.unwrap_or(GROUP.0).clamp(1, GROUP.1);
    let messages = moderation
        .group_messages(&actor, id, query.before, limit)
        .await?;
    Ok(Answer::new(GroupMessages {
        messages: messages.into_iter().map(Into::into).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
struct MessageEdit {
    message_id: Option<MessageId>,
    content: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Told {
    message: &'static str,
}

/// Give somebody's message another text; for superadmins.
#[utoipa::path(post, path = "/api/admin/edit_message", tag = "admin",
    request_body = MessageEdit, responses(
    (status = 200, body = Answer<Told>),
    (status = 400, description = "Message ID and content are required", body = ErrorBody),
    (status = 403, description = "forbidden, also while MC_EDIT_MESSAGES is off",
        body = ErrorBody),
    (status = 404, description = "Message not found", body = ErrorBody),
))]
async fn edit_message(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<MessageEdit>,
) -> Result<Answer<Told>> {
    let content = input.content.filter(|content| !content.trim().is_empty());
    let (Some(id), Some(content)) = (input.message_id, content) else {
        let text = "Message ID and content are required";
        return Err(Error::invalid("bad_params", text));
    };
    moderation
        .edit_message(&actor, id, &content)
        .await
        .map_err(no_message)?;
    Ok(Answer::new(Told {
        message: "Message edited",
    }))
}

#[derive(Deserialize, ToSchema)]
struct MessageDeletion {
    /// May be called `message_id`.
    #[serde(alias = "message_id")]
    msg_id: Option<MessageId>,
    /// `public`, `dm`, `gdm` or `channel`, which the message must be in.
    r#type: Option<Kind>,
}

/// Delete somebody's message; for superadmins.
#[utoipa::path(post, path = "/api/admin/delete_message", tag = "admin",
    request_body = MessageDeletion, responses(
    (status = 200, body = Answer<Told>),
    (status = 400, description = "Message ID is required", body = ErrorBody),
    (status = 403, description = "forbidden, also while MC_DELETE_MESSAGES is off",
        body = ErrorBody),
    (status = 404, description = "Message not found", body = ErrorBody),
))]
async fn delete_message(
    State(moderation): State<Moderation>,
    Superadministrator(actor): Superadministrator,
    Json(input): Json<MessageDeletion>,
) -> Result<Answer<Told>> {
    let Some(id) = input.msg_id else {
        return Err(Error::invalid("bad_params", "Message ID is required"));
    };
    let kind = input.r#type.unwrap_or(Kind::Public);
    moderation
        .delete_message(&actor, id, kind)
        .await
        .map_err(no_message)?;
    Ok(Answer::new(Told {
        message: "Message deleted",
    }))
}

fn no_message(error: Error) -> Error {
    if error.kind() == ErrorKind::NotFound {
        Error::new(ErrorKind::NotFound, "not_found", "Message not found")
    } else {
        error
    }
}
