//! What stands before a webhook: how often, from where, signed by whom, and with which token.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use chatter::kernel::token::{PlainToken, TokenKind};
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Community, Hook, Program, Reply, TestApp, eventually};

async fn hook(app: &TestApp) -> Hook {
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    Hook::of(app, &club, club.general, &alice).await
}

fn hello() -> Value {
    json!({"content": "hello"})
}

#[tokio::test]
async fn five_in_a_row_are_taken_and_a_refusal_says_when_to_come_back() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let other = Hook::of(&app, &club, club.general, &alice).await;

    // At once, so that nothing comes back between them.
    let replies = join_all((0..30).map(|_| hook.posts(hello()))).await;

    let (taken, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert!(taken.len() >= 5, "{}", taken.len());
    assert_eq!(
        hook.said().await.len(),
        taken.len(),
        "nothing of what was refused"
    );
    let refused = refused.first().expect("a refusal");
    refused.refuses(429, "rate_limited");
    assert!(
        refused.body["retry_after"]
            .as_f64()
            .is_some_and(|wait| wait > 0.0)
    );
    assert_eq!(refused.body["global"], false);
    let header = |name: &str| refused.headers[name].to_str().expect("text");
    assert!(
        header("retry-after")
            .parse::<u64>()
            .is_ok_and(|wait| wait >= 1)
    );
    assert_eq!(header("x-ratelimit-limit"), "5");
    assert_eq!(header("x-ratelimit-remaining"), "0");
    assert_eq!(header("x-ratelimit-scope"), "user");
    let taken = taken.first().expect("one that was taken");
    let reply = other.posts(hello()).await;
    for reply in [refused, taken, &reply] {
        let policy = reply.headers["ratelimit-policy"].to_str().expect("text");
        for limit in [
            "\"webhook_burst\";q=5;w=2",
            "\"webhook\";q=30;w=60",
            "\"webhook_channel\";q=120;w=60",
        ] {
            assert!(policy.contains(limit), "{policy}");
        }
    }
    assert_eq!(
        taken.headers["x-ratelimit-bucket"], refused.headers["x-ratelimit-bucket"],
        "one budget, whatever is left of it"
    );
    assert!(reply.headers.contains_key("x-ratelimit-reset-after"));
    assert_ne!(
        reply.headers["x-ratelimit-bucket"], refused.headers["x-ratelimit-bucket"],
        "each webhook has its own"
    );
    reply.succeeds();
    let slack = join_all((0..30).map(|_| other.posts_to("/slack", json!({"text": "a"})))).await;
    let slack = slack.iter().find(|reply| reply.status == 429);
    let slack = slack.expect("a refusal");
    assert_eq!(slack.body, "rate_limited");
    assert!(slack.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn who_guesses_is_soon_told_to_stop() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let hook = hook(&app).await;
    let guess = || async {
        let token = PlainToken::issue(TokenKind::Webhook);
        let path = format!("/webhooks/{}/{}", hook.id, token.expose());
        hook.service.get(&path).await
    };
    let mut found = 0;
    let refused = loop {
        let reply = guess().await;
        if reply.status != 404 {
            break reply;
        }
        found += 1;
        assert!(found < 500, "nobody was told to stop");
    };
    refused.refuses(429, "rate_limited");
    assert!(found >= 60, "{found}");
    assert!(refused.headers.contains_key("retry-after"));

    // Many services post from one address, and only one of them has an old URL.
    hook.says("from the same address").await;
}

/// The headers of Standard Webhooks for a body.
fn signed(key: &[u8], at: i64, body: &str) -> [(&'static str, String); 3] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key");
    mac.update(format!("msg_1.{at}.{body}").as_bytes());
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    [
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
    ]
}

#[tokio::test]
async fn what_is_to_be_signed_is_taken_with_a_signature_alone() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let said_before = hook.says("unsigned").await;
    let (old, new) = ([1_u8; 32], [2_u8; 32]);
    let secrets = [old, new].map(|key| format!("whsec_{}", BASE64_STANDARD.encode(key)));
    for secret in &secrets {
        hook.has_signed_by(secret).await;
    }
    let body = hello().to_string();
    let now = app.clock.now().unix_seconds();
    let posts = async |method: Method, rest: &str, headers: &[(&str, String)]| {
        let mut request = hook.request(method, rest).body(body.clone());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Reply::of(request.header("content-type", "application/json")).await
    };
    let post = Method::POST;

    let unsigned = posts(post.clone(), "", &[]).await;
    unsigned.refuses(401, "signature_missing");
    let wrong = signed(&[3; 32], now, &body);
    posts(post.clone(), "", &wrong)
        .await
        .refuses(401, "signature_invalid");
    let other = signed(&old, now, "{}");
    posts(post.clone(), "", &other)
        .await
        .refuses(401, "signature_invalid");
    for away in [-400, 400] {
        let late = posts(post.clone(), "", &signed(&old, now + away, &body)).await;
        late.refuses(401, "timestamp_out_of_range");
    }
    let slack = posts(post.clone(), "/slack", &[]).await;
    assert_eq!(
        (slack.status, &slack.body),
        (401, &json!("action_prohibited"))
    );
    for method in [Method::PATCH, Method::DELETE] {
        let path = format!("/messages/{said_before}");
        posts(method, &path, &[])
            .await
            .refuses(401, "signature_missing");
    }
    assert_eq!(hook.said().await.len(), 1);

    posts(post.clone(), "", &signed(&old, now, &body))
        .await
        .succeeds();
    let again = posts(post.clone(), "", &signed(&new, now, &body)).await;
    assert_eq!(
        again.headers["idempotency-replayed"], "true",
        "its id is its key"
    );
    assert_eq!(hook.said().await.len(), 2);
    let gitlab = [("x-gitlab-token", secrets[0].clone())];
    posts(post, "", &gitlab).await.succeeds();
}

#[tokio::test]
async fn a_signed_post_that_was_caught_is_not_said_again_under_another_key() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let key = [1_u8; 32];
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(key));
    hook.has_signed_by(&secret).await;
    let body = hello().to_string();
    let now = app.clock.now().unix_seconds();
    let posts = async |body: &str, more: &[(&str, &str)]| {
        let mut request = hook.request(Method::POST, "").body(body.to_owned());
        for (name, value) in signed(&key, now, body) {
            request = request.header(name, value);
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        Reply::of(request.header("content-type", "application/json")).await
    };
    let first = posts(&body, &[]).await.succeeds();
    for other in ["other", "msg_2"] {
        let again = posts(&body, &[("idempotency-key", other)]).await;
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(again.succeeds()["id"], first["id"]);
    }
    let another = json!({"content": "x", "nonce": "n"}).to_string();
    posts(&another, &[])
        .await
        .refuses(422, "idempotency_key_reused");
    assert_eq!(hook.said().await.len(), 1);
}

