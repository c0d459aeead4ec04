//! Tokens of integrations: what they are worth, where, and until when.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Bot, Community, Reply, TestApp, eventually, number};

fn challenge(reply: &Reply) -> &str {
    let value = reply.headers.get("www-authenticate");
    value.map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_token_is_shown_once_and_says_what_it_is() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let path = format!("/apps/{id}/tokens");
    let body =
        json!({"name": "CI", "scopes": ["read_members", "manage_members"], "expiresInDays": 30});

    let made = alice.post(&path, body).await;

    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.headers["cache-control"], "no-store");
    let secret = made.body["secret"].as_str().expect("a secret");
    let token = &made.body["token"];
    assert_eq!(token["prefix"], "chti_");
    assert_eq!(token["last4"], secret[secret.len() - 4..]);
    assert_eq!(token["scopes"], json!(["manage_members", "read_members"]));
    assert_eq!(token["lastUsedAt"], Value::Null);
    assert!(token["expiresAt"].is_string());
    let listed = alice.get(&path).await;
    assert!(!listed.body.to_string().contains(secret));
    assert_eq!(listed.body["tokens"], json!([token]));

    let me = Bot::new(&app, secret).whoami().await;
    assert_eq!(me.headers["cache-control"], "no-store");
    let me = me.succeeds();
    assert_eq!(me["app"], json!({"id": id, "name": "Roles"}));
    assert_eq!(me["server"], json!({"id": club.id, "name": "Club"}));
    assert_eq!(me["token"]["name"], "CI");
    assert_eq!(me["scopes"], json!(["manage_members", "read_members"]));
    assert_eq!(me["permissions"], json!(["manage_members"]));
    assert_eq!(me["expiresAt"], token["expiresAt"]);
    let used = async || {
        let tokens = alice.reads(&path).await["tokens"].clone();
        tokens[0]["lastUsedAt"].is_string() && tokens[0]["lastAddress"] == "127.0.0.1"
    };
    eventually("the use is noted", used).await;

    for (body, code) in [
        (json!({"name": "x", "scopes": []}), "scopes_required"),
        (
            json!({"name": "x", "scopes": ["administrator"]}),
            "unknown_scope:administrator",
        ),
        (
            json!({"name": "", "scopes": ["read_roles"]}),
            "name_required",
        ),
        (
            json!({"name": "x", "scopes": ["read_roles"], "expiresInDays": 366}),
            "expires_in_days_invalid",
        ),
        (
            json!({"name": "x", "scopes": ["read_roles"], "expiresInDays": 0}),
            "expires_in_days_invalid",
        ),
    ] {
        alice.post(&path, body).await.refuses(400, code);
    }
    let forever = json!({"name": "x", "scopes": ["read_roles"], "expiresInDays": null});
    let forever = alice.post(&path, forever).await;
    assert_eq!(forever.body["token"]["expiresAt"], Value::Null);
}

#[tokio::test]
async fn what_is_wrong_with_a_token_cannot_be_told_from_outside() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (revoked, gone) = alice.makes_token(id, &["read_members"]).await;
    let body = json!({"name": "x", "scopes": ["read_members"], "expiresInDays": 1});
    let short = alice.post(&format!("/apps/{id}/tokens"), body).await;
    let short = short.body["secret"].as_str().expect("a secret").to_owned();
    let (_, live) = alice.makes_token(id, &["read_members"]).await;
    for token in [&gone, &short, &live] {
        Bot::new(&app, token).whoami().await.succeeds();
    }

    let path = format!("/apps/{id}/tokens/{revoked}");
    alice.delete(&path).await.is_done();
    alice.delete(&path).await.refuses(404, "token_not_found");
    app.clock.advance(Duration::from_hours(25));

    let unknown =
        chatter::kernel::token::PlainToken::issue(chatter::kernel::token::TokenKind::Integration);
    let flawed = format!("{}0", &live[..live.len() - 1]);
    let webhook = live.replacen("chti_", "chtw_", 1);
    let mut said = Vec::new();
    for token in [
        &*gone,
        &*short,
        unknown.expose(),
        &*flawed,
        &*webhook,
        "x",
        "",
    ] {
        let reply = Bot::new(&app, token).whoami().await;
        reply.refuses(401, "invalid_token");
        assert_eq!(challenge(&reply), "Bearer error=\"invalid_token\"");
        said.push((reply.body["message"].clone(), reply.headers.len()));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    let nothing = app.stranger().get("/integrations/me").await;
    nothing.refuses(401, "unauthorized");
    assert_eq!(challenge(&nothing), "Bearer");
    let in_query = format!("/integrations/me?access_token={live}");
    app.stranger()
        .get(&in_query)
        .await
        .refuses(401, "unauthorized");
    Bot::new(&app, &live).whoami().await.succeeds();
}

