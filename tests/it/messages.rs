//! The write path, seen in the database: nothing is lost, doubled or out of order, whoever sends.

use entity::{ConversationId, dm_log, mention, message};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};

use crate::support::{Person, Socket, TestApp};

/// The stored messages of a conversation in the order of `seq`.
async fn stored(app: &TestApp, conversation: i64) -> Vec<message::Model> {
    message::Entity::find()
        .filter(message::Column::ConversationId.eq(ConversationId(conversation)))
        .order_by_asc(message::Column::Seq)
        .all(app.db().await)
        .await
        .expect("messages")
}

/// Asserts that `seq` is 1, 2, 3 ... and that the conversation's counters agree.
#[track_caller]
fn assert_gapless(messages: &[message::Model]) {
    let seqs: Vec<_> = messages.iter().map(|message| message.seq).collect();
    let expected: Vec<_> = (1..).take(messages.len()).collect();
    assert_eq!(seqs, expected);
}

async fn counter(app: &TestApp, name: &str, conversation: i64) -> i64 {
    let sql = format!("SELECT {name} FROM conversation WHERE id = $1");
    app.number(&sql, [conversation.into()]).await
}

fn id(answer: &Value) -> i64 {
    assert_eq!(answer["ok"], true, "{answer}");
    answer["id"].as_i64().expect("an id")
}

async fn answers(socket: &mut Socket, asked: Vec<u64>) -> Vec<Value> {
    let mut answers = Vec::with_capacity(asked.len());
    for asked in asked {
        answers.push(socket.answer(asked).await.expect("an answer"));
    }
    answers
}

/// Sends 48 messages to a group, six at a time, while it edits and deletes some of the six before;
/// every `rev` that it was given.
async fn works(person: &Person, tid: i64) -> Vec<i64> {
    let mut socket = person.connects().await;
    let mut revs = Vec::new();
    let mut changes = Vec::new();
    for round in 0..8 {
        let mut sends = Vec::new();
        for n in 0..6 {
            let text = format!("{} {round} {n}", person.name);
            let payload = json!({"tid": tid, "text": text});
            sends.push(socket.sends("gdm_send", payload).await);
        }
        let sent = answers(&mut socket, sends).await;
        let edit = json!({"id": id(&sent[1]), "text": format!("edited {round}")});
        changes.push(socket.sends("gdm_edit", edit).await);
        let delete = json!({"id": id(&sent[2])});
        changes.push(socket.sends("gdm_delete", delete).await);
        revs.extend(sent.iter().map(rev));
    }
    revs.extend(answers(&mut socket, changes).await.iter().map(rev));
    revs
}

fn rev(answer: &Value) -> i64 {
    assert_eq!(answer["ok"], true, "{answer}");
    answer["rev"].as_i64().expect("a rev")
}

#[tokio::test]
async fn whoever_sends_edits_and_deletes_at_once_seq_and_rev_have_no_gap() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let [listener] = app.users(["listener"]).await;
    let tid = alice.makes_group_with(&[&bob, &carol, &listener]).await;
    let people = [&alice, &bob, &carol];
    let mut listening = listener.connects().await;

    let revs = join_all(people.map(|person| works(person, tid))).await;

    let mut revs = revs.concat();
    revs.sort_unstable();
    let expected: Vec<i64> = (1..=3 * 8 * (6 + 2)).collect();
    assert_eq!(revs, expected, "every change has a rev of its own");
    for rev in expected {
        let names = ["gdm_new", "message_edited", "message_deleted"];
        assert_eq!(listening.receives(&names).await["rev"], rev, "in order");
    }
    let messages = stored(&app, tid).await;
    assert_eq!(messages.len(), 3 * 8 * 6);
    assert_gapless(&messages);
    assert_eq!(counter(&app, "last_seq", tid).await, 3 * 8 * 6);
    assert_eq!(counter(&app, "last_rev", tid).await, 3 * 8 * 8);
    let deleted = messages.iter().filter(|row| row.deleted_at.is_some());
    assert_eq!(deleted.count(), 3 * 8);
    let edited = messages.iter().filter(|row| row.edited_at.is_some());
    assert_eq!(edited.count(), 3 * 8);
    for person in people {
        let prefix = format!("{} ", person.name);
        let mine = messages.iter().map(|row| row.source.as_str());
        let mine: Vec<_> = mine.filter(|text| text.starts_with(&prefix)).collect();
        let sorted = {
            let mut sorted = mine.clone();
            sorted.sort_unstable();
            sorted
        };
        assert_eq!(mine, sorted, "one's own messages stay in order");
    }
}

