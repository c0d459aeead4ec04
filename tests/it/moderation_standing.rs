//! Timeouts and shadow bans: what they keep from whom, wherever something is said.

use serde_json::{Value, json};

use crate::{
    moderation::Place,
    support::{Person, Socket},
};

/// The ids that `person` is shown at `path`.
async fn ids(person: &Person, path: &str) -> Vec<Value> {
    let rows = person.reads(path).await;
    let rows = rows.as_array().expect("rows");
    rows.iter().map(|row| row["id"].clone()).collect()
}

async fn conversation(person: &Person, name: &str) -> Value {
    let list = person.reads("/api/conversations").await;
    let rows = list["conversations"].as_array().expect("rows").clone();
    let mut rows = rows.into_iter();
    rows.find(|row| row["conversation"] == name)
        .unwrap_or_default()
}

async fn syncs(person: &Person, since: Value) -> Value {
    let body = json!({"since": since});
    person.post("/api/sync", body).await.succeeds()
}

async fn shadow(place: &Place, action: &str) {
    let body = json!({"user": "bob", "action": action});
    place.admin.post("/api/admin/shadow", body).await.succeeds();
}

async fn times_out(place: &Place, minutes: u32) {
    let body = json!({"user": "bob", "minutes": minutes});
    place
        .admin
        .post("/api/admin/timeout", body)
        .await
        .succeeds();
}

#[tokio::test]
async fn who_is_timed_out_says_nothing_anywhere_until_it_is_over() {
    let place = Place::new().await;
    let group = place.bob.makes_group_with(&[&place.alice]).await;
    let mut bob = place.bob.connects().await;
    let said = bob.does("send_message", json!({"text": "before"})).await;
    times_out(&place, 2).await;
    let told = bob.receives(&["timeout_set"]).await;
    let left = told["until"].as_i64().expect("seconds") - place.app.clock.now().unix_seconds();
    assert!((100..=120).contains(&left), "{left}");
    let dm = bob.receives(&["dm_new"]).await;
    assert_eq!(dm["from_user"], "System");
    assert!(
        dm["text"]
            .as_str()
            .is_some_and(|text| text.contains("2 minutes"))
    );

    for (event, payload) in [
        ("send_message", json!({"text": "x"})),
        ("dm_send", json!({"to": "alice", "text": "x"})),
        ("dm_send", json!({"to": "admin", "text": "x"})),
        ("gdm_send", json!({"tid": group, "text": "x"})),
        ("edit_message", json!({"id": said["id"], "text": "x"})),
    ] {
        let refused = bob.asks(event, payload).await;
        assert_eq!(refused["error"], "timed_out", "{event}");
        assert_eq!(refused["message"], "You are timed out", "{event}");
        assert!(
            refused["retry_after"]
                .as_i64()
                .is_some_and(|left| left <= 120)
        );
    }
    assert_eq!(
        ids(&place.alice, "/api/messages").await,
        [said["id"].clone()]
    );
    assert_eq!(place.admin.reads("/api/dm/peers").await, json!([]));
    place.app.clock.advance(std::time::Duration::from_secs(121));
    bob.does("gdm_send", json!({"tid": group, "text": "after"}))
        .await;
}

#[tokio::test]
async fn a_timeout_survives_a_restart_and_a_new_socket_is_told() {
    let mut place = Place::new().await;
    times_out(&place, 60).await;
    place.app.restart().await;
    let bob = place.bob.at(place.app.address());
    let mut socket = bob.connects().await;
    let told = socket.receives(&["timeout_set"]).await;
    assert!(told["until"].is_i64());
    let refused = socket.asks("send_message", json!({"text": "x"})).await;
    assert_eq!(refused["error"], "timed_out");

    let root = place.root.at(place.app.address());
    let undo = "/api/admin/undo_timeout";
    let undone = root.post(undo, json!({})).await.succeeds();
    assert_eq!(undone["user"], "bob");
    assert_eq!(socket.receives(&["timeout_removed"]).await, json!({}));
    socket.does("send_message", json!({"text": "free"})).await;
    root.post(undo, json!({}))
        .await
        .is_refused(400, "no_timeout");
    let about = json!({"user": "bob"});
    root.post(undo, about).await.is_refused(400, "no_timeout");
}

#[tokio::test]
async fn undoing_begins_with_the_last_one() {
    let place = Place::new().await;
    for name in ["alice", "bob"] {
        let body = json!({"user": name, "minutes": "7"});
        place
            .admin
            .post("/api/admin/timeout", body)
            .await
            .succeeds();
        place.app.clock.advance(std::time::Duration::from_secs(1));
    }
    let overview = place.root.reads("/api/admin/overview").await;
    assert_eq!(overview["timed_out"].as_array().map(Vec::len), Some(2));
    for name in ["bob", "alice"] {
        let undone = place.root.post("/api/admin/undo_timeout", json!({}));
        assert_eq!(undone.await.succeeds()["user"], name);
    }
}

