//! The routes under `/webhooks`.

use axum::{
    Extension,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use entity::{AppId, ConversationId, MessageId, ServerId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Webhooks,
    http_answer::posted,
    http_body::Unread,
    http_call::Call,
    http_document::{EditSchema, PostSchema},
    model::{Address, Changed, Counted, Said, message_not_found, webhook_not_found},
};
use crate::{
    access::Pace,
    http::{Answer, ClientAddress, Path, Query},
    kernel::{Error, Result},
};

/// The routes of webhooks, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Webhooks> {
    OpenApiRouter::new()
        .routes(routes!(show_webhook, post_to_webhook, keep_webhook))
        .routes(routes!(post_to_webhook_as))
        .routes(routes!(edit_webhook_message, delete_webhook_message))
}

/// The routes of webhooks, ready to serve.
pub fn router(webhooks: Webhooks) -> OpenApiRouter {
    routes().with_state(webhooks)
}

/// How a post is answered.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wishes {
    /// With `false` the answer is 204 and says nothing. The message is stored by then all the same.
    #[param(value_type = Option<bool>)]
    wait: Option<String>,
    /// Ignored: there are no threads.
    thread_id: Option<String>,
}

impl Wishes {
    /// Whether the message is to be answered.
    fn wait(&self) -> Result<bool> {
        match self.wait.as_deref() {
            None | Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => {
                let text = "wait must be true or false.";
                Err(Error::invalid("wait_invalid", text))
            }
        }
    }
}

/// What a webhook is, for whoever has its URL.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAbout)]
struct About {
    /// The app's id.
    id: AppId,
    /// What it is called.
    name: String,
    /// The channel it posts to.
    channel_id: ConversationId,
    /// The server of that channel.
    server_id: ServerId,
    /// Always null: webhooks have no picture of their own.
    avatar: Option<String>,
}

/// What this webhook is.
#[utoipa::path(get, path = "/webhooks/{appId}/{token}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path)),
    security(("url_token" = [])),
    responses(
        (status = 200, body = Answer<About>),
        (status = 403, description = "`suspended`, `ip_not_allowed`"),
        (status = 404, description = "`webhook_not_found`"),
        (status = 429, description = "`rate_limited`"),
    ))]
async fn show_webhook(
    State(webhooks): State<Webhooks>,
    Path((app, token)): Path<(String, String)>,
    Extension(client): Extension<ClientAddress>,
    pace: Pace,
) -> Result<Answer<About>> {
    let (caller, webhook) = webhooks.find((&app, &token), client, &pace).await?;
    webhook.require_open(caller.from)?;
    webhooks.count(&webhook, Counted::Look, &pace)?;
    Ok(Answer::new(About {
        id: webhook.app,
        name: webhook.name,
        channel_id: webhook.channel,
        server_id: webhook.server,
        avatar: None,
    }))
}

/// Post a message to the webhook's channel.
///
/// Takes JSON, a form with `payload=`, or `multipart/form-data` with `payload_json` and up
/// to ten files. Posts in Slack's shape are answered with the text `ok`.
#[utoipa::path(post, path = "/webhooks/{appId}/{token}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path), Wishes),
    request_body = PostSchema,
    security(("url_token" = [])),
    responses(
        (status = 200, body = Answer<Said>),
        (status = 204, description = "Stored, with `wait=false`"),
        (status = 400, description = "`invalid_json`, `content_required`, `content_too_long`, \
            `content_ambiguous`, `username_reserved`, `username_too_long`, `avatar_url_invalid`, \
            `embed_N:...`, `attachment_N:...`, `block_N:...`, `mention_not_allowed`, \
            `reply_to_not_found`, `idempotency_key_invalid`, `too_many_files`, `image_invalid`"),
        (status = 401, description = "`signature_missing`, `signature_invalid`, \
            `timestamp_out_of_range`"),
        (status = 403, description = "`suspended`, `ip_not_allowed`, `channel_locked`"),
        (status = 404, description = "`webhook_not_found`"),
        (status = 409, description = "`idempotency_in_progress`"),
        (status = 410, description = "`channel_gone`"),
        (status = 413, description = "`payload_too_large`: 256 KiB, or 8 MiB in a form"),
        (status = 415, description = "`unsupported_media_type`"),
        (status = 422, description = "`idempotency_key_reused`"),
        (status = 429, description = "`rate_limited`: 5 in 2 s and 30 a minute of a webhook, 120 \
            a minute in a channel"),
        (status = 503, description = "`unavailable`; nothing was stored"),
    ))]
async fn post_to_webhook(
    State(webhooks): State<Webhooks>,
    Path((app, token)): Path<(String, String)>,
    Extension(client): Extension<ClientAddress>,
    pace: Pace,
    wishes: Result<Query<Wishes>>,
    request: Request,
) -> Response {
    let call = Call::new(webhooks, (app, token), client, pace);
    post_to(Address::Native, call, (wishes, request)).await
}

