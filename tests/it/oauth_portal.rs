//! Tools that people let manage their apps: a command line, say, as a client of the developer portal.

use std::num::NonZeroU32;

use chatter::{app::App, kernel::Clock};
use futures_util::future::join_all;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::{
    oauth_site::{Site, agrees, challenge, is_refused, location, param, submits, text_of, visits},
    support::{Bot, Community, Person, Reply, TestApp, number},
};

const ALL: &str = "identify apps:read apps:write servers:read";
/// Where the code is shown.
const CALLBACK: &str = "http://localhost:5000/developers/callback";

/// A tool that `person` has let have `scopes`.
async fn tool_of(app: &TestApp, person: &Person, scopes: &str) -> Bot {
    let tokens = Site::tool(app).is_let_in(person, scopes).await;
    Bot::new(app, &tokens.access)
}

async fn does(tool: &Bot, method: Method, path: &str, body: Value) -> Reply {
    Reply::of(tool.request(method, path).json(&body)).await
}

fn asks_for(tool: &Site, scopes: &str) -> String {
    tool.authorize(&[
        ("scope", scopes),
        ("code_challenge", &challenge()),
        ("code_challenge_method", "S256"),
    ])
}

#[tokio::test]
async fn a_tool_manages_the_apps_of_who_let_it_in() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let tool = tool_of(&app, &alice, ALL).await;

    let servers = tool.get("/servers").await.succeeds();
    assert_eq!(servers["servers"][0]["id"], club.id);
    let whole = tool.get(&club.path("")).await.succeeds();
    assert_eq!(whole, alice.reads(&club.path("")).await);
    let webhook = json!({"kind": "webhook", "name": "CI", "channelId": club.general});
    let made = does(&tool, Method::POST, &club.path("/apps"), webhook).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.body["url"].is_string(), "its URL, this once");
    let path = format!("/apps/{}", number(&made.body["app"]["id"]));
    let renamed = does(&tool, Method::PATCH, &path, json!({"name": "Build"})).await;
    assert_eq!(renamed.succeeds()["app"]["name"], "Build");
    let rotated = does(&tool, Method::POST, &format!("{path}/rotate"), json!({})).await;
    assert_ne!(rotated.succeeds()["url"], made.body["url"]);
    let client = json!({"kind": "oauth", "name": "Site", "redirectUris": ["https://a.example/"]});
    let client = does(&tool, Method::POST, "/apps", client).await;
    assert_eq!(client.status, 201, "{}", client.body);
    assert!(client.body["clientSecret"].is_string());
    let id = club.makes_integration(&alice).await;
    let token = json!({"name": "CI", "scopes": ["read_roles"]});
    let token = does(&tool, Method::POST, &format!("/apps/{id}/tokens"), token).await;
    assert_eq!(token.status, 201, "{}", token.body);

    let listed = tool.get("/apps").await.succeeds();
    assert_eq!(listed["apps"].as_array().map(Vec::len), Some(3));
    assert_eq!(listed["apps"], alice.reads("/apps").await["apps"]);
    let audit = alice.reads(&club.path("/audit")).await;
    let entries = audit["entries"].as_array().expect("entries");
    let created = entries.iter().find(|one| one["action"] == "app.create");
    let actor = &created.expect("what the tool did")["actor"];
    assert_eq!(actor["id"], alice.id().await, "it is she who did it");
    does(&tool, Method::DELETE, &path, json!({}))
        .await
        .is_done();
    tool.get(&path).await.refuses(404, "app_not_found");

    let other = tool_of(&app, &bob, ALL).await;
    other
        .get(&club.path("/apps"))
        .await
        .refuses(403, "forbidden");
    other
        .get(&format!("/apps/{id}"))
        .await
        .refuses(403, "forbidden");
    assert_eq!(other.get("/apps").await.succeeds()["apps"], json!([]));
}