/// Says something as the shadow-banned Bob in each kind of conversation; where, as Alice calls it.
async fn says_everywhere(bob: &mut Socket, group: i64) -> Vec<(String, Value)> {
    let mut said = Vec::new();
    for (event, payload, place) in [
        (
            "send_message",
            json!({"text": "hidden @alice"}),
            "public".to_owned(),
        ),
        (
            "dm_send",
            json!({"to": "alice", "text": "hidden"}),
            "dm:bob".to_owned(),
        ),
        (
            "gdm_send",
            json!({"tid": group, "text": "hidden @alice"}),
            format!("gdm:{group}"),
        ),
    ] {
        said.push((place, bob.does(event, payload).await));
    }
    said
}

const NEWS: &[&str] = &[
    "new_message",
    "dm_new",
    "new_dm",
    "gdm_new",
    "message_edited",
    "message_deleted",
    "edit_message",
    "delete_message",
    "user_typing",
    "typing",
    "dm_typing",
    "gdm_typing",
];

#[tokio::test]
async fn what_the_shadow_banned_say_is_there_for_them_alone() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.bob]).await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    let mut admin = place.admin.connects().await;
    let first = alice.does("send_message", json!({"text": "hello"})).await;
    shadow(&place, "add").await;
    bob.has_heard(NEWS).await;
    alice.has_heard(NEWS).await;
    admin.has_heard(NEWS).await;

    bob.asks("typing_start", Value::Null).await;
    bob.asks("dm_typing", json!({"to": "alice"})).await;
    let said = says_everywhere(&mut bob, group).await;

    assert_eq!(alice.has_heard(NEWS).await, [] as [Value; 0]);
    assert_eq!(admin.has_heard(NEWS).await, [] as [Value; 0]);
    let heard = bob.has_heard(&["new_message", "dm_new", "gdm_new"]).await;
    assert_eq!(heard.len(), 3);
    for (conversation_name, answer) in &said {
        let seen = heard.iter().find(|event| event["id"] == answer["id"]);
        assert_eq!(
            seen.expect("told")["seq"],
            answer["seq"],
            "{conversation_name}"
        );
    }
    // One after the other, as if nothing was: Bob's own place has no gap.
    assert_eq!(said[0].1["seq"], first["seq"].as_i64().expect("seq") + 1);

    let (shown, dm, in_group) = (
        "/api/messages",
        "/api/dm/messages?peer=",
        "/api/gdm/messages",
    );
    for person in [&place.alice, &place.admin, &place.root] {
        assert_eq!(ids(person, shown).await, [first["id"].clone()]);
    }
    assert_eq!(
        ids(&place.alice, &format!("{dm}bob")).await,
        [] as [Value; 0]
    );
    assert_eq!(
        ids(&place.alice, &format!("{in_group}?tid={group}"))
            .await
            .len(),
        0
    );
    assert_eq!(ids(&place.bob, shown).await.len(), 2);
    assert_eq!(ids(&place.bob, &format!("{dm}alice")).await.len(), 1);
    assert_eq!(
        ids(&place.bob, &format!("{in_group}?tid={group}"))
            .await
            .len(),
        1
    );

    // Nothing is unread, nobody is mentioned, and there is no DM that was not there before.
    let group_name = format!("gdm:{group}");
    for name in ["public", group_name.as_str()] {
        let row = conversation(&place.alice, name).await;
        assert_eq!(
            (&row["unread"], &row["mentions"]),
            (&json!(0), &json!(0)),
            "{name}"
        );
    }
    assert_eq!(conversation(&place.alice, "dm:bob").await, Value::Null);
    assert_eq!(place.alice.reads("/api/dm/peers").await, json!([]));
    assert_ne!(conversation(&place.bob, "dm:alice").await, Value::Null);
    let last = &conversation(&place.alice, "public").await["last_message"];
    assert_eq!(last["id"], first["id"]);

    // Bob is still on the list of people as before, and has no idea.
    let profile = place.alice.reads("/api/users/bob").await;
    assert_eq!(profile["user"]["message_count"], 0);
    assert_eq!(profile["user"]["dm_count"], 0);
    let who = place.bob.reads("/api/whoami").await.to_string();
    assert!(!who.contains("shadow"), "{who}");
    let system = place.bob.reads("/api/dm/messages?peer=System").await;
    assert_eq!(system, json!([]));
}

