//! What a webhook refuses, by which name, and that nothing is left of it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Hook, Reply, TestApp, number};

/// A webhook in a server of Alice's, where Bob is called Bobby.
async fn hook(app: &TestApp) -> Hook {
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let nickname = json!({"nickname": "Bobby"});
    let path = club.membership_of(&bob).await;
    alice.patch(&path, nickname).await.succeeds();
    Hook::of(app, &club, club.general, &alice).await
}

/// Posts that are refused, each with the code and the place of what is wrong.
#[expect(clippy::too_many_lines, reason = "a table, a row for each rule")]
fn refused_posts() -> Vec<(Value, &'static str, &'static str)> {
    let embed = |embed: Value| json!({"embeds": [{"title": "fine"}, embed]});
    let card = |card: Value| json!({"attachments": [card]});
    let many = |n: usize| vec![json!({"title": "x"}); n];
    vec![
        (json!({}), "content_required", "/content"),
        (json!({"content": " \n "}), "content_required", "/content"),
        (json!({"embeds": []}), "content_required", "/content"),
        (
            json!({"content": "x".repeat(4001)}),
            "content_too_long",
            "/content",
        ),
        (
            json!({"text": "x".repeat(4001)}),
            "content_too_long",
            "/text",
        ),
        (
            json!({"content": "a", "text": "b"}),
            "content_ambiguous",
            "/text",
        ),
        (json!({"content": 5}), "content_not_string", "/content"),
        (
            json!({"content": "a", "username": "x".repeat(81)}),
            "username_too_long",
            "/username",
        ),
        (
            json!({"content": "a", "username": "alice"}),
            "username_reserved",
            "/username",
        ),
        (
            json!({"content": "a", "username": "B\u{43e}b"}),
            "username_reserved",
            "/username",
        ),
        (
            json!({"content": "a", "username": "BOBBY"}),
            "username_reserved",
            "/username",
        ),
        (
            json!({"content": "a", "username": "System"}),
            "username_reserved",
            "/username",
        ),
        (
            json!({"content": "a", "avatar_url": "http://a.example/x.png"}),
            "avatar_url_invalid",
            "/avatar_url",
        ),
        (
            json!({"content": "a", "icon_url": "javascript:alert(1)"}),
            "avatar_url_invalid",
            "/icon_url",
        ),
        (embed(json!({})), "embed_1:empty", "/embeds/1"),
        (
            embed(json!({"title": "x".repeat(257)})),
            "embed_1:title_too_long",
            "/embeds/1/title",
        ),
        (
            embed(json!({"title": "x", "color": -1})),
            "embed_1:color_invalid",
            "/embeds/1/color",
        ),
        (
            json!({"embeds": many(11)}),
            "embed_10:too_many",
            "/embeds/10",
        ),
        (
            card(json!({"title": "x".repeat(257)})),
            "attachment_0:title_too_long",
            "/attachments/0/title",
        ),
        (
            json!({"attachments": many(21)}),
            "attachment_20:too_many",
            "/attachments/20",
        ),
        (
            json!({"content": "a", "allowed_mentions": {"parse": ["roles"]}}),
            "mention_not_allowed",
            "/allowed_mentions",
        ),
        (
            json!({"content": "a", "reply_to": 99_999}),
            "reply_to_not_found",
            "/reply_to",
        ),
        (
            json!({"content": "a", "reply_to": "x"}),
            "reply_to_not_found",
            "/reply_to",
        ),
        (
            json!({"content": "a", "nonce": "a b"}),
            "idempotency_key_invalid",
            "/nonce",
        ),
        (
            json!({"content": "a", "flags": "x"}),
            "flags_invalid",
            "/flags",
        ),
    ]
}

#[tokio::test]
async fn every_rule_about_a_post_has_a_name_and_a_place() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    for (body, code, pointer) in refused_posts() {
        let refused = hook.posts(body).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer, "{code}");
        assert!(
            refused.body["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert!(refused.body["request_id"].is_string());
        assert_eq!(refused.headers["cache-control"], "no-store");
    }
    hook.said_nothing().await;
}

#[tokio::test]
async fn the_most_that_is_taken_is_taken() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    for body in [
        json!({"content": "é".repeat(4000)}),
        json!({"content": format!("  {}  ", "x".repeat(4000))}),
        json!({"content": "a", "username": "x".repeat(80)}),
        json!({"content": "a", "username": "Bo"}),
        json!({"embeds": vec![json!({"title": "x"}); 10]}),
        json!({"embeds": [{"description": "x".repeat(4096)}]}),
        json!({"content": "a", "text": "a"}),
    ] {
        hook.posts(body).await.succeeds();
    }
    assert_eq!(hook.said().await.len(), 7);
}

