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

#[tokio::test]
async fn what_was_deleted_is_not_read_in_what_answers_it() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let oops = says(&bob, &club, club.general, json!({"content": "my password"})).await;
    let answer = json!({"content": "oh", "replyTo": oops["id"]});
    says(&alice, &club, club.general, answer).await;
    let mut bob = bob.connects().await;
    let dm = bob
        .does("dm_send", json!({"to": "alice", "text": "my password"}))
        .await;
    let answer = json!({"to": "bob", "text": "oh", "reply_to": dm["id"]});
    let mut alice_live = alice.connects().await;
    alice_live.does("dm_send", answer).await;

    let channel = club.path(&format!("/channels/{}/messages", club.general));
    let pages = async || {
        let dm = alice.reads("/api/dm/messages?peer=bob").await;
        let synced = alice
            .connects()
            .await
            .does("sync", json!({"since": {}}))
            .await;
        [alice.reads(&channel).await, dm, synced]
    };
    assert!(
        pages().await[0]
            .to_string()
            .contains(r#""reply_snippet":"my password""#)
    );
    bob.does("channel_delete", json!({"id": oops["id"]})).await;
    bob.does("dm_delete", json!({"id": dm["id"]})).await;

    for page in pages().await {
        assert!(!page.to_string().contains("password"), "{page}");
    }
    let left = alice.reads(&channel).await["messages"].clone();
    let left = left
        .as_array()
        .expect("messages")
        .last()
        .expect("one")
        .clone();
    assert_eq!(
        (&left["reply_to"], &left["reply_username"]),
        (&oops["id"], &json!("bob"))
    );
}

#[tokio::test]
async fn who_stops_typing_in_a_channel_that_was_hidden_stops_for_its_viewers() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let staff = club.makes_role("staff", &[]).await;
    club.gives(&bob, &[staff]).await;
    let (mut viewer, mut typist) = (alice.connects().await, bob.connects().await);
    let mut outside = carol.connects().await;
    let here = json!({"channel_id": club.general});
    typist.does("channel_typing", here).await;
    assert_eq!(outside.receives(&["user_typing"]).await["username"], "bob");

    let (everyone, view) = (club.everyone().await, &["view_channel"]);
    club.overwrites(club.general, staff, view, &[]).await;
    club.overwrites(club.general, everyone, &[], view).await;

    let stop = viewer.receives(&["user_stop_typing"]).await;
    assert_eq!(
        (&stop["username"], &stop["channel_id"]),
        (&json!("bob"), &json!(club.general))
    );
    let text = json!({"text": "for everybody"});
    typist.does("send_message", text).await;
    let heard = outside.receives(&["user_stop_typing", "new_message"]).await;
    assert_eq!(
        heard["source"], "for everybody",
        "nothing of the hidden channel"
    );
}

#[tokio::test]
async fn who_deletes_what_others_said_is_on_record_and_not_what_it_was() {
    let app = TestApp::spawn().await;
    let (alice, bob, club, secret) = club_with_a_secret(&app).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let hooks = json!(hook.says("spam").await);
    let mut ids = Vec::new();
    for (person, channel) in [
        (&bob, club.general),
        (&alice, club.general),
        (&alice, secret),
    ] {
        let said = says(person, &club, channel, json!({"content": "spam"})).await;
        ids.push(said["id"].clone());
    }
    let others = says(&alice, &club, club.general, json!({"content": "kept"})).await;

    let (mut owner, mut member) = (alice.connects().await, bob.connects().await);
    let refused = json!({"id": others["id"]});
    let refused = member.asks("channel_delete", refused).await;
    assert_eq!(refused["error"], "forbidden");
    for id in [&ids[0], &ids[1], &hooks] {
        owner.does("channel_delete", json!({"id": id})).await;
    }
    let everyone = club.everyone().await;
    let moderate = &["manage_messages"];
    let role = club.makes_role("moderator", moderate).await;
    club.gives(&bob, &[role]).await;
    club.overwrites(secret, everyone, &["view_channel"], &[])
        .await;
    member.does("channel_delete", json!({"id": ids[2]})).await;
    club.overwrites(secret, everyone, &[], &["view_channel"])
        .await;

    let (alice_id, bob_id) = (alice.id().await, bob.id().await);
    let expected = [
        json!([bob_id, ids[2], {"channelId": secret, "userId": alice_id, "appId": null}]),
        json!([alice_id, hooks, {"channelId": club.general, "userId": null, "appId": hook.id}]),
        json!([alice_id, ids[0], {"channelId": club.general, "userId": bob_id, "appId": null}]),
    ];
    let removals = async || {
        let log = alice.reads(&club.path("/audit?limit=200")).await;
        assert!(!log.to_string().contains("spam"), "{log}");
        let entries = log["entries"].as_array().expect("entries").clone();
        let removals = entries.into_iter();
        let removals = removals.filter(|entry| entry["action"] == "message.delete");
        let removals = removals.map(|entry| {
            let target = entry["target"].as_str().expect("a target");
            let id = target.strip_prefix("message:").expect("a message");
            let id: i64 = id.parse().expect("a number");
            json!([entry["actor"]["id"], id, entry["before"]])
        });
        removals.collect::<Vec<_>>()
    };
    assert_eq!(removals().await, expected, "one's own is one's own affair");
    let gone = owner.asks("channel_delete", json!({"id": hooks})).await;
    assert_eq!(gone["error"], "not_found");
    assert_eq!(
        removals().await.len(),
        3,
        "nothing was done, nothing is written"
    );
}
