//! A site that people sign in to with their account, and what they do on the way.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chatter::kernel::token::{self, PlainToken, TokenKind};
use entity::{AppId, UserId, app, oauth_client, oauth_client::ClientType, oauth_secret};
use reqwest::{Client, Method, RequestBuilder, header};
use sea_orm::{ActiveModelTrait, Set};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::support::{PASSWORD, Person, Reply, TestApp};

/// Where sites have people sent back to, unless a test says otherwise.
pub(crate) const CALLBACK: &str = "https://site.example/callback?from=chatter";
/// A proof for PKCE.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// A registered site.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) app: i64,
    pub(crate) client_id: String,
    /// None if it can keep none.
    pub(crate) secret: Option<String>,
    base: String,
    http: Client,
}

impl Site {
    /// A site with a secret and the usual place to go back to, whose owner is the first account.
    pub(crate) async fn register(app: &TestApp) -> Self {
        Self::register_with(app, ClientType::Confidential, &[CALLBACK]).await
    }

    /// A site with these redirect URIs.
    pub(crate) async fn register_with(
        app: &TestApp,
        client_type: ClientType,
        redirect_uris: &[&str],
    ) -> Self {
        let now = app.clock.now();
        let row = app::ActiveModel {
            kind: Set(app::AppKind::Oauth),
            server_id: Set(None),
            name: Set("Site <b>".to_owned()),
            description: Set("Plays chess".to_owned()),
            owner_id: Set(UserId(1)),
            created_at: Set(now),
            ..Default::default()
        };
        let row = row.insert(app.db().await).await.expect("an app");
        let client_id = format!("client-{}", row.id);
        let client = oauth_client::ActiveModel {
            app_id: Set(row.id),
            client_id: Set(client_id.clone()),
            client_type: Set(client_type),
            redirect_uris: Set(json!(redirect_uris).to_string()),
            homepage: Set(Some("https://site.example/".to_owned())),
            privacy_url: Set(None),
            require_pkce: Set(client_type == ClientType::Public),
            first_party: Set(false),
        };
        client.insert(app.db().await).await.expect("a client");
        let mut site = Self {
            app: row.id.0,
            client_id,
            secret: None,
            base: format!("http://{}", app.address()),
            http: Client::builder().no_proxy().build().expect("a client"),
        };
        if client_type == ClientType::Confidential {
            site.secret = Some(site.makes_secret(app).await);
        }
        site
    }

    /// A tool that somebody runs, which is a client of the developer portal's as every such tool is.
    pub(crate) fn tool(app: &TestApp) -> Self {
        Self {
            app: 0,
            client_id: "developer-portal".to_owned(),
            secret: None,
            base: format!("http://{}", app.address()),
            http: Client::builder().no_proxy().build().expect("a client"),
        }
    }

    /// Another secret beside those that it has.
    pub(crate) async fn makes_secret(&self, app: &TestApp) -> String {
        let secret = PlainToken::issue(TokenKind::ClientSecret);
        let row = oauth_secret::ActiveModel {
            app_id: Set(AppId(self.app)),
            secret_hash: Set(secret.hash().into()),
            last4: Set(secret.hint().last4),
            created_at: Set(app.clock.now()),
            ..Default::default()
        };
        row.insert(app.db().await).await.expect("a secret");
        secret.expose().to_owned()
    }

    /// Where it sends people to, with `params` beside its name.
    pub(crate) fn authorize(&self, params: &[(&str, &str)]) -> String {
        let own = [("response_type", "code"), ("client_id", &self.client_id)];
        let given = |name: &str| params.iter().any(|(given, _)| *given == name);
        let own = own.into_iter().filter(|(name, _)| !given(name));
        let all: Vec<_> = own.chain(params.iter().copied()).collect();
        let query = serde_urlencoded::to_string(all).expect("a query");
        format!("/oauth/authorize?{query}")
    }

    /// A request of its own, without cookies.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// Posts a form with its secret in the body.
    pub(crate) async fn posts(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        let secret = self.secret.as_deref();
        let mut form = form.to_vec();
        form.push(("client_id", &self.client_id));
        form.extend(secret.map(|secret| ("client_secret", secret)));
        Reply::of(self.request(Method::POST, path).form(&form)).await
    }

    /// Exchanges a code.
    pub(crate) async fn redeems(&self, code: &str) -> Reply {
        let form = [("grant_type", "authorization_code"), ("code", code)];
        self.posts("/oauth/token", &form).await
    }