#[tokio::test]
async fn a_tool_does_what_it_was_let_and_nothing_else() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let client = json!({"kind": "oauth", "name": "x", "redirectUris": ["https://a.example/"]});
    for (scopes, missing, method, path) in [
        ("apps:read", "apps:write", Method::POST, "/apps"),
        ("apps:read", "servers:read", Method::GET, "/servers"),
        ("apps:read", "identify", Method::GET, "/oauth/userinfo"),
        ("apps:write", "apps:read", Method::GET, "/apps"),
        ("servers:read", "apps:read", Method::GET, "/apps"),
        ("identify", "servers:read", Method::GET, "/servers"),
    ] {
        let tool = tool_of(&app, &alice, scopes).await;
        let refused = does(&tool, method, path, client.clone()).await;
        let said = (refused.status, &refused.body["error"]);
        assert_eq!(said, (403, &json!("insufficient_scope")), "{scopes} {path}");
        let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{missing}\"");
        assert_eq!(refused.headers[header::WWW_AUTHENTICATE], challenge);
    }
    let tool = tool_of(&app, &alice, ALL).await;
    for (method, path) in [
        (Method::POST, "/servers"),
        (Method::PATCH, &*club.path("")),
        (Method::GET, &*club.path("/audit")),
        (Method::GET, &*club.path("/memberships")),
        (Method::GET, "/oauth/grants"),
        (Method::DELETE, "/oauth/grants"),
        (Method::GET, "/oauth/authorize"),
        (Method::GET, "/api/me"),
        (Method::POST, "/api/me/password"),
        (Method::GET, "/api/me/sessions"),
        (Method::POST, "/api/admin/apps/0/suspend"),
        (Method::GET, "/socket.io/"),
    ] {
        let refused = does(&tool, method.clone(), path, json!({})).await;
        let code = refused.body["code"].as_str();
        let code = code.or(refused.body["error"].as_str());
        let said = (refused.status, code);
        assert!(
            matches!(said, (403, Some("token_not_allowed")) | (404, _)),
            "{method} {path}: {said:?}"
        );
    }
    assert_eq!(alice.reads("/apps").await["apps"], json!([]));
}

#[tokio::test]
async fn a_tool_needs_no_page_of_ours_and_reads_no_cookie() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tokens = Site::tool(&app).is_let_in(&alice, ALL).await;
    let client = json!({"kind": "oauth", "name": "Site", "redirectUris": ["https://a.example/"]});

    let with_cookie = bob.request(Method::POST, "/apps").json(&client);
    let with_cookie = with_cookie
        .bearer_auth(&tokens.access)
        .header("origin", "https://elsewhere.example");
    let made = Reply::of(with_cookie).await;

    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(alice.reads("/apps").await["apps"][0]["name"], "Site");
    assert_eq!(bob.reads("/apps").await["apps"], json!([]));
    assert!(!made.headers.contains_key(header::SET_COOKIE));
    assert!(!made.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn other_clients_get_none_of_it() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    for scopes in ["apps:read", "identify apps:write", "servers:read"] {
        let page = visits(&alice, &site.authorize(&[("scope", scopes)])).await;
        assert_eq!(page.status, 400, "{}", page.body);
        assert!(text_of(&page).contains("invalid_scope"), "{}", page.body);
    }
    let tokens = site.signs_in(&alice).await;
    // Whom it knows, it hears it about by redirect.
    let sent = visits(&alice, &site.authorize(&[("scope", "apps:read")])).await;
    assert_eq!(param(&sent, "error").as_deref(), Some("invalid_scope"));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*tokens.refresh),
        ("scope", "identify apps:read"),
    ];
    is_refused(
        &site.posts("/oauth/token", &form).await,
        400,
        "invalid_scope",
    );
    let bot = Bot::new(&app, &tokens.access);
    for path in ["/apps", "/servers"] {
        bot.get(path).await.refuses(403, "insufficient_scope");
    }
}

