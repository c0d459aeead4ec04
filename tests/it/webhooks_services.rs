//! What Slack, Discord and other services post is taken as they post it.

use reqwest::{Method, multipart};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Community, Hook, Reply, TestApp, eventually, number};

async fn hook(app: &TestApp) -> Hook {
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    Hook::of(app, &club, club.general, &alice).await
}

/// Asserts that Slack's clients are answered `text`.
#[track_caller]
fn is_slacks(reply: &Reply, status: u16, text: &str) {
    assert_eq!((reply.status, &reply.body), (status, &json!(text)));
    let kind = reply.headers["content-type"].to_str().expect("text");
    assert!(kind.starts_with("text/plain"), "{kind}");
    assert_eq!(reply.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn slacks_shape_is_answered_as_slack_does() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let attachments = json!({"attachments": [{"color": "good", "title": "Deployed"}]});

    let at_slack = hook.posts_to("/slack", json!({"text": "*done* <https://a.example|here>"}));
    is_slacks(&at_slack.await, 200, "ok");
    is_slacks(&hook.posts(attachments).await, 200, "ok");
    let form = [("payload", r#"{"text":"from a _form_"}"#)];
    let form = hook.request(Method::POST, "").form(&form);
    is_slacks(&Reply::of(form).await, 200, "ok");
    let quiet = hook
        .posts_to("/slack?wait=false", json!({"text": "quiet"}))
        .await;
    assert_eq!(quiet.status, 204);

    let said = hook.said().await;
    let sources: Vec<_> = said
        .iter()
        .map(|message| message["source"].clone())
        .collect();
    assert_eq!(
        sources,
        [
            "**done** [here](https://a.example/)",
            "",
            "from a _form_",
            "quiet"
        ]
    );
    assert_eq!(said[1]["embeds"][0]["title"], "Deployed");
}

#[tokio::test]
async fn slacks_clients_are_refused_in_words_they_know() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let to_slack = async |body: Value| hook.posts_to("/slack", body).await;

    is_slacks(&to_slack(json!({"text": " "})).await, 400, "no_text");
    let bad = json!({"text": "a", "attachments": [{"title": 5, "fields": 5}]});
    is_slacks(&to_slack(bad).await, 400, "invalid_payload");
    let not_json = hook.request(Method::POST, "/slack").body("{");
    let not_json = not_json.header("content-type", "application/json");
    is_slacks(&Reply::of(not_json).await, 400, "invalid_payload");
    let unknown = hook.path("/slack").replace("chtw_", "chtw_x");
    let unknown = hook.service.post(&unknown, json!({"text": "a"})).await;
    is_slacks(&unknown, 404, "no_service");
    let text = hook.request(Method::POST, "/slack").body("a");
    let text = text.header("content-type", "text/plain");
    is_slacks(&Reply::of(text).await, 415, "unsupported_media_type");
    let large = json!({"text": "x".repeat(300 * 1024)});
    is_slacks(&to_slack(large).await, 413, "payload_too_large");
    hook.is_suspended(true).await;
    is_slacks(
        &to_slack(json!({"text": "a"})).await,
        403,
        "action_prohibited",
    );
    hook.said_nothing().await;
}

#[tokio::test]
async fn discords_shape_is_answered_with_the_message() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let body = json!({
        "content": "a", "tts": true, "embeds": [{"title": "t", "type": "rich"}],
    });
    for rest in ["", "/discord"] {
        let reply = hook.posts_to(rest, body.clone()).await.succeeds();
        assert_eq!(reply["message"]["embeds"][0]["title"], "t");
        assert_eq!(reply["warnings"][0], "/tts: ignored, nothing is read aloud");
    }
}

#[tokio::test]
async fn forms_are_taken_with_their_files() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let sends = async |form: multipart::Form| {
        Reply::of(hook.request(Method::POST, "").multipart(form)).await
    };
    let form = || multipart::Form::new();

    let payload = form().text("payload_json", r#"{"content":"in a form"}"#);
    let reply = sends(payload.text("extra", "x")).await.succeeds();
    assert_eq!(reply["message"]["source"], "in a form");
    assert_eq!(reply["warnings"].as_array().map(Vec::len), Some(1));
    let fields = form().text("content", "as fields").text("username", "Curl");
    let reply = sends(fields).await.succeeds();
    assert_eq!(reply["message"]["username"], "Curl");

    let file = |text: &str| multipart::Part::bytes(text.as_bytes().to_vec());
    let log = || file("all is well").file_name("build.log");
    let with_file = form().text("payload_json", "{}").part("files[0]", log());
    let reply = sends(with_file).await.succeeds();
    let stored = reply["message"]["attachment"].as_str().expect("a name");
    let path = format!("/uploads/{stored}");
    let read = app.stranger().request(Method::GET, &path).send().await;
    let read = read.expect("an answer").text().await;
    assert_eq!(read.expect("a text"), "all is well");
    let two = form()
        .text("content", "two")
        .part("files[0]", log())
        .part("files[1]", log());
    let reply = sends(two).await.succeeds();
    let names = reply["message"]["attachment"].as_str().expect("names");
    let names: Vec<String> = serde_json::from_str(names).expect("a list");
    assert_eq!(names.len(), 2);

    // What is refused leaves no file, and what is deleted takes its own along.
    let kept = async || app.number("SELECT count(*) FROM file", []).await;
    assert_eq!(kept().await, 3);
    let many = (0..11).fold(form(), |form, n| form.part(format!("files[{n}]"), log()));
    sends(many).await.refuses(400, "too_many_files");
    let fake = file("\u{89}PNG").file_name("a.png");
    let oversized = form()
        .text("content", "x".repeat(4001))
        .part("files[0]", log());
    sends(oversized).await.refuses(400, "content_too_long");
    sends(form().text("reply_to", "999").part("files[0]", fake))
        .await
        .refuses(400, "reply_to_not_found");
    let message = hook.message(number(&reply["id"]));
    hook.service.delete(&message).await.is_done();
    eventually("its files are gone", async || kept().await == 1).await;
    let twice = form().text("content", "a").text("content", "b");
    sends(twice).await.refuses(400, "invalid_json");
    let request = hook.request(Method::POST, "").body("content");
    let request = request.header("content-type", "multipart/form-data");
    Reply::of(request).await.refuses(400, "invalid_json");
    assert_eq!(hook.said().await.len(), 3);
}

#[tokio::test]
async fn a_form_that_says_it_is_too_large_is_not_waited_for() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\n\r\n",
        hook.path(""),
        8 * 1024 * 1024 + 1
    );
    let mut tcp = TcpStream::connect(app.address()).await.expect("connected");
    tcp.write_all(head.as_bytes()).await.expect("written");

    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.expect("an answer");

    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(
        answer.contains("\"error\":\"payload_too_large\""),
        "{answer}"
    );
    hook.said_nothing().await;
}

