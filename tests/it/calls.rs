//! Calls: who is rung, who may come in, what ends them, and who must not hear anything.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Person, Socket, TestApp, eventually};

/// Everything about a call that a socket can be sent.
pub(crate) const NEWS: &[&str] = &[
    "incoming_call",
    "call_initiated",
    "call_started",
    "call_answered",
    "call_state",
    "call_ended",
    "voice_participants",
    "voice_offer",
    "voice_answer",
    "voice_ice",
    "voice_mute",
    "webrtc_signal",
];

pub(crate) fn id(call: &Value) -> String {
    call["call_id"].as_str().expect("a call's id").to_owned()
}

pub(crate) fn offer() -> Value {
    json!({"type": "offer", "sdp": "v=0"})
}

/// Two people in a call, hearing and heard; its id.
pub(crate) async fn talk(alice: &mut Socket, bob: &mut Socket) -> String {
    let call = alice.does("call_start_dm", json!({"to_user": "bob"})).await;
    let call = id(&call);
    bob.does("answer_call", json!({"call_id": call, "answer": true}))
        .await;
    for socket in [alice, bob] {
        socket.does("voice_join", json!({"channel": call})).await;
    }
    call
}

/// The names in the latest list of a room that a socket was sent.
pub(crate) async fn participants(socket: &mut Socket) -> Vec<Value> {
    let lists = socket.has_heard(&["voice_participants"]).await;
    let latest = lists.last().expect("a list of participants");
    latest["participants"].as_array().expect("names").clone()
}

#[tokio::test]
async fn a_call_rings_everywhere_is_answered_once_and_ends_for_both() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let (mut calling, mut other_tab) = (alice.connects().await, alice.connects().await);
    let (mut desk, mut phone) = (bob.connects().await, bob.connects().await);
    let mut outsider = carol.connects().await;

    let call = calling
        .does(
            "call_start_dm",
            json!({"to_user": "BOB", "call_type": "video"}),
        )
        .await;
    let call = id(&call);
    for socket in [&mut desk, &mut phone] {
        let incoming = socket.receives(&["incoming_call"]).await;
        assert_eq!(incoming["from_user"], "alice");
        assert_eq!(incoming["call_id"], *call);
        assert_eq!(incoming["call_type"], "video");
        assert_eq!(incoming["conversation"], "dm:alice");
    }
    assert_eq!(
        calling.receives(&["call_initiated"]).await["to_user"],
        "bob"
    );
    assert_eq!(
        bob.reads("/api/voice/calls").await["calls"][0]["ringing"],
        json!(["bob"])
    );

    let answered = phone
        .does("answer_call", json!({"call_id": call, "answer": true}))
        .await;
    assert_eq!(answered["participants"], json!(["alice", "bob"]));
    let ended = desk.receives(&["call_ended"]).await;
    assert_eq!(ended["reason"], "answered_elsewhere");
    let answer = calling.receives(&["call_answered"]).await;
    assert_eq!(
        (&answer["by_user"], &answer["answer"]),
        (&json!("bob"), &json!(true))
    );
    assert_eq!(phone.receives(&["call_started"]).await["peer"], "alice");

    phone.does("end_call", json!({"call_id": call})).await;
    for socket in [&mut calling, &mut desk, &mut other_tab] {
        let ended = socket.receives(&["call_ended"]).await;
        assert_eq!(
            (&ended["by_user"], &ended["reason"]),
            (&json!("bob"), &json!("hung_up"))
        );
    }
    assert_eq!(alice.reads("/api/voice/calls").await["calls"], json!([]));
    // Older clients open the microphone of whoever hears that a call started.
    assert!(
        other_tab
            .has_heard(&["call_started", "incoming_call"])
            .await
            .is_empty()
    );
    assert!(outsider.has_heard(NEWS).await.is_empty());
    assert_eq!(carol.reads("/api/voice/calls").await["calls"], json!([]));
}

#[tokio::test]
async fn whoever_declines_ends_the_call_in_all_tabs() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let mut calling = alice.connects().await;
    let (mut desk, mut phone) = (bob.connects().await, bob.connects().await);
    let call = calling.does("call_user", json!({"to_user": "bob"})).await;

    desk.does(
        "answer_call",
        json!({"call_id": call["call_id"], "answer": false}),
    )
    .await;

    assert_eq!(calling.receives(&["call_answered"]).await["answer"], false);
    for socket in [&mut calling, &mut phone] {
        assert_eq!(socket.receives(&["call_ended"]).await["reason"], "declined");
    }
    assert!(
        desk.has_heard(&["call_ended"]).await.is_empty(),
        "they know"
    );
    let late = phone
        .asks(
            "answer_call",
            json!({"call_id": call["call_id"], "answer": true}),
        )
        .await;
    assert_eq!(late["error"], "call_not_found");
}

