//! What a service posts again, because it did not hear the answer, is said once.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Hook, Reply, TestApp, number};

const KEY: &str = "idempotency-key";
const REPLAYED: &str = "idempotency-replayed";

async fn hook(app: &TestApp) -> Hook {
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    Hook::of(app, &club, club.general, &alice).await
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_message_that_is_there() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let nonce = json!({"content": "c", "nonce": "three"});
    for (name, key, body) in [
        (KEY, "one", json!({"content": "a", "x": 1})),
        ("webhook-id", "msg_2", json!({"content": "b"})),
        ("x-other", "-", nonce),
        (KEY, "four", json!({"attachments": [{"title": "t"}]})),
        (
            KEY,
            "a key with spaces, of a length that no nonce may have ....................",
            json!({"text": "d"}),
        ),
    ] {
        let first = hook.posts_with(name, key, body.clone()).await;
        assert!(!first.headers.contains_key(REPLAYED));
        let again = hook.posts_with(name, key, body.clone()).await;
        assert_eq!(again.headers[REPLAYED], "true");
        assert_eq!(again.headers["content-type"], first.headers["content-type"]);
        assert_eq!((again.status, again.body), (first.status, first.body));
    }
    assert_eq!(hook.said().await.len(), 5);
    let quiet = hook.request(Method::POST, "?wait=false").header(KEY, "one");
    let quiet = Reply::of(quiet.json(&json!({"content": "a", "x": 1}))).await;
    assert_eq!(
        (quiet.status, &quiet.headers[REPLAYED]),
        (204, &"true".parse().expect("a value"))
    );
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let first = json!({"content": "a"});
    let id = number(&hook.posts_with(KEY, "k", first.clone()).await.succeeds()["id"]);

    let other = hook.posts_with(KEY, "k", json!({"content": "b"})).await;
    other.refuses(422, "idempotency_key_reused");
    let elsewhere = hook.request(Method::POST, "/discord").header(KEY, "k");
    let elsewhere = Reply::of(elsewhere.json(&first)).await;
    elsewhere.refuses(422, "idempotency_key_reused");
    let edit = hook.request(Method::PATCH, &format!("/messages/{id}"));
    let edit = Reply::of(edit.header(KEY, "k").json(&first)).await;
    edit.refuses(422, "idempotency_key_reused");
    for key in ["", "é", &"k".repeat(256)] {
        let refused = hook.posts_with(KEY, key, first.clone()).await;
        refused.refuses(400, "idempotency_key_invalid");
    }
    assert_eq!(hook.said().await.len(), 1);
}

#[tokio::test]
async fn a_key_lasts_longer_than_its_message_and_its_url() {
    let app = TestApp::spawn().await;
    let mut hook = hook(&app).await;
    let first = json!({"content": "a"});
    let said = hook.posts_with(KEY, "k", first.clone()).await.succeeds();

    hook.rotates(json!({"graceSeconds": 60})).await;
    let again = hook.posts_with(KEY, "k", first).await.succeeds();
    assert_eq!(again["id"], said["id"], "by another URL");

    let message = hook.message(number(&said["id"]));
    hook.service.delete(&message).await.is_done();
    let other = hook.posts_with(KEY, "k", json!({"content": "b"})).await;
    other.refuses(422, "idempotency_key_reused");
    let tombstone = &hook.said().await[0];
    assert_eq!(tombstone["deleted"], true);
    assert_eq!(tombstone["username"], "CI");
}

#[tokio::test]
async fn a_key_is_its_webhooks_own() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let one = Hook::of(&app, &club, club.general, &alice).await;
    let two = Hook::of(&app, &club, club.general, &alice).await;
    for hook in [&one, &two] {
        hook.posts_with(KEY, "k", json!({"content": "a"}))
            .await
            .succeeds();
    }
    assert_eq!(one.said().await.len(), 2);
}

