//! Files in messages, and people's avatars.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::support::{TestApp, encoded, form, picture};

#[tokio::test]
async fn an_uploaded_file_is_sent_by_its_name() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut alices, mut bobs) = (alice.connects().await, bob.connects().await);
    let name = alice.uploads_named("a.png", picture(4, 4)).await;

    let message = json!({"to": "bob", "text": "", "attachment": name});
    alices.does("dm_send", message).await;

    assert_eq!(
        bobs.receives(&["dm_new"]).await["attachment"],
        name.as_str()
    );
    let served = bob.serves(&format!("/uploads/{name}"), &[]).await;
    assert_eq!(served.header("content-type"), "image/png");
    for absent in ["a.png", "../a.png", "", "[]", "[\"a\"]", "x\u{0}"] {
        let message = json!({"to": "bob", "text": "", "attachment": absent});
        let answer = alices.asks("dm_send", message).await;
        assert_eq!(answer["ok"], false, "{absent:?}: {answer}");
    }
    let list = json!([name, alice.uploads_named("b.txt", "b").await]).to_string();
    let message = json!({"text": "two", "attachment": list});
    alices.does("send_message", message).await;
    assert_eq!(bobs.receives(&["new_message"]).await["attachment"], list);
}

#[tokio::test]
async fn a_file_within_a_message_is_stored_with_it() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut alices, mut bobs) = (alice.connects().await, bob.connects().await);

    let message = json!({"to": "bob", "text": "", "nonce": "n", "filename": "hi.txt",
        "content": "data:text/plain;base64,aGVsbG8="});
    let first = alices.does("dm_send", message.clone()).await;

    let name = bobs.receives(&["dm_new"]).await["attachment"].take();
    let name = name.as_str().expect("a name");
    assert!(name.ends_with("_hi.txt"), "{name}");
    assert_eq!(
        bob.serves(&format!("/uploads/{name}"), &[]).await.bytes,
        b"hello"
    );
    let again = alices.does("dm_send", message).await;
    assert_eq!(again["id"], first["id"]);
    assert_eq!(app.number("SELECT count(*) FROM file", []).await, 1);

    let several = json!({"text": "two", "attachments": [
        {"filename": "a.txt", "content": "YQ=="}, {"content": "Yg"}]});
    alices.does("send_message", several).await;
    let names = bobs.receives(&["new_message"]).await["attachment"].take();
    let names: Vec<String> = serde_json::from_str(names.as_str().expect("text")).expect("names");
    assert!(
        names[0].ends_with("_a.txt") && names[1].ends_with("_file"),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_refused_message_leaves_no_file() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut carols = carol.connects().await;
    let file = |more: Value| {
        let mut message = json!({"text": "x", "filename": "a.txt", "content": "YQ=="});
        for (name, value) in more.as_object().expect("fields") {
            message[name] = value.clone();
        }
        message
    };
    for (event, message, error) in [
        ("gdm_send", file(json!({"thread_id": tid})), "not_a_member"),
        ("dm_send", file(json!({"to": "nobody"})), "user_not_found"),
        (
            "send_message",
            file(json!({"content": "*"})),
            "attachment_invalid",
        ),
        (
            "send_message",
            file(json!({"attachment": "a.txt"})),
            "bad_params",
        ),
        ("send_message", file(json!({"text": "\u{1}"})), "bad_params"),
        (
            "send_message",
            json!({"attachments": [{"content": "YQ"}, {"content": "*"}]}),
            "attachment_invalid",
        ),
    ] {
        let answer = carols.asks(event, message).await;
        assert_eq!(answer["error"], error, "{answer}");
    }
    let notice = carols.receives(&["system_message"]).await;
    assert_eq!(notice["username"], "System");
    crate::support::eventually("no file is left", async || {
        app.number("SELECT count(*) FROM file", []).await == 0
    })
    .await;
}

