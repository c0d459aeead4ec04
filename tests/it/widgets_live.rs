//! Widgets live: streams and sockets, who hears what, and when a stream ends.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Person, TestApp, Tile, Watching};

/// How often each of many widgets is posted to, to fill a connection.
const ROUNDS: usize = 12;

/// A stream that is let in.
async fn watches(person: &Person, club: &Community) -> Watching {
    let opened = Watching::opens(person, club).await;
    opened.unwrap_or_else(|refused| panic!("{} cannot watch: {}", person.name, refused.body))
}

#[tokio::test]
async fn a_stream_begins_with_what_is_shown_and_goes_on_with_what_is_posted() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (a, b) = (
        Tile::of(&app, &club, &alice).await,
        Tile::of(&app, &club, &alice).await,
    );
    a.shows(1).await;

    let mut stream = watches(&bob, &club).await;

    let headers = stream.response.headers().clone();
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert!(!headers.contains_key("content-encoding"));
    let retry = stream.block().await.expect("a first block");
    let retry = retry.strip_prefix("retry: ").expect("when to come again");
    let retry: u32 = retry.parse().expect("milliseconds");
    assert!((3000..4500).contains(&retry), "{retry}");
    let first = stream.hears().await.expect("what there is");
    assert_eq!(first.event, "widget_updated");
    assert_eq!(first.data["serverId"], club.id);
    assert_eq!(
        (&first.data["appId"], &first.data["version"]),
        (&json!(a.id), &json!(1))
    );
    let listed = bob.reads(&club.path("/widgets")).await;
    assert_eq!(first.data["snapshot"], listed["widgets"][0]["snapshot"]);

    b.shows(7).await;
    let next = stream.hears().await.expect("news");
    assert_eq!(next.data["appId"], b.id);
    assert_eq!(next.data["snapshot"]["rows"][0]["value"], 7);
    let number = |id: &str| id.parse::<u64>().expect("a number");
    assert!(number(&next.id) > number(&first.id));
}

#[tokio::test]
async fn whoever_comes_again_is_told_what_is_shown_by_then() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    tile.shows(1).await;
    let last = watches(&alice, &club).await.hears().await.expect("news").id;
    for value in 2..=5 {
        tile.shows(value).await;
    }

    let request = alice.request(Method::GET, &club.path("/events"));
    let again = Watching::with(request.header("last-event-id", last)).await;

    let again = again.expect("let in").hears().await.expect("what there is");
    assert_eq!(again.data["version"], 5);
    assert_eq!(again.data["snapshot"]["rows"][0]["value"], 5);
}

#[tokio::test]
async fn a_socket_hears_the_same() {
    let app = TestApp::spawn().await;
    let [alice, bob, eve] = app.users(["alice", "bob", "eve"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let elsewhere = Community::of(&eve, &[]).await;
    let (tile, theirs) = (
        Tile::of(&app, &club, &alice).await,
        Tile::of(&app, &elsewhere, &eve).await,
    );
    let mut stream = watches(&bob, &club).await;
    let mut sockets = [bob.connects().await, eve.connects().await];

    tile.shows(3).await;
    let streamed = stream.hears().await.expect("news").data;
    assert_eq!(sockets[0].receives(&["widget_updated"]).await, streamed);

    // What Eve hears first is of her own server.
    theirs.shows(4).await;
    let heard = sockets[1].receives(&["widget_updated"]).await;
    assert_eq!(heard["appId"], theirs.id);
}

#[tokio::test]
async fn many_posts_are_few_events_and_the_last_is_among_them() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    let mut stream = watches(&alice, &club).await;
    let began = Instant::now();

    for value in 1..=40 {
        tile.shows(value).await;
    }
    let mut heard = Vec::new();
    while heard.last() != Some(&40) {
        heard.push(stream.sees().await.1);
    }

    assert!(heard.is_sorted(), "{heard:?}");
    // However fast or slow this machine is: the first at once, then one in 250 ms.
    let most = began.elapsed().as_millis() / 250 + 1;
    assert!(heard.len() as u128 <= most, "{heard:?} in {most} turns");
}

#[tokio::test]
async fn what_is_hidden_is_heard_of_by_managers_alone() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (hidden, seen) = (
        Tile::of(&app, &club, &alice).await,
        Tile::of(&app, &club, &alice).await,
    );
    hidden.shows(1).await;
    hidden.is_made_visible(&alice, false).await;
    seen.shows(1).await;

    let (mut manager, mut member) = (watches(&alice, &club).await, watches(&bob, &club).await);

    assert_eq!(member.sees().await, (seen.id, 1));
    assert_eq!(manager.sees().await, (hidden.id, 1));
    assert_eq!(manager.sees().await, (seen.id, 1));
    hidden
        .posts(crate::support::counter(2))
        .await
        .refuses(403, "widget_invisible");
    assert_eq!(seen.shows(2).await, 2);
    assert_eq!(member.sees().await, (seen.id, 2));
    assert_eq!(manager.sees().await, (seen.id, 2));
}

