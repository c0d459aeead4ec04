//! What people keep in hand: which apps know them, and that it ends.

use reqwest::Method;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    oauth_site::{Site, agrees, is_refused, live_tokens, visits},
    support::{PASSWORD, Person, Reply, TestApp},
};

async fn connected(person: &Person) -> Vec<Value> {
    let body = person.reads("/oauth/grants").await;
    body["grants"].as_array().expect("grants").clone()
}

async fn parts_with(person: &Person, path: &str) -> u16 {
    Reply::of(person.request(Method::DELETE, path)).await.status
}

#[tokio::test]
async fn one_sees_who_knows_one_and_since_when() {
    let app = TestApp::spawn().await;
    let [_, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let site = Site::register(&app).await;
    assert_eq!(connected(&alice).await, [json!(null); 0]);
    let code = agrees(&alice, &site.authorize(&[])).await;

    let fresh = connected(&alice).await;
    assert_eq!(fresh.len(), 1);
    assert_eq!(fresh[0]["appId"], site.app);
    assert_eq!(fresh[0]["name"], "Site <b>");
    assert_eq!(fresh[0]["owner"], "root");
    assert_eq!(fresh[0]["scopes"], json!(["identify"]));
    assert!(
        fresh[0]["createdAt"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    assert_eq!(fresh[0]["lastUsedAt"], Value::Null);
    site.redeems(&code).await.succeeds();
    assert!(connected(&alice).await[0]["lastUsedAt"].is_string());
    assert_eq!(connected(&bob).await.len(), 0);
}

#[tokio::test]
async fn who_parts_with_an_app_is_asked_again_and_its_tokens_are_dead() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let (gone, stays) = (site.signs_in(&alice).await, other.signs_in(&alice).await);
    let of_bob = site.signs_in(&bob).await;
    let unspent = agrees(&alice, &site.authorize(&[])).await;
    let path = format!("/oauth/grants/{}", site.app);

    assert_eq!(parts_with(&alice, &path).await, 204);

    is_refused(&site.asks_who(&gone.access).await, 401, "invalid_token");
    is_refused(&site.refreshes(&gone.refresh).await, 400, "invalid_grant");
    is_refused(&site.redeems(&unspent).await, 400, "invalid_grant");
    other.asks_who(&stays.access).await.succeeds();
    site.asks_who(&of_bob.access).await.succeeds();
    assert_eq!(parts_with(&alice, &path).await, 404);
    assert_eq!(
        visits(&alice, &site.authorize(&[])).await.status,
        200,
        "asked again"
    );
    site.signs_in(&alice).await;
    is_refused(&site.asks_who(&gone.access).await, 401, "invalid_token");
}

#[tokio::test]
async fn one_can_part_with_all_at_once() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let tokens = [site.signs_in(&alice).await, other.signs_in(&alice).await];
    let of_bob = site.signs_in(&bob).await;

    assert_eq!(parts_with(&alice, "/oauth/grants").await, 204);
    assert_eq!(parts_with(&alice, "/oauth/grants").await, 204);

    assert_eq!(connected(&alice).await.len(), 0);
    is_refused(
        &site.asks_who(&tokens[0].access).await,
        401,
        "invalid_token",
    );
    is_refused(
        &other.asks_who(&tokens[1].access).await,
        401,
        "invalid_token",
    );
    site.asks_who(&of_bob.access).await.succeeds();
}

/// What `person` sends to change their password on each of the routes for that.
fn changes_of_password(person: &Person, revoke: &Value) -> [(&'static str, Value); 3] {
    let (name, new) = (&person.name, "another password");
    let with = |mut body: Value| {
        if !revoke.is_null() {
            body["revoke_connected_apps"] = revoke.clone();
        }
        body
    };
    let change = with(json!({"current_password": PASSWORD, "new_password": new}));
    let reset = with(json!({"username": name, "token": "a letter", "password": new}));
    [
        ("/api/me/password", change.clone()),
        ("/api/settings", change),
        ("/api/reset_password", reset),
    ]
}

/// Has the letter to set another password sent.
async fn forgets(app: &TestApp, person: &Person) {
    let until = app.clock.now().plus_seconds(3600).0;
    let sql = "INSERT INTO password_reset (user_id, token_hash, expires_at) VALUES ($1, $2, $3)";
    let hash = chatter::kernel::token::hash("a letter");
    let row = [person.id().await.into(), hash.into(), until.into()];
    assert_eq!(app.sql(sql, row).await, 1);
}

#[tokio::test]
async fn with_a_new_password_one_can_part_with_all_apps() {
    let app = TestApp::spawn().await;
    let [bob] = app.users(["bob"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let of_bob = site.signs_in(&bob).await;
    let people = app.users(["alice", "carol", "dave"]).await;
    for (at, person) in people.iter().enumerate() {
        let tokens = [site.signs_in(person).await, other.signs_in(person).await];
        let unspent = agrees(person, &site.authorize(&[])).await;
        forgets(&app, person).await;
        let (path, body) = changes_of_password(person, &json!(true))[at].clone();

        // What is refused changes nothing.
        for field in ["current_password", "token"] {
            let mut wrong = body.clone();
            if wrong[field].is_string() {
                wrong[field] = json!("wrong");
                assert!(person.post(path, wrong).await.status >= 400, "{path}");
            }
        }
        let mut odd = body.clone();
        odd["revoke_connected_apps"] = json!("yes");
        assert_eq!(person.post(path, odd).await.status, 400, "{path}");
        other.asks_who(&tokens[1].access).await.succeeds();

        person.post(path, body).await.succeeds();

        for (site, tokens) in [&site, &other].into_iter().zip(&tokens) {
            is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
            is_refused(&site.refreshes(&tokens.refresh).await, 400, "invalid_grant");
        }
        is_refused(&site.redeems(&unspent).await, 400, "invalid_grant");
        let again = person.elsewhere();
        again.signs_in_with("another password").await.succeeds();
        assert_eq!(connected(&again).await.len(), 0, "{path}");
    }
    site.asks_who(&of_bob.access).await.succeeds();
}

#[tokio::test]
async fn with_a_new_password_apps_stay_unless_one_says_otherwise() {
    let app = TestApp::spawn().await;
    let people = app.users(["alice", "carol", "dave"]).await;
    let site = Site::register(&app).await;
    for (at, person) in people.iter().enumerate() {
        let tokens = site.signs_in(person).await;
        forgets(&app, person).await;
        let unsaid = if at == 1 { json!(null) } else { json!(false) };
        let (path, body) = changes_of_password(person, &unsaid)[at].clone();

        person.post(path, body).await.succeeds();

        site.asks_who(&tokens.access).await.succeeds();
        let again = person.elsewhere();
        again.signs_in_with("another password").await.succeeds();
        assert_eq!(connected(&again).await.len(), 1, "{path}");

        // It goes with a password, and with nothing else.
        let alone = json!({"bio": "x", "revoke_connected_apps": true});
        let refused = again.post("/api/settings", alone).await;
        refused.is_refused(400, "bad_params");
        assert_eq!(again.reads("/api/whoami").await["bio"], "");
        site.asks_who(&tokens.access).await.succeeds();
    }
}

#[tokio::test]
async fn a_deleted_app_knows_nobody() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;

    app.sql(
        "UPDATE app SET deleted_at = 1 WHERE id = $1",
        [site.app.into()],
    )
    .await;

    is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
    assert_eq!(connected(&alice).await.len(), 0);
}

#[tokio::test]
async fn nobody_can_be_asked_about_who_is_banned() {
    let app = TestApp::spawn().await;
    let [root, alice] = app.users(["root", "alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let ban = json!({"type": "user", "action": "ban", "value": "alice"});

    root.post("/api/admin/ban", ban).await.succeeds();

    is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
    is_refused(&site.refreshes(&tokens.refresh).await, 400, "invalid_grant");
    let form = [("token", tokens.refresh.as_str())];
    let worth = site.posts("/oauth/introspect", &form).await.succeeds();
    assert_eq!(worth, json!({"active": false}));
}

#[tokio::test]
async fn a_suspended_app_is_told_so_at_once_and_may_come_back() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let suspend = "UPDATE app SET suspended_at = $1 WHERE id = $2";
    app.sql(suspend, [1_i64.into(), site.app.into()]).await;

    is_refused(&site.asks_who(&tokens.access).await, 403, "suspended");
    is_refused(&site.refreshes(&tokens.refresh).await, 403, "suspended");

    app.sql(suspend, [None::<i64>.into(), site.app.into()])
        .await;
    site.asks_who(&tokens.access).await.succeeds();
    site.refreshes(&tokens.refresh).await.succeeds();
}

#[tokio::test]
async fn a_token_opens_nothing_but_who_somebody_is_and_a_cookie_is_no_token() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let by_cookie = alice.get("/oauth/userinfo").await;
    is_refused(&by_cookie, 401, "unauthorized");
    assert_eq!(by_cookie.headers["www-authenticate"], "Bearer");

    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*tokens.refresh),
    ];
    let request = alice.request(Method::POST, "/oauth/token").form(&form);
    is_refused(&Reply::of(request).await, 401, "invalid_client");
    for wrong in [
        &tokens.refresh,
        &tokens.access[1..].to_owned(),
        &String::new(),
    ] {
        is_refused(&site.asks_who(wrong).await, 401, "invalid_token");
    }
    for query in ["access_token", "token"] {
        let path = format!("/oauth/userinfo?{query}={}", tokens.access);
        let reply = Reply::of(site.request(Method::GET, &path)).await;
        is_refused(&reply, 401, "unauthorized");
    }
    for (method, path) in [
        (Method::GET, "/api/messages"),
        (Method::GET, "/oauth/grants"),
        (Method::DELETE, "/oauth/grants"),
        (Method::POST, "/oauth/token"),
        (Method::GET, "/oauth/authorize"),
        (Method::GET, "/api/doc/list"),
    ] {
        // With the token a session counts for nothing.
        for request in [
            site.request(method.clone(), path),
            alice.request(method.clone(), path),
        ] {
            let reply = Reply::of(request.bearer_auth(&tokens.access)).await;
            assert_eq!(reply.status, 403, "{method} {path}: {}", reply.body);
        }
    }
    site.asks_who(&tokens.access).await.succeeds();
}

#[tokio::test]
async fn pages_of_any_site_may_call_what_needs_no_cookie() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let from_elsewhere = |method: Method, path: &str| {
        let request = site.request(method, path);
        request.header("origin", "https://site.example")
    };
    let allowed = |reply: &Reply| {
        let header = |name: &str| {
            let value = reply.headers.get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let with_cookies = header("access-control-allow-credentials").is_some();
        header("access-control-allow-origin").map(|origin| (origin, with_cookies))
    };
    let anybody = Some(("*".to_owned(), false));

    for (method, path) in [
        (Method::POST, "/oauth/token"),
        (Method::POST, "/oauth/revoke"),
        (Method::GET, "/oauth/userinfo"),
        (Method::GET, "/.well-known/oauth-authorization-server"),
    ] {
        let reply = Reply::of(from_elsewhere(method.clone(), path)).await;
        assert_eq!(allowed(&reply), anybody, "{path}");
        assert_ne!(reply.status, 403, "{path}: {}", reply.body);
        let ahead = from_elsewhere(Method::OPTIONS, path)
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", "authorization");
        assert_eq!(allowed(&Reply::of(ahead).await), anybody, "{path}");
    }
    let who = from_elsewhere(Method::GET, "/oauth/userinfo").bearer_auth(&tokens.access);
    Reply::of(who).await.succeeds();
    for path in ["/oauth/authorize", "/oauth/grants"] {
        let reply = Reply::of(from_elsewhere(Method::GET, path)).await;
        assert_eq!(allowed(&reply), None, "{path}");
    }
}

#[tokio::test]
async fn who_guesses_secrets_is_slowed_down() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice] = app.users(["alice"]).await;
    let mut site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let secret = site.secret.replace("chts_guess".to_owned());
    for _ in 0..10 {
        is_refused(
            &site.refreshes(&tokens.refresh).await,
            401,
            "invalid_client",
        );
    }

    let refused = site.refreshes(&tokens.refresh).await;
    is_refused(&refused, 429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    site.secret = secret;
    is_refused(&site.refreshes(&tokens.refresh).await, 429, "rate_limited");
    assert_eq!(live_tokens(&app).await, 2, "nothing was spent");
    site.asks_who(&tokens.access).await.succeeds();
}

#[tokio::test]
async fn the_database_itself_gives_sites_nothing_but_who_somebody_is() {
    let app = TestApp::spawn().await;
    let [_] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let grant = |scope: &str, first_party: &str| {
        format!(
            "INSERT INTO oauth_grant (app_id, first_party, user_id, scope, created_at) \
             VALUES ({}, {first_party}, 1, '{scope}', 1)",
            site.app
        )
    };

    let db = app.db().await;
    for (scope, first_party) in [
        ("identify apps:read", "FALSE"),
        ("apps:write", "FALSE"),
        ("identify apps:read", "TRUE"),
    ] {
        let refused = db.execute_unprepared(&grant(scope, first_party)).await;
        assert!(refused.is_err(), "{scope} {first_party}");
    }
    let taken = db.execute_unprepared(&grant("identify", "FALSE")).await;
    assert!(taken.is_ok(), "{taken:?}");
}
