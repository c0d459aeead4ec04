//! What System tells people of their apps: tokens that end, and tokens that somebody stole.

use std::time::Duration;

use serde_json::json;

use crate::{
    oauth_site::{Site, Tokens},
    support::{Community, Person, TestApp, eventually, number},
};

const DAY: Duration = Duration::from_hours(24);

/// What System has told somebody, the oldest first.
async fn told(person: &Person) -> Vec<String> {
    let messages = person.reads("/api/dm/messages?peer=System").await;
    let texts = messages
        .as_array()
        .expect("messages")
        .iter()
        .map(|message| &message["source"]);
    texts
        .map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

/// Makes a token that lives so many days.
async fn makes_token(person: &Person, app: i64, name: &str, days: Option<i64>) {
    let body = json!({"name": name, "scopes": ["read_roles"], "expiresInDays": days});
    let made = person.post(&format!("/apps/{app}/tokens"), body).await;
    assert_eq!(made.status, 201, "{}", made.body);
}

/// Starts the server again, upon which it looks for tokens that end.
async fn looks(app: &mut TestApp, person: &Person) -> Person {
    app.restart().await;
    let person = person.at(app.address());
    // The session of before may have ended by now.
    person.signs_in().await.succeeds();
    person
}

#[tokio::test]
async fn whoever_made_a_token_is_told_twice_that_it_ends_and_never_again() {
    let mut app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let id = club.makes_integration(&alice).await;
    makes_token(&alice, id, "de*ploy", Some(30)).await;
    makes_token(&alice, id, "lasting", None).await;
    makes_token(&alice, id, "short", Some(2)).await;
    let noted = "SELECT count(*) FROM integration_token WHERE warned_days IS NOT NULL";

    let alice = looks(&mut app, &alice).await;
    app.clock.advance(DAY * 15);
    let alice = looks(&mut app, &alice).await;
    assert_eq!(app.number(noted, []).await, 0, "15 days are left");
    app.clock.advance(DAY + DAY / 2);
    let alice = looks(&mut app, &alice).await;
    eventually("she is told", async || told(&alice).await.len() == 1).await;
    let text = told(&alice).await.remove(0);
    assert!(text.contains("de\\*ploy"), "{text}");
    assert!(text.contains("less than 14 days"), "{text}");
    assert!(text.contains(&format!("/developers/apps/{id}")), "{text}");
    assert_eq!(app.number(noted, []).await, 1);

    let alice = looks(&mut app, &alice).await;
    app.clock.advance(DAY * 11);
    let alice = looks(&mut app, &alice).await;
    eventually("she is told again", async || told(&alice).await.len() == 2).await;
    assert!(told(&alice).await[1].contains("less than 3 days"));
    app.clock.advance(DAY);
    let alice = looks(&mut app, &alice).await;
    app.clock.advance(DAY * 5);
    let alice = looks(&mut app, &alice).await;
    assert_eq!(told(&alice).await.len(), 2, "once each");
    let bob = bob.at(app.address());
    bob.signs_in().await.succeeds();
    assert_eq!(told(&bob).await.len(), 0, "it is not his");
}

#[tokio::test]
async fn whose_refresh_token_was_stolen_is_told_once_and_its_owner_finds_it_in_the_log() {
    let app = TestApp::spawn().await;
    let [owner, alice] = app.users(["owner", "alice"]).await;
    let site = Site::register(&app).await;
    let first = site.signs_in(&alice).await;
    let second = Tokens::of(&site.refreshes(&first.refresh).await.succeeds());
    // A second attempt right away is an answer that got lost.
    assert_eq!(site.refreshes(&first.refresh).await.status, 400);
    assert_eq!(told(&alice).await.len(), 0);

    app.clock.advance(Duration::from_secs(11));
    assert_eq!(site.refreshes(&first.refresh).await.status, 400);

    let texts = told(&alice).await;
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].contains("refresh token"), "{texts:?}");
    assert!(texts[0].contains("Site"), "{texts:?}");
    assert!(texts[0].contains("/settings"), "{texts:?}");
    for token in [&first.refresh, &second.refresh] {
        assert_eq!(site.refreshes(token).await.status, 400);
    }
    assert_eq!(told(&alice).await.len(), 1, "once");
    assert_eq!(told(&owner).await.len(), 0, "it is not their account");
    let log = owner.reads(&format!("/apps/{}/deliveries", site.app)).await;
    let log = log["deliveries"].as_array().expect("a log").clone();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["error"], "refresh_token_reused");
    assert_eq!(number(&log[0]["status"]), 400);
}

#[tokio::test]
async fn what_integrations_ask_is_in_their_log() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let id = club.makes_integration(&alice).await;
    let (_, token) = alice.makes_token(id, &["read_roles"]).await;
    let bot = crate::support::Bot::new(&app, &token);
    bot.whoami().await.succeeds();
    assert_eq!(bot.get(&club.path("/roles")).await.status, 200);
    assert_eq!(bot.get("/servers/999999/roles").await.status, 404);

    let log = alice.reads(&format!("/apps/{id}/deliveries")).await;
    let log: Vec<_> = log["deliveries"]
        .as_array()
        .expect("a log")
        .iter()
        .map(|entry| (entry["status"].clone(), entry["error"].clone()))
        .collect();
    let fine = (json!(200), json!(null));
    let missed = (json!(404), json!("server_not_found"));
    assert_eq!(log, [missed, fine.clone(), fine]);
}
