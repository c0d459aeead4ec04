//! Ways into a group: by the clock, in a race, and after being put out.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Person, TestApp};

async fn members(app: &TestApp, tid: i64) -> i64 {
    let sql = "SELECT count(*) FROM conversation_member WHERE conversation_id = $1";
    app.number(sql, [tid.into()]).await
}

#[tokio::test]
async fn of_a_hundred_who_join_with_one_invite_at_once_exactly_one_gets_in() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let code = alice.invites_to(tid).await;
    let crowd = app.crowd(100).await;

    let replies = join_all(crowd.iter().map(|person| person.joins_with(&code))).await;

    let (in_, out): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(in_.len(), 1);
    for reply in out {
        reply.is_refused(410, "invite_used");
    }
    assert_eq!(members(&app, tid).await, 3);
    let winner = replies.iter().position(|reply| reply.status == 200);
    let winner = &crowd[winner.expect("somebody")].name;
    let used = "SELECT count(*) FROM gdm_invite i JOIN \"user\" u ON u.id = i.used_by \
                WHERE i.conversation_id = $1 AND u.username = $2 AND i.used_at IS NOT NULL";
    assert_eq!(app.number(used, [tid.into(), winner.into()]).await, 1);
}

#[tokio::test]
async fn of_thirty_who_join_with_the_standing_code_at_once_exactly_one_gets_in() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let body = json!({"name": "the group", "members": ["bob"]});
    let made = alice.post("/api/gdm/threads", body).await.succeeds();
    let tid = made["id"].as_i64().expect("an id");
    let code = made["invite_code"].as_str().expect("a code");
    let crowd = app.crowd(30).await;

    let replies = join_all(crowd.iter().map(|person| person.joins_with(code))).await;

    let in_ = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(in_, 1);
    assert_eq!(members(&app, tid).await, 3);
    let sql = "SELECT count(*) FROM gdm WHERE conversation_id = $1 AND invite_code = $2";
    let kept = app.number(sql, [tid.into(), code.into()]).await;
    assert_eq!(kept, 0, "a used code is replaced");
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn people_who_use_different_invites_at_once_all_get_in() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let crowd = app.crowd(20).await;
    let mut codes = Vec::new();
    for _ in &crowd {
        codes.push(alice.invites_to(tid).await);
    }

    let joins = crowd.iter().zip(&codes);
    let replies = join_all(joins.map(|(person, code)| person.joins_with(code))).await;

    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(members(&app, tid).await, 22);
}

#[tokio::test]
async fn an_invite_ends_at_its_hour() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol, dave] = app.users(["alice", "bob", "carol", "dave"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let body = json!({"tid": tid, "expires_in": 3600});
    let mut codes = Vec::new();
    for _ in 0..2 {
        let made = alice.post("/api/gdm/invite/create", body.clone()).await;
        let made = made.succeeds();
        codes.push(made["invite_code"].as_str().expect("a code").to_owned());
    }

    app.clock.advance(Duration::from_mins(59));
    carol.joins_with(&codes[0]).await.succeeds();
    app.clock.advance(Duration::from_mins(1));

    dave.joins_with(&codes[1])
        .await
        .is_refused(410, "invite_expired");
    assert_eq!(members(&app, tid).await, 3);
    let unused = "SELECT count(*) FROM gdm_invite WHERE used_at IS NULL";
    assert_eq!(app.number(unused, []).await, 1);
}

#[tokio::test]
async fn who_was_kicked_needs_a_code_made_later() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let [carol] = app.users(["carol"]).await;
    let tid = alice.makes_group_with(&[&bob, &carol]).await;
    let older = alice.invites_to(tid).await;
    let second = Duration::from_secs(1);
    app.clock.advance(second);

    let kick = json!({"tid": tid, "username": "bob"});
    alice.post("/api/gdm/kick", kick).await.succeeds();
    app.clock.advance(second);
    let newer = alice.invites_to(tid).await;

    bob.joins_with(&older).await.is_refused(403, "banned");
    assert_eq!(members(&app, tid).await, 2);
    bob.joins_with(&newer).await.succeeds();
    assert_eq!(members(&app, tid).await, 3);
}

#[tokio::test]
async fn who_was_removed_may_come_back_with_an_older_code() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let [carol, mallory] = app.users(["carol", "mallory"]).await;
    let tid = alice.makes_group_with(&[&bob, &carol, &mallory]).await;
    let codes = [alice.invites_to(tid).await, alice.invites_to(tid).await];
    app.clock.advance(Duration::from_secs(1));

    for (path, name) in [("remove_member", "bob"), ("kick", "mallory")] {
        let body = json!({"tid": tid, "username": name});
        let path = format!("/api/gdm/{path}");
        alice.post(&path, body).await.succeeds();
    }

    bob.joins_with(&codes[0]).await.succeeds();
    let refused = mallory.joins_with(&codes[1]).await;
    refused.is_refused(403, "banned");
    assert_eq!(members(&app, tid).await, 3);
}

#[tokio::test]
async fn a_code_is_stored_only_as_a_hash() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;

    let code = alice.invites_to(tid).await;

    let sql = "SELECT count(*) FROM gdm_invite WHERE code_hash = $1";
    assert_eq!(app.number(sql, [code.as_str().into()]).await, 0);
    let hash = chatter::kernel::token::hash(&code);
    assert_eq!(app.number(sql, [hash.into()]).await, 1);
}

/// One of the things that members do to a group, chosen by `n`.
async fn does_something(person: &Person, tid: i64, others: &[Person], n: usize) {
    let other = &others[n * 7 % others.len()].name;
    let (path, body) = match n % 5 {
        0 => ("leave", json!({"tid": tid})),
        1 => ("kick", json!({"tid": tid, "username": other})),
        2 => ("transfer", json!({"tid": tid, "new_owner": other})),
        3 => ("add_member", json!({"tid": tid, "users": [other]})),
        _ => ("remove_member", json!({"tid": tid, "username": other})),
    };
    let reply = person.post(&format!("/api/gdm/{path}"), body).await;
    assert!(reply.status < 500, "{path}: {}", reply.body);
}

#[tokio::test]
async fn whatever_members_do_at_once_a_group_has_an_owner_who_is_in_it() {
    let app = TestApp::spawn().await;
    let crowd = app.crowd(8).await;
    let (owner, others) = crowd.split_first().expect("people");
    let others_by_reference: Vec<_> = others.iter().collect();
    let mut groups = Vec::new();
    for _ in 0..5 {
        groups.push(owner.makes_group_with(&others_by_reference).await);
    }

    let doings = groups.iter().enumerate().flat_map(|(round, tid)| {
        let people = crowd.iter().enumerate();
        people.map(move |(n, person)| (person, *tid, round + n))
    });
    join_all(doings.map(|(person, tid, n)| does_something(person, tid, &crowd, n))).await;

    for tid in groups {
        let sql = "SELECT count(*) FROM gdm g JOIN conversation_member m \
                   ON m.conversation_id = g.conversation_id AND m.user_id = g.owner_id \
                   WHERE g.conversation_id = $1 AND g.deleted_at IS NULL";
        let led = app.number(sql, [tid.into()]).await == 1;
        let there = members(&app, tid).await;
        assert_eq!(led, there > 0, "group {tid} of {there}");
    }
}
