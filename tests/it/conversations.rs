//! What several people or tabs do to one conversation at the same moment.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Person, TestApp};

#[tokio::test]
async fn two_people_who_write_to_each_other_for_the_first_time_at_once_have_one_dm() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let say = async |from: &Person, to: &str| {
        let payload = json!({"to": to, "text": "hello"});
        from.connects().await.does("dm_send", payload).await
    };

    let sent = join_all((0..20).map(|n| match n % 2 {
        0 => say(&alice, "bob"),
        _ => say(&bob, "ALICE"),
    }))
    .await;

    let mut seqs: Vec<_> = sent.iter().map(|answer| answer["seq"].as_i64()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=20).map(Some).collect::<Vec<_>>());
    let dms = "SELECT count(*) FROM conversation WHERE kind = 'dm'";
    assert_eq!(app.number(dms, []).await, 1);
    let members = "SELECT count(*) FROM conversation_member m \
                   JOIN conversation c ON c.id = m.conversation_id WHERE c.kind = 'dm'";
    assert_eq!(app.number(members, []).await, 2);
}

#[tokio::test]
async fn notes_to_oneself_are_one_dm_with_one_member() {
    let app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;

    join_all((0..10).map(|n| {
        let payload = json!({"to": "alice", "text": format!("note {n}")});
        let alice = alice.clone();
        async move { alice.connects().await.does("dm_send", payload).await }
    }))
    .await;

    let members = "SELECT count(*) FROM conversation_member m \
                   JOIN conversation c ON c.id = m.conversation_id WHERE c.kind = 'dm'";
    assert_eq!(app.number(members, []).await, 1);
    let notes = alice.reads("/api/dm/messages?peer=alice").await;
    assert_eq!(notes.as_array().map(Vec::len), Some(10));
}

#[tokio::test]
async fn marks_of_several_tabs_at_once_leave_the_furthest_and_none_goes_back_or_beyond() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let mut socket = alice.connects().await;
    for n in 0..30 {
        let payload = json!({"to": "bob", "text": format!("message {n}")});
        socket.does("dm_send", payload).await;
    }
    let mark = async |seq: i64| {
        let body = json!({"conversation": "dm:alice", "seq": seq});
        bob.post("/api/read", body).await
    };
    let read = async || {
        let sql = "SELECT read_seq FROM conversation_member m \
                   JOIN conversation c ON c.id = m.conversation_id \
                   JOIN \"user\" u ON u.id = m.user_id \
                   WHERE c.kind = 'dm' AND u.username = 'bob'";
        app.number(sql, []).await
    };
    assert_eq!(read().await, 0);

    let marks = join_all([3, 20, 7, 12, 25, 1, 18].map(&mark)).await;

    assert!(marks.iter().all(|reply| reply.status == 200));

    assert_eq!(read().await, 25);
    let state = mark(4).await.succeeds();
    assert_eq!(
        (&state["read_seq"], &state["unread"]),
        (&json!(25), &json!(5))
    );
    let state = mark(i64::MAX).await.succeeds();
    assert_eq!(
        (&state["read_seq"], &state["unread"]),
        (&json!(30), &json!(0))
    );
    assert_eq!(read().await, 30);
    mark(-1).await.is_refused(400, "bad_params");
    assert_eq!(read().await, 30);
}
