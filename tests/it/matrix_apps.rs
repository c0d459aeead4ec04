//! Everybody at every route that apps come in by: each is taken where the document says so, and
//! nobody else is, whoever they are elsewhere.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{
    oauth_site::Site,
    support::{Bot, Community, Hook, Person, Reply, TestApp},
};

/// Where they are.
const PREFIXES: [&str; 6] = [
    "/.well-known/",
    "/integrations/",
    "/invites/",
    "/oauth/",
    "/webhooks/",
    "/widgets/",
];

/// One route, as the document has it.
struct Route {
    method: Method,
    path: String,
    security: Vec<Value>,
}

impl Route {
    /// All of them.
    async fn all(app: &TestApp) -> Vec<Self> {
        let document = app.stranger().reads("/api/openapi.json").await;
        let mut routes = Vec::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            if !PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
                continue;
            }
            for (method, operation) in operations.as_object().expect("operations") {
                let security = operation["security"].as_array().expect("callers");
                routes.push(Self {
                    method: method.to_uppercase().parse().expect("a method"),
                    path: path.clone(),
                    security: security.clone(),
                });
            }
        }
        routes
    }

    fn takes(&self, caller: &str) -> bool {
        self.security.iter().any(|one| one.get(caller).is_some())
    }

    /// Its path, as whoever has no URL of an app can make it up.
    fn made_up(&self) -> String {
        let path = self.path.replace("{token}", "chtw_guessed");
        let path = path.replace("{service}", "github");
        path.replace("{code}", "guessed")
            .replace("{appId}", "1")
            .replace("{messageId}", "1")
    }

    fn says(&self, who: &str) -> String {
        format!("{who}: {} {}", self.method, self.path)
    }
}

async fn asks(request: RequestBuilder) -> Reply {
    Reply::of(request.json(&json!({}))).await
}

#[tokio::test]
async fn a_token_is_taken_where_it_is_declared_alone() {
    let app = TestApp::spawn().await;
    let [owner] = app.users(["owner"]).await;
    let club = Community::of(&owner, &[]).await;
    let integration = club.makes_integration(&owner).await;
    let (_, token) = owner.makes_token(integration, &["read_roles"]).await;
    let access = Site::register(&app).await.signs_in(&owner).await.access;
    let routes = Route::all(&app).await;
    assert!(routes.len() >= 20, "{}", routes.len());
    for route in &routes {
        for (kind, token) in [("integration", &token), ("oauth", &access)] {
            let request = Bot::new(&app, token).request(route.method.clone(), &route.made_up());
            let reply = asks(request).await;
            let said = (reply.status, reply.code());
            if route.takes(kind) {
                assert_eq!(said.0, 200, "{}: {}", route.says(kind), reply.body);
            } else {
                assert_eq!(said, (403, "token_not_allowed"), "{}", route.says(kind));
            }
        }
    }
}

#[tokio::test]
async fn who_has_no_url_and_no_session_gets_nowhere() {
    let app = TestApp::spawn().await;
    let [owner, banned] = app.users(["owner", "banned"]).await;
    let ban = json!({"type": "user", "action": "ban", "value": "banned"});
    owner.post("/api/admin/ban", ban).await.succeeds();
    for route in Route::all(&app).await {
        let path = route.made_up();
        let stranger = asks(app.stranger().request(route.method.clone(), &path)).await;
        let others: [(&str, &Person); 2] = [("owner", &owner), ("banned", &banned)];
        if route.takes("url_token") {
            // A session is nothing here: not even that of who manages the app.
            let expected = if route.method == Method::DELETE && path.matches('/').count() == 3 {
                (403, "delete_requires_session")
            } else if path.starts_with("/widgets") {
                (404, "widget_not_found")
            } else {
                (404, "webhook_not_found")
            };
            let said = (stranger.status, stranger.code());
            assert_eq!(said, expected, "{}", route.says("stranger"));
            for (who, person) in others {
                let reply = asks(person.request(route.method.clone(), &path)).await;
                assert_eq!(
                    (reply.status, reply.code()),
                    expected,
                    "{}",
                    route.says(who)
                );
            }
        } else if !route.security.contains(&json!({})) {
            let said = (stranger.status, stranger.code());
            assert_eq!(said.0, 401, "{}: {said:?}", route.says("stranger"));
            // Their sessions ended with the ban.
            let reply = asks(banned.request(route.method.clone(), &path)).await;
            assert_eq!(
                reply.status,
                401,
                "{}: {}",
                route.says("banned"),
                reply.body
            );
        }
    }
}

#[tokio::test]
async fn a_url_is_good_for_its_own_app_and_nothing_else_of_it() {
    let app = TestApp::spawn().await;
    let [owner, member] = app.users(["owner", "member"]).await;
    let club = Community::of(&owner, &[&member]).await;
    let hook = Hook::of(&app, &club, club.general, &owner).await;
    let other = Hook::of(&app, &club, club.general, &owner).await;
    let id = hook.says("mine").await;

    for path in [
        format!("/webhooks/{}/{}", other.id, hook.token),
        format!("/widgets/{}/{}", hook.id, hook.token),
        other.message(id),
    ] {
        for method in [Method::POST, Method::PATCH] {
            let reply = asks(hook.service.request(method.clone(), &path)).await;
            assert!(
                matches!(reply.status, 404 | 405),
                "{method} {path}: {}",
                reply.body
            );
        }
    }
    for path in ["/apps".to_owned(), hook.app(""), club.path("")] {
        let reply = Bot::new(&app, &hook.token).get(&path).await;
        reply.refuses(401, "invalid_token");
    }
    assert_eq!(hook.said().await.len(), 1);
}
