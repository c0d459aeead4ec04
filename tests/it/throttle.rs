//! What slows down those who guess, and whose address a request has.

use std::time::Instant;

use serde_json::json;

use crate::support::{Person, TestApp};

/// Refused without the cost of a hash, and counted like any other guess.
fn guess() -> String {
    "x".repeat(1025)
}

/// A server behind a proxy on this machine, with limits on.
async fn behind_proxy() -> TestApp {
    TestApp::with(|config| {
        config.limits.enabled = true;
        config.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await
}

/// Somebody at `address` who says that they are `name`.
fn claims(app: &TestApp, name: &str, address: &str) -> Person {
    let mut person = app.stranger_from(address);
    name.clone_into(&mut person.name);
    person
}

/// How often `attempt` may be made before it is refused as too often.
async fn allowed(mut attempt: impl AsyncFnMut(usize) -> u16) -> usize {
    for n in 0..100 {
        if attempt(n).await == 429 {
            return n;
        }
    }
    panic!("a hundred attempts are allowed");
}

/// Twenty at once, and one more for every three seconds that it took.
#[track_caller]
fn assert_is_twenty(allowed: usize, began: Instant) {
    let later = usize::try_from(began.elapsed().as_secs() / 3).expect("a number");
    assert!((20..=20 + later).contains(&allowed), "{allowed}");
}

#[tokio::test]
async fn ten_attempts_on_an_account_close_it_to_strangers_but_not_to_its_owner() {
    let app = behind_proxy().await;
    let alice = claims(&app, "alice", "10.1.0.1");
    alice.registers().await.succeeds();
    alice.signs_in().await.succeeds();
    claims(&app, "bob", "10.1.0.1").registers().await.succeeds();

    // Her own was the first of the ten.
    for n in 0..9 {
        claims(&app, "Alice", &format!("10.2.0.{n}"))
            .signs_in_with(&guess())
            .await
            .is_refused(401, "invalid_credentials");
    }
    let refused = claims(&app, "ALICE", "10.2.1.1").signs_in().await;

    refused.is_refused(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    assert!(
        refused.body["retry_after"]
            .as_u64()
            .is_some_and(|wait| wait <= 180)
    );
    let home = claims(&app, "alice", "10.1.0.1");
    home.signs_in().await.succeeds();
    let other = claims(&app, "bob", "10.2.1.1");
    other.signs_in().await.succeeds();
}

#[tokio::test]
async fn guessing_a_name_that_nobody_has_is_slowed_down_alike() {
    let app = behind_proxy().await;

    let allowed = allowed(async |n| {
        let stranger = claims(&app, "nobody", &format!("10.2.0.{n}"));
        stranger.signs_in_with(&guess()).await.status
    })
    .await;

    assert_eq!(allowed, 10);
}

#[tokio::test]
async fn one_address_may_guess_twenty_times_whatever_the_names() {
    let app = behind_proxy().await;
    let began = Instant::now();

    let allowed = allowed(async |n| {
        let stranger = claims(&app, &format!("name {n}"), "10.3.0.1");
        stranger.signs_in_with(&guess()).await.status
    })
    .await;

    assert_is_twenty(allowed, began);
    let neighbour = claims(&app, "name", "10.3.0.2");
    let answer = neighbour.signs_in_with(&guess()).await;
    answer.is_refused(401, "invalid_credentials");
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_are_one() {
    let app = behind_proxy().await;
    let began = Instant::now();

    let allowed = allowed(async |n| {
        let stranger = claims(&app, &format!("name {n}"), &format!("2001:db8::{n:x}"));
        stranger.signs_in_with(&guess()).await.status
    })
    .await;

    assert_is_twenty(allowed, began);
    let elsewhere = claims(&app, "name", "2001:db8:0:1::1");
    let answer = elsewhere.signs_in_with(&guess()).await;
    answer.is_refused(401, "invalid_credentials");
}

#[tokio::test]
async fn one_address_may_register_twenty_times() {
    let app = behind_proxy().await;
    let began = Instant::now();
    let register = async |n: usize, address: &str| {
        let body = json!({"username": format!("name {n}"), "password": "short"});
        app.stranger_from(address).post("/register", body).await
    };

    let allowed = allowed(async |n| register(n, "10.4.0.1").await.status).await;

    assert_is_twenty(allowed, began);
    let elsewhere = register(0, "10.4.0.2").await;
    elsewhere.is_refused(400, "password_too_short");
}

#[tokio::test]
async fn an_address_that_no_trusted_proxy_vouches_for_counts_for_nothing() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let began = Instant::now();

    let allowed = allowed(async |n| {
        let stranger = claims(&app, &format!("name {n}"), &format!("10.5.0.{n}"));
        stranger.signs_in_with(&guess()).await.status
    })
    .await;

    assert_is_twenty(allowed, began);
}

#[tokio::test]
async fn a_session_remembers_the_address_that_can_be_believed() {
    let believed = async |app: &TestApp, forwarded: &str| {
        let alice = claims(app, "alice", forwarded);
        alice.signs_in().await.succeeds();
        let sessions = alice.reads("/api/me/sessions").await;
        let sessions = sessions["sessions"].as_array().expect("a list").clone();
        let current = sessions.iter().find(|session| session["current"] == true);
        current.expect("this session")["address"].clone()
    };
    let trusting = behind_proxy().await;
    claims(&trusting, "alice", "10.6.0.1")
        .registers()
        .await
        .succeeds();
    let wary = TestApp::spawn().await;
    claims(&wary, "alice", "10.6.0.1")
        .registers()
        .await
        .succeeds();

    assert_eq!(believed(&trusting, "10.6.0.1").await, "10.6.0.1");
    assert_eq!(believed(&trusting, "6.6.6.6, 10.6.0.1").await, "10.6.0.1");
    assert_eq!(believed(&trusting, "10.6.0.1, 127.0.0.1").await, "10.6.0.1");
    assert_eq!(believed(&trusting, "nonsense").await, "127.0.0.1");
    assert_eq!(believed(&wary, "10.6.0.1").await, "127.0.0.1");
}
