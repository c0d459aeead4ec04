//! Posts to widgets that are refused before they are read: their app's managers see them, and a flood
//! of them fills nothing.

use serde_json::{Value, json};

use crate::support::{Community, Person, Reply, TestApp, Tile, counter};

/// A server of `alice` with a widget, on a server with limits that takes addresses from a proxy.
async fn limited() -> (TestApp, Person, Tile) {
    let app = TestApp::with(|config| {
        config.limits.enabled = true;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(&app, &club, &alice).await;
    (app, alice, tile)
}

/// Status, error and address of what came in, the oldest first.
async fn log_of(person: &Person, tile: &Tile) -> Vec<Value> {
    let path = format!("/apps/{}/deliveries?limit=200", tile.id);
    let listed = person.reads(&path).await["deliveries"].clone();
    let listed = listed.as_array().expect("deliveries").iter().rev();
    listed
        .map(|it| json!([it["status"], it["error"], it["remote"]]))
        .collect()
}

/// Posts from `person` until so many were refused as coming too often.
async fn floods(person: &Person, path: &str, times: usize) {
    let mut refused = 0;
    while refused < times {
        let reply = person.post(path, counter(1)).await;
        if reply.status == 429 {
            reply.refuses(429, "rate_limited");
            refused += 1;
        }
    }
}

#[tokio::test]
async fn what_is_too_large_or_too_often_is_in_the_log() {
    let (app, alice, tile) = limited().await;
    let (large, often) = (
        app.stranger_from("192.0.2.1"),
        app.stranger_from("192.0.2.2"),
    );

    let body = " ".repeat(40_000);
    let post = large.request(reqwest::Method::POST, &tile.path(""));
    Reply::of(post.body(body.clone()))
        .await
        .refuses(413, "payload_too_large");
    floods(&often, &tile.path(""), 1).await;

    let log = log_of(&alice, &tile).await;
    assert_eq!(log[0], json!([413, "payload_too_large", "192.0.2.1"]));
    let last = log.last().expect("deliveries");
    assert_eq!(*last, json!([429, "rate_limited", "192.0.2.2"]));
    let sizes = format!("/apps/{}/deliveries?limit=200", tile.id);
    let sizes = alice.reads(&sizes).await["deliveries"].clone();
    let sizes = sizes.as_array().expect("deliveries");
    assert_eq!(sizes[sizes.len() - 1]["bytes"], body.len());
}

#[tokio::test]
async fn a_flood_of_refused_posts_is_in_the_log_for_some_of_it() {
    let (app, alice, tile) = limited().await;
    let refused = |log: &[Value]| log.iter().filter(|it| it[0] == 429).count();

    // Of one address, ten a minute are looked up; it may become the next minute meanwhile.
    floods(&app.stranger_from("192.0.2.1"), &tile.path(""), 40).await;
    let first = refused(&log_of(&alice, &tile).await);
    assert!((10..40).contains(&first), "{first}");

    // Of all addresses together, thirty a minute are written.
    for n in 2..12 {
        floods(
            &app.stranger_from(&format!("192.0.2.{n}")),
            &tile.path(""),
            10,
        )
        .await;
    }
    let all = refused(&log_of(&alice, &tile).await);
    assert!((30..=90).contains(&all), "{all} of 140");
}

#[tokio::test]
async fn who_has_no_token_of_an_app_writes_nothing_into_its_log() {
    let (app, alice, tile) = limited().await;
    let rotated = tile.rotates(&alice).await;
    let [mallory] = app.users(["mallory"]).await;

    let nonsense = format!("/widgets/{}/nonsense", tile.id);
    floods(&app.stranger_from("192.0.2.1"), &nonsense, 5).await;
    floods(&app.stranger_from("192.0.2.2"), &tile.path(""), 5).await;
    assert_eq!(log_of(&alice, &rotated).await, [Value::Null; 0]);

    floods(&app.stranger_from("192.0.2.3"), &rotated.path(""), 1).await;
    let log = log_of(&alice, &rotated).await;
    assert_eq!(log.last(), Some(&json!([429, "rate_limited", "192.0.2.3"])));
    let path = format!("/apps/{}/deliveries", rotated.id);
    mallory.get(&path).await.refuses(404, "app_not_found");
}
