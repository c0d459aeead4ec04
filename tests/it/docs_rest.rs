//! Documents and their members over HTTP.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::{Method, multipart::Form};
use serde_json::{Value, json};

use crate::support::{Reply, TestApp};

fn keys(object: &Value) -> Vec<&str> {
    let keys = object.as_object().expect("an object").keys();
    keys.map(String::as_str).collect()
}

async fn rows(app: &TestApp, table: &str) -> i64 {
    app.number(&format!("SELECT count(*) FROM {table}"), [])
        .await
}

#[tokio::test]
async fn a_document_is_made_with_its_text_and_its_people_at_once() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;

    let body = json!({
        "name": "  Cafe\u{301} ",
        "content": "one\r\ntwo\rthree",
        "members": [{"username": "BOB", "role": "editor"}, {"username": "alice"},
                    {"username": "carol", "role": "editor"}, {"username": "carol"}],
    });
    let made = alice.post("/api/doc/create", body).await.succeeds();

    let id = made["id"].as_i64().expect("an id");
    let expected = json!({"ok": true, "id": id, "doc_id": id, "name": "Café", "role": "creator",
        "version": 1, "created_by": "alice", "created_at": made["created_at"]});
    assert_eq!(made, expected);
    let got = bob.reads(&format!("/api/doc/{id}")).await;
    let at = &made["created_at"];
    let mut expected = json!({"id": id, "doc_id": id, "name": "Café", "role": "editor",
        "version": 1, "created_by": "alice", "created_at": at, "last_edited_by": "alice",
        "last_edited_at": at});
    let listed = bob.reads("/api/doc/list").await;
    assert_eq!(listed, json!({"ok": true, "documents": [expected]}));
    expected["ok"] = true.into();
    expected["content"] = "one\ntwo\nthree".into();
    assert_eq!(got, expected);
    let listed = carol.reads(&format!("/api/doc/{id}/members")).await;
    let row = |name: &str, role: &str| json!({"username": name, "role": role, "added_at": at});
    let rows = [
        row("alice", "creator"),
        row("bob", "editor"),
        row("carol", "viewer"),
    ];
    assert_eq!(listed, json!({"ok": true, "members": rows}));
}