#[tokio::test]
async fn a_reply_is_to_a_message_of_the_same_channel() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let lobby = club.makes_channel("lobby").await;
    let here = Hook::of(&app, &club, club.general, &alice).await;
    let there = Hook::of(&app, &club, lobby, &alice).await;
    let id = here.says("question").await;

    let refused = there.posts(json!({"content": "a", "reply_to": id})).await;
    refused.refuses(400, "reply_to_not_found");
    there.said_nothing().await;
    let reply = here.posts(json!({"content": "a", "reply_to": id.to_string()}));
    assert_eq!(number(&reply.await.succeeds()["message"]["reply_to"]), id);
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_as_a_whole() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    let sent = async |kind: &str, body: Vec<u8>| {
        let request = hook.request(Method::POST, "");
        Reply::of(request.header("content-type", kind).body(body)).await
    };
    for body in [
        b"".to_vec(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"\"x\"".to_vec(),
        b"{\"content\":\"\xff\"}".to_vec(),
        b"{\"content\":\"a\",\"content\":\"b\"}".to_vec(),
        format!("{{\"content\":\"a\",\"x\":{deep}}}").into_bytes(),
    ] {
        sent("application/json", body)
            .await
            .refuses(400, "invalid_json");
    }
    for kind in [
        "text/plain",
        "application/xml",
        "application/json; charset=latin1",
    ] {
        let refused = sent(kind, b"{\"content\":\"a\"}".to_vec()).await;
        refused.refuses(415, "unsupported_media_type");
    }
    hook.said_nothing().await;
}

#[tokio::test]
async fn bodies_have_a_size() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let body = |size: usize| {
        let padding = " ".repeat(size - r#"{"content":"a"}"#.len());
        format!(r#"{{"content":"a"}}{padding}"#)
    };
    let sent = async |size: usize| {
        let request = hook.request(Method::POST, "");
        let request = request.header("content-type", "application/json");
        Reply::of(request.body(body(size))).await
    };

    sent(256 * 1024).await.succeeds();
    let refused = sent(256 * 1024 + 1).await;

    refused.refuses(413, "payload_too_large");
    assert_eq!(hook.said().await.len(), 1);
}

#[tokio::test]
async fn nothing_tells_webhooks_that_are_not_there_apart() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let other = Hook::of(&app, &club, club.general, &alice).await;
    let deleted = Hook::of(&app, &club, club.general, &alice).await;
    alice.delete(&deleted.app("")).await.is_done();
    let gone = Community::of(&bob, &[]).await;
    let of_gone = Hook::of(&app, &gone, gone.general, &bob).await;
    bob.delete(&gone.path("")).await.is_done();
    let (mine, theirs) = (&hook.token, &other.token);
    let mistyped = mine.replace("chtw_", "chtw_x");

    let paths = [
        format!("/webhooks/{}/{theirs}", hook.id),
        format!("/webhooks/{}/{mistyped}", hook.id),
        format!("/webhooks/99999/{mine}"),
        format!("/webhooks/x/{mine}"),
        format!("/webhooks/{}/x", hook.id),
        deleted.path(""),
        of_gone.path(""),
    ];

    let mut answers = Vec::new();
    for path in &paths {
        for (method, rest) in [
            (Method::POST, ""),
            (Method::POST, "/github"),
            (Method::GET, ""),
            (Method::PATCH, "/messages/1"),
            (Method::DELETE, "/messages/1"),
        ] {
            let body = json!({"content": "a"});
            let path = format!("{path}{rest}");
            let mut reply = hook.service.does(method, &path, Some(body)).await;
            reply.refuses(404, "webhook_not_found");
            reply.body["request_id"] = json!(null);
            let mut names: Vec<_> = reply.headers.keys().map(ToString::to_string).collect();
            names.sort_unstable();
            answers.push((reply.body.to_string(), names));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
    hook.said_nothing().await;
}

#[tokio::test]
async fn a_deleted_channel_is_gone() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let lobby = club.makes_channel("lobby").await;
    let hook = Hook::of(&app, &club, lobby, &alice).await;
    let id = hook.says("while it lasts").await;
    let deleted = alice
        .delete(&club.path(&format!("/channels/{lobby}")))
        .await;
    deleted.is_done();

    hook.posts(json!({"content": "a"}))
        .await
        .refuses(410, "channel_gone");
    let change = json!({"content": "b"});
    let edited = hook.service.patch(&hook.message(id), change).await;
    edited.refuses(410, "channel_gone");
    let slack = hook.posts_to("/slack", json!({"text": "a"})).await;
    assert_eq!(
        (slack.status, slack.body),
        (410, json!("channel_is_archived"))
    );
    let stored = "SELECT count(*) FROM message WHERE app_id IS NOT NULL";
    assert_eq!(app.number(stored, []).await, 1);
}

#[tokio::test]
async fn under_maintenance_a_post_is_to_be_sent_again() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let admin = crate::support::Person::new("alice", app.address(), None);
    admin.signs_in().await.succeeds();
    let switch = async |value: &str| {
        let body = json!({"MAINTENANCE_MODE": value});
        admin.post("/api/admin/settings", body).await.succeeds();
    };
    switch("1").await;

    let refused = hook.posts(json!({"content": "a"})).await;
    refused.refuses(503, "unavailable");
    assert_eq!(refused.headers["retry-after"], "60");
    switch("0").await;
    hook.said_nothing().await;
    hook.says("a").await;
}

#[tokio::test]
async fn other_paths_are_nothing() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let unknown = hook.posts_to("/teams", json!({"content": "a"})).await;
    unknown.refuses(404, "webhook_not_found");
    let path = hook.path("");
    let other = hook.service.does(Method::PUT, &path, Some(json!({}))).await;
    assert_eq!(other.status, 405);
    hook.said_nothing().await;
}