#[tokio::test]
async fn a_tombstone_holds_nothing_of_what_was_said() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut socket = alice.connects().await;
    let send = async |socket: &mut Socket, text: &str, reply: Option<i64>| {
        let payload = json!({"tid": tid, "text": text, "reply_to": reply});
        id(&socket.does("gdm_send", payload).await)
    };
    let first = send(&mut socket, "a question", None).await;
    let reply = send(&mut socket, "the secret of @bob", Some(first)).await;
    let edit = json!({"id": reply, "text": "another secret of @bob"});
    socket.does("gdm_edit", edit).await;

    socket.does("gdm_delete", json!({"id": reply})).await;

    let messages = stored(&app, tid).await;
    let tombstone = &messages[1];
    assert!(tombstone.deleted_at.is_some());
    assert_eq!((tombstone.seq, tombstone.rev), (2, 4));
    assert_eq!(
        (tombstone.source.as_str(), tombstone.text.as_str()),
        ("", "")
    );
    assert_eq!(tombstone.attachment, None);
    assert_eq!(tombstone.mentions, None);
    assert_eq!(
        (tombstone.reply_to, &tombstone.reply_snippet),
        (None, &None)
    );
    assert_eq!(messages[0].source, "a question", "the other is as it was");
    assert_eq!(app.number("SELECT count(*) FROM mention", []).await, 0);
    let again = socket.asks("gdm_delete", json!({"id": reply})).await;
    assert_eq!(again["error"], "not_found");
    assert_eq!(counter(&app, "last_rev", tid).await, 4);
}

/// What `person` has unread in a group, and how much of it mentions them.
async fn unread(person: &Person, tid: i64) -> (i64, i64) {
    let list = person.reads("/api/conversations").await;
    let list = list["conversations"].as_array().expect("a list").clone();
    let found = list
        .iter()
        .find(|one| one["tid"] == tid)
        .expect("the group");
    let number = |key: &str| found[key].as_i64().expect("a number");
    (number("unread"), number("mentions"))
}

#[tokio::test]
async fn mentions_and_unread_numbers_follow_every_edit_and_deletion() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let tid = alice.makes_group_with(&[&bob, &carol]).await;
    let mut socket = alice.connects().await;
    let mut ids = Vec::new();
    for text in [
        "@bob 1", "@bob 2", "@Bob 3", "nobody 4", "@alice 5", "@zoe 6",
    ] {
        let payload = json!({"tid": tid, "text": text});
        ids.push(id(&socket.does("gdm_send", payload).await));
    }
    assert_eq!(unread(&bob, tid).await, (6, 3));
    assert_eq!(unread(&carol, tid).await, (6, 0));
    assert_eq!(unread(&alice, tid).await.0, 0, "one's own are read");

    socket.does("gdm_delete", json!({"id": ids[1]})).await;
    let edit = |id: i64, text: &str| json!({"id": id, "text": text});
    socket.does("gdm_edit", edit(ids[2], "3")).await;
    socket.does("gdm_edit", edit(ids[3], "@bob 4")).await;

    assert_eq!(unread(&bob, tid).await, (5, 2));
    assert_eq!(unread(&carol, tid).await, (5, 0));
    let conversation = format!("gdm:{tid}");
    let read = json!({"conversation": conversation, "seq": 1});
    bob.post("/api/read", read).await.succeeds();
    assert_eq!(unread(&bob, tid).await, (4, 1));
    let rows = mention::Entity::find()
        .order_by_asc(mention::Column::Seq)
        .all(app.db().await);
    let rows: Vec<_> = rows.await.expect("mentions");
    let rows: Vec<_> = rows.iter().map(|row| (row.message_id.0, row.seq)).collect();
    assert_eq!(rows, [(ids[0], 1), (ids[3], 4), (ids[4], 5)]);
}