#[tokio::test]
async fn an_unanswered_call_ends_and_leaves_a_note() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut calling, mut called) = (alice.connects().await, bob.connects().await);
    let call = calling
        .does("call_start_dm", json!({"to_user": "bob"}))
        .await;

    app.clock.advance(Duration::from_mins(1));

    for socket in [&mut calling, &mut called] {
        let ended = socket.receives(&["call_ended"]).await;
        assert_eq!(
            (&ended["call_id"], &ended["reason"]),
            (&call["call_id"], &json!("unanswered"))
        );
    }
    let notes = async |person: &Person| person.reads("/api/dm/messages?peer=System").await;
    let link = format!("/call/{}", id(&call));
    for person in [&alice, &bob] {
        eventually("System tells", async || {
            notes(person).await[0]["source"]
                .as_str()
                .is_some_and(|it| it.contains(&link))
        })
        .await;
    }
}

#[tokio::test]
async fn who_cannot_be_called_is_said() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let mut calling = alice.connects().await;
    let refused = async |socket: &mut Socket, event: &str, payload: Value| {
        let answer = socket.asks(event, payload).await;
        let told = socket.receives(&["call_error"]).await;
        (answer["error"].clone(), told["error"].clone())
    };

    let to = |name: &str| json!({"to_user": name});
    for (name, code, text) in [
        ("alice", "cannot_call_yourself", "Cannot call yourself"),
        ("bob", "user_not_online", "User is not online"),
        ("nobody", "user_not_online", "User is not online"),
    ] {
        let said = refused(&mut calling, "call_start_dm", to(name)).await;
        assert_eq!(said, (json!(code), json!(text)), "{name}");
    }
    let group = alice.makes_group_with(&[&bob]).await;
    let mut outsider = carol.connects().await;
    let thread = json!({"thread_id": group});
    let (code, _) = refused(&mut outsider, "call_start_gdm", thread).await;
    assert_eq!(code, "not_a_member");
    assert_eq!(
        calling.asks("call_start_dm", json!({})).await["error"],
        "bad_params"
    );
}

#[tokio::test]
async fn nobody_else_gets_into_a_call_or_hears_what_is_said_in_it() {
    let app = TestApp::spawn().await;
    let [alice, bob, mallory] = app.users(["alice", "bob", "mallory"]).await;
    let (mut calling, mut called) = (alice.connects().await, bob.connects().await);
    let mut second_tab = bob.connects().await;
    let mut stranger = mallory.connects().await;
    let call = talk(&mut calling, &mut called).await;
    second_tab.has_heard(NEWS).await;

    let described = json!({"channel": call, "sdp": offer(), "from": "mallory"});
    for (event, payload) in [
        ("voice_join", json!({"channel": call})),
        ("answer_call", json!({"call_id": call, "answer": true})),
    ] {
        let answer = stranger.asks(event, payload).await;
        assert_eq!(answer["error"], "call_not_found", "{event}");
    }
    for (event, payload) in [
        ("voice_offer", described.clone()),
        ("voice_ice", json!({"channel": call, "candidate": null})),
        ("voice_mute", json!({"channel": call, "muted": true})),
        (
            "webrtc_signal",
            json!({"to_user": "bob", "type": "offer", "data": {}}),
        ),
    ] {
        let answer = stranger.asks(event, payload.clone()).await;
        assert_eq!(answer["error"], "not_in_call", "{event}");
        // Another tab of somebody who is in it is not in it either.
        let answer = second_tab.asks(event, payload).await;
        assert_eq!(answer["error"], "not_in_call", "{event}");
    }
    stranger.does("end_call", json!({"call_id": call})).await;
    stranger.does("voice_leave", json!({"channel": call})).await;

    calling.does("voice_offer", described).await;
    let heard = called.receives(&["voice_offer"]).await;
    assert_eq!((&heard["from"], &heard["sdp"]), (&json!("alice"), &offer()));
    calling
        .does(
            "webrtc_signal",
            json!({"to_user": "bob", "type": "ice-candidate", "data": {"a": 1}}),
        )
        .await;
    let signal = called.receives(&["webrtc_signal"]).await;
    assert_eq!(
        (&signal["from_user"], &signal["data"]["a"]),
        (&json!("alice"), &json!(1))
    );
    assert!(stranger.has_heard(NEWS).await.is_empty());
    assert!(second_tab.has_heard(NEWS).await.is_empty());
    assert!(
        calling
            .has_heard(&["voice_offer", "webrtc_signal"])
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_no_signal_is_refused() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut calling, mut called) = (alice.connects().await, bob.connects().await);
    let call = talk(&mut calling, &mut called).await;
    called.has_heard(NEWS).await;
    let long = "x".repeat(200_000);
    for (event, payload, code) in [
        (
            "voice_offer",
            json!({"channel": call, "sdp": {"type": "offer", "sdp": long}}),
            "signal_too_large",
        ),
        (
            "voice_offer",
            json!({"channel": call, "sdp": {"type": "answer", "sdp": ""}}),
            "bad_params",
        ),
        (
            "voice_ice",
            json!({"channel": call, "candidate": {"candidate": "x".repeat(5_000)}}),
            "signal_too_large",
        ),
        (
            "voice_ice",
            json!({"channel": call, "candidate": "text"}),
            "bad_params",
        ),
        (
            "webrtc_signal",
            json!({"to_user": "bob", "type": "other", "data": 1}),
            "bad_params",
        ),
        (
            "voice_offer",
            json!({"channel": call, "sdp": offer(), "to": "carol"}),
            "not_in_call",
        ),
        (
            "voice_offer",
            json!({"channel": call, "sdp": offer(), "to": [1]}),
            "bad_params",
        ),
        (
            "voice_join",
            json!({"channel": "call_of_mine"}),
            "call_not_found",
        ),
        ("voice_join", json!({"channel": " "}), "bad_channel"),
    ] {
        assert_eq!(calling.asks(event, payload).await["error"], code, "{event}");
    }
    assert!(called.has_heard(NEWS).await.is_empty());
}

