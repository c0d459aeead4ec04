//! A webhook, and a service that posts to it.

use chatter::kernel::token::{PlainToken, TokenKind};
use entity::{AppId, ConversationId, ServerId, UserId, app, webhook};
use reqwest::{Method, RequestBuilder};
use sea_orm::{ActiveModelTrait, Set, Value as Bound};
use serde_json::{Value, json};

use super::{Community, Person, Reply, TestApp};

/// A webhook of one channel, and whoever has its URL.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: i64,
    pub(crate) token: PlainToken,
    /// Who posts: nobody that is signed in.
    pub(crate) service: Person,
    channel: i64,
    club: Community,
    reader: Person,
}

impl Hook {
    /// A webhook called `CI` of a channel, whose history `reader` reads.
    pub(crate) async fn of(app: &TestApp, club: &Community, channel: i64, reader: &Person) -> Self {
        let (token, owner) = (PlainToken::issue(TokenKind::Webhook), reader.id().await);
        let row = app::ActiveModel {
            kind: Set(app::AppKind::Webhook),
            server_id: Set(Some(ServerId(club.id))),
            name: Set("CI".to_owned()),
            description: Set(String::new()),
            owner_id: Set(UserId(owner)),
            created_at: Set(app.clock.now()),
            ..Default::default()
        };
        let row = row.insert(app.db().await).await.expect("an app");
        let details = webhook::ActiveModel {
            app_id: Set(row.id),
            channel_id: Set(ConversationId(channel)),
            token_hash: Set(token.hash().into()),
            token_last4: Set(token.hint().last4),
            mention_everyone: Set(false),
            ..Default::default()
        };
        let details = details.insert(app.db().await).await.expect("a webhook");
        let AppId(id) = details.app_id;
        Self {
            id,
            token,
            service: app.stranger(),
            channel,
            club: club.clone(),
            reader: reader.clone(),
        }
    }

    /// Changes a column of its row, as its managers' routes would.
    pub(crate) async fn set(&self, app: &TestApp, column: &str, value: impl Into<Bound>) {
        let sql = format!("UPDATE webhook SET {column} = $1 WHERE app_id = $2");
        let changed = app.sql(&sql, [value.into(), self.id.into()]).await;
        assert_eq!(changed, 1, "{column}");
    }

    /// Its path, or one below it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/webhooks/{}/{}{rest}", self.id, self.token.expose())
    }

    /// The path of a message that it has said.
    pub(crate) fn message(&self, id: i64) -> String {
        self.path(&format!("/messages/{id}"))
    }

    /// A request that the test finishes itself.
    pub(crate) fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        self.service.request(method, &self.path(rest))
    }

    /// Posts JSON.
    pub(crate) async fn posts(&self, body: Value) -> Reply {
        self.posts_to("", body).await
    }

    /// Posts JSON to one of its further addresses.
    pub(crate) async fn posts_to(&self, rest: &str, body: Value) -> Reply {
        self.service.post(&self.path(rest), body).await
    }

    /// Posts JSON with a header.
    pub(crate) async fn posts_with(&self, name: &str, value: &str, body: Value) -> Reply {
        let request = self.request(Method::POST, "").header(name, value);
        Reply::of(request.json(&body)).await
    }

    /// Posts a text that must be taken; the message's id.
    pub(crate) async fn says(&self, text: &str) -> i64 {
        let said = self.posts(json!({"content": text})).await.succeeds();
        super::number(&said["id"])
    }

    /// The messages of its channel, oldest first.
    pub(crate) async fn said(&self) -> Vec<Value> {
        let path = format!("/channels/{}/messages", self.channel);
        let page = self.reader.reads(&self.club.path(&path)).await;
        page["messages"].as_array().expect("messages").clone()
    }

    /// Asserts that nothing was ever said in its channel.
    #[track_caller]
    pub(crate) fn said_nothing(&self) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        let said = self.said();
        async move { assert_eq!(said.await, [json!(null); 0], "at {caller}") }
    }
}
