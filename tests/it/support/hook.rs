//! A webhook, and a service that posts to it.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Community, Person, Reply, TestApp, number};

/// A webhook of one channel, and whoever has its URL.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) id: i64,
    pub(crate) token: String,
    /// Who posts: nobody that is signed in.
    pub(crate) service: Person,
    channel: i64,
    club: Community,
    manager: Person,
}

impl Hook {
    /// A webhook called `CI` that `manager` makes for a channel.
    pub(crate) async fn of(
        app: &TestApp,
        club: &Community,
        channel: i64,
        manager: &Person,
    ) -> Self {
        let body = json!({"kind": "webhook", "name": "CI", "channelId": channel});
        let made = club.makes_app(manager, body).await;
        Self {
            id: number(&made["app"]["id"]),
            token: token_of(&made),
            service: app.stranger(),
            channel,
            club: club.clone(),
            manager: manager.clone(),
        }
    }

    /// The path by which it is managed.
    pub(crate) fn app(&self, rest: &str) -> String {
        format!("/apps/{}{rest}", self.id)
    }

    /// Has it changed by its manager.
    pub(crate) async fn changes(&self, body: Value) {
        self.manager.patch(&self.app(""), body).await.succeeds();
    }

    /// Has its URL replaced.
    pub(crate) async fn rotates(&mut self, body: Value) {
        let rotated = self.manager.post(&self.app("/rotate"), body).await;
        self.token = token_of(&rotated.succeeds());
    }

    /// Has its posts signed with one more secret.
    pub(crate) async fn has_signed_by(&self, secret: &str) {
        let path = self.app("/signing");
        let set = self.manager.post(&path, json!({"secret": secret})).await;
        assert!(matches!(set.status, 200 | 201), "{}", set.body);
    }

    /// Has it suspended, or let go on, by its manager, who is an admin.
    pub(crate) async fn is_suspended(&self, suspended: bool) {
        let what = if suspended { "suspend" } else { "unsuspend" };
        let path = format!("/api/admin/apps/{}/{what}", self.id);
        self.manager.post(&path, json!({})).await.succeeds();
    }

    /// Its path, or one below it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/webhooks/{}/{}{rest}", self.id, self.token)
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
        number(&said["id"])
    }

    /// The messages of its channel, oldest first.
    pub(crate) async fn said(&self) -> Vec<Value> {
        let path = format!("/channels/{}/messages", self.channel);
        let page = self.manager.reads(&self.club.path(&path)).await;
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

/// The token in the URL that was shown.
fn token_of(shown: &Value) -> String {
    let url = shown["url"].as_str().expect("a URL");
    url.rsplit('/').next().expect("a token").to_owned()
}