#[tokio::test]
async fn only_from_where_it_is_allowed() {
    let app = TestApp::with(|config| {
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let hook = hook(&app).await;
    let networks = json!(["203.0.113.0/24", "2001:db8::/32"]);
    hook.changes(json!({"allowedNetworks": networks})).await;
    let from = async |address: &str| {
        let stranger = app.stranger_from(address);
        stranger.post(&hook.path(""), hello()).await
    };
    for address in ["198.51.100.7", "2001:db9::1"] {
        from(address).await.refuses(403, "ip_not_allowed");
    }
    hook.posts(hello()).await.refuses(403, "ip_not_allowed");
    let look = hook.service.get(&hook.path("")).await;
    look.refuses(403, "ip_not_allowed");
    hook.said_nothing().await;
    for address in ["203.0.113.9", "2001:db8::1"] {
        from(address).await.succeeds();
    }
}

#[tokio::test]
async fn a_suspended_app_says_nothing() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let id = hook.says("before").await;
    hook.is_suspended(true).await;

    hook.posts(hello()).await.refuses(403, "suspended");
    hook.posts_to("/github", json!({}))
        .await
        .refuses(403, "suspended");
    let edited = hook.service.patch(&hook.message(id), hello()).await;
    edited.refuses(403, "suspended");
    let deleted = hook.service.delete(&hook.message(id)).await;
    deleted.refuses(403, "suspended");
    hook.service
        .get(&hook.path(""))
        .await
        .refuses(403, "suspended");
    let said = hook.said().await;
    assert_eq!((said.len(), &said[0]["source"]), (1, &json!("before")));
    hook.is_suspended(false).await;
    hook.says("after").await;
}

#[tokio::test]
async fn the_old_url_is_dead_with_its_grace() {
    let app = TestApp::spawn().await;
    let mut hook = hook(&app).await;
    let old = hook.clone();

    hook.rotates(json!({"graceSeconds": 600})).await;
    old.says("in time").await;
    hook.says("with the new one").await;
    app.clock.advance(Duration::from_mins(11));
    old.posts(hello()).await.refuses(404, "webhook_not_found");
    let older = hook.clone();
    hook.rotates(json!({})).await;
    older.posts(hello()).await.refuses(404, "webhook_not_found");
    hook.says("at once").await;
    assert_eq!(hook.said().await.len(), 3);
}

#[tokio::test]
async fn once_it_is_taken_away_nothing_more_is_said() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    for (what, status) in [
        ("rotate", 404),
        ("suspend", 403),
        ("delete", 404),
        ("delete channel", 410),
        ("move", 200),
    ] {
        let channel = club.makes_channel("busy").await;
        let hook = Hook::of(&app, &club, channel, &alice).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let posters = (0..4).map(|_| {
            let (hook, stopped) = (hook.clone(), stopped.clone());
            tokio::spawn(async move {
                loop {
                    // Looked at before: the last post begins after it was taken away.
                    let is_last = *stopped.borrow();
                    let reply = hook.posts(hello()).await;
                    if is_last {
                        return reply.status;
                    }
                }
            })
        });
        let posters: Vec<_> = posters.collect();
        let stored = async || {
            let sql = "SELECT count(*) FROM message WHERE conversation_id = $1";
            app.number(sql, [channel.into()]).await
        };
        eventually("they post", async || stored().await >= 8).await;

        match what {
            "rotate" => hook.clone().rotates(json!({})).await,
            "suspend" => hook.is_suspended(true).await,
            "delete" => alice.delete(&hook.app("")).await.is_done(),
            "move" => hook.changes(json!({"channelId": club.general})).await,
            _ => {
                let path = club.path(&format!("/channels/{channel}"));
                alice.delete(&path).await.is_done();
            }
        }

        let by_then = stored().await;
        stop.send_replace(true);
        for poster in posters {
            assert_eq!(poster.await.expect("an answer"), status, "{what}");
        }
        assert_eq!(stored().await, by_then, "{what}");
    }
}

#[tokio::test]
async fn no_log_has_a_token() {
    for format in ["text", "json"] {
        let mut program = Program::new()
            .await
            .with("CHATTER_LOGGING__LEVEL", "trace")
            .with("CHATTER_LOGGING__FORMAT", format);
        let address = program.serves().await;
        let service = Program::person("", address);
        let token = PlainToken::issue(TokenKind::Webhook);
        let path = format!("/webhooks/7/{}", token.expose());
        for (method, rest) in [
            (Method::POST, ""),
            (Method::POST, "/slack"),
            (Method::GET, ""),
            (Method::PATCH, "/messages/1"),
            (Method::DELETE, "/messages/1"),
            (Method::DELETE, ""),
            (Method::PUT, ""),
        ] {
            let path = format!("{path}{rest}");
            let reply = service.does(method, &path, Some(hello())).await;
            assert!(reply.status >= 400, "{}", reply.body);
        }

        let log = program.terminates();

        assert!(
            log.contains("/webhooks/{appId}/{token}"),
            "routes are logged"
        );
        let lines: Vec<_> = log.lines().filter(|line| line.contains("chtw_")).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
}