/// Post what another service sends.
///
/// `slack` and `discord` take what is sent to those; Slack's refusals are plain texts. The others
/// take the events of `github`, `gitlab`, `gitea`, `alertmanager`, `grafana` and `uptime-kuma`, and
/// answer 204 to those that nothing is said about.
#[utoipa::path(post, path = "/webhooks/{appId}/{token}/{service}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path),
        ("service" = String, Path, description = "`slack`, `discord`, `github`, `gitlab`, \
            `gitea`, `alertmanager`, `grafana` or `uptime-kuma`"), Wishes),
    request_body = Object,
    security(("url_token" = [])),
    responses(
        (status = 200, body = Answer<Said>),
        (status = 204, description = "Stored, with `wait=false`; or an event that nothing is said \
            about"),
        (status = "4XX", description = "As for other posts; at `slack` as a plain text: \
            `invalid_payload`, `no_text`, `action_prohibited`, `no_service`, \
            `channel_is_archived`"),
        (status = 503, description = "`unavailable`; nothing was stored"),
    ))]
async fn post_to_webhook_as(
    State(webhooks): State<Webhooks>,
    Path((app, token, service)): Path<(String, String, String)>,
    Extension(client): Extension<ClientAddress>,
    pace: Pace,
    wishes: Result<Query<Wishes>>,
    request: Request,
) -> Response {
    let Some(address) = Address::parse(&service) else {
        return webhook_not_found().into_response();
    };
    let call = Call::new(webhooks, (app, token), client, pace);
    post_to(address, call, (wishes, request)).await
}

async fn post_to(
    address: Address,
    call: Call,
    (wishes, request): (Result<Query<Wishes>>, Request),
) -> Response {
    let post = async move |webhooks: Webhooks, found, unread: Unread| {
        let Query(wishes) = wishes?;
        let wait = wishes.wait()?;
        let received = unread.received().await?;
        let mut payload = unread.payload().await?;
        if wishes.thread_id.is_some() {
            let why = "ignored, there are no threads";
            payload.warnings.add("thread_id", why);
        }
        let outcome = webhooks.post(found, address, (received, payload)).await?;
        Ok(posted(outcome, wait))
    };
    call.at(address).run(Counted::Post, request, post).await
}

/// Change a message that this webhook has said.
#[utoipa::path(patch, path = "/webhooks/{appId}/{token}/messages/{messageId}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path), ("messageId" = i64, Path)),
    request_body = EditSchema,
    security(("url_token" = [])),
    responses(
        (status = 200, body = Answer<Said>),
        (status = "4XX", description = "As for posts"),
        (status = 404, description = "`webhook_not_found`, `message_not_found`"),
        (status = 503, description = "`unavailable`; nothing was changed"),
    ))]
async fn edit_webhook_message(
    State(webhooks): State<Webhooks>,
    Path((app, token, id)): Path<(String, String, String)>,
    Extension(client): Extension<ClientAddress>,
    pace: Pace,
    request: Request,
) -> Response {
    let call = Call::new(webhooks, (app, token), client, pace);
    let edit = async move |webhooks: Webhooks, found, unread: Unread| {
        let id = message_id(&id)?;
        let received = unread.received().await?;
        let payload = unread.payload().await?;
        Ok(match webhooks.edit(found, id, (received, payload)).await? {
            Changed::Now(said) => Answer::new(said).into_response(),
            Changed::Before(kept) => kept.into_response(),
        })
    };
    call.run(Counted::Change, request, edit).await
}

/// Delete a message that this webhook has said.
#[utoipa::path(delete, path = "/webhooks/{appId}/{token}/messages/{messageId}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path), ("messageId" = i64, Path)),
    security(("url_token" = [])),
    responses(
        (status = 204, description = "Deleted"),
        (status = "4XX", description = "As for posts"),
        (status = 404, description = "`webhook_not_found`, `message_not_found`"),
    ))]
async fn delete_webhook_message(
    State(webhooks): State<Webhooks>,
    Path((app, token, id)): Path<(String, String, String)>,
    Extension(client): Extension<ClientAddress>,
    pace: Pace,
    request: Request,
) -> Response {
    let call = Call::new(webhooks, (app, token), client, pace);
    let delete = async move |webhooks: Webhooks, found, unread: Unread| {
        let id = message_id(&id)?;
        let received = unread.received().await?;
        webhooks.delete(found, id, received).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    call.run(Counted::Change, request, delete).await
}

/// The message that a path names. What is no id is no message.
fn message_id(text: &str) -> Result<MessageId> {
    text.parse().map(MessageId).map_err(|_| message_not_found())
}

/// Never deletes the webhook: its URL is held by services, and whoever sees it there could. Signed
/// in, it is done with `DELETE /apps/{appId}`.
#[utoipa::path(delete, path = "/webhooks/{appId}/{token}", tag = "webhooks",
    params(("appId" = i64, Path), ("token" = String, Path)),
    security(("url_token" = [])),
    responses((status = 403, description = "`delete_requires_session`, whatever the URL")))]
async fn keep_webhook() -> Error {
    let text = "A webhook is deleted in the developer portal, signed in.";
    Error::refused("delete_requires_session", text)
}