    /// Exchanges a code together with the proof that it began the flow.
    pub(crate) async fn redeems_with_proof(&self, code: &str) -> Reply {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.posts("/oauth/token", &form).await
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refreshes(&self, token: &str) -> Reply {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.posts("/oauth/token", &form).await
    }

    /// Asks who somebody is.
    pub(crate) async fn asks_who(&self, access_token: &str) -> Reply {
        let request = self.request(Method::GET, "/oauth/userinfo");
        Reply::of(request.bearer_auth(access_token)).await
    }

    /// The tokens for `person`, who lets it have `scopes` with proof that it began the flow.
    pub(crate) async fn is_let_in(&self, person: &Person, scopes: &str) -> Tokens {
        let path = self.authorize(&[
            ("scope", scopes),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ]);
        let code = agrees(person, &path).await;
        Tokens::of(&self.redeems_with_proof(&code).await.succeeds())
    }

    /// The tokens for `person`, who agrees.
    pub(crate) async fn signs_in(&self, person: &Person) -> Tokens {
        let code = agrees(person, &self.authorize(&[])).await;
        Tokens::of(&self.redeems(&code).await.succeeds())
    }
}

/// What a site gets for a code.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    /// Those in an answer of the token endpoint.
    pub(crate) fn of(body: &Value) -> Self {
        let text = |name: &str| body[name].as_str().expect(name).to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }
}

/// The challenge of [`VERIFIER`].
pub(crate) fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

/// Somebody's browser goes to a page.
pub(crate) async fn visits(person: &Person, path: &str) -> Reply {
    let request = person.request(Method::GET, path);
    Reply::of(request.header(header::ACCEPT, "text/html")).await
}

/// Somebody's browser submits the form of a page, with some fields filled in.
pub(crate) async fn submits(person: &Person, page: &Reply, fields: &[(&str, &str)]) -> Reply {
    let html = text_of(page);
    let form = html.split("<form ").nth(1).expect("a form");
    let form = form.split("</form>").next().expect("the form's end");
    let action = attribute(form, "action").expect("an action");
    let mut all: Vec<(String, String)> = Vec::new();
    for input in form.split("<input ").skip(1) {
        if attribute(input, "type").as_deref() == Some("hidden") {
            let value = |name| attribute(input, name).expect("an attribute");
            all.push((value("name"), value("value")));
        }
    }
    for (name, value) in fields {
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    let request = person.request(Method::POST, &action).form(&all);
    Reply::of(request.header(header::ACCEPT, "text/html")).await
}

/// The code that a site gets for `path` when `person`, who is signed in, agrees.
pub(crate) async fn agrees(person: &Person, path: &str) -> String {
    let page = visits(person, path).await;
    let answer = if page.status == 303 {
        page
    } else {
        submits(person, &page, &[("decision", "allow")]).await
    };
    param(&answer, "code").unwrap_or_else(|| panic!("no code: {answer:?}"))
}

/// Fills in and submits the sign-in form of a page.
pub(crate) async fn fills_in(person: &Person, page: &Reply) -> Reply {
    let fields = [("username", person.name.as_str()), ("password", PASSWORD)];
    submits(person, page, &fields).await
}

/// Where an answer sends the browser.
#[track_caller]
pub(crate) fn location(reply: &Reply) -> Url {
    assert_eq!(reply.status, 303, "{}", reply.body);
    let location = reply.headers[header::LOCATION].to_str().expect("text");
    let base = Url::parse("http://chatter.invalid").expect("a URL");
    base.join(location).expect("a URL")
}

/// A parameter of where an answer sends the browser.
#[track_caller]
pub(crate) fn param(reply: &Reply, name: &str) -> Option<String> {
    let url = location(reply);
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

/// The HTML of a page.
#[track_caller]
pub(crate) fn text_of(page: &Reply) -> &str {
    page.body.as_str().expect("a page")
}

/// Asserts that OAuth's refusal is `error`.
#[track_caller]
pub(crate) fn is_refused(reply: &Reply, status: u16, error: &str) {
    let refusal = (reply.status, reply.body["error"].as_str());
    assert_eq!(refusal, (status, Some(error)), "{}", reply.body);
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
}

/// How many tokens of the database are neither spent nor revoked.
pub(crate) async fn live_tokens(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM oauth_token WHERE spent_at IS NULL AND revoked_at IS NULL";
    app.number(sql, []).await
}

/// What is stored of a secret.
pub(crate) fn hash(secret: &str) -> String {
    token::hash(secret)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = tag.split('>').next()?;
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    Some(html_escape::decode_html_entities(value).into_owned())
}
