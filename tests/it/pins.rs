//! Pins, and clearing what is one's own.

use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp, number};

async fn pins(person: &Person, kind: &str, id: i64, action: &str) -> Reply {
    let body = json!({"type": kind, "id": id, "action": action});
    person.post("/api/admin/pin", body).await
}

async fn says(person: &Person, event: &str, payload: Value) -> i64 {
    number(&person.connects().await.does(event, payload).await["id"])
}

fn ids(messages: &Value) -> Vec<i64> {
    let messages = messages.as_array().expect("messages").iter();
    messages.map(|message| number(&message["id"])).collect()
}

#[tokio::test]
async fn admins_pin_in_public_and_everybody_sees_it() {
    let app = TestApp::spawn().await;
    let [root, bob] = app.users(["root", "bob"]).await;
    let mut hearing = bob.connects().await;
    let first = says(&bob, "send_message", json!({"text": "first"})).await;
    let second = says(&root, "send_message", json!({"text": "second"})).await;
    let none = bob.reads("/api/pinned?type=public").await;
    assert_eq!(none, json!({"ok": true, "message": null}));

    pins(&root, "public", first, "pin").await.succeeds();
    app.clock.advance(std::time::Duration::from_secs(1));
    pins(&root, "public", second, "pin").await.succeeds();
    let again = pins(&root, "public", first, "pin").await.succeeds();
    assert_eq!(again["message"], "Already pinned");

    let update = hearing.receives(&["pin_update"]).await;
    assert_eq!(
        (
            &update["kind"],
            &update["action"],
            &update["message"]["source"]
        ),
        (&json!("public"), &json!("pin"), &json!("first"))
    );
    let newest = bob.reads("/api/pinned").await;
    assert_eq!(newest["message"]["id"], second);
    let all = bob.reads("/api/pinned?type=public&all=true").await;
    assert_eq!(ids(&all["messages"]), [second, first]);
    assert_eq!(all["messages"][0]["pinned_by"], "root");
    assert!(all["messages"][0]["pinned_at"].is_string());

    pins(&root, "public", second, "unpin").await.succeeds();
    let mut action = hearing.receives(&["pin_update"]).await;
    while action["action"] == "pin" {
        action = hearing.receives(&["pin_update"]).await;
    }
    assert_eq!(
        (&action["action"], &action["id"]),
        (&json!("unpin"), &json!(second))
    );
    // What is deleted is not pinned any more, and cannot be.
    root.connects()
        .await
        .does("delete_message", json!({"id": first}))
        .await;
    let all = bob.reads("/api/pinned?type=public&all=true").await;
    assert_eq!(all["messages"], json!([]));
    pins(&root, "public", first, "pin")
        .await
        .is_refused(404, "not_found");
    let not = pins(&root, "public", second, "unpin").await.succeeds();
    assert_eq!(not["message"], "Not pinned");
}

#[tokio::test]
async fn nobody_else_pins_and_a_switch_turns_it_off() {
    let app = TestApp::spawn().await;
    let [root, bob] = app.users(["root", "bob"]).await;
    let id = says(&bob, "send_message", json!({"text": "mine"})).await;

    pins(&bob, "public", id, "pin")
        .await
        .is_refused(403, "forbidden");
    pins(&bob, "public", id + 5, "pin")
        .await
        .is_refused(403, "forbidden");
    let stranger = app.stranger();
    pins(&stranger, "public", id, "pin")
        .await
        .is_refused(401, "unauthenticated");
    stranger
        .get("/api/pinned")
        .await
        .is_refused(401, "unauthenticated");
    for (kind, action) in [("dm", "pin"), ("public", "nail"), ("", "pin")] {
        pins(&root, kind, id, action)
            .await
            .is_refused(400, "bad_params");
    }
    bob.get("/api/pinned?type=dm")
        .await
        .is_refused(400, "bad_params");
    bob.get("/api/pinned?type=gdm")
        .await
        .is_refused(400, "bad_params");
    let off = json!({"MC_PIN_MESSAGE": "0"});
    root.post("/api/admin/toggles", off).await.succeeds();
    pins(&root, "public", id, "pin")
        .await
        .is_refused(403, "disabled");
    assert_eq!(app.number("SELECT count(*) FROM pin", []).await, 0);
}

