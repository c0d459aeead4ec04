//! Documents as files: taken along, brought in, and how large they may be.

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp};

async fn imports(person: &Person, form: Form) -> Reply {
    let request = person.request(Method::POST, "/api/doc/import");
    Reply::of(request.multipart(form)).await
}

fn file(name: &str, bytes: impl Into<Vec<u8>>) -> Form {
    let part = Part::bytes(bytes.into()).file_name(name.to_owned());
    Form::new().part("file", part)
}

async fn exports(person: &Person, id: &Value, format: &str) -> (Reply, String) {
    let path = format!("/api/doc/{id}/export{format}");
    let reply = person.get(&path).await;
    let text = reply.body.as_str().map(str::to_owned);
    (reply, text.unwrap_or_default())
}

fn header<'a>(reply: &'a Reply, name: &str) -> &'a str {
    let value = reply.headers.get(name);
    value.map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_text_file_becomes_a_document() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;

    let titled = file("notes.md", "\u{feff}intro\r\n\r\n# The *Plan*\r\n");
    let titled = imports(&alice, titled).await.succeeds();
    let plain = imports(&alice, file("C:\\my notes.md", "no heading"))
        .await
        .succeeds();
    let named = file("notes.md", "# Plan").text("name", " Mine ");
    let named = imports(&alice, named).await.succeeds();
    let blank = imports(&alice, file("blank.txt", "").text("name", " "))
        .await
        .succeeds();
    let typed = json!({"content": "# Typed\n"});
    let typed = alice.post("/api/doc/import", typed).await.succeeds();

    let id = &titled["id"];
    let expected = json!({"ok": true, "id": id, "doc_id": id, "name": "The Plan",
        "role": "creator", "version": 1, "created_by": "alice",
        "created_at": titled["created_at"]});
    assert_eq!(titled, expected);
    let got = alice.reads(&format!("/api/doc/{id}")).await;
    assert_eq!(got["content"], "intro\n\n# The *Plan*\n");
    let called = [&plain, &named, &blank, &typed].map(|made| made["name"].clone());
    assert_eq!(
        called,
        ["my notes", "Mine", "blank", "Typed"].map(Value::from)
    );
    assert_eq!(blank["version"], 0);
}

#[tokio::test]
async fn what_is_no_text_file_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    for (form, status, code) in [
        (
            file("x.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice()),
            400,
            "not_text",
        ),
        (file("x.txt", b"\xff\xfeh\0i\0".as_slice()), 400, "not_text"),
        (
            file("x.txt", "x".repeat(1_000_001)),
            413,
            "content_too_large",
        ),
        (file("x.txt", "x".repeat(5_000_000)), 413, "too_large"),
        (
            file("x.txt", "x").text("name", "a\u{1}b"),
            400,
            "invalid_name",
        ),
        (file(" .md", "no heading"), 400, "invalid_name"),
        (Form::new().text("name", "x"), 400, "bad_params"),
    ] {
        imports(&alice, form).await.is_refused(status, code);
    }
    for (body, code) in [
        (json!({"content": "no heading"}), "invalid_name"),
        (json!({"name": "x"}), "bad_params"),
        (json!({"name": "x", "content": 5}), "bad_params"),
    ] {
        let refused = alice.post("/api/doc/import", body).await;
        refused.is_refused(400, code);
    }
    let stranger = imports(&app.stranger(), file("x.txt", "x")).await;
    stranger.is_refused(401, "unauthenticated");

    assert_eq!(app.number("SELECT count(*) FROM doc", []).await, 0);
    // Line ends of two bytes are one in the document.
    let most = imports(&alice, file("x.txt", "\r\n".repeat(1_000_000)))
        .await
        .succeeds();
    assert_eq!(most["name"], "x");
}

#[tokio::test]
async fn a_document_is_taken_along_as_markdown() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let text = "# Grüße\n\n<b>raw</b> & \u{0} \u{1f600}\n";
    let body = json!({"name": "Grüße/\"1\"", "content": text, "members": [{"username": "bob"}]});
    let made = alice.post("/api/doc/create", body).await.succeeds();

    for format in ["", "?format=markdown"] {
        let (reply, markdown) = exports(&bob, &made["id"], format).await;
        assert_eq!((reply.status, markdown.as_str()), (200, text));
        assert_eq!(
            header(&reply, "content-type"),
            "text/markdown; charset=utf-8"
        );
        assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
        assert_eq!(
            header(&reply, "content-disposition"),
            "attachment; filename=\"Gr__e__1_.md\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe__1_.md"
        );
    }
    let odd = alice
        .get(&format!("/api/doc/{}/export?format=pdf", made["id"]))
        .await;
    odd.is_refused(400, "bad_params");
}

#[tokio::test]
async fn a_document_is_taken_along_as_a_page_that_runs_nothing() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let text = "# Hi\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](data:,z)\n";
    let body = json!({"name": "</title><script>", "content": text});
    let made = alice.post("/api/doc/create", body).await.succeeds();

    let (reply, page) = exports(&alice, &made["id"], "?format=html").await;

    assert_eq!(reply.status, 200);
    assert_eq!(header(&reply, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&reply, "x-content-type-options"), "nosniff");
    assert!(
        header(&reply, "content-disposition")
            .starts_with("attachment; filename=\"__title__script_.html\"")
    );
    let policy = header(&reply, "content-security-policy");
    assert!(
        policy.starts_with("sandbox; default-src 'none';"),
        "{policy}"
    );
    assert!(
        page.starts_with("<!doctype html>") && page.contains("<h1>Hi</h1>"),
        "{page}"
    );
    for forbidden in ["<script", "javascript:", "data:"] {
        assert!(!page.contains(forbidden), "{page}");
    }
}

#[tokio::test]
async fn what_is_taken_along_can_be_brought_in_again() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let text = "# Plan\n\n| a | b |\n|---|---|\n| ä | 😀 |\n\n\u{feff}e\u{301}\n";
    let body = json!({"name": "Plan", "content": text});
    let made = alice.post("/api/doc/create", body).await.succeeds();

    let (_, markdown) = exports(&alice, &made["id"], "").await;
    let again = imports(&alice, file("Plan.md", markdown)).await.succeeds();

    assert_eq!(again["name"], "Plan");
    assert_ne!(again["id"], made["id"]);
    let got = alice.reads(&format!("/api/doc/{}", again["id"])).await;
    assert_eq!(got["content"], text);
}