#[tokio::test]
async fn three_in_a_group_hear_each_other_one_by_one() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol, dave] = app.users(["alice", "bob", "carol", "dave"]).await;
    let group = alice.makes_group_with(&[&bob, &carol]).await;
    let [mut one, mut two, mut three, mut outsider] = [
        alice.connects().await,
        bob.connects().await,
        carol.connects().await,
        dave.connects().await,
    ];
    let call = one
        .does("call_start_gdm", json!({"thread_id": group}))
        .await;
    let call = id(&call);
    for socket in [&mut two, &mut three] {
        let incoming = socket.receives(&["incoming_call"]).await;
        assert_eq!(
            (&incoming["thread_id"], &incoming["from_user"]),
            (&json!(group), &json!("alice"))
        );
    }
    for socket in [&mut one, &mut two, &mut three] {
        socket.does("voice_join", json!({"channel": call})).await;
    }
    assert_eq!(participants(&mut one).await, ["alice", "bob", "carol"]);
    assert_eq!(
        outsider.asks("voice_join", json!({"channel": call})).await["error"],
        "call_not_found"
    );

    one.does(
        "voice_offer",
        json!({"channel": call, "sdp": offer(), "to": "carol"}),
    )
    .await;
    assert_eq!(three.receives(&["voice_offer"]).await["from"], "alice");
    assert!(two.has_heard(&["voice_offer"]).await.is_empty());

    // Whoever is put out of the group is out of its call.
    alice
        .post("/api/gdm/kick", json!({"tid": group, "user": "carol"}))
        .await
        .succeeds();
    assert_eq!(three.receives(&["call_ended"]).await["reason"], "removed");
    let refused = three
        .asks("voice_offer", json!({"channel": call, "sdp": offer()}))
        .await;
    assert_eq!(refused["error"], "not_in_call");
    assert_eq!(
        three.asks("voice_join", json!({"channel": call})).await["error"],
        "call_not_found"
    );
    let left = two.receives(&["voice_participants"]).await;
    assert_eq!(left["participants"], json!(["alice", "bob"]));

    two.does("voice_leave", json!({"channel": call})).await;
    one.does("end_call", json!({"call_id": call})).await;
    assert_eq!(two.receives(&["call_ended"]).await["call_id"], *call);
    assert!(outsider.has_heard(NEWS).await.is_empty());
}

#[tokio::test]
async fn who_loses_the_connection_may_come_back_and_else_the_call_is_over() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (mut calling, mut called) = (alice.connects().await, bob.connects().await);
    let call = talk(&mut calling, &mut called).await;
    calling.has_heard(NEWS).await;
    let place = called.does("voice_join", json!({"channel": call})).await["peer_id"].clone();
    calling.has_heard(NEWS).await;

    drop(called);
    let gone = calling.receives(&["voice_participants"]).await;
    assert_eq!(
        (&gone["participants"], &gone["away"]),
        (&json!(["alice"]), &json!([place]))
    );
    let mut back = bob.connects().await;
    let again = back
        .does("voice_join", json!({"channel": call, "peer_id": place}))
        .await;
    assert_eq!(again["peer_id"], place);
    let here = calling.receives(&["voice_participants"]).await;
    assert_eq!(
        (&here["participants"], &here["away"]),
        (&json!(["alice", "bob"]), &json!([]))
    );

    drop(back);
    calling.receives(&["voice_participants"]).await;
    app.clock.advance(Duration::from_secs(30));
    assert_eq!(calling.receives(&["call_ended"]).await["reason"], "left");
}