#[tokio::test]
async fn json_without_a_type_is_json() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let request = hook
        .request(Method::POST, "")
        .body(r#"{"content":"plain"}"#);
    let reply = Reply::of(request).await.succeeds();
    assert_eq!(reply["message"]["source"], "plain");
}

#[tokio::test]
async fn events_of_services_become_cards_and_the_others_are_no_failure() {
    let app = TestApp::spawn().await;
    let hook = hook(&app).await;
    let push = json!({
        "ref": "refs/heads/main",
        "compare": "https://github.com/octo/app/compare/a...b",
        "repository": {"full_name": "octo/app", "html_url": "https://github.com/octo/app"},
        "sender": {"login": "mona", "html_url": "https://github.com/mona"},
        "pusher": {"name": "mona"},
        "commits": [{
            "id": "0123456789abcdef", "message": "Fix @everyone **now**",
            "url": "https://github.com/octo/app/commit/0123456",
            "author": {"name": "Mona"}, "distinct": true,
        }],
    });
    let alert = json!({
        "status": "firing",
        "alerts": [{
            "status": "firing",
            "labels": {"alertname": "DiskFull", "instance": "db1"},
            "annotations": {"summary": "Disk is full"},
        }],
    });
    let down = json!({
        "heartbeat": {"status": 0, "msg": "timeout", "time": "2026-01-01 00:00:00"},
        "monitor": {"name": "Shop", "url": "https://shop.example"},
        "msg": "[Shop] [Down] timeout",
    });
    let gitlab = json!({
        "object_kind": "push", "ref": "refs/heads/main", "user_name": "Mike",
        "project": {"path_with_namespace": "mike/app", "web_url": "https://gitlab.com/mike/app"},
        "commits": [{
            "id": "0123456789abcdef", "message": "Fix", "url": "https://gitlab.com/x",
            "author": {"name": "Mike"},
        }],
        "total_commits_count": 1,
    });
    for (service, header, event, known) in [
        ("github", ("x-github-event", "push"), &push, true),
        (
            "github",
            ("x-github-event", "watch"),
            &json!({"action": "started"}),
            false,
        ),
        ("github", ("x-github-event", "star"), &json!({}), false),
        ("gitea", ("x-gitea-event", "push"), &push, true),
        ("gitlab", ("x-gitlab-event", "Push Hook"), &gitlab, true),
        (
            "gitlab",
            ("x-gitlab-event", "Emoji Hook"),
            &json!({"object_kind": "emoji"}),
            false,
        ),
        ("alertmanager", ("x-none", "x"), &alert, true),
        ("grafana", ("x-none", "x"), &alert, true),
        ("uptime-kuma", ("x-none", "x"), &down, true),
        ("uptime-kuma", ("x-none", "x"), &json!({}), false),
    ] {
        let before = hook.said().await.len();
        let request = hook.request(Method::POST, &format!("/{service}"));
        let reply = Reply::of(request.header(header.0, header.1).json(event)).await;
        let after = hook.said().await;
        if known {
            let reply = reply.succeeds();
            let card = &reply["message"]["embeds"][0];
            assert!(card["title"].as_str().is_some(), "{service}: {reply}");
            assert_eq!(reply["message"]["mentions"], json!([]));
            assert_eq!(after.len(), before + 1, "{service}");
        } else {
            assert_eq!(reply.status, 204, "{service} {}: {}", header.1, reply.body);
            assert_eq!(after.len(), before, "{service}");
        }
    }
    let not_json = hook.request(Method::POST, "/github").body("x");
    let not_json = not_json.header("content-type", "application/json");
    Reply::of(not_json).await.refuses(400, "invalid_json");
}