#[tokio::test]
async fn a_code_is_shown_at_one_place_to_who_can_prove_it_and_each_time_is_asked_for() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let tool = Site::tool(&app);
    let without_proof = visits(&alice, &tool.authorize(&[("scope", ALL)])).await;
    assert_eq!(without_proof.status, 400);
    assert!(text_of(&without_proof).contains("code_challenge"));
    for elsewhere in [
        "http://localhost:5001/developers/callback",
        "http://localhost:5000/developers/callback/",
        "http://127.0.0.1:5000/developers/callback",
        "https://evil.example/",
    ] {
        let page = visits(&alice, &tool.authorize(&[("redirect_uri", elsewhere)])).await;
        assert_eq!(page.status, 400, "{elsewhere}");
        assert!(text_of(&page).contains("redirect_uri"), "{elsewhere}");
    }
    for _ in 0..2 {
        let page = visits(&alice, &asks_for(&tool, ALL)).await;
        assert_eq!(page.status, 200, "asked, agreed before or not");
        assert!(text_of(&page).contains("Only go on if you have just started"));
        let answer = submits(&alice, &page, &[("decision", "allow")]).await;
        let shown = location(&answer);
        assert_eq!(shown.as_str().split('?').next(), Some(CALLBACK));
        let path = format!("{}?{}", shown.path(), shown.query().expect("a query"));
        let opened = visits(&alice, &path).await;
        assert_eq!(opened.status, 200, "{}", opened.body);
        assert_eq!(opened.headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(opened.headers[header::CACHE_CONTROL], "no-store");
        let code = param(&answer, "code").expect("a code");
        is_refused(&tool.redeems(&code).await, 400, "invalid_grant");
        let tokens = tool.redeems_with_proof(&code).await.succeeds();
        assert_eq!(tokens["scope"], ALL);
        is_refused(&tool.redeems_with_proof(&code).await, 400, "invalid_grant");
    }
    let silent = format!("{}&prompt=none", asks_for(&tool, ALL));
    let silent = visits(&alice, &silent).await;
    assert_eq!(param(&silent, "error").as_deref(), Some("consent_required"));
    let page = visits(&alice, &asks_for(&tool, ALL)).await;
    let denied = submits(&alice, &page, &[("decision", "deny")]).await;
    assert_eq!(param(&denied, "error").as_deref(), Some("access_denied"));
    assert_eq!(param(&denied, "code"), None);
}

#[tokio::test]
async fn it_ends_when_the_person_says_so_or_is_banned() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let portal = Site::tool(&app);
    let tokens = portal.is_let_in(&alice, ALL).await;
    let (tool, other) = (
        Bot::new(&app, &tokens.access),
        tool_of(&app, &bob, ALL).await,
    );
    let unspent = agrees(&alice, &asks_for(&portal, ALL)).await;
    let grants = alice.reads("/oauth/grants").await;
    let listed = &grants["grants"][0];
    assert_eq!(listed["appId"], 0);
    assert_eq!(listed["name"], "Developer portal");
    let scopes: Vec<_> = ALL.split(' ').collect();
    assert_eq!(listed["scopes"], json!(scopes));

    alice.delete("/oauth/grants/0").await.is_done();

    tool.get("/apps").await.refuses(401, "invalid_token");
    is_refused(
        &portal.refreshes(&tokens.refresh).await,
        400,
        "invalid_grant",
    );
    is_refused(
        &portal.redeems_with_proof(&unspent).await,
        400,
        "invalid_grant",
    );
    other.get("/apps").await.succeeds();
    let ban = json!({"type": "user", "action": "ban", "value": "bob"});
    root.post("/api/admin/ban", ban).await.succeeds();
    other.get("/apps").await.refuses(401, "invalid_token");

    let again = portal.is_let_in(&alice, ALL).await;
    let tool = Bot::new(&app, &again.access);
    tool.get("/apps").await.succeeds();
    let form = [("token", again.refresh.as_str())];
    portal.posts("/oauth/revoke", &form).await.succeeds();
    tool.get("/apps").await.refuses(401, "invalid_token");
}