#[tokio::test]
async fn what_is_shown_again_is_heard_of_at_once() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    tile.shows(1).await;
    tile.is_made_visible(&alice, false).await;
    let mut stream = watches(&bob, &club).await;

    tile.is_made_visible(&alice, true).await;

    assert_eq!(stream.sees().await, (tile.id, 1));
    let mut later = watches(&bob, &club).await;
    alice.delete(&format!("/apps/{}", tile.id)).await.is_done();
    let other = Tile::of(&app, &club, &alice).await;
    other.shows(1).await;
    assert_eq!(later.sees().await, (tile.id, 1));
    assert_eq!(later.sees().await, (other.id, 1));
    assert_eq!(watches(&bob, &club).await.sees().await, (other.id, 1));
}

#[tokio::test]
async fn who_is_put_out_or_leaves_hears_no_more() {
    let app = TestApp::spawn().await;
    let names = ["alice", "kicked", "banned", "gone", "stays"];
    let [alice, kicked, banned, gone, stays] = app.users(names).await;
    let club = Community::of(&alice, &[&kicked, &banned, &gone, &stays]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    let mut ended = Vec::new();
    for person in [&kicked, &banned, &gone] {
        ended.push(watches(person, &club).await);
    }
    let mut staying = watches(&stays, &club).await;
    let mut socket = kicked.connects().await;

    let membership = club.membership_of(&kicked).await;
    alice.delete(&membership).await.is_done();
    let ban = club.path(&format!("/bans/{}", banned.id().await));
    alice
        .does(Method::PUT, &ban, Some(json!({})))
        .await
        .is_done();
    let membership = club.membership_of(&gone).await;
    gone.delete(&membership).await.is_done();
    tile.shows(1).await;

    for stream in &mut ended {
        assert_eq!(stream.ends().await, [0_i64; 0]);
    }
    assert_eq!(staying.sees().await, (tile.id, 1));
    // The socket of whoever was put out hears of it, and of nothing after.
    let elsewhere = Community::of(&kicked, &[]).await;
    let own = Tile::of(&app, &elsewhere, &kicked).await;
    own.shows(1).await;
    let heard = socket.receives(&["widget_updated"]).await;
    assert_eq!(heard["appId"], own.id);
    let refused = Watching::opens(&kicked, &club).await.expect_err("refused");
    refused.refuses(404, "server_not_found");
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_its_server() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let elsewhere = bob.elsewhere();
    elsewhere.signs_in().await.succeeds();
    let mut streams = [watches(&bob, &club).await, watches(&elsewhere, &club).await];

    bob.post("/logout", json!({})).await.succeeds();
    assert_eq!(streams[0].ends().await, [0_i64; 0]);
    let refused = Watching::opens(&bob, &club).await.expect_err("refused");
    assert_eq!(refused.status, 401);

    let tile = Tile::of(&app, &club, &alice).await;
    tile.shows(1).await;
    assert_eq!(streams[1].sees().await, (tile.id, 1));
    alice.delete(&club.path("")).await.is_done();
    assert_eq!(streams[1].ends().await, [0_i64; 0]);
}

#[tokio::test]
async fn a_person_has_ten_streams() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(watches(&alice, &club).await);
    }
    let refused = Watching::opens(&alice, &club).await.expect_err("refused");
    refused.refuses(429, "too_many_streams");
    watches(&bob, &club).await;

    drop(streams.pop());
    crate::support::eventually("a stream for the one that ended", async || {
        Watching::opens(&alice, &club).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn open_streams_do_not_hold_up_the_end() {
    let mut app = TestApp::spawn().await;
    let people = app.crowd(20).await;
    let club = Community::of(&people[0], &people.iter().skip(1).collect::<Vec<_>>()).await;
    let tile = Tile::of(&app, &club, &people[0]).await;
    tile.shows(1).await;
    let mut streams = Vec::new();
    for person in &people {
        let mut stream = watches(person, &club).await;
        stream.sees().await;
        streams.push(stream);
    }

    let stopped = app.begin_stop();
    for stream in &mut streams {
        assert_eq!(stream.ends().await, [0_i64; 0]);
    }

    stopped().expect("a clean stop");
}

#[tokio::test]
async fn who_does_not_read_does_not_hold_up_the_end_either() {
    let mut app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let mut tiles = Vec::new();
    for _ in 0..40 {
        tiles.push(Tile::of(&app, &club, &alice).await);
    }
    let mut stuck = watches(&bob, &club).await;
    let mut reading = watches(&alice, &club).await;
    let url = format!("https://example.com/{}", "x".repeat(2_000));
    let row = json!({"kind": "text", "label": "a", "value": "ä".repeat(120), "url": url});
    let rows: Vec<Value> = vec![row; 6];

    // Megabytes, more than connections hold for who does not read; the other one hears them all.
    for _ in 0..ROUNDS {
        for tile in &tiles {
            tile.posts(json!({ "rows": rows })).await.succeeds();
        }
        for _ in &tiles {
            reading.sees().await;
        }
    }

    app.stop().expect("a clean stop");
    let heard = stuck.ends().await.len();
    assert!(heard < ROUNDS * tiles.len(), "{heard} were heard by nobody");
}
