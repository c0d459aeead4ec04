//! What people's requests to the platform have in common: how many there may be, and what is said of
//! one that is not as it should be.

use std::num::NonZeroU32;

use chatter::kernel::Config;
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{Bot, Community, Person, Reply, TestApp};

fn some(requests: u32) -> NonZeroU32 {
    NonZeroU32::new(requests).expect("at least one")
}

fn limited(config: &mut Config) {
    config.limits.enabled = true;
    config.limits.apps.person_reads = some(5);
    config.limits.apps.person_writes = some(4);
    config.limits.apps.bearer_failures = some(3);
}

fn told(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).unwrap_or_else(|| panic!("no {name}"));
    value.to_str().expect("text").to_owned()
}

/// Asks until it is too often, and no more than `most` times; what was said then.
async fn until_refused(most: usize, mut ask: impl AsyncFnMut() -> Reply) -> Reply {
    for _ in 0..most {
        let reply = ask().await;
        if reply.status == 429 {
            return reply;
        }
    }
    panic!("there is no limit");
}

#[tokio::test]
async fn each_person_looks_and_changes_so_often_and_is_told_how_much_is_left() {
    let app = TestApp::with(limited).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;

    let first = alice.get("/servers").await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(told(&first.headers, "x-ratelimit-limit"), "5");
    assert_eq!(told(&first.headers, "x-ratelimit-remaining"), "4");
    assert_eq!(
        told(&first.headers, "ratelimit-policy"),
        "\"person_read\";q=5;w=60"
    );
    let bad = alice.get("/apps/999999").await;
    bad.refuses(404, "app_not_found");
    assert!(bad.headers.contains_key("x-ratelimit-remaining"));
    let refused = until_refused(1000, async || alice.get("/servers").await).await;
    refused.refuses(429, "rate_limited");
    assert_eq!(told(&refused.headers, "x-ratelimit-scope"), "user");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(refused.body["global"], false);

    assert_eq!(bob.get("/servers").await.status, 200, "another's limit");
    let made = alice.post("/servers", json!({"name": "Club"})).await;
    assert_eq!(made.status, 201, "changes count by themselves");
    assert_eq!(told(&made.headers, "x-ratelimit-limit"), "4");
    let changing = async || alice.post("/servers", json!({"name": "Club"})).await;
    until_refused(1000, changing)
        .await
        .refuses(429, "rate_limited");
    let servers = app.number("SELECT count(*) FROM server", []).await;
    let refused = changing().await;
    if refused.status == 429 {
        let now = app.number("SELECT count(*) FROM server", []).await;
        assert_eq!(now, servers, "nothing was done");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_counted_by_their_address() {
    let app = TestApp::with(limited).await;
    let stranger = app.stranger();
    let first = stranger.get("/apps").await;
    first.refuses(401, "unauthorized");
    assert_eq!(told(&first.headers, "x-ratelimit-limit"), "5");
    until_refused(1000, async || stranger.get("/apps").await).await;
    let other = app.stranger_from("127.0.0.9").get("/apps").await;
    other.refuses(401, "unauthorized");
}

#[tokio::test]
async fn tokens_that_are_none_are_counted_and_good_ones_beside_them_are_not_refused() {
    let app = TestApp::with(|config| {
        limited(config);
        config.limits.apps.person_reads = some(500);
        config.limits.apps.person_writes = some(500);
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_roles"]).await;
    let (good, wrong) = (Bot::new(&app, &token), Bot::new(&app, "chti_x"));

    let first = wrong.whoami().await;
    first.refuses(401, "invalid_token");
    assert_eq!(told(&first.headers, "x-ratelimit-limit"), "3");
    let refused = until_refused(1000, async || wrong.whoami().await).await;
    refused.refuses(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));

    good.whoami().await.succeeds();
}

#[tokio::test]
async fn a_key_of_idempotency_is_refused_where_it_would_mean_nothing() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let integration = club.makes_integration(&alice).await;
    let count = async || app.number("SELECT count(*) FROM app", []).await;
    let before = count().await;
    let posts = async |method: Method, path: String, body: Value| {
        let request = alice.request(method, &path).header("idempotency-key", "k1");
        Reply::of(request.json(&body)).await
    };
    let widget = json!({"kind": "widget", "name": "Uptime"});
    for (method, path, body) in [
        (Method::POST, "/servers".to_owned(), json!({"name": "x"})),
        (Method::POST, club.path("/apps"), widget),
        (
            Method::PATCH,
            format!("/apps/{integration}"),
            json!({"name": "y"}),
        ),
        (
            Method::POST,
            format!("/apps/{integration}/tokens"),
            json!({}),
        ),
        (
            Method::PATCH,
            club.membership_of(&alice).await,
            json!({"nickname": "x"}),
        ),
    ] {
        let refused = posts(method, path, body).await;
        refused.refuses(400, "idempotency_key_not_supported");
    }
    assert_eq!(count().await, before);
    let (_, token) = alice.makes_token(integration, &["manage_members"]).await;
    let path = club.membership_of(&alice).await;
    let request = Bot::new(&app, &token).request(Method::PATCH, &path);
    let request = request.header("idempotency-key", "k1").json(&json!({}));
    Reply::of(request).await.succeeds();
}

/// Bodies that are wrong, and what is said of them. `S` is a server's path, `A` an integration's.
const WRONG: [(&str, &str, &str, &str, &str); 20] = [
    ("POST", "/servers", "{}", "name_required", "/name"),
    ("POST", "/servers", r#"{"name":7}"#, "name_invalid", "/name"),
    (
        "PATCH",
        "S",
        r#"{"ownerId":"x"}"#,
        "owner_id_invalid",
        "/ownerId",
    ),
    ("POST", "/apps", r#"{"name":"x"}"#, "kind_required", "/kind"),
    (
        "POST",
        "/apps",
        r#"{"kind":"oauth","name":"x"}"#,
        "redirect_uris_required",
        "/redirectUris",
    ),
    (
        "POST",
        "/apps",
        r#"{"redirectUris":["a",5]}"#,
        "redirect_uris_invalid",
        "/redirectUris/1",
    ),
    (
        "POST",
        "S/apps",
        r#"{"name":"x"}"#,
        "kind_required",
        "/kind",
    ),
    (
        "POST",
        "S/apps",
        r#"{"kind":"widget"}"#,
        "name_required",
        "/name",
    ),
    (
        "POST",
        "S/apps",
        r#"{"kind":"webhook","channelId":"y"}"#,
        "channel_id_invalid",
        "/channelId",
    ),
    (
        "PATCH",
        "A",
        r#"{"visible":"yes"}"#,
        "visible_invalid",
        "/visible",
    ),
    (
        "POST",
        "A/tokens",
        r#"{"scopes":["read_roles"]}"#,
        "name_required",
        "/name",
    ),
    (
        "POST",
        "A/tokens",
        r#"{"name":"x"}"#,
        "scopes_required",
        "/scopes",
    ),
    (
        "POST",
        "A/tokens",
        r#"{"name":"x","scopes":"all"}"#,
        "scopes_invalid",
        "/scopes",
    ),
    (
        "POST",
        "A/tokens",
        r#"{"expiresInDays":"1"}"#,
        "expires_in_days_invalid",
        "/expiresInDays",
    ),
    (
        "POST",
        "A/rotate",
        r#"{"leaked":1}"#,
        "leaked_invalid",
        "/leaked",
    ),
    (
        "POST",
        "S/roles",
        r#"{"permissions":[]}"#,
        "name_required",
        "/name",
    ),
    (
        "POST",
        "S/roles",
        r#"{"permissions":[1]}"#,
        "permissions_invalid",
        "/permissions/0",
    ),
    (
        "POST",
        "S/channels",
        r#"{"topic":"x"}"#,
        "name_required",
        "/name",
    ),
    (
        "POST",
        "S/channels",
        r#"{"topic":5}"#,
        "topic_invalid",
        "/topic",
    ),
    (
        "POST",
        "S/invites",
        r#"{"maxUses":"many"}"#,
        "max_uses_invalid",
        "/maxUses",
    ),
];

#[tokio::test]
async fn what_is_wrong_with_a_body_is_named() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (server, integration) = (club.path(""), format!("/apps/{id}"));
    for (method, path, body, code, pointer) in WRONG {
        let path = path
            .replacen('S', &server, 1)
            .replacen('A', &integration, 1);
        let body = serde_json::from_str(body).expect("JSON");
        let method = method.parse().expect("a method");
        let refused = alice.does(method, &path, Some(body)).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer, "{path}");
        let text = refused.body["message"].as_str().expect("a text");
        assert!(!text.contains("line 1"), "{text}");
    }
    let json = "application/json";
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(300_000));
    for (body, media_type, status, code) in [
        ("[]", json, 400, "invalid_json"),
        ("{\"name\":", json, 400, "invalid_json"),
        ("name=x", "text/plain", 415, "unsupported_media_type"),
        (&large, json, 413, "payload_too_large"),
    ] {
        says(&alice, body, media_type).await.refuses(status, code);
    }
}

async fn says(person: &Person, body: &str, media_type: &str) -> Reply {
    let request = person.request(Method::POST, "/servers");
    let request = request.header("content-type", media_type);
    Reply::of(request.body(body.to_owned())).await
}