#[tokio::test]
async fn it_is_nobodys_app_and_an_admin_can_switch_it_off() {
    let mut app = TestApp::spawn().await;
    let [root, alice] = app.users(["root", "alice"]).await;
    for person in [&root, &alice] {
        assert_eq!(person.reads("/apps").await["apps"], json!([]));
        person.get("/apps/0").await.refuses(404, "app_not_found");
        let patch = person.patch("/apps/0", json!({"name": "Mine"})).await;
        patch.refuses(404, "app_not_found");
        let rotate = person.post("/apps/0/rotate", json!({})).await;
        rotate.refuses(404, "app_not_found");
        let delete = person.delete("/apps/0").await;
        delete.refuses(404, "app_not_found");
    }
    let portal = Site::tool(&app);
    let tokens = portal.is_let_in(&alice, ALL).await;
    let suspend = json!({"reason": "not here"});
    let by_person = alice.post("/api/admin/apps/0/suspend", suspend.clone());
    assert_eq!(by_person.await.status, 403);
    Bot::new(&app, &tokens.access).get("/apps").await.succeeds();
    let done = root.post("/api/admin/apps/0/suspend", suspend).await;
    done.succeeds();

    app.restart().await;
    let (root, alice) = (root.at(app.address()), alice.at(app.address()));
    let (portal, tool) = (Site::tool(&app), Bot::new(&app, &tokens.access));
    tool.get("/apps").await.refuses(403, "suspended");
    is_refused(&portal.refreshes(&tokens.refresh).await, 403, "suspended");
    let page = visits(&alice, &asks_for(&portal, ALL)).await;
    assert_eq!(page.status, 403, "{}", page.body);
    alice.get("/apps").await.succeeds();
    let done = root.post("/api/admin/apps/0/unsuspend", json!({})).await;
    done.succeeds();
    tool.get("/apps").await.succeeds();
}

#[tokio::test]
async fn what_a_tool_asks_counts_as_its_persons() {
    let app = TestApp::with(|config| {
        config.limits.enabled = true;
        config.limits.apps.person_reads = NonZeroU32::MIN.saturating_add(1);
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    let tool = tool_of(&app, &alice, ALL).await;
    tool.get("/apps").await.succeeds();
    alice.get("/apps").await.succeeds();
    tool.get("/apps").await.refuses(429, "rate_limited");
    alice.get("/apps").await.refuses(429, "rate_limited");

    let request = tool.request(Method::POST, "/apps").json(&json!({}));
    let keyed = Reply::of(request.header("idempotency-key", "k")).await;
    keyed.refuses(400, "idempotency_key_not_supported");
}

#[tokio::test]
async fn there_is_one_however_many_nodes_start_and_it_follows_the_address() {
    let app = TestApp::spawn().await;
    let gone = "DELETE FROM app WHERE id = 0";
    assert_eq!(app.sql(gone, []).await, 1, "as if none had started yet");
    let mut config = app.config().clone();
    config.server.public_url = "https://chat.example/".to_owned();
    let starts = (0..4).map(|_| App::build(config.clone(), Clock::default()));
    for started in join_all(starts).await {
        started.expect("a node");
    }

    let count = "SELECT COUNT(*) FROM oauth_client WHERE first_party";
    assert_eq!(app.number(count, []).await, 1);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM app WHERE id = 0", [])
            .await,
        1
    );
    let [alice] = app.users(["alice"]).await;
    let page = visits(&alice, &asks_for(&Site::tool(&app), ALL)).await;
    let answer = submits(&alice, &page, &[("decision", "allow")]).await;
    let shown = location(&answer);
    assert_eq!(
        shown.as_str().split('?').next(),
        Some("https://chat.example/developers/callback")
    );
}
