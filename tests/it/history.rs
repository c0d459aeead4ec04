//! Walking through a long conversation by the ids of its messages.

use serde_json::{Value, json};

use crate::support::{Person, TestApp};

const LENGTH: usize = 2500;

/// A DM of alice and bob with 2,500 messages, every tenth followed by one elsewhere, and some of
/// them deleted; the ids that are left, oldest first.
async fn long_dm(alice: &Person) -> Vec<i64> {
    let mut socket = alice.connects().await;
    let mut ids = Vec::with_capacity(LENGTH);
    for chunk in 0..LENGTH / 50 {
        let mut asked = Vec::new();
        for n in 0..50 {
            let text = format!("message {}", chunk * 50 + n);
            let payload = json!({"to": "bob", "text": text});
            asked.push(socket.sends("dm_send", payload).await);
            if n % 10 == 0 {
                let elsewhere = json!({"text": "elsewhere"});
                socket.sends("send_message", elsewhere).await;
            }
        }
        for asked in asked {
            let answer = socket.answer(asked).await.expect("an answer");
            ids.push(answer["id"].as_i64().expect("an id"));
        }
    }
    // A whole page's worth of tombstones in one place, and the ones at both ends.
    let deleted: Vec<_> = (1000..1120).chain([0, 1, LENGTH - 1]).collect();
    for at in &deleted {
        socket.does("dm_delete", json!({"id": ids[*at]})).await;
    }
    let kept = ids
        .iter()
        .enumerate()
        .filter(|(at, _)| !deleted.contains(at));
    kept.map(|(_, id)| *id).collect()
}

/// One page: its ids, and whether there are more.
async fn page(person: &Person, query: &str) -> (Vec<i64>, bool) {
    let path = format!("/api/dm/messages?peer=bob&{query}");
    let reply = person.get(&path).await;
    let more = reply.headers["x-has-more"] == "true";
    let rows: Vec<Value> = serde_json::from_value(reply.succeeds()).expect("a list");
    let ids = rows.iter().map(|row| row["id"].as_i64().expect("an id"));
    (ids.collect(), more)
}

#[tokio::test]
async fn a_walk_through_a_long_conversation_has_no_gap_and_no_repeat_in_either_direction() {
    let app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;
    let expected = long_dm(&alice).await;

    for limit in [100, 333, 1000] {
        let mut backwards: Vec<i64> = Vec::new();
        let mut query = format!("limit={limit}");
        loop {
            let (ids, more) = page(&alice, &query).await;
            assert!(
                ids.len() == limit || !more,
                "a full page while there are more"
            );
            backwards.splice(0..0, ids);
            if !more {
                break;
            }
            query = format!("limit={limit}&before={}", backwards[0]);
        }
        assert_eq!(backwards, expected, "backwards by {limit}");

        let mut forwards = Vec::new();
        let mut after = 0;
        loop {
            let query = format!("limit={limit}&after={after}");
            let (ids, more) = page(&alice, &query).await;
            assert!(
                ids.len() == limit || !more,
                "a full page while there are more"
            );
            forwards.extend(ids);
            if !more {
                break;
            }
            after = *forwards.last().expect("a page that is not the last");
        }
        assert_eq!(forwards, expected, "forwards by {limit}");
    }
}

#[tokio::test]
async fn a_page_is_found_from_a_deleted_message_and_from_one_of_another_conversation() {
    let app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;
    let mut socket = alice.connects().await;
    let mut ids = Vec::new();
    for n in 0..9 {
        let (event, payload) = match n {
            4 => ("send_message", json!({"text": "elsewhere"})),
            _ => (
                "dm_send",
                json!({"to": "bob", "text": format!("message {n}")}),
            ),
        };
        let sent = socket.does(event, payload).await;
        ids.push(sent["id"].as_i64().expect("an id"));
    }
    socket.does("dm_delete", json!({"id": ids[6]})).await;

    for (at, before, after) in [
        (4, &ids[2..4], &ids[5..6]),
        (6, &[ids[3], ids[5]], &ids[7..8]),
    ] {
        let (page_before, _) = page(&alice, &format!("limit=2&before={}", ids[at])).await;
        assert_eq!(page_before, before);
        let (page_after, more) = page(&alice, &format!("limit=1&after={}", ids[at])).await;
        assert_eq!((&page_after[..], more), (after, true));
    }
    let (none, more) = page(&alice, &format!("before={}", ids[0])).await;
    assert_eq!((none, more), (vec![], false));
}
