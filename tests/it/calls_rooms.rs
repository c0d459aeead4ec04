//! Voice channels, and what holds for every room: bounds, who may speak, links, TURN credentials.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::{
    calls::{NEWS, id, offer, participants, talk},
    support::{Person, Reply, TestApp},
};

#[tokio::test]
async fn whoever_signs_out_is_out_of_the_room() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut one, mut two) = (alice.connects().await, bob.connects().await);
    for socket in [&mut one, &mut two] {
        socket
            .does("voice_join", json!({"channel": "general"}))
            .await;
    }
    let listed = alice.reads("/api/voice/channels").await;
    assert_eq!(listed["channels"], json!(["general"]));
    assert_eq!(listed["rooms"][0]["participants"], json!(["alice", "bob"]));
    one.has_heard(NEWS).await;

    bob.get("/logout").await;

    assert_eq!(
        one.receives(&["voice_participants"]).await["participants"],
        json!(["alice"])
    );
    let told = one.receives(&["voice_channel"]).await;
    assert_eq!(
        told,
        json!({"channel": "general", "participants": ["alice"]})
    );
    one.does("voice_leave", json!({"channel": "general"})).await;
    assert_eq!(
        alice.reads("/api/voice/channels").await["channels"],
        json!([])
    );
}

#[tokio::test]
async fn a_room_is_full_at_some_point_and_another_tab_takes_over() {
    let app = TestApp::with(|config| config.calls.max_participants = 2).await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let (mut one, mut tab, mut two, mut three) = (
        alice.connects().await,
        alice.connects().await,
        bob.connects().await,
        carol.connects().await,
    );
    let general = json!({"channel": "general"});
    one.does("voice_join", general.clone()).await;
    two.does("voice_join", general.clone()).await;
    assert_eq!(
        three.asks("voice_join", general.clone()).await["error"],
        "call_full"
    );

    tab.does("voice_join", general.clone()).await;
    assert_eq!(one.receives(&["call_ended"]).await["reason"], "moved");
    let refused = one
        .asks("voice_offer", json!({"channel": "general", "sdp": offer()}))
        .await;
    assert_eq!(refused["error"], "not_in_call");
    // What the old tab says on its way out does not end what the new one does.
    one.does("voice_leave", general).await;
    assert_eq!(participants(&mut two).await, ["alice", "bob"]);

    for n in 0..3 {
        tab.does("voice_join", json!({"channel": format!("room {n}")}))
            .await;
    }
    let more = tab.asks("voice_join", json!({"channel": "one more"})).await;
    assert_eq!(more["error"], "too_many_calls");
}

#[tokio::test]
async fn who_may_not_speak_neither_calls_nor_stays() {
    let app = TestApp::spawn().await;
    let [admin, bob, carol] = app.users(["admin", "bob", "carol"]).await;
    let (mut talking, mut listening) = (bob.connects().await, carol.connects().await);
    for socket in [&mut talking, &mut listening] {
        socket
            .does("voice_join", json!({"channel": "general"}))
            .await;
    }
    listening.has_heard(NEWS).await;

    let timeout = json!({"user": "bob"});
    admin.post("/api/admin/timeout", timeout).await.succeeds();

    assert_eq!(talking.receives(&["call_ended"]).await["reason"], "removed");
    assert_eq!(
        listening.receives(&["voice_participants"]).await["participants"],
        json!(["carol"])
    );
    for (event, payload) in [
        ("voice_join", json!({"channel": "general"})),
        ("call_start_dm", json!({"to_user": "carol"})),
    ] {
        assert_eq!(
            talking.asks(event, payload).await["error"],
            "timed_out",
            "{event}"
        );
    }
    assert!(listening.has_heard(&["incoming_call"]).await.is_empty());
}