#[tokio::test]
async fn a_token_opens_the_routes_that_say_so_and_no_other() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_roles"]).await;
    let document = app.stranger().reads("/api/openapi.json").await;
    let mut refused = 0;
    let mut opened = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let parts = path.split('/');
        let parts = parts.map(|part| if part.starts_with('{') { "1" } else { part });
        let at = parts.collect::<Vec<_>>().join("/");
        for (method, operation) in operations.as_object().expect("operations") {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            let security = operation["security"].as_array();
            let scopes = security
                .and_then(|callers| callers.iter().find_map(|caller| caller.get("integration")));
            // A session that comes along makes no difference.
            for request in [
                Bot::new(&app, &token).request(method.clone(), &at),
                alice.request(method.clone(), &at).bearer_auth(&token),
            ] {
                let reply = Reply::of(request.json(&json!({}))).await;
                match scopes {
                    None => {
                        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.body);
                        assert_eq!(reply.code(), "token_not_allowed", "{method} {path}");
                        refused += 1;
                    }
                    Some(scopes) if *scopes != json!(["read_roles"]) && *scopes != json!([]) => {
                        assert_eq!(reply.status, 403, "{method} {path}: {}", reply.body);
                        assert_eq!(reply.code(), "insufficient_scope", "{method} {path}");
                        let scope = scopes[0].as_str().expect("a scope");
                        let expected =
                            format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                        assert_eq!(challenge(&reply), expected);
                        refused += 1;
                    }
                    Some(_) => {
                        let code = reply.code();
                        let is_open = !["token_not_allowed", "insufficient_scope"].contains(&code);
                        assert!(is_open && reply.status != 401, "{method} {path}");
                        opened += 1;
                    }
                }
            }
        }
    }
    assert!(refused > 200 && opened >= 2, "{refused} {opened}");
    assert!(
        alice.is_signed_in().await,
        "nothing was done with the session"
    );
}

#[tokio::test]
async fn a_token_pauses_when_its_creator_is_no_manager_until_another_one_adopts_it() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let manages = club
        .makes_role("managers", &["manage_server", "kick_members"])
        .await;
    club.gives(&bob, &[manages]).await;
    let id = club.makes_integration(&bob).await;
    let scopes = ["manage_members", "moderate_members"];
    let (_, token) = bob.makes_token(id, &scopes).await;
    let (_, own) = alice.makes_token(id, &scopes).await;
    let bot = Bot::new(&app, &token);
    let me = bot.whoami().await.succeeds();
    assert_eq!(
        me["permissions"],
        json!(["kick_members"]),
        "no more than bob"
    );
    let app_path = format!("/apps/{id}");
    let adopt = format!("{app_path}/adopt");

    club.gives(&bob, &[]).await;

    let paused = bot.whoami().await;
    paused.refuses(403, "creator_lost_permission");
    assert_eq!(challenge(&paused), "");
    assert_eq!(alice.reads(&app_path).await["app"]["paused"], true);
    let others = Bot::new(&app, &own).whoami().await;
    others.succeeds();
    bob.post(&adopt, json!({})).await.refuses(403, "forbidden");
    let adopted = alice.post(&adopt, json!({})).await.succeeds();
    assert_eq!(adopted["app"]["paused"], false);
    assert_eq!(adopted["app"]["createdBy"]["username"], "alice");
    let me = bot.whoami().await.succeeds();
    assert_eq!(
        me["permissions"],
        json!(["kick_members"]),
        "no more than its role"
    );

    // Who is banned from the whole installation creates nothing any more.
    let ban = json!({"type": "user", "action": "ban", "value": "alice"});
    root.post("/api/admin/ban", ban).await.succeeds();
    bot.whoami().await.refuses(403, "creator_lost_permission");
}