#[tokio::test]
async fn in_a_group_its_owner_pins_and_only_members_see_it() {
    let app = TestApp::spawn().await;
    let [_root, alice, bob, carol] = app.users(["root", "alice", "bob", "carol"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let other = alice.makes_group_with(&[&carol]).await;
    let id = says(&bob, "gdm_send", json!({"tid": tid, "text": "plan"})).await;
    let mut outside = carol.connects().await;

    pins(&bob, "gdm", id, "pin")
        .await
        .is_refused(403, "forbidden");
    pins(&carol, "gdm", id, "pin")
        .await
        .is_refused(404, "not_found");
    let elsewhere = json!({"type": "gdm", "id": id, "action": "pin", "thread_id": other});
    alice
        .post("/api/admin/pin", elsewhere)
        .await
        .is_refused(404, "not_found");
    pins(&alice, "public", id, "pin")
        .await
        .is_refused(403, "forbidden");
    let body = json!({"type": "gdm", "id": id, "action": "pin", "thread_id": tid});
    alice.post("/api/admin/pin", body).await.succeeds();

    let path = format!("/api/pinned?type=gdm&thread_id={tid}&all=true");
    let all = bob.reads(&path).await;
    assert_eq!(ids(&all["messages"]), [id]);
    assert_eq!(all["messages"][0]["thread_id"], tid);
    carol.get(&path).await.is_refused(403, "forbidden");
    let public = bob.reads("/api/pinned?all=true").await;
    assert_eq!(public["messages"], json!([]));
    // The outsider has heard nothing of it.
    says(&bob, "send_message", json!({"text": "hello"})).await;
    let heard = outside.receives(&["pin_update", "new_message"]).await;
    assert_eq!(heard["source"], "hello");
}

#[tokio::test]
async fn clearing_all_takes_what_is_ones_own_and_nothing_of_others() {
    let app = TestApp::spawn().await;
    let [_root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    for person in [&alice, &bob] {
        let mut socket = person.connects().await;
        let other = if person.name == "alice" {
            "bob"
        } else {
            "alice"
        };
        for n in 0..3 {
            let text = format!("{} {n}", person.name);
            socket.does("send_message", json!({"text": text})).await;
            socket
                .does("dm_send", json!({"to": other, "text": text}))
                .await;
            socket
                .does("gdm_send", json!({"tid": tid, "text": text}))
                .await;
        }
    }
    let dms = bob.reads("/api/dm/messages?peer=alice").await;
    let mut own = alice.connects().await;
    let mut others = bob.connects().await;

    let cleared = alice.post("/api/clear/all", json!({})).await.succeeds();

    assert_eq!(cleared["removed"], json!({"public": 3, "dm": 6, "gdm": 3}));
    own.receives(&["clear_all"]).await;
    let authors = |messages: &Value| -> Vec<String> {
        let messages = messages.as_array().expect("messages").iter();
        messages
            .map(|one| one["username"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let group = format!("/api/gdm/messages?tid={tid}");
    for person in [&alice, &bob] {
        assert_eq!(authors(&person.reads("/api/messages").await), ["bob"; 3]);
        assert_eq!(authors(&person.reads(&group).await), ["bob"; 3]);
    }
    // Bob has all of the DM; alice nothing, wherever she looks.
    assert_eq!(bob.reads("/api/dm/messages?peer=alice").await, dms);
    assert_eq!(alice.reads("/api/dm/messages?peer=bob").await, json!([]));
    assert_eq!(alice.reads("/api/dm/peers").await, json!([]));
    assert_eq!(bob.reads("/api/dm/peers").await, json!(["alice"]));
    let found = alice.reads("/api/search?q=alice").await;
    assert_eq!(found["results"], json!([]));
    let synced = alice
        .post("/api/sync", json!({"since": {"dm:bob": 0}}))
        .await;
    let synced = synced.succeeds();
    let named = synced["conversations"].as_array().expect("conversations");
    assert!(
        named.iter().all(|one| one["conversation"] != "dm:bob"),
        "{synced}"
    );
    // The others hear of each message, and of all in one word for older clients.
    let mut gone = Vec::new();
    while gone.len() < 3 {
        let event = others.receives(&["message_deleted"]).await;
        if event["type"] == "public" {
            gone.push(number(&event["rev"]));
        }
    }
    assert!(gone.is_sorted());

    // What is said after it is there for both.
    says(&bob, "dm_send", json!({"to": "alice", "text": "anew"})).await;
    let page = alice.reads("/api/dm/messages?peer=bob").await;
    assert_eq!(page.as_array().map(Vec::len), Some(1));
    let synced = alice
        .post("/api/sync", json!({"since": {"dm:bob": 0}}))
        .await;
    let entry = synced.succeeds()["conversations"].clone();
    let dm = entry
        .as_array()
        .and_then(|all| all.iter().find(|one| one["conversation"] == "dm:bob"));
    let dm = dm.expect("the DM");
    assert_eq!(dm["messages"].as_array().map(Vec::len), Some(1));
    assert_eq!(dm["unread"], 1);
    assert_eq!(
        bob.reads("/api/dm/messages?peer=alice")
            .await
            .as_array()
            .map(Vec::len),
        Some(7)
    );
}
