//! What somebody may not view or read, and by which detours they do not learn it either.

use serde_json::{Value, json};

use crate::support::{Community, Hook, Person, TestApp, number};

/// A server of `alice` with a channel that `bob` may not view, although he manages the server.
async fn club_with_a_secret(app: &TestApp) -> (Person, Person, Community, i64) {
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let manager = ["manage_server", "manage_channels", "view_audit_log"];
    let manager = club.makes_role("manager", &manager).await;
    club.gives(&bob, &[manager]).await;
    let secret = club.makes_channel("secret").await;
    let everyone = club.everyone().await;
    club.overwrites(secret, everyone, &[], &["view_channel"])
        .await;
    (alice, bob, club, secret)
}

/// Says something in a channel; the message.
async fn says(person: &Person, club: &Community, channel: i64, body: Value) -> Value {
    let path = club.path(&format!("/channels/{channel}/messages"));
    let said = person.post(&path, body).await;
    assert_eq!(said.status, 201, "{}", said.body);
    said.body["message"].clone()
}

#[tokio::test]
async fn the_webhook_of_a_channel_is_for_who_may_view_it() {
    let app = TestApp::spawn().await;
    let (alice, bob, club, secret) = club_with_a_secret(&app).await;
    let hidden = Hook::of(&app, &club, secret, &alice).await;
    let open = Hook::of(&app, &club, club.general, &alice).await;

    for list in ["/apps".to_owned(), club.path("/apps")] {
        let apps = bob.reads(&list).await["apps"].clone();
        let ids: Vec<_> = apps.as_array().expect("apps").iter().collect();
        assert_eq!(ids.len(), 1, "{list}");
        assert_eq!(ids[0]["id"], open.id, "{list}");
    }
    bob.get(&hidden.app("")).await.refuses(404, "app_not_found");
    let rotated = bob.post(&hidden.app("/rotate"), json!({})).await;
    rotated.refuses(404, "app_not_found");
    let general = json!({"channelId": club.general});
    let moved = bob.patch(&hidden.app(""), general).await;
    moved.refuses(404, "app_not_found");
    bob.delete(&hidden.app(""))
        .await
        .refuses(404, "app_not_found");
    hidden.says("still here").await;

    // Once there is no channel to hide, a manager can put its webhook away.
    let channel = club.path(&format!("/channels/{secret}"));
    alice.delete(&channel).await.is_done();
    bob.delete(&hidden.app("")).await.is_done();
}

#[tokio::test]
async fn who_may_not_read_back_does_not_by_answering_and_yet_has_nothing_unread() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let old = says(
        &alice,
        &club,
        club.general,
        json!({"content": "old secret"}),
    )
    .await;
    let everyone = club.everyone().await;
    club.overwrites(club.general, everyone, &[], &["read_history"])
        .await;

    let answer = json!({"content": "what?", "replyTo": old["id"]});
    let said = says(&bob, &club, club.general, answer.clone()).await;
    assert_eq!(said["reply_to"], Value::Null);
    assert!(!said.to_string().contains("secret"), "{said}");
    let said = says(&alice, &club, club.general, answer).await;
    assert_eq!(said["reply_snippet"], "old secret", "who may, does");

    let conversation = format!("channel:{}", club.general);
    let read = json!({"conversation": conversation, "seq": said["seq"]});
    let read = bob.post("/api/read", read).await.succeeds();
    assert_eq!(read["unread"], 0);
    assert_eq!(bob.reads("/servers").await["servers"][0]["unread"], 0);
}

#[tokio::test]
async fn of_what_one_may_not_view_the_record_says_only_that_something_was_done() {
    let app = TestApp::spawn().await;
    let (alice, bob, club, secret) = club_with_a_secret(&app).await;
    let hook = Hook::of(&app, &club, secret, &alice).await;
    let target = json!(format!("channel:{secret}"));

    for (person, knows) in [(&alice, true), (&bob, false)] {
        let log = person.reads(&club.path("/audit")).await;
        let entries = log["entries"].as_array().expect("entries");
        let about = |what: &Value, action: &str| {
            let mut found = entries.iter();
            let found = found.find(|entry| entry["target"] == *what && entry["action"] == action);
            found.expect("an entry")["after"].clone()
        };
        let made = about(&target, "channel.create");
        assert_eq!(made["name"] == "secret", knows, "{made}");
        let app = about(&json!(format!("app:{}", hook.id)), "app.create");
        assert_eq!(app["channelId"] == secret, knows, "{app}");
        let role = entries
            .iter()
            .find(|entry| entry["action"] == "role.create");
        assert_eq!(role.expect("a role")["after"]["name"], "manager");
    }
}

#[tokio::test]
async fn nobody_makes_a_channel_that_they_could_not_see() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let builder = club.makes_role("builder", &["manage_channels"]).await;
    club.gives(&bob, &[builder]).await;
    let everyone = club.path(&format!("/roles/{}", club.everyone().await));
    let blind = alice.patch(&everyone, json!({"permissions": []})).await;
    blind.succeeds();

    let made = bob
        .post(&club.path("/channels"), json!({"name": "x"}))
        .await;
    made.refuses(403, "forbidden");
    let channels = alice.reads(&club.path("/channels")).await;
    assert_eq!(channels["channels"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_url_that_writes_does_not_read() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let secret = says(&alice, &club, club.general, json!({"content": "hush"})).await;

    let body = json!({"content": "x", "reply_to": secret["id"]});
    let first = hook.posts_with("idempotency-key", "order 4711", body.clone());
    let first = first.await.succeeds();
    let again = hook.posts_with("idempotency-key", "order 4711", body);
    let again = again.await.succeeds();
    let id = number(&first["id"]);
    let edit = json!({"content": "y"});
    let edited = hook.service.patch(&hook.message(id), edit).await.succeeds();
    for answer in [&first, &again, &edited] {
        assert_eq!(answer["message"]["reply_to"], secret["id"]);
        for hidden in ["hush", "alice"] {
            assert!(!answer.to_string().contains(hidden), "{answer}");
        }
    }
    assert_eq!(first["message"]["nonce"], "order 4711");

    // Members see what is answered, and nothing of the key.
    let said = hook.said().await.pop().expect("a message");
    assert_eq!(said["reply_snippet"], "hush");
    assert_eq!(said["nonce"], Value::Null);
}
