//! Reactions: who may put what under which message, who hears of it, and what an absence brings.

use serde_json::{Value, json};

use crate::support::{Community, Person, Reply, TestApp, number};

async fn reacts(person: &Person, id: i64, kind: &str, emoji: &str) -> Reply {
    let body = json!({"message_id": id, "message_type": kind, "emoji": emoji});
    person.post("/api/reactions/add", body).await
}

async fn takes_back(person: &Person, id: i64, kind: &str, emoji: &str) -> Reply {
    let body = json!({"message_id": id, "message_type": kind, "emoji": emoji});
    person.post("/api/reactions/remove", body).await
}

/// Says something and answers its id.
async fn says(person: &Person, event: &str, payload: Value) -> i64 {
    number(&person.connects().await.does(event, payload).await["id"])
}

#[tokio::test]
async fn a_reaction_is_stored_once_told_to_all_and_part_of_history_and_sync() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let id = says(&alice, "send_message", json!({"text": "hello"})).await;
    let mut hearing = alice.connects().await;
    let before = bob.post("/api/sync", json!({})).await.succeeds();
    let known = &before["conversations"][0];

    reacts(&bob, id, "public", "\u{1f44d}").await.succeeds();
    // Again, and without the selector that makes it an emoji: the same one.
    reacts(&bob, id, "public", "\u{1f44d}").await.succeeds();
    reacts(&alice, id, "public", "\u{2764}").await.succeeds();

    let first = hearing.receives(&["reaction_added"]).await;
    assert_eq!(
        (
            &first["id"],
            &first["emoji"],
            &first["username"],
            &first["count"]
        ),
        (&json!(id), &json!("\u{1f44d}"), &json!("bob"), &json!(1))
    );
    let second = hearing.receives(&["reaction_added"]).await;
    assert_eq!(second["emoji"], "\u{2764}\u{fe0f}");
    assert_eq!(number(&second["rev"]), number(&first["rev"]) + 1);

    let message = &alice.reads("/api/messages").await[0];
    assert_eq!(
        message["reactions"],
        json!([
            {"emoji": "\u{1f44d}", "users": ["bob"], "count": 1, "me": false},
            {"emoji": "\u{2764}\u{fe0f}", "users": ["alice"], "count": 1, "me": true},
        ])
    );
    // Whoever was away gets the message anew, and nothing becomes unread by it.
    let since = json!({"since": {"public": known["rev"]}});
    let after = bob.post("/api/sync", since).await.succeeds();
    let entry = &after["conversations"][0];
    assert_eq!(entry["messages"][0]["id"], id);
    assert_eq!(entry["messages"][0]["reactions"][0]["me"], true);
    assert_eq!(entry["unread"], known["unread"]);
    assert_eq!(entry["last_seq"], known["last_seq"]);
    let all = bob.reads(&format!("/api/reactions/{id}/public")).await;
    assert_eq!(
        all,
        json!({"\u{1f44d}": ["bob"], "\u{2764}\u{fe0f}": ["alice"]})
    );

    takes_back(&bob, id, "public", "\u{1f44d}").await.succeeds();
    takes_back(&bob, id, "public", "\u{1f44d}").await.succeeds();
    let gone = hearing.receives(&["reaction_removed"]).await;
    assert_eq!(
        (&gone["username"], &gone["count"]),
        (&json!("bob"), &json!(0))
    );
    // What another one chose is not theirs to take away.
    takes_back(&bob, id, "public", "\u{2764}").await.succeeds();
    let message = &bob.reads("/api/messages").await[0];
    assert_eq!(
        message["reactions"],
        json!([{"emoji": "\u{2764}\u{fe0f}", "users": ["alice"], "count": 1, "me": false}])
    );
}