#[tokio::test]
async fn what_a_shadow_banned_person_calls_rings_for_nobody() {
    let app = TestApp::spawn().await;
    let [admin, bob, carol] = app.users(["admin", "bob", "carol"]).await;
    let (mut unheard, mut called) = (bob.connects().await, carol.connects().await);
    admin
        .post("/api/admin/shadow", json!({"user": "bob", "action": "add"}))
        .await
        .succeeds();

    let call = unheard
        .does("call_start_dm", json!({"to_user": "carol"}))
        .await;
    let back = called
        .does("call_start_dm", json!({"to_user": "bob"}))
        .await;
    assert_ne!(call["call_id"], back["call_id"]);
    assert!(called.has_heard(&["incoming_call"]).await.is_empty());
    assert!(unheard.has_heard(&["incoming_call"]).await.is_empty());
    let join = json!({"channel": "general"});
    assert_eq!(unheard.asks("voice_join", join).await["error"], "call_full");
    app.clock.advance(Duration::from_mins(1));
    assert_eq!(
        unheard.receives(&["call_ended"]).await["reason"],
        "unanswered"
    );
}

#[tokio::test]
async fn signals_and_calls_have_a_pace() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut calling, mut called) = (alice.connects().await, bob.connects().await);
    let call = talk(&mut calling, &mut called).await;
    let candidate = json!({"channel": call, "candidate": null});
    let mut refused = json!(null);
    // However slowly it is sent: more than the burst and what a second regains, a hundred times.
    for _ in 0..5_000 {
        let answer = calling.asks("voice_ice", candidate.clone()).await;
        if answer["ok"] != true {
            refused = answer;
            break;
        }
    }
    assert_eq!(refused["error"], "rate_limited");
    assert!(
        refused["retry_after"]
            .as_u64()
            .is_some_and(|seconds| seconds > 0)
    );
}

#[tokio::test]
async fn turn_credentials_are_for_people_with_a_session_and_end() {
    let app = TestApp::with(|config| {
        config.calls.stun_urls = vec!["stun:stun.example.org".into()];
        config.calls.turn_urls = vec!["turn:turn.example.org".into()];
        config.calls.turn_secret = "north".into();
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    for path in ["/api/voice/ice", "/api/voice/channels", "/api/voice/calls"] {
        app.stranger()
            .get(path)
            .await
            .is_refused(401, "unauthenticated");
    }

    let reply = alice.get("/api/voice/ice").await;
    assert_eq!(reply.headers["cache-control"], "no-store");
    let body = reply.succeeds();
    assert_eq!(
        body["ice_servers"][0],
        json!({"urls": ["stun:stun.example.org"]})
    );
    let turn = &body["ice_servers"][1];
    let (until, user) = turn["username"]
        .as_str()
        .and_then(|name| name.split_once(':'))
        .expect("when it ends, and whose it is");
    let until: i64 = until.parse().expect("seconds");
    let left = until - app.clock.now().unix_seconds();
    assert!((0..=12 * 60 * 60).contains(&left), "{left}");
    assert_eq!(user, alice.id().await.to_string());
    assert!(!body.to_string().contains("north"));
}

#[tokio::test]
async fn a_link_leads_into_a_call_that_is_going_on() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let (mut calling, _called) = (alice.connects().await, bob.connects().await);
    let call = calling
        .does("call_start_dm", json!({"to_user": "bob"}))
        .await;
    let path = format!("/call/{}", id(&call));
    let leads = async |person: &Person, path: &str| {
        let reply = Reply::of(person.request(Method::GET, path)).await;
        assert_eq!(reply.status, 303);
        reply.headers["location"]
            .to_str()
            .expect("a path")
            .to_owned()
    };
    let there = format!("/chat?call={}", id(&call));

    assert_eq!(leads(&bob, &path).await, there);
    assert_eq!(leads(&carol, &path).await, "/chat", "it is not hers");
    assert_eq!(leads(&app.stranger(), &path).await, there);
    assert_eq!(leads(&app.stranger(), "/call/call_%0d%0a").await, "/chat");
    calling
        .does("end_call", json!({"call_id": call["call_id"]}))
        .await;
    assert_eq!(leads(&bob, &path).await, "/chat");
}
