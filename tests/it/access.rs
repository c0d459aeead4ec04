//! What all routes of the platform have in common.

use std::num::NonZeroU32;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Reply, TestApp, Tile, counter};

/// Paths outside of `/api/` that are not the platform's.
const OLDER: [&str; 10] = [
    "/default_avatar",
    "/default_sys_avatar",
    "/preview",
    "/proxy",
    "/sys_pfp.png",
    "/login",
    "/logout",
    "/register",
    "/uploads",
    "/join",
];

#[tokio::test]
async fn every_route_of_the_platform_says_who_may_call_it() {
    let app = TestApp::spawn().await;
    let document = app.stranger().reads("/api/openapi.json").await;
    let schemes = &document["components"]["securitySchemes"];
    let mut declared = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        if path.starts_with("/api/") || OLDER.iter().any(|older| path.starts_with(older)) {
            continue;
        }
        for (method, operation) in operations.as_object().expect("operations") {
            let security = operation["security"].as_array();
            let security = security.unwrap_or_else(|| panic!("{method} {path} says nothing"));
            for caller in security.iter().filter_map(Value::as_object) {
                for scheme in caller.keys() {
                    assert!(schemes[scheme].is_object(), "{method} {path}: {scheme}");
                }
            }
            declared += 1;
        }
    }
    assert!(declared > 40, "{declared}");
}

#[tokio::test]
async fn answers_of_the_platform_are_kept_by_nobody_and_can_be_found_in_the_log() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let good = alice.get(&club.path("")).await;
    let bad = alice.get("/servers/999999").await;
    let wrong = alice.get("/servers/x").await;
    let method = alice.does(reqwest::Method::PUT, "/apps", None).await;
    let stranger = app.stranger().get("/apps").await;

    for reply in [&good, &bad, &wrong, &method, &stranger] {
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert!(reply.headers.contains_key("x-request-id"));
    }
    let said = |reply: &Reply| {
        let id = reply.headers["x-request-id"].to_str().expect("text");
        assert_eq!(reply.body["request_id"], id);
        assert!(reply.body["message"].is_string());
        assert!(reply.body.get("code").is_none(), "{}", reply.body);
        (
            reply.status,
            reply.body["error"].as_str().expect("a name").to_owned(),
        )
    };
    assert_eq!(said(&bad), (404, "server_not_found".into()));
    assert_eq!(said(&wrong), (404, "not_found".into()));
    assert_eq!(said(&method), (405, "method_not_allowed".into()));
    assert_eq!(said(&stranger), (401, "unauthorized".into()));
    let older = app.stranger().get("/api/gdm/threads").await;
    assert_eq!(older.body["code"], "unauthenticated", "as it always was");
}

#[tokio::test]
async fn who_posts_to_a_url_may_send_any_header_along_but_none_of_our_tokens() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let widget = json!({"kind": "widget", "name": "Uptime"});
    let made = club.makes_app(&alice, widget).await;
    let url = made["url"].as_str().expect("a URL");
    let path = url.trim_start_matches("http://localhost:5000").to_owned();
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_roles"]).await;
    let rows = json!({"rows": [{"kind": "counter", "label": "Online", "value": 42}]});
    let posts = async |bearer: &str| {
        let request = app.stranger().request(Method::POST, &path);
        let request = request.header("origin", "https://elsewhere.example");
        Reply::of(request.bearer_auth(bearer).json(&rows)).await
    };

    posts("of-the-services-own").await.succeeds();
    posts(&token).await.refuses(403, "token_not_allowed");
    posts("chti_x").await.refuses(401, "invalid_token");
}

#[tokio::test]
async fn the_limits_are_those_of_the_configuration() {
    let app = TestApp::with(|config| {
        config.limits.enabled = true;
        config.limits.apps.widget = NonZeroU32::MIN;
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    let first = tile.posts(counter(1)).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.headers["x-ratelimit-limit"], "1");
    tile.posts(counter(2)).await.refuses(429, "rate_limited");
}