#[tokio::test]
async fn the_log_of_dms_has_exactly_what_was_sent_while_it_was_kept() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut socket = alice.connects().await;
    let keep = async |value: &str| {
        let body = json!({"GD_SAVE_DM_LOGS": value});
        root.post("/api/admin/app_settings", body).await.succeeds();
    };
    let dm = async |socket: &mut Socket, text: &str| {
        let payload = json!({"to": "bob", "text": text});
        id(&socket.does("dm_send", payload).await)
    };

    let first = dm(&mut socket, "first").await;
    let group = json!({"tid": tid, "text": "to the group"});
    socket.does("gdm_send", group).await;
    let public = json!({"text": "to everybody"});
    socket.does("send_message", public).await;
    keep("0").await;
    let unlogged = dm(&mut socket, "unlogged").await;
    let edit = json!({"id": first, "text": "rewritten"});
    socket.does("dm_edit", edit).await;
    keep("1").await;
    let last = dm(&mut socket, "last").await;
    socket.does("dm_delete", json!({"id": last})).await;

    let rows = dm_log::Entity::find()
        .order_by_asc(dm_log::Column::MessageId)
        .all(app.db().await)
        .await
        .expect("the log");
    let logged: Vec<_> = rows.iter().map(|row| row.message_id.0).collect();
    assert_eq!(logged, [first, last]);
    assert!(!logged.contains(&unlogged));
    assert!(rows[0].text.contains("first"), "{}", rows[0].text);
    assert!(rows[1].text.contains("last"), "{}", rows[1].text);
}

#[tokio::test]
async fn fifty_sends_of_one_nonce_at_once_are_one_message() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let payload = json!({"tid": tid, "text": "once", "nonce": "the-nonce"});

    let resends = join_all((0..5).map(|_| async {
        let mut socket = alice.connects().await;
        let mut asked = Vec::new();
        for _ in 0..10 {
            asked.push(socket.sends("gdm_send", payload.clone()).await);
        }
        answers(&mut socket, asked).await
    }))
    .await;
    let other = bob.connects().await.does("gdm_send", payload).await;

    let resends = resends.concat();
    assert_eq!(resends.len(), 50);
    assert!(resends.iter().all(|answer| *answer == resends[0]));
    assert_ne!(id(&other), id(&resends[0]), "another's nonce is another");
    let messages = stored(&app, tid).await;
    assert_eq!(messages.len(), 2);
    assert_gapless(&messages);
    assert_eq!(counter(&app, "last_rev", tid).await, 2);
}

#[tokio::test]
async fn a_resend_in_the_middle_of_a_batch_does_not_keep_the_others_from_being_stored() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut socket = alice.connects().await;
    let payload = |nonce: &str| json!({"tid": tid, "text": nonce, "nonce": nonce});
    let first = id(&socket.does("gdm_send", payload("nonce-50")).await);

    let mut asked = Vec::new();
    for n in 0..100 {
        let payload = payload(&format!("nonce-{n}"));
        asked.push(socket.sends("gdm_send", payload).await);
    }
    let answers = answers(&mut socket, asked).await;

    let ids: Vec<_> = answers.iter().map(id).collect();
    assert_eq!(ids[50], first);
    let messages = stored(&app, tid).await;
    assert_eq!(messages.len(), 100);
    assert_gapless(&messages);
    let nonces = messages.iter().filter_map(|row| row.nonce.clone());
    let expected: Vec<_> = std::iter::once(50)
        .chain((0..100).filter(|n| *n != 50))
        .map(|n| format!("nonce-{n}"))
        .collect();
    assert_eq!(nonces.collect::<Vec<_>>(), expected);
}