#[tokio::test]
async fn what_was_refused_can_be_sent_again() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let refused = hook.posts_with(KEY, "k", json!({"content": " "})).await;
    refused.refuses(400, "content_required");
    let said = hook.posts_with(KEY, "k", json!({"content": "a"})).await;
    assert!(!said.headers.contains_key(REPLAYED));
    said.succeeds();
}

#[tokio::test]
async fn a_repeat_is_not_judged_by_what_came_after_it() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let question = hook.says("question").await;
    let body = json!({"content": "a", "username": "bob", "reply_to": question});
    let id = number(&hook.posts_with(KEY, "k", body.clone()).await.succeeds()["id"]);

    club.admits(&bob).await;
    hook.service.delete(&hook.message(question)).await.is_done();
    let again = hook.posts_with(KEY, "k", body.clone()).await.succeeds();
    assert_eq!(again["id"], id);
    hook.service.delete(&hook.message(id)).await.is_done();
    let again = hook.posts_with(KEY, "k", body).await.succeeds();
    assert_eq!(
        (&again["id"], &again["message"]["deleted"]),
        (&json!(id), &json!(true))
    );
}

#[tokio::test]
async fn fifty_at_once_are_one_message() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let body = json!({"content": "once"});

    let posts = (0..50).map(|_| hook.posts_with(KEY, "k", body.clone()));
    let replies = join_all(posts).await;

    let said = hook.said().await;
    assert_eq!(said.len(), 1);
    let mut taken = 0;
    for reply in replies {
        if reply.status == 200 {
            assert_eq!(reply.body["id"], said[0]["id"]);
            taken += 1;
        } else {
            reply.refuses(409, "idempotency_in_progress");
            assert_eq!(reply.headers["retry-after"], "1");
        }
    }
    assert!(taken > 0);
    let last = hook.posts_with(KEY, "k", body).await;
    assert_eq!(last.headers[REPLAYED], "true");
}

#[tokio::test]
async fn a_repeat_is_known_after_a_restart_and_for_a_day() {
    let mut app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let body = json!({"content": "a"});
    hook.posts_with(KEY, "k", body.clone()).await.succeeds();

    app.restart().await;
    let url = format!("http://{}{}", app.address(), hook.path(""));
    let post = async || {
        let request = reqwest::Client::new().post(&url).header(KEY, "k");
        Reply::of(request.json(&body)).await
    };
    assert_eq!(post().await.headers[REPLAYED], "true");
    app.clock.advance(Duration::from_hours(23));
    assert_eq!(post().await.headers[REPLAYED], "true");
    app.clock.advance(Duration::from_hours(2));
    let new = post().await;
    assert!(!new.headers.contains_key(REPLAYED), "a day later it is new");
    new.succeeds();
    assert_eq!(post().await.headers[REPLAYED], "true");
    let stored = "SELECT count(*) FROM message WHERE app_id IS NOT NULL";
    assert_eq!(app.number(stored, []).await, 2);
}

#[tokio::test]
async fn an_edit_that_is_sent_again_is_made_once() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let id = hook.says("a").await;
    let edit = async |body: Value| {
        let request = hook.request(Method::PATCH, &format!("/messages/{id}"));
        Reply::of(request.header(KEY, "k").json(&body)).await
    };
    let first = edit(json!({"content": "b"})).await;
    let again = edit(json!({"content": "b"})).await;

    assert!(!first.headers.contains_key(REPLAYED));
    assert_eq!(again.headers[REPLAYED], "true");
    assert_eq!(first.succeeds(), again.succeeds(), "the same rev, too");
    edit(json!({"content": "c"}))
        .await
        .refuses(422, "idempotency_key_reused");
    let post = hook.posts_with(KEY, "k", json!({"content": "b"})).await;
    post.refuses(422, "idempotency_key_reused");
    let said = hook.said().await;
    assert_eq!((said.len(), &said[0]["source"]), (1, &json!("b")));
}