#[tokio::test]
async fn what_is_no_emoji_or_no_message_is_refused_with_its_reason() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let id = says(&alice, "send_message", json!({"text": "hello"})).await;

    for emoji in [
        "a",
        ":thumbsup:",
        "\u{1f44d}\u{1f44d}",
        "<b>",
        " ",
        "\u{1f44d} ",
    ] {
        let refused = reacts(&alice, id, "public", emoji).await;
        refused.is_refused(400, "bad_emoji");
    }
    for body in [
        json!({}),
        json!({"message_id": id, "message_type": "public"}),
        json!({"message_id": id, "emoji": "\u{1f44d}"}),
        json!({"message_type": "public", "emoji": "\u{1f44d}"}),
        json!({"message_id": id, "message_type": "public", "emoji": ""}),
    ] {
        let refused = alice.post("/api/reactions/add", body).await;
        assert_eq!(refused.body["error"], "missing fields");
        refused.is_refused(400, "missing_fields");
    }
    reacts(&alice, id, "channels", "\u{1f44d}")
        .await
        .is_refused(400, "bad_params");
    // The right id under the wrong kind is another message, which there is not.
    for kind in ["dm", "gdm", "channel"] {
        reacts(&alice, id, kind, "\u{1f44d}")
            .await
            .is_refused(404, "not_found");
    }
    reacts(&alice, id + 1, "public", "\u{1f44d}")
        .await
        .is_refused(404, "not_found");
    let stranger = app.stranger();
    reacts(&stranger, id, "public", "\u{1f44d}")
        .await
        .is_refused(401, "unauthenticated");
    assert_eq!(app.number("SELECT count(*) FROM reaction", []).await, 0);
}

#[tokio::test]
async fn nobody_reacts_to_what_they_cannot_see_nor_hears_of_it() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let dm = says(&alice, "dm_send", json!({"to": "bob", "text": "hi"})).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let gdm = says(&alice, "gdm_send", json!({"tid": tid, "text": "hi"})).await;
    let mut outside = carol.connects().await;
    let mut inside = alice.connects().await;

    for (id, kind) in [(dm, "dm"), (gdm, "gdm")] {
        reacts(&carol, id, kind, "\u{1f44d}")
            .await
            .is_refused(404, "not_found");
        let path = format!("/api/reactions/{id}/{kind}");
        carol.get(&path).await.is_refused(404, "not_found");
        takes_back(&carol, id, kind, "\u{1f44d}")
            .await
            .is_refused(404, "not_found");
        reacts(&bob, id, kind, "\u{1f44d}").await.succeeds();
        let heard = inside.receives(&["reaction_added"]).await;
        assert_eq!((&heard["id"], &heard["type"]), (&json!(id), &json!(kind)));
        assert_eq!(bob.reads(&path).await, json!({"\u{1f44d}": ["bob"]}));
    }
    // What is public reaches everybody: nothing came before it.
    let public = says(&alice, "send_message", json!({"text": "hi"})).await;
    reacts(&bob, public, "public", "\u{1f44d}").await.succeeds();
    let heard = outside
        .receives(&["reaction_added", "reaction_removed"])
        .await;
    assert_eq!(heard["id"], public);

    // Who is put out of the group is out of this, too.
    let body = json!({"tid": tid, "username": "bob"});
    alice.post("/api/gdm/remove_member", body).await.succeeds();
    reacts(&bob, gdm, "gdm", "\u{1f389}")
        .await
        .is_refused(404, "not_found");
    takes_back(&bob, gdm, "gdm", "\u{1f44d}")
        .await
        .is_refused(404, "not_found");
}

#[tokio::test]
async fn in_channels_it_takes_the_permission_and_a_view_of_what_was_said() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let send = json!({"channel_id": club.general, "text": "hi"});
    let id = says(&alice, "channel_send", send).await;
    let everyone = club.everyone().await;

    reacts(&bob, id, "channel", "\u{1f44d}").await.succeeds();
    reacts(&carol, id, "channel", "\u{1f44d}")
        .await
        .is_refused(404, "not_found");

    club.overwrites(club.general, everyone, &[], &["add_reactions"])
        .await;
    reacts(&bob, id, "channel", "\u{1f389}")
        .await
        .is_refused(403, "forbidden");
    // One's own can be taken back all the same.
    takes_back(&bob, id, "channel", "\u{1f44d}")
        .await
        .succeeds();
    club.overwrites(club.general, everyone, &[], &["read_history"])
        .await;
    reacts(&bob, id, "channel", "\u{1f389}")
        .await
        .is_refused(404, "not_found");
    club.overwrites(club.general, everyone, &[], &["view_channel"])
        .await;
    reacts(&bob, id, "channel", "\u{1f389}")
        .await
        .is_refused(404, "not_found");
    // The owner may everywhere.
    reacts(&alice, id, "channel", "\u{1f389}").await.succeeds();
    let path = format!("/api/reactions/{id}/channel");
    assert_eq!(alice.reads(&path).await, json!({"\u{1f389}": ["alice"]}));
    bob.get(&path).await.is_refused(404, "not_found");
}

