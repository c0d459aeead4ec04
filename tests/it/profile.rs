//! What people change about their account.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Person, TestApp};

async fn changes(person: &Person, what: Value) -> Value {
    person.post("/api/settings", what).await.succeeds()
}

#[tokio::test]
async fn a_new_name_is_everywhere_at_once_and_the_old_one_is_free() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut socket = alice.connects().await;
    let mut listener = bob.connects().await;
    for (event, payload) in [
        ("dm_send", json!({"to": "bob", "text": "one"})),
        ("gdm_send", json!({"tid": tid, "text": "two"})),
        ("send_message", json!({"text": "three"})),
    ] {
        socket.does(event, payload).await;
    }

    let answer = changes(&alice, json!({"new_username": "Alison"})).await;

    assert_eq!(answer["username"], "Alison");
    loop {
        let news = listener.receives(&["user_list_refresh"]).await;
        if news["renamed"].is_string() {
            assert_eq!(news, json!({"renamed": "Alison", "from": "alice"}));
            break;
        }
    }
    // The session goes on, and so does the socket: what it says has the new name.
    assert_eq!(alice.reads("/api/whoami").await["effective"], "Alison");
    socket
        .does("dm_send", json!({"to": "bob", "text": "four"}))
        .await;
    let heard = loop {
        let heard = listener.receives(&["dm_new"]).await;
        if heard["source"] == "four" {
            break heard;
        }
    };
    assert_eq!(heard["from_user"], "Alison");
    assert_eq!(heard["conversation"], "dm:Alison");
    // History, lists and groups.
    for (path, author) in [
        ("/api/dm/messages?peer=alison".to_owned(), "from_user"),
        (format!("/api/gdm/messages?tid={tid}"), "username"),
        ("/api/messages".to_owned(), "username"),
    ] {
        let page = bob.reads(&path).await;
        assert_eq!(page[0][author], "Alison", "{path}: {page}");
    }
    assert_eq!(bob.reads("/api/dm/peers").await, json!(["Alison"]));
    assert_eq!(bob.reads("/api/dm/messages?peer=alice").await, json!([]));
    let members = bob.reads(&format!("/api/gdm/members?tid={tid}")).await;
    assert!(members.to_string().contains("Alison"), "{members}");
    // The old name opens nothing and belongs to whoever takes it.
    let stranger = app.stranger();
    let old = json!({"username": "alice", "password": PASSWORD});
    assert_eq!(stranger.post("/login", old.clone()).await.status, 401);
    let new = json!({"username": "ALISON", "password": PASSWORD});
    stranger.post("/login", new).await.succeeds();
    app.stranger().post("/register", old).await.succeeds();
    assert_eq!(root.reads("/api/dm/messages?peer=alice").await, json!([]));
}