/// Both people send 40 messages to a group at once; the answers of each.
async fn both_send(people: [&Person; 2], tid: i64) -> [Vec<Value>; 2] {
    let sending = people.map(|person| async move {
        let mut socket = person.connects().await;
        let mut asked = Vec::new();
        for n in 0..40 {
            let text = format!("{} {n}", person.name);
            let payload = json!({"tid": tid, "text": text});
            asked.push(socket.sends("gdm_send", payload).await);
        }
        answers(&mut socket, asked).await
    });
    let answers = join_all(sending).await;
    answers.try_into().expect("two")
}

/// Asserts that every answer to mallory refuses with one of `codes`, and that the 41 messages of
/// alice are all there.
#[track_caller]
fn assert_only_alice(answers: &[Vec<Value>; 2], codes: &[&str], messages: &[message::Model]) {
    let [alices, mallorys] = answers;
    assert!(alices.iter().all(|answer| answer["ok"] == true));
    for answer in mallorys {
        assert_eq!(answer["ok"], false, "{answer}");
        assert!(
            codes.iter().any(|code| answer["error"] == *code),
            "{answer}"
        );
    }
    assert_eq!(messages.len(), 41);
    assert_gapless(messages);
    let texts = messages.iter().map(|row| &row.source);
    assert!(texts.into_iter().all(|text| text.starts_with("alice")));
}

#[tokio::test]
async fn who_is_put_out_past_the_cache_is_refused_by_the_statement_and_leaves_no_gap() {
    let app = TestApp::spawn().await;
    let [alice, mallory] = app.users(["alice", "mallory"]).await;
    let tid = alice.makes_group_with(&[&mallory]).await;
    let first = json!({"tid": tid, "text": "alice first"});
    alice.connects().await.does("gdm_send", first).await;
    let removed = app
        .sql(
            "DELETE FROM conversation_member WHERE conversation_id = $1 AND user_id = \
             (SELECT id FROM \"user\" WHERE username = 'mallory')",
            [tid.into()],
        )
        .await;
    assert_eq!(removed, 1);

    let answers = both_send([&alice, &mallory], tid).await;

    let messages = stored(&app, tid).await;
    assert_only_alice(&answers, &["not_a_member"], &messages);
    assert_eq!(counter(&app, "last_rev", tid).await, 41);
}

#[tokio::test]
async fn who_speaks_in_a_group_that_was_just_locked_is_refused_and_leaves_no_gap() {
    let app = TestApp::spawn().await;
    let [root, alice, mallory] = app.users(["root", "alice", "mallory"]).await;
    let tid = alice.makes_group_with(&[&mallory]).await;
    let first = json!({"tid": tid, "text": "alice first"});
    alice.connects().await.does("gdm_send", first).await;
    let lock = json!({"tid": tid});
    root.post("/api/gdm/lock", lock).await.succeeds();

    let answers = both_send([&alice, &mallory], tid).await;

    let messages = stored(&app, tid).await;
    assert_only_alice(&answers, &["locked"], &messages);
}

#[tokio::test]
async fn a_lock_that_the_cache_does_not_know_of_is_seen_by_the_statement() {
    let app = TestApp::spawn().await;
    let [_root, alice, mallory] = app.users(["root", "alice", "mallory"]).await;
    let tid = alice.makes_group_with(&[&mallory]).await;
    let first = json!({"tid": tid, "text": "alice first"});
    alice.connects().await.does("gdm_send", first).await;
    let lock = "UPDATE gdm SET locked = TRUE WHERE conversation_id = $1";
    assert_eq!(app.sql(lock, [tid.into()]).await, 1);

    let answers = both_send([&alice, &mallory], tid).await;

    let messages = stored(&app, tid).await;
    // Which of the two it is told depends on what the cache knew when it was refused.
    assert_only_alice(&answers, &["locked", "not_a_member"], &messages);
    assert_eq!(counter(&app, "last_rev", tid).await, 41);
}