#[tokio::test]
async fn a_tombstone_has_no_reactions_and_takes_none() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let id = says(&alice, "send_message", json!({"text": "hello"})).await;
    reacts(&bob, id, "public", "\u{1f44d}").await.succeeds();

    alice
        .connects()
        .await
        .does("delete_message", json!({"id": id}))
        .await;

    assert_eq!(app.number("SELECT count(*) FROM reaction", []).await, 0);
    reacts(&bob, id, "public", "\u{1f44d}")
        .await
        .is_refused(404, "not_found");
    bob.get(&format!("/api/reactions/{id}/public"))
        .await
        .is_refused(404, "not_found");
    let synced = bob.post("/api/sync", json!({"since": {"public": 0}})).await;
    let tombstone = &synced.succeeds()["conversations"][0]["messages"][0];
    assert_eq!(tombstone["deleted"], true);
    assert_eq!(tombstone["reactions"], json!([]));
}

#[tokio::test]
async fn the_kinds_under_one_message_are_bounded_of_one_person_and_of_all() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let id = says(&alice, "send_message", json!({"text": "hello"})).await;
    let kinds: Vec<&str> = emojis::iter().map(emojis::Emoji::as_str).take(21).collect();

    for (at, emoji) in kinds.iter().enumerate().take(20) {
        let person = if at < 10 { &alice } else { &bob };
        reacts(person, id, "public", emoji).await.succeeds();
    }

    reacts(&alice, id, "public", kinds[10])
        .await
        .is_refused(400, "too_many_reactions");
    reacts(&carol, id, "public", kinds[20])
        .await
        .is_refused(400, "too_many_reactions");
    // One that is there has room for everybody.
    reacts(&carol, id, "public", kinds[10]).await.succeeds();
    let message = &carol.reads("/api/messages").await[0];
    assert_eq!(message["reactions"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn where_nothing_may_be_said_nobody_reacts() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let id = says(&alice, "send_message", json!({"text": "hello"})).await;
    let tid = bob.makes_group_with(&[&alice]).await;
    let gdm = says(&bob, "gdm_send", json!({"tid": tid, "text": "hi"})).await;
    let switch = async |key: &str, value: &str| {
        let body = json!({key: value});
        alice.post("/api/admin/toggles", body).await.succeeds();
    };

    switch("ANNOUNCEMENTS_ONLY", "1").await;
    reacts(&bob, id, "public", "\u{1f44d}").await.succeeds();
    switch("PUBLIC_ENABLED", "0").await;
    reacts(&bob, id, "public", "\u{1f389}")
        .await
        .is_refused(403, "disabled");
    switch("MAINTENANCE_MODE", "1").await;
    takes_back(&bob, id, "public", "\u{1f44d}")
        .await
        .is_refused(403, "maintenance");
    switch("MAINTENANCE_MODE", "0").await;

    alice
        .post("/api/gdm/lock", json!({"tid": tid}))
        .await
        .succeeds();
    reacts(&bob, gdm, "gdm", "\u{1f44d}").await.succeeds();
    let [carol] = app.users(["carol"]).await;
    let add = json!({"tid": tid, "users": ["carol"]});
    bob.post("/api/gdm/add_member", add).await.succeeds();
    reacts(&carol, gdm, "gdm", "\u{1f44d}")
        .await
        .is_refused(403, "locked");
}