#[tokio::test]
async fn the_last_edited_document_is_listed_first_and_the_untouched_last() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let untouched = alice.makes_doc("", json!([])).await;
    let old = alice.makes_doc("old", json!([])).await;
    app.clock.advance(Duration::from_secs(5));
    let newer = alice.makes_doc("newer", json!([])).await;
    let newest_untouched = alice.makes_doc("", json!([])).await;
    bob.makes_doc("not for Alice", json!([])).await;
    app.clock.advance(Duration::from_secs(5));
    let mut socket = alice.connects().await;
    let edit = json!({"doc_id": old, "content": "old, but edited"});
    socket.does("doc_edit", edit).await;

    let listed = alice.reads("/api/doc/list").await;

    let rows = listed["documents"].as_array().expect("documents");
    let ids: Vec<_> = rows.iter().filter_map(|row| row["id"].as_i64()).collect();
    assert_eq!(ids, [old, newer, newest_untouched, untouched]);
    assert_eq!(
        (&rows[0]["version"], &rows[2]["version"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(rows[2]["last_edited_by"], Value::Null);
    assert_eq!(rows[2]["last_edited_at"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_a_document_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;
    let people = |count: usize| vec![json!({"username": "bob"}); count];
    for (body, status, code) in [
        (json!({}), 400, "invalid_name"),
        (json!({"name": " \t"}), 400, "invalid_name"),
        (json!({"name": "a\nb"}), 400, "invalid_name"),
        (json!({"name": "a\u{0}b"}), 400, "invalid_name"),
        (json!({"name": "ä".repeat(101)}), 400, "invalid_name"),
        (json!({"name": 5}), 400, "bad_params"),
        (json!({"name": "x", "content": 5}), 400, "bad_params"),
        (json!({"name": "x", "content": ["a"]}), 400, "bad_params"),
        (json!({"name": "x", "members": "bob"}), 400, "bad_params"),
        (
            json!({"name": "x", "members": [{"role": "viewer"}]}),
            400,
            "username_required",
        ),
        (
            json!({"name": "x", "members": [{"username": " "}]}),
            400,
            "username_required",
        ),
        (
            json!({"name": "x", "members": [{"username": "bob", "role": "creator"}]}),
            400,
            "invalid_role",
        ),
        (
            json!({"name": "x", "members": [{"username": "bob", "role": ""}]}),
            400,
            "invalid_role",
        ),
        (
            json!({"name": "x", "members": people(500)}),
            400,
            "too_many_members",
        ),
        (
            json!({"name": "x", "content": "x".repeat(1_000_001)}),
            413,
            "content_too_large",
        ),
        (
            json!({"name": "x", "content": "x".repeat(5_000_000)}),
            413,
            "too_large",
        ),
    ] {
        alice
            .post("/api/doc/create", body)
            .await
            .is_refused(status, code);
    }
    let body = json!({"name": "x", "content": "text", "members": [
        {"username": "bob"}, {"username": "nobody"}, {"username": "\u{0}"}, {"username": "no one"}]});
    let refused = alice.post("/api/doc/create", body).await;

    refused.is_refused(404, "user_not_found");
    assert_eq!(
        refused.body["error"],
        "user not found: nobody, \u{0}, no one"
    );
    for table in ["doc", "doc_member", "doc_update"] {
        assert_eq!(rows(&app, table).await, 0, "{table}");
    }
    let body = json!({"name": "ä".repeat(100), "content": "x".repeat(1_000_000)});
    alice.post("/api/doc/create", body).await.succeeds();
}

#[tokio::test]
async fn a_form_makes_a_document_too() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let request = || alice.request(Method::POST, "/api/doc/create");

    let parts = Form::new().text("name", "Parts").text("content", "a\r\nb");
    let parts = Reply::of(request().multipart(parts)).await.succeeds();
    let fields = request().form(&[("name", "Fields"), ("content", "a&b")]);
    let fields = Reply::of(fields).await.succeeds();

    for (made, name, content) in [(parts, "Parts", "a\nb"), (fields, "Fields", "a&b")] {
        let got = alice.reads(&format!("/api/doc/{}", made["id"])).await;
        assert_eq!(
            (&got["name"], &got["content"]),
            (&json!(name), &json!(content))
        );
    }
}

/// Every request about the document `id`, with what is right for it otherwise.
fn everything(id: &str) -> Vec<(Method, String, Value)> {
    let get = [
        "",
        "/members",
        "/revisions",
        "/revisions/1",
        "/revisions/1/diff",
        "/export",
    ];
    let gets = get.map(|what| (Method::GET, format!("/api/doc/{id}{what}"), Value::Null));
    let post = [
        ("add_member", json!({"username": "bob", "role": "editor"})),
        (
            "update_member_role",
            json!({"username": "bob", "role": "editor"}),
        ),
        ("remove_member", json!({"username": "bob"})),
        ("rename", json!({"name": "Mine"})),
        ("delete", json!({})),
        ("revisions", json!({"name": "Mine"})),
        ("revisions/1/rename", json!({"name": "Mine"})),
        ("revisions/1/restore", json!({})),
    ];
    let posts = post.map(|(what, body)| (Method::POST, format!("/api/doc/{id}/{what}"), body));
    gets.into_iter().chain(posts).collect()
}

#[tokio::test]
async fn who_is_not_in_a_document_gets_nothing_of_it() {
    let app = TestApp::spawn().await;
    // The very first account is a superadmin's: that is no right to read what others write.
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let id = alice
        .makes_doc("secret", json!([{"username": "bob"}]))
        .await;
    alice
        .asks_doc(id, "revisions", json!({"name": "v1"}))
        .await
        .succeeds();
    alice
        .asks_doc(id, "remove_member", json!({"username": "bob"}))
        .await
        .succeeds();

    for (method, path, body) in everything(&id.to_string()) {
        for person in [&root, &bob] {
            let reply = Reply::of(person.request(method.clone(), &path).json(&body)).await;
            reply.is_refused(403, "access_denied");
            assert_eq!(reply.body["error"], "access denied", "{path}");
            assert_eq!(keys(&reply.body), ["code", "error", "ok"]);
        }
        let stranger = app.stranger().request(method, &path).json(&body);
        Reply::of(stranger).await.is_refused(401, "unauthenticated");
    }
    for unknown in [
        "0",
        "999",
        "9223372036854775808",
        "-1",
        "+1",
        "x",
        "1x",
        "%FF",
    ] {
        for (method, path, body) in everything(unknown) {
            let reply = Reply::of(alice.request(method, &path).json(&body)).await;
            reply.is_refused(404, "not_found");
        }
    }

    assert_eq!(bob.reads("/api/doc/list").await["documents"], json!([]));
    assert_eq!(rows(&app, "doc_member").await, 1);
    let got = alice.reads(&format!("/api/doc/{id}")).await;
    assert_eq!(
        (&got["name"], &got["content"]),
        (&json!("Plan"), &json!("secret"))
    );
}

#[tokio::test]
async fn nothing_is_left_of_a_deleted_document() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let other = alice.makes_doc("stays", json!([{"username": "bob"}])).await;
    let before = [rows(&app, "doc").await, rows(&app, "doc_member").await];
    let id = alice.makes_doc("goes", json!([{"username": "bob"}])).await;
    alice
        .asks_doc(id, "revisions", json!({"name": "v1"}))
        .await
        .succeeds();

    let deleted = alice.asks_doc(id, "delete", json!({})).await;

    assert_eq!(deleted.succeeds(), json!({"ok": true}));
    assert_eq!(
        [rows(&app, "doc").await, rows(&app, "doc_member").await],
        before
    );
    for table in ["doc_update", "doc_snapshot", "doc_revision"] {
        let sql = format!("SELECT count(*) FROM {table} WHERE doc_id = $1");
        assert_eq!(app.number(&sql, [id.into()]).await, 0, "{table}");
    }
    assert_eq!(rows(&app, "doc_revision_author").await, 0);
    for person in [&alice, &bob] {
        let gone = person.get(&format!("/api/doc/{id}")).await;
        gone.is_refused(404, "not_found");
        let listed = person.reads("/api/doc/list").await;
        assert_eq!(listed["documents"].as_array().map(Vec::len), Some(1));
    }
    alice
        .asks_doc(id, "delete", json!({}))
        .await
        .is_refused(404, "not_found");
    let got = bob.reads(&format!("/api/doc/{other}")).await;
    assert_eq!(got["content"], "stays");
}

#[tokio::test]
async fn of_many_who_delete_and_invite_at_once_each_gets_one_clear_answer() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let id = alice.makes_doc("text", json!([])).await;

    let doings = (0..12).map(|n| match n % 4 {
        0 => alice.asks_doc(id, "add_member", json!({"username": "bob"})),
        1 => alice.asks_doc(id, "remove_member", json!({"username": "bob"})),
        2 => alice.asks_doc(id, "rename", json!({"name": "New"})),
        _ => alice.asks_doc(id, "delete", json!({})),
    });
    let replies = join_all(doings).await;

    let deletions = replies.iter().skip(3).step_by(4);
    assert_eq!(deletions.filter(|reply| reply.status == 200).count(), 1);
    for reply in &replies {
        assert!([200, 404].contains(&reply.status), "{}", reply.body);
    }
    assert_eq!(rows(&app, "doc").await, 0);
    assert_eq!(rows(&app, "doc_member").await, 0);
    assert_eq!(bob.reads("/api/doc/list").await["documents"], json!([]));
}