#[tokio::test]
async fn who_leaves_or_is_timed_out_takes_their_tokens_along() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let manages = club.makes_role("managers", &["manage_server"]).await;
    club.gives(&bob, &[manages]).await;
    let id = club.makes_integration(&bob).await;
    let (_, token) = bob.makes_token(id, &["read_members"]).await;
    let bot = Bot::new(&app, &token);
    bot.whoami().await.succeeds();
    let membership = club.membership_of(&bob).await;
    let until = app.clock.now().plus_seconds(3600).to_string();

    let timeout = json!({"timedOutUntil": until});
    alice.patch(&membership, timeout).await.succeeds();
    bot.whoami().await.refuses(403, "creator_lost_permission");
    app.clock.advance(Duration::from_hours(2));
    bot.whoami().await.succeeds();

    bob.delete(&membership).await.is_done();
    bot.whoami().await.refuses(403, "creator_lost_permission");
}

#[tokio::test]
async fn a_suspended_integration_is_told_so_at_once_and_a_deleted_one_is_nobody() {
    let app = TestApp::spawn().await;
    let [root, alice] = app.users(["root", "alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_members"]).await;
    let bot = Bot::new(&app, &token);
    bot.whoami().await.succeeds();
    let admin = format!("/api/admin/apps/{id}");

    root.post(&format!("{admin}/suspend"), json!({}))
        .await
        .succeeds();
    bot.whoami().await.refuses(403, "suspended");
    root.post(&format!("{admin}/unsuspend"), json!({}))
        .await
        .succeeds();
    bot.whoami().await.succeeds();
    alice.delete(&format!("/apps/{id}")).await.is_done();
    bot.whoami().await.refuses(401, "invalid_token");

    let second = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(second, &["read_members"]).await;
    alice.delete(&club.path("")).await.is_done();
    let orphan = Bot::new(&app, &token).whoami().await;
    assert!([401, 404].contains(&orphan.status), "{}", orphan.body);
}

#[tokio::test]
async fn a_token_is_paced_and_its_answers_say_so() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_members"]).await;
    let (_, other) = alice.makes_token(id, &["read_members"]).await;
    let bot = Bot::new(&app, &token);

    let first = bot.whoami().await;
    assert_eq!(first.headers["x-ratelimit-limit"], "300");
    assert_eq!(first.headers["x-ratelimit-remaining"], "299");
    assert_eq!(
        first.headers["ratelimit-policy"],
        "\"integration_read\";q=300;w=60"
    );
    let mut last = first;
    for _ in 0..400 {
        last = bot.whoami().await;
        if last.status == 429 {
            break;
        }
    }

    last.refuses(429, "rate_limited");
    let wait = last.body["retry_after"].as_f64().expect("seconds");
    assert!(wait > 0.0 && wait <= 0.2, "{wait}");
    assert_eq!(last.headers["retry-after"], "1");
    assert_eq!(last.headers["x-ratelimit-remaining"], "0");
    assert_eq!(last.headers["x-ratelimit-scope"], "user");
    assert_eq!(last.body["global"], false);
    let others = Bot::new(&app, &other).whoami().await;
    let bucket = |reply: &Reply| reply.headers["x-ratelimit-bucket"].clone();
    assert_ne!(bucket(&others), bucket(&last));
    others.succeeds();
    assert!(number(&alice.reads(&format!("/apps/{id}")).await["app"]["id"]) == id);
}
