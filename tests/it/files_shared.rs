//! Files that people share for a while: who sees them, until when, and who takes them away.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Reply, TestApp, eventually};

#[tokio::test]
async fn a_shared_file_is_listed_told_and_downloaded() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;

    let shared = alice
        .shares("plan.txt", b"Hello", Some("3600"))
        .await
        .succeeds();

    let id = shared["id"].as_str().expect("an id");
    assert_eq!(id.len(), 8);
    let expected = json!({"ok": true, "id": id, "name": "plan.txt",
        "filename": shared["filename"], "size": 5, "mime_type": "text/plain",
        "uploaded_by": "alice", "uploaded_at": shared["uploaded_at"],
        "expires_at": shared["expires_at"], "url": format!("/api/files/download/{id}")});
    assert_eq!(shared, expected);
    let listed = bob.reads("/api/files/list").await;
    assert_eq!(listed["files"][0]["id"], id);
    assert_eq!(listed["has_more"], false);
    let told = bob.reads(&format!("/api/files/{id}")).await;
    assert_eq!(told["file"]["name"], "plan.txt");
    let path = format!("/api/files/download/{id}");
    let downloaded = bob.serves(&path, &[]).await;
    assert_eq!(downloaded.bytes, b"Hello");
    assert!(
        downloaded
            .header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(downloaded.header("cache-control"), "private, no-cache");
    let stranger = app.stranger();
    for path in [&path, "/api/files/list", &format!("/api/files/{id}")] {
        stranger.get(path).await.is_refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn lists_are_paged_and_hold_no_attachments() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    for name in ["a", "b", "c"] {
        alice.shares(name, b"x", None).await.succeeds();
    }
    let private = alice.uploads("private.txt", "x").await;

    let page = bob.reads("/api/files/list?limit=2").await;
    let files = page["files"].as_array().expect("files").iter();
    let names: Vec<_> = files.map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["c", "b"]);
    assert_eq!(page["has_more"], true);
    let rest = bob.reads("/api/files/list?limit=2&offset=2").await;
    assert_eq!(rest["files"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["has_more"], false);

    for none in ["%00", "%ff", "..%2f..", "list%00"] {
        let reply = bob.get(&format!("/api/files/download/{none}")).await;
        reply.is_refused(404, "file_not_found");
    }
    let path = format!("/api/files/{}", private["file_id"].as_str().expect("an id"));
    alice.get(&path).await.succeeds();
    bob.get(&path).await.is_refused(404, "file_not_found");
    let delete = |person: &crate::support::Person| person.request(Method::DELETE, &path);
    Reply::of(delete(&bob))
        .await
        .is_refused(404, "file_not_found");
    Reply::of(delete(&alice)).await.succeeds();
    alice.get(&path).await.is_refused(404, "file_not_found");
}

#[tokio::test]
async fn who_uploaded_it_or_an_admin_takes_it_away() {
    let app = TestApp::spawn().await;
    let [admin, alice, bob] = app.users(["admin", "alice", "bob"]).await;
    for deleter in [&alice, &admin] {
        let shared = alice.shares("a.txt", b"x", None).await.succeeds();
        let path = format!("/api/files/{}", shared["id"].as_str().expect("an id"));
        let delete = |person: &crate::support::Person| person.request(Method::DELETE, &path);
        Reply::of(delete(&bob)).await.is_refused(403, "forbidden");
        bob.get(&path).await.succeeds();
        Reply::of(delete(deleter)).await.succeeds();
        Reply::of(delete(deleter))
            .await
            .is_refused(404, "file_not_found");
        let url = shared["url"].as_str().expect("a URL");
        alice.get(url).await.is_refused(404, "file_not_found");
        let stored = format!("/uploads/{}", shared["filename"].as_str().expect("a name"));
        alice.get(&stored).await.is_refused(404, "file_not_found");
    }
}

#[tokio::test]
async fn a_file_is_gone_when_it_has_expired_and_its_bytes_soon_after() {
    let mut app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let brief = alice.shares("a.txt", b"x", Some("60")).await.succeeds();
    alice.shares("b.txt", b"x", None).await.succeeds();
    let url = brief["url"].as_str().expect("a URL");
    let stored = format!("/uploads/{}", brief["filename"].as_str().expect("a name"));
    alice.get(url).await.succeeds();

    app.clock.advance(Duration::from_mins(1));
    for path in [url, &stored] {
        alice.get(path).await.is_refused(404, "file_not_found");
    }
    let listed = alice.reads("/api/files/list").await;
    assert_eq!(listed["files"][0]["name"], "b.txt");
    assert_eq!(listed["files"].as_array().map(Vec::len), Some(1));
    let message = json!({"text": "x", "attachment": brief["filename"]});
    let answer = alice.connects().await.asks("send_message", message).await;
    assert_eq!(answer["error"], "attachment_not_found");

    app.restart().await;
    eventually("the row of what expired is gone", async || {
        app.number("SELECT count(*) FROM file", []).await == 1
    })
    .await;
}

#[tokio::test]
async fn expiry_is_a_number_of_seconds_within_a_year() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    for wrong in ["0", "-5", "soon", "31536001"] {
        let refused = alice.shares("a.txt", b"x", Some(wrong)).await;
        refused.is_refused(400, "expiry_invalid");
    }
    assert_eq!(app.number("SELECT count(*) FROM file", []).await, 0);
}
