//! A program with the token of an integration.

use std::net::SocketAddr;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Community, Person, Reply, TestApp, number};

/// A program outside of browsers: no cookies, no `Origin`, a bearer token.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) token: String,
    http: Client,
    address: SocketAddr,
}

impl Bot {
    /// A program that says it has this token.
    pub(crate) fn new(app: &TestApp, token: &str) -> Self {
        let http = Client::builder().no_proxy().build();
        Self {
            token: token.to_owned(),
            http: http.expect("an HTTP client"),
            address: app.address(),
        }
    }

    /// A request with the token, that the test finishes itself.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        Reply::of(self.request(Method::PATCH, path).json(&body)).await
    }

    /// What the token is good for, as the server says.
    pub(crate) async fn whoami(&self) -> Reply {
        self.get("/integrations/me").await
    }
}

impl Community {
    /// An app of this server, as it was answered when `person` made it.
    pub(crate) async fn makes_app(&self, person: &Person, body: Value) -> Value {
        let made = person.post(&self.path("/apps"), body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body
    }

    /// The id of an integration that `person` makes.
    pub(crate) async fn makes_integration(&self, person: &Person) -> i64 {
        let body = json!({"kind": "integration", "name": "Roles"});
        let made = self.makes_app(person, body).await;
        number(&made["app"]["id"])
    }
}

impl Person {
    /// The id and the secret of a token that they make for an integration.
    pub(crate) async fn makes_token(&self, app: i64, scopes: &[&str]) -> (i64, String) {
        let body = json!({"name": "CI", "scopes": scopes});
        let made = self.post(&format!("/apps/{app}/tokens"), body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let secret = made.body["secret"].as_str().expect("a secret");
        (number(&made.body["token"]["id"]), secret.to_owned())
    }
}
