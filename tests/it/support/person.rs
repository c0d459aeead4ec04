//! Somebody who uses the server over HTTP, with a cookie jar like a browser's.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{
    Client, Method, RequestBuilder,
    cookie::{CookieStore, Jar},
    header::{HeaderMap, HeaderValue, ORIGIN},
    redirect::Policy,
};
use serde_json::{Value, json};

use super::{PATIENCE, Socket};

/// Everybody's password, unless a test says otherwise.
pub(crate) const PASSWORD: &str = "correct horse";

/// A person at a browser, signed in or not.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Their user name; empty for a stranger.
    pub(crate) name: String,
    address: SocketAddr,
    /// The address that a proxy says they have.
    from: Option<String>,
    http: Client,
    jar: Arc<Jar>,
}

impl Person {
    /// Somebody who is not signed in. `from` is the address that a proxy says they have.
    pub(crate) fn new(name: &str, address: SocketAddr, from: Option<&str>) -> Self {
        super::provide_crypto();
        let jar = Arc::new(Jar::default());
        let mut headers = HeaderMap::new();
        let header = |text: &str| HeaderValue::from_str(text).expect("a header");
        headers.insert(ORIGIN, header(&format!("http://{address}")));
        if let Some(from) = from {
            headers.insert("x-forwarded-for", header(from));
        }
        let http = Client::builder()
            .cookie_provider(jar.clone())
            .default_headers(headers)
            .redirect(Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .expect("an HTTP client");
        Self {
            name: name.to_owned(),
            address,
            from: from.map(str::to_owned),
            http,
            jar,
        }
    }

    /// Where their server is.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same person at another browser.
    pub(crate) fn elsewhere(&self) -> Self {
        Self::new(&self.name, self.address, self.from.as_deref())
    }

    /// The same person at the server's new address, after a restart.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let person = Self::new(&self.name, address, self.from.as_deref());
        person.takes_cookie(&self.cookie().expect("a session"));
        person
    }

    /// The session cookie as it is sent, if there is one.
    pub(crate) fn cookie(&self) -> Option<String> {
        let cookies = self.jar.cookies(&self.url("/").parse().expect("a URL"))?;
        Some(cookies.to_str().expect("text").to_owned())
    }

    /// Puts cookies into the jar, as [`Person::cookie`] has them.
    pub(crate) fn takes_cookie(&self, cookies: &str) {
        let url = self.url("/").parse().expect("a URL");
        for cookie in cookies.split("; ") {
            self.jar.add_cookie_str(&format!("{cookie}; Path=/"), &url);
        }
    }

    /// A request that the test finishes itself.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(&body)).await
    }

    /// Gets JSON, which must be there.
    pub(crate) async fn reads(&self, path: &str) -> Value {
        self.get(path).await.succeeds()
    }

    pub(crate) async fn registers(&self) -> Reply {
        let body = json!({"username": self.name, "password": PASSWORD});
        self.post("/register", body).await
    }

    pub(crate) async fn signs_in(&self) -> Reply {
        self.signs_in_with(PASSWORD).await
    }

    pub(crate) async fn signs_in_with(&self, password: &str) -> Reply {
        let body = json!({"username": self.name, "password": password});
        self.post("/login", body).await
    }

    /// Whether the server takes them for themselves.
    pub(crate) async fn is_signed_in(&self) -> bool {
        self.reads("/api/whoami").await["authenticated"] == true
    }

    /// The group they make with `others`.
    pub(crate) async fn makes_group_with(&self, others: &[&Self]) -> i64 {
        let members: Vec<_> = others.iter().map(|other| &other.name).collect();
        let body = json!({"name": "the group", "members": members});
        let made = self.post("/api/gdm/threads", body).await.succeeds();
        made["id"].as_i64().expect("a group's id")
    }

    /// An invite to a group of theirs, good for a day.
    pub(crate) async fn invites_to(&self, tid: i64) -> String {
        let body = json!({"tid": tid});
        let made = self.post("/api/gdm/invite/create", body).await.succeeds();
        made["invite_code"].as_str().expect("a code").to_owned()
    }

    pub(crate) async fn joins_with(&self, code: &str) -> Reply {
        self.post("/api/gdm/invite/join", json!({"code": code}))
            .await
    }

    /// The document they make with a text and people, given as on the wire.
    pub(crate) async fn makes_doc(&self, content: &str, members: Value) -> i64 {
        let body = json!({"name": "Plan", "content": content, "members": members});
        let made = self.post("/api/doc/create", body).await.succeeds();
        made["id"].as_i64().expect("a document's id")
    }

    /// What the server answers when they do `what` to a document.
    pub(crate) async fn asks_doc(&self, id: i64, what: &str, body: Value) -> Reply {
        self.post(&format!("/api/doc/{id}/{what}"), body).await
    }

    /// A socket with this person's session.
    pub(crate) async fn connects(&self) -> Socket {
        let socket = self.tries_to_connect().await;
        socket.unwrap_or_else(|refusal| panic!("{} cannot connect: {refusal}", self.name))
    }

    /// A socket, or why not.
    pub(crate) async fn tries_to_connect(&self) -> Result<Socket, Value> {
        Socket::connect(self.address, self.cookie().as_deref(), self.from.as_deref()).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// What the server answered.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// JSON, or the text as a string.
    pub(crate) body: Value,
}

impl Reply {
    /// Sends a request and reads the whole answer.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a whole answer");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            status,
            headers,
            body,
        }
    }

    /// The body of an answer that must be 200.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The name of a refusal. The platform's routes have it under `error`, where the others have
    /// the text for people.
    pub(crate) fn code(&self) -> &str {
        let code = self.body["code"].as_str();
        code.or(self.body["error"].as_str()).unwrap_or_default()
    }

    /// Asserts that it was refused with `status` and `code`.
    #[track_caller]
    pub(crate) fn is_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
        assert_eq!(self.body["ok"], false);
    }
}