#[tokio::test]
async fn a_deleted_message_takes_its_file_along_unless_another_has_it() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut alices, mut bobs) = (alice.connects().await, bob.connects().await);
    let only = alice.uploads_named("only.txt", "x").await;
    let passed_on = alice.uploads_named("passed-on.txt", "x").await;
    let mut ids = Vec::new();
    for name in [&only, &passed_on] {
        let message = json!({"text": "", "attachment": name});
        ids.push(alices.does("send_message", message).await["id"].take());
    }
    let list = json!([passed_on]).to_string();
    let mine = bobs
        .does("send_message", json!({"text": "", "attachment": list}))
        .await;

    for id in ids {
        alices.does("delete_message", json!({"id": id})).await;
    }

    crate::support::eventually("its file is gone", async || {
        alice.get(&format!("/uploads/{only}")).await.status == 404
    })
    .await;
    let kept = format!("/uploads/{passed_on}");
    assert_eq!(bob.serves(&kept, &[]).await.status, 200);
    // It is not Bob's to take away.
    bobs.does("delete_message", json!({"id": mine["id"]})).await;
    bobs.asks("sync", json!({})).await;
    assert_eq!(bob.serves(&kept, &[]).await.status, 200);
}

#[tokio::test]
async fn an_avatar_is_shown_everywhere_until_it_is_taken_away() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let mut bobs = bob.connects().await;
    let upload = async |name: &str, bytes: Vec<u8>| {
        alice
            .posts_form("/api/upload/avatar", form("avatar", name, bytes))
            .await
    };

    let first = upload("me.png", picture(1000, 500)).await.succeeds();

    let name = first["avatar"].as_str().expect("a name");
    assert!(
        name.starts_with("avatars/") && name.rsplit('.').next() == Some("jpg"),
        "{name}"
    );
    assert_eq!(first["url"], format!("/uploads/{name}"));
    loop {
        let news = bobs.receives(&["user_list_refresh"]).await;
        if news["avatar_updated"] == "alice" {
            break;
        }
    }
    assert_eq!(alice.reads("/api/whoami").await["avatar"], name);
    let profile = bob.reads("/api/users/alice").await.to_string();
    assert!(profile.contains(&format!("/uploads/{name}")), "{profile}");
    let path = format!("/uploads/{name}");
    let served = app.stranger().serves(&path, &[]).await;
    let small = image::load_from_memory(&served.bytes).expect("a picture");
    assert_eq!((small.width(), small.height()), (512, 256));

    for (bytes, code) in [
        (b"<svg/>".to_vec(), "not_an_image"),
        (b"GIF89a".to_vec(), "image_invalid"),
    ] {
        upload("a.png", bytes).await.is_refused(400, code);
    }
    let missing = alice
        .posts_form("/api/upload/avatar", form("file", "a", "x"))
        .await;
    assert_eq!(missing.body["error"], "file required");
    let nameless = upload("", picture(2, 2)).await;
    assert_eq!(nameless.body["error"], "empty filename");
    assert_eq!(alice.reads("/api/whoami").await["avatar"], name);

    let second = upload("me.webp", encoded(8, 8, ImageFormat::WebP))
        .await
        .succeeds();
    app.stranger()
        .get(&path)
        .await
        .is_refused(404, "file_not_found");
    let message = json!({"text": "x", "attachment": second["avatar"]});
    let answer = alice.connects().await.asks("send_message", message).await;
    assert_eq!(answer["error"], "attachment_not_found");
    alice.post("/api/delete/avatar", json!({})).await.succeeds();
    assert_eq!(alice.reads("/api/whoami").await["avatar"], Value::Null);
    assert_eq!(app.number("SELECT count(*) FROM file", []).await, 0);
    let stranger = app.stranger();
    let refused = stranger.post("/api/delete/avatar", json!({})).await;
    refused.is_refused(401, "unauthenticated");
}

#[tokio::test]
async fn who_has_no_avatar_has_a_picture_all_the_same() {
    let app = TestApp::spawn().await;
    for path in ["/default_avatar", "/default_sys_avatar", "/sys_pfp.png"] {
        let served = app.stranger().serves(path, &[]).await;
        assert_eq!(served.header("content-type"), "image/png");
        image::load_from_memory(&served.bytes).expect("a picture");
    }
}
