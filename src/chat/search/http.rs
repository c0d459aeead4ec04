//! The search over HTTP.

use axum::extract::State;
use entity::MessageId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    account::CurrentUser,
    chat::{Chat, event::MessageOut},
    http::{Answer, ErrorBody, Query},
    kernel::Result,
};

pub(in crate::chat) fn routes() -> OpenApiRouter<Chat> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Words, each literal, all of which a message has; and filters: `from:<name>`,
    /// `in:<conversation>`, `has:file|link|image|video|audio`, `before:<day>`, `after:<day>`. A
    /// value with spaces stands in quotes.
    #[serde(default)]
    q: String,
    /// Messages at most: 25 when absent, never more than 100.
    limit: Option<u64>,
    /// Only messages older than the one with this id.
    before: Option<MessageId>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SearchResults {
    /// The newest first, each with the conversation that it is in.
    results: Vec<MessageOut>,
    /// Whether there are more; ask with `before`.
    has_more: bool,
}

/// Find messages that one may read.
///
/// Public ones, those of one's DMs and groups, and of the channels whose history one may read. Words
/// of one or two characters are looked for in the newest 50,000 messages that the filters leave.
#[utoipa::path(get, path = "/api/search", tag = "chat", params(Search), responses(
    (status = 200, body = Answer<SearchResults>),
    (status = 400, description = "query_empty, query_too_long, bad_filter", body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 429, description = "rate_limited", body = ErrorBody),
))]
async fn search(
    State(chat): State<Chat>,
    CurrentUser(user): CurrentUser,
    Query(search): Query<Search>,
) -> Result<Answer<SearchResults>> {
    let found = chat
        .search(&user, &search.q, search.limit, search.before)
        .await?;
    Ok(Answer::new(SearchResults {
        results: found.messages,
        has_more: found.has_more,
    }))
}
