//! A widget, the agent that posts to it, and those who watch.

use chatter::kernel::token::{PlainToken, TokenKind};
use reqwest::{Method, RequestBuilder, Response};
use sea_orm::Value as Bound;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Community, PATIENCE, Person, Reply, TestApp};

/// A widget of a server, and whoever has its URL.
#[derive(Clone, Debug)]
pub(crate) struct Tile {
    pub(crate) id: i64,
    pub(crate) token: PlainToken,
    /// Who posts: nobody that is signed in.
    pub(crate) agent: Person,
}

/// The token in a URL that was shown.
fn token_in(answer: &Value) -> PlainToken {
    let url = answer["url"].as_str().expect("a URL");
    let token = url.rsplit('/').next().expect("a token");
    PlainToken::parse(TokenKind::Widget, token).expect("a widget's token")
}

/// One row that counts.
pub(crate) fn counter(value: i64) -> Value {
    json!({"rows": [{"kind": "counter", "label": "Online", "value": value}]})
}

impl Tile {
    /// A widget called `Uptime` of a server, which `owner` makes.
    pub(crate) async fn of(app: &TestApp, club: &Community, owner: &Person) -> Self {
        let body = json!({"kind": "widget", "name": "Uptime", "description": "What is up"});
        let made = club.makes_app(owner, body).await;
        Self {
            id: super::number(&made["app"]["id"]),
            token: token_in(&made),
            agent: app.stranger(),
        }
    }

    /// Shows it to the members of its server, or hides it.
    pub(crate) async fn is_made_visible(&self, owner: &Person, visible: bool) {
        let path = format!("/apps/{}", self.id);
        owner
            .patch(&path, json!({ "visible": visible }))
            .await
            .succeeds();
    }

    /// Gives it another URL; the same widget at that one.
    pub(crate) async fn rotates(&self, owner: &Person) -> Self {
        let path = format!("/apps/{}/rotate", self.id);
        let rotated = owner.post(&path, json!({})).await.succeeds();
        Self {
            token: token_in(&rotated),
            ..self.clone()
        }
    }

    /// Changes a column of its row, as its managers' routes would.
    pub(crate) async fn set(&self, app: &TestApp, column: &str, value: impl Into<Bound>) {
        let sql = format!("UPDATE widget SET {column} = $1 WHERE app_id = $2");
        let changed = app.sql(&sql, [value.into(), self.id.into()]).await;
        assert_eq!(changed, 1, "{column}");
    }

    /// What is stored of its posts: how many there were.
    pub(crate) async fn version(&self, app: &TestApp) -> i64 {
        let sql = "SELECT version FROM widget WHERE app_id = $1";
        app.number(sql, [self.id.into()]).await
    }

    /// Its path, or one below it.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/widgets/{}/{}{rest}", self.id, self.token.expose())
    }

    /// A post that the test finishes itself.
    pub(crate) fn request(&self) -> RequestBuilder {
        self.agent.request(Method::POST, &self.path(""))
    }

    /// Posts JSON.
    pub(crate) async fn posts(&self, body: Value) -> Reply {
        self.agent.post(&self.path(""), body).await
    }

    /// Posts bytes.
    pub(crate) async fn posts_bytes(&self, body: impl Into<reqwest::Body>) -> Reply {
        Reply::of(self.request().body(body)).await
    }

    /// Posts a number that must be taken; its version.
    pub(crate) async fn shows(&self, value: i64) -> i64 {
        let posted = self.posts(counter(value)).await.succeeds();
        super::number(&posted["version"])
    }
}

/// An open stream of a server's widgets.
#[derive(Debug)]
pub(crate) struct Watching {
    pub(crate) response: Response,
    text: String,
    /// The beginning of a character whose end has not come yet.
    partial: Vec<u8>,
}

/// One event of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) data: Value,
}

impl Watching {
    /// A stream of `person`; without one, how it was refused.
    pub(crate) async fn opens(person: &Person, club: &Community) -> Result<Self, Reply> {
        let request = person.request(Method::GET, &club.path("/events"));
        Self::with(request).await
    }

    /// A stream that comes of `request`.
    pub(crate) async fn with(request: RequestBuilder) -> Result<Self, Reply> {
        let response = request.send().await.expect("an answer");
        if response.status() == 200 {
            let text = String::new();
            let partial = Vec::new();
            return Ok(Self {
                response,
                text,
                partial,
            });
        }
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        Err(Reply {
            status,
            headers,
            body: serde_json::from_str(&text).expect("JSON"),
        })
    }

    /// The next block of lines; none at the end.
    pub(crate) async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            // A connection that is cut is an end as well.
            let chunk = chunk.expect("news within reasonable time").ok().flatten()?;
            self.partial.extend_from_slice(&chunk);
            let whole = match std::str::from_utf8(&self.partial) {
                Ok(text) => text.len(),
                Err(error) => {
                    assert_eq!(error.error_len(), None, "text");
                    error.valid_up_to()
                }
            };
            let text: Vec<u8> = self.partial.drain(..whole).collect();
            self.text
                .push_str(std::str::from_utf8(&text).expect("text"));
        }
    }

    /// The next event; none at the end.
    pub(crate) async fn hears(&mut self) -> Option<Told> {
        loop {
            let block = self.block().await?;
            let mut lines = block.lines();
            let Some(id) = lines.next().and_then(|line| line.strip_prefix("id: ")) else {
                continue;
            };
            let mut field = |name: &str| {
                let line = lines.next().and_then(|line| line.strip_prefix(name));
                line.expect(name).to_owned()
            };
            return Some(Told {
                id: id.to_owned(),
                event: field("event: "),
                data: serde_json::from_str(&field("data: ")).expect("JSON"),
            });
        }
    }

    /// The app and the version of the next event.
    pub(crate) async fn sees(&mut self) -> (i64, i64) {
        let told = self.hears().await.expect("an event");
        let number = |name: &str| super::number(&told.data[name]);
        (number("appId"), number("version"))
    }

    /// Waits for the end; the versions that were heard until then.
    pub(crate) async fn ends(&mut self) -> Vec<i64> {
        let mut heard = Vec::new();
        while let Some(told) = self.hears().await {
            heard.push(super::number(&told.data["version"]));
        }
        heard
    }
}