#[tokio::test]
async fn where_the_counter_jumped_sync_finds_nothing_and_ends() {
    let place = Place::new().await;
    let mut alice = place.alice.connects().await;
    let mut bob = place.bob.connects().await;
    let first = alice.does("send_message", json!({"text": "one"})).await;
    shadow(&place, "add").await;
    for n in 0..5 {
        bob.does("send_message", json!({"text": format!("hidden {n}")}))
            .await;
    }
    let known = first["rev"].as_i64().expect("a rev");
    let synced = syncs(&place.alice, json!({"public": known})).await;
    let public = &synced["conversations"][0];
    assert_eq!(public["messages"], json!([]));
    assert_eq!(public["rev"], known + 5);
    assert_eq!(
        (&public["more"], &synced["more"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(public["unread"], 0);
    let again = syncs(&place.alice, json!({"public": known + 5})).await;
    assert_eq!(again["conversations"], json!([]));

    // A page that is full goes on, however much of what follows is hidden.
    bob.does("send_message", json!({"text": "hidden"})).await;
    alice.does("send_message", json!({"text": "two"})).await;
    let body = json!({"since": {"public": 0}, "limit": 1});
    let page = place.alice.post("/api/sync", body).await.succeeds();
    let row = &page["conversations"][0];
    assert_eq!(row["messages"][0]["text"], "one");
    let rest = syncs(&place.alice, json!({"public": row["rev"]})).await;
    let rest = &rest["conversations"][0];
    assert_eq!(rest["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["messages"][0]["text"], "two");
    assert_eq!(rest["rev"], rest["last_rev"]);
    let own = syncs(&place.bob, json!({"public": known})).await;
    let own = own["conversations"][0]["messages"]
        .as_array()
        .expect("rows")
        .clone();
    assert_eq!(own.len(), 7);
}

#[tokio::test]
async fn what_is_hidden_is_changed_answered_and_reported_by_nobody_else() {
    let place = Place::new().await;
    let mut alice = place.alice.connects().await;
    let mut bob = place.bob.connects().await;
    shadow(&place, "add").await;
    let hidden = bob.does("send_message", json!({"text": "hidden"})).await;
    let id = &hidden["id"];
    for (event, payload) in [
        ("edit_message", json!({"id": id, "text": "x"})),
        ("delete_message", json!({"id": id})),
        (
            "report_message",
            json!({"message_id": id, "reason": "spam"}),
        ),
    ] {
        assert_eq!(
            alice.asks(event, payload).await["error"],
            "not_found",
            "{event}"
        );
    }
    let reply = json!({"text": "to what?", "reply_to": id});
    alice.does("send_message", reply).await;
    let answer = alice.receives(&["new_message"]).await;
    assert_eq!(answer["reply_to"], Value::Null);
    alice.has_heard(NEWS).await;
    let quoted = json!({"text": "on my own words", "reply_to": id});
    bob.does("send_message", quoted).await;
    bob.does("edit_message", json!({"id": id, "text": "changed"}))
        .await;
    bob.does("delete_message", json!({"id": id})).await;
    assert_eq!(alice.has_heard(NEWS).await, [] as [Value; 0]);
    let heard = bob.has_heard(&["message_edited", "message_deleted"]).await;
    assert_eq!(heard.len(), 2);
    let synced = syncs(&place.alice, json!({"public": 0})).await.to_string();
    assert!(
        !synced.contains("hidden") && !synced.contains("changed"),
        "{synced}"
    );
    let admins = place.admin.reads("/api/admin/history").await;
    assert_eq!(admins["items"][0]["hidden"], true);
    assert_eq!(admins["items"][1]["hidden"], false);

    shadow(&place, "remove").await;
    let seen = bob.does("send_message", json!({"text": "seen", "reply_to": null}));
    let seen = seen.await;
    assert_eq!(alice.receives(&["new_message"]).await["id"], seen["id"]);
    assert_eq!(ids(&place.alice, "/api/messages").await.len(), 2);
}

#[tokio::test]
async fn an_old_message_is_no_way_to_be_heard() {
    let place = Place::new().await;
    let mut alice = place.alice.connects().await;
    let mut bob = place.bob.connects().await;
    let old = bob.does("send_message", json!({"text": "harmless"})).await;
    let rev = old["rev"].as_i64().expect("a rev");
    shadow(&place, "add").await;
    alice.has_heard(NEWS).await;

    let edit = json!({"id": old["id"], "text": "poison"});
    bob.does("edit_message", edit).await;

    let told = alice.receives(&["message_edited", "message_deleted"]).await;
    assert_eq!(told["deleted_by"], "bob");
    assert_eq!(told["rev"], rev + 1);
    assert_eq!(ids(&place.alice, "/api/messages").await, [] as [Value; 0]);
    let synced = syncs(&place.alice, json!({"public": rev})).await;
    let row = &synced["conversations"][0]["messages"][0];
    assert_eq!((&row["deleted"], &row["text"]), (&json!(true), &json!("")));
    let own = place.bob.reads("/api/messages").await;
    assert_eq!(
        (&own[0]["text"], &own[0]["edited"]),
        (&json!("poison"), &json!(1))
    );
}