#[tokio::test]
async fn a_name_is_somebodys_or_refused_and_then_nothing_changes() {
    let app = TestApp::spawn().await;
    let [_root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let refused = |name: &str| json!({"new_username": name, "bio": "changed"});

    for (name, status, code) in [
        ("bob", 409, "username_taken"),
        ("BOB", 409, "username_taken"),
        ("a\u{0}b", 400, "invalid_username"),
        ("name<script>", 400, "invalid_username"),
        ("twenty-one-characters", 400, "invalid_username"),
        ("...", 400, "invalid_username"),
    ] {
        let answer = alice.post("/api/settings", refused(name)).await;
        answer.is_refused(status, code);
    }
    assert_eq!(alice.reads("/api/whoami").await["bio"], "");
    assert_eq!(alice.reads("/api/whoami").await["username"], "alice");
    // As documented: the name of System and one's own are no change; another letter case is.
    for (name, after) in [("System", "alice"), ("alice", "alice"), ("ALICE", "ALICE")] {
        let answer = changes(&alice, json!({"new_username": name})).await;
        assert_eq!(answer["username"], after);
    }
    // Of several who want one name at once, one gets it.
    let crowd = app.crowd(8).await;
    let wanted = json!({"new_username": "wanted"});
    let answers = join_all(
        crowd
            .iter()
            .map(|one| one.post("/api/settings", wanted.clone())),
    )
    .await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.is_refused(409, "username_taken");
    }
    let stranger = app.stranger().post("/api/settings", wanted).await;
    stranger.is_refused(401, "unauthenticated");
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn a_profile_is_what_one_said_cut_to_what_is_kept() {
    let app = TestApp::spawn().await;
    let [_root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let mut listener = bob.connects().await;
    let _socket = alice.connects().await;

    let long = "ü".repeat(400);
    let what =
        json!({"bio": long, "status": "in a\nmeeting", "theme": "dark", "language": "zh-CN"});
    changes(&alice, what).await;

    let me = alice.reads("/api/whoami").await;
    assert_eq!(me["bio"], "ü".repeat(300));
    assert_eq!(me["status"], "in a meeting");
    assert_eq!(me["theme"], "dark");
    assert_eq!(me["language"], "zh-CN");
    assert_eq!(me["presence"], "");
    loop {
        let news = listener.receives(&["user_list_refresh"]).await;
        if news == json!({"profile_updated": "alice"}) {
            break;
        }
    }
    // What is not among the themes and languages there are changes nothing.
    changes(&alice, json!({"theme": "pink", "language": "tlh"})).await;
    let me = alice.reads("/api/whoami").await;
    assert_eq!(me["theme"], "dark");
    assert_eq!(me["language"], "zh-CN");
    // A presence is not a text, and both are kept.
    changes(&alice, json!({"status": "dnd"})).await;
    let profile = bob.reads("/api/users/alice").await["user"].clone();
    assert_eq!(profile["status"], "dnd");
    assert_eq!(profile["custom_status"], "in a meeting");
    changes(&alice, json!({"presence": "", "status": ""})).await;
    let profile = bob.reads("/api/users/alice").await["user"].clone();
    assert_eq!(profile["status"], "online");
    assert_eq!(profile["custom_status"], "");
    for what in [
        json!({"bio": "a\u{7}b"}),
        json!({"presence": "asleep"}),
        json!({"bio": 7}),
    ] {
        let refused = alice.post("/api/settings", what).await;
        refused.is_refused(400, "bad_params");
    }
}

#[tokio::test]
async fn an_address_is_checked_and_a_masked_one_is_left_alone() {
    let app = TestApp::spawn().await;
    let [_root, alice] = app.users(["root", "alice"]).await;
    let address = async || alice.reads("/api/whoami").await["email"].clone();

    changes(&alice, json!({"email": "alice@example.org"})).await;
    assert_eq!(address().await, "alice@example.org");
    changes(&alice, json!({"email": "a***e@example.org", "bio": "x"})).await;
    assert_eq!(address().await, "alice@example.org");
    for wrong in ["alice", "alice@nowhere", "a b@example.org", "@example.org"] {
        let refused = alice.post("/api/settings", json!({"email": wrong})).await;
        refused.is_refused(400, "invalid_email");
    }
    assert_eq!(address().await, "alice@example.org");
    changes(&alice, json!({"email": ""})).await;
    assert_eq!(address().await, Value::Null);
}

#[tokio::test]
async fn another_password_needs_the_one_until_now_and_ends_the_other_sessions() {
    let app = TestApp::spawn().await;
    let [_root, alice] = app.users(["root", "alice"]).await;
    let elsewhere = alice.elsewhere();
    elsewhere.signs_in().await.succeeds();
    let change = |current: Option<&str>, new: &str| json!({"current_password": current, "new_password": new, "bio": "changed"});

    for current in [None, Some(""), Some("wrong")] {
        let answer = alice.post("/api/settings", change(current, "new password"));
        answer.await.is_refused(403, "invalid_password");
    }
    let short = alice.post("/api/settings", change(Some(PASSWORD), "short"));
    short.await.is_refused(400, "password_too_short");
    assert_eq!(alice.reads("/api/whoami").await["bio"], "");
    assert!(elsewhere.is_signed_in().await);

    let before = alice.cookie();
    changes(&alice, change(Some(PASSWORD), "new password")).await;

    assert!(alice.is_signed_in().await);
    assert_ne!(alice.cookie(), before);
    assert!(!elsewhere.is_signed_in().await);
    assert_eq!(alice.elsewhere().signs_in().await.status, 401);
    let again = alice.elsewhere();
    again.signs_in_with("new password").await.succeeds();
}

#[tokio::test]
async fn signing_in_leads_to_where_one_was_going_on_this_server_alone() {
    let app = TestApp::spawn().await;
    let [_root, alice] = app.users(["root", "alice"]).await;
    let browser = alice.elsewhere();

    for key in ["return_url", "returnUrl"] {
        let wanted = json!({key: "/join/ABC?x=1; y"});
        browser
            .post("/api/store-return-url", wanted)
            .await
            .succeeds();
        assert_eq!(
            browser.signs_in().await.succeeds()["redirect"],
            "/join/ABC?x=1; y"
        );
        // Once.
        assert_eq!(browser.signs_in().await.succeeds()["redirect"], "/chat");
    }
    for foreign in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "",
    ] {
        let wanted = json!({"return_url": foreign});
        let refused = browser.post("/api/store-return-url", wanted).await;
        refused.is_refused(400, "bad_params");
    }
    assert_eq!(browser.signs_in().await.succeeds()["redirect"], "/chat");
    // Whoever writes the cookie leads nobody away either.
    let written = app.stranger();
    written.takes_cookie("chatter_return=https%3A%2F%2Fevil.example");
    let body = json!({"username": "alice", "password": PASSWORD});
    let answer = written.post("/login", body).await.succeeds();
    assert_eq!(answer["redirect"], "/chat");
}
