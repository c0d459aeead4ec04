//! Posts to widgets: what is taken, what is refused, and in which order.

use std::{num::NonZeroU32, time::Instant};

use reqwest::{Method, header};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{Community, Person, Reply, TestApp, Tile, counter};

/// A server of `alice` with a widget.
async fn club(app: &TestApp) -> (Person, Community, Tile) {
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let tile = Tile::of(app, &club, &alice).await;
    (alice, club, tile)
}

/// What the only widget of a server shows.
async fn shown(person: &Person, club: &Community) -> Value {
    let widgets = person.reads(&club.path("/widgets")).await;
    widgets["widgets"][0]["snapshot"].clone()
}

fn row(row: &Value) -> Value {
    json!({ "rows": [row] })
}

#[tokio::test]
async fn the_documented_post_works_and_is_echoed() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    assert_eq!(shown(&alice, &club).await, Value::Null);
    let rows = json!([
        {"kind": "counter", "label": "Online", "value": 1247},
        {"kind": "status", "label": "API", "state": "ok", "text": "200 OK"},
        {"kind": "progress", "label": "Disk", "current": 42, "max": 128},
        {"kind": "text", "label": "Version", "value": "1.4.2-beta"},
    ]);

    let posted = tile.posts(json!({ "rows": rows })).await;

    assert_eq!(posted.headers["cache-control"], "no-store");
    assert!(posted.headers.contains_key("x-request-id"));
    let body = posted.succeeds();
    let at = body["snapshot"]["updatedAt"].as_str().expect("a time");
    assert_eq!((at.len(), &at[19..20], &at[23..]), (24, ".", "Z"), "{at}");
    let expected = json!({
        "ok": true, "applied": true, "version": 1, "warnings": [],
        "snapshot": {"updatedAt": at, "rows": rows},
    });
    assert_eq!(body, expected);
    let expected = json!({"updatedAt": at, "rows": rows, "version": 1, "ttlSeconds": null});
    assert_eq!(shown(&alice, &club).await, expected);
}

#[tokio::test]
async fn numbers_keep_their_digits_and_rows_are_normalised() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    let body = r#"{"ttl_seconds": 30, "color": 1, "rows": [
        {"kind": "counter", "label": "  Big ", "value": 123456789012345678901234567890, "x": 1},
        {"kind": "progress", "label": "Part", "current": -1.50, "max": 0}]}"#;

    let reply = tile.request().body(body).send().await.expect("an answer");

    assert_eq!(reply.status(), 200);
    let text = reply.text().await.expect("text");
    let rows = r#"[{"kind":"counter","label":"Big","value":123456789012345678901234567890},{"kind":"progress","label":"Part","current":-1.50,"max":0}]"#;
    assert!(text.contains(rows), "{text}");
    let body: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(body["ttl_seconds"], 30);
    assert_eq!(
        body["warnings"],
        json!(["unknown_field:/rows/0/x", "unknown_field:/color"])
    );
    let listed = alice.request(Method::GET, &club.path("/widgets"));
    let listed = listed.send().await.expect("an answer").text().await;
    let listed = listed.expect("text");
    assert!(listed.contains(rows) && listed.contains(r#""ttlSeconds":30"#));
}

#[tokio::test]
async fn every_flaw_has_its_code_and_its_place_and_stores_nothing() {
    let app = TestApp::spawn().await;
    let (_, _, tile) = club(&app).await;
    let long = "ä".repeat(121);
    let seven: Vec<_> = (0..7).map(|n| counter(n)["rows"][0].clone()).collect();
    for (body, code, pointer) in [
        (json!([]), "invalid_json", Value::Null),
        (json!({}), "rows_required", json!("/rows")),
        (json!({"rows": {}}), "rows_required", json!("/rows")),
        (json!({"rows": []}), "rows_required", json!("/rows")),
        (json!({ "rows": seven }), "too_many_rows", json!("/rows")),
        (row(&json!(1)), "row_0:not_an_object", json!("/rows/0")),
        (
            row(&json!({"label": "a"})),
            "row_0:kind_required",
            json!("/rows/0/kind"),
        ),
        (
            row(&json!({"kind": "gauge", "label": "a"})),
            "row_0:invalid_kind",
            json!("/rows/0/kind"),
        ),
        (
            row(&json!({"kind": "counter", "label": " ", "value": 1})),
            "row_0:label_required",
            json!("/rows/0/label"),
        ),
        (
            row(&json!({"kind": "counter", "label": "ä".repeat(41), "value": 1})),
            "row_0:label_too_long",
            json!("/rows/0/label"),
        ),
        (
            row(&json!({"kind": "counter", "label": "a", "value": "1"})),
            "row_0:value_not_number",
            json!("/rows/0/value"),
        ),
        (
            row(&json!({"kind": "text", "label": "a", "value": long})),
            "row_0:value_too_long",
            json!("/rows/0/value"),
        ),
        (
            row(&json!({"kind": "status", "label": "a", "state": "bad"})),
            "row_0:invalid_state",
            json!("/rows/0/state"),
        ),
        (
            row(&json!({"kind": "progress", "label": "a", "current": 1, "max": -1})),
            "row_0:max_negative",
            json!("/rows/0/max"),
        ),
        (
            json!({"rows": counter(1)["rows"], "ttl_seconds": 29}),
            "ttl_seconds_invalid",
            json!("/ttl_seconds"),
        ),
    ] {
        let refused = tile.posts(body).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer, "{code}");
        assert_eq!(refused.body["errors"][0]["error"], code);
    }
    let two = json!({"rows": [
        counter(1)["rows"][0], {"kind": "status", "label": "a", "state": "x", "text": long},
    ]});
    let refused = tile.posts(two).await;
    refused.refuses(400, "row_1:invalid_state");
    assert_eq!(refused.body["errors"][1]["error"], "row_1:text_too_long");
    assert_eq!(refused.body["errors"][1]["pointer"], "/rows/1/text");
    for nonsense in [
        "",
        "{",
        "null",
        "{\"rows\":[{\"kind\":\"counter\",\"value\":1e999}]",
    ] {
        tile.posts_bytes(nonsense)
            .await
            .refuses(400, "invalid_json");
    }
    assert_eq!(tile.version(&app).await, 0);

    // Exactly at the limits.
    let most = json!({"kind": "text", "label": "ä".repeat(40), "value": "ä".repeat(120)});
    let body = json!({"rows": [most, most, most, most, most, most], "ttl_seconds": 86_400});
    tile.posts(body).await.succeeds();
    assert_eq!(tile.version(&app).await, 1);
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_no_further() {
    let app = TestApp::spawn().await;
    let (_, _, tile) = club(&app).await;
    let padded = |bytes: usize| {
        let body = counter(1).to_string();
        let spaces = " ".repeat(bytes - body.len());
        format!("{body}{spaces}")
    };
    tile.posts_bytes(padded(32 * 1024)).await.succeeds();
    let refused = tile.posts_bytes(padded(32 * 1024 + 1)).await;
    refused.refuses(413, "payload_too_large");

    // One that does not say how long it is, and whose end never comes.
    let mut tcp = TcpStream::connect(app.address()).await.expect("connected");
    let path = tile.path("");
    let head = format!("POST {path} HTTP/1.1\r\nhost: chat\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("8000\r\n{}\r\n", " ".repeat(0x8000));
    tcp.write_all(head.as_bytes()).await.expect("sent");
    tcp.write_all(chunk.as_bytes()).await.expect("sent");
    tcp.write_all(b"1\r\n \r\n").await.expect("sent");
    let mut answer = [0; 12];
    tcp.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert_eq!(tile.version(&app).await, 1);
}

#[tokio::test]
async fn checks_come_in_their_order_so_that_probing_learns_nothing() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    let other = Tile::of(&app, &club, &alice).await;
    let deleted = Tile::of(&app, &club, &alice).await;
    alice
        .delete(&format!("/apps/{}", deleted.id))
        .await
        .is_done();
    let large = " ".repeat(40_000);
    let long = tile.token.expose();
    let wrong_checksum = format!("{}x", &long[..long.len() - 1]);
    let mut told = Vec::new();
    for path in [
        format!("/widgets/{}/{}", tile.id, other.token.expose()),
        format!("/widgets/{}/{wrong_checksum}", tile.id),
        format!("/widgets/{}/token", tile.id),
        format!("/widgets/999999/{long}"),
        format!("/widgets/nobody/{long}"),
        deleted.path(""),
    ] {
        let post = |body: &str| {
            tile.agent
                .request(Method::POST, &path)
                .body(body.to_owned())
        };
        // Size before the token, the token before the body.
        let refused = Reply::of(post(&large)).await;
        refused.refuses(413, "payload_too_large");
        let mut refused = Reply::of(post("nonsense")).await;
        refused.refuses(404, "widget_not_found");
        refused.body["request_id"] = Value::Null;
        told.push(refused.body);
    }
    assert!(told.iter().all(|body| *body == told[0]), "{told:?}");

    // Suspension before visibility before the body.
    tile.is_made_visible(&alice, false).await;
    tile.posts_bytes("nonsense")
        .await
        .refuses(403, "widget_invisible");
    let suspend = format!("/api/admin/apps/{}/suspend", tile.id);
    alice.post(&suspend, json!({})).await.succeeds();
    tile.posts_bytes("nonsense").await.refuses(403, "suspended");
    tile.posts_bytes(large)
        .await
        .refuses(413, "payload_too_large");
    assert_eq!(tile.version(&app).await, 0);
    assert_eq!(other.shows(1).await, 1);

    // What belonged to a server that is gone is gone.
    alice.delete(&club.path("")).await.is_done();
    other
        .posts(counter(1))
        .await
        .refuses(404, "widget_not_found");
}

#[tokio::test]
async fn a_rotated_token_is_dead_at_once_and_its_sequence_with_it() {
    let app = TestApp::spawn().await;
    let (alice, _, old) = club(&app).await;
    let posts = async |tile: &Tile, sequence: &str| {
        let request = tile.request().header("x-widget-sequence", sequence);
        Reply::of(request.json(&counter(1))).await.succeeds()
    };
    posts(&old, "9007199254740991").await;
    let rotated = old.rotates(&alice).await;

    old.posts(counter(2)).await.refuses(404, "widget_not_found");
    let first = posts(&rotated, "1").await;
    assert_eq!(first["version"], 2, "{first}");
}

/// How many posts of somebody are let in, each answered with `status`, before one is too many.
/// Limits are regained by and by, so on a slow machine it is some more than they say.
async fn let_in(person: &Person, path: &str, body: &str, status: u16) -> u64 {
    let mut count = 0;
    loop {
        let request = person.request(Method::POST, path).body(body.to_owned());
        let reply = Reply::of(request).await;
        if reply.status == 429 {
            reply.refuses(429, "rate_limited");
            assert!(reply.headers.contains_key(header::RETRY_AFTER));
            assert!(reply.body["retry_after"].as_f64().is_some());
            return count;
        }
        assert_eq!(reply.status, status, "{}", reply.body);
        assert!(reply.headers.contains_key("x-ratelimit-remaining"));
        count += 1;
    }
}

#[tokio::test]
async fn the_limits_are_for_the_address_and_for_who_has_the_token() {
    let app = TestApp::with(|config| {
        config.limits.enabled = true;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    let (_, _, tile) = club(&app).await;
    let (path, good) = (tile.path(""), counter(1).to_string());
    let from = |n: u8| app.stranger_from(&format!("192.0.2.{n}"));
    let began = Instant::now();

    // Whoever has no token does not use the widget's limit up, at any number of addresses.
    let wrong = format!("/widgets/{}/nonsense", tile.id);
    for n in 1..4 {
        let probes = let_in(&from(n), &wrong, &good, 404).await;
        assert!(
            (30..=30 + began.elapsed().as_secs() / 2 + 1).contains(&probes),
            "{probes}"
        );
    }

    // Sixty a minute for the widget, from wherever; and thirty for an address, whatever becomes of
    // them.
    let mut posts = 0;
    for n in 4..8 {
        posts += let_in(&from(n), &path, &good, 200).await;
    }
    let most = 60 + began.elapsed().as_secs() + 1;
    assert!((60..=most).contains(&posts), "{posts} of {most}");
    assert_eq!(tile.version(&app).await, i64::try_from(posts).expect("few"));

    // What is too many is refused before it is read.
    let large = " ".repeat(40_000);
    assert!(let_in(&from(8), &wrong, &large, 413).await >= 30);
}

#[tokio::test]
async fn the_limits_are_those_of_the_configuration() {
    let app = TestApp::with(|config| {
        config.limits.enabled = true;
        config.limits.apps.widget = NonZeroU32::MIN;
    })
    .await;
    let (_, _, tile) = club(&app).await;
    let first = tile.posts(counter(1)).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(first.headers["x-ratelimit-limit"], "1");
    tile.posts(counter(2)).await.refuses(429, "rate_limited");
}

#[tokio::test]
async fn of_two_posts_the_one_with_the_higher_sequence_stays() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    let posts = async |sequence: &str, value: i64| {
        let request = tile.request().header("x-widget-sequence", sequence);
        Reply::of(request.json(&counter(value))).await
    };
    assert_eq!(posts("7", 7).await.succeeds()["applied"], true);

    for late in ["6", "7", "0"] {
        let passed = posts(late, 6).await.succeeds();
        let expected = json!({"ok": true, "applied": false, "version": 1, "warnings": []});
        assert_eq!(passed, expected);
    }
    for invalid in ["-1", "1.5", "x", "9223372036854775808"] {
        posts(invalid, 1).await.refuses(400, "sequence_invalid");
    }
    assert_eq!(shown(&alice, &club).await["rows"][0]["value"], 7);

    assert_eq!(posts("8", 8).await.succeeds()["version"], 2);
    assert_eq!(
        tile.shows(9).await,
        3,
        "one without has no place to be late from"
    );
    assert_eq!(posts("8", 8).await.succeeds()["applied"], false);
}

#[tokio::test]
async fn what_is_sent_again_with_its_key_is_done_once() {
    let app = TestApp::spawn().await;
    let (alice, _, tile) = club(&app).await;
    let posts = async |key: &str, body: Value| {
        let request = tile.request().header("idempotency-key", key);
        Reply::of(request.json(&body)).await
    };
    // A refusal is not kept.
    posts("a", json!({})).await.refuses(400, "rows_required");
    let first = posts("a", counter(1)).await.succeeds();

    let again = posts("a", counter(1)).await;

    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.succeeds(), first);
    posts("a", counter(2))
        .await
        .refuses(422, "idempotency_key_reused");
    posts("", counter(2))
        .await
        .refuses(400, "idempotency_key_invalid");
    assert_eq!(tile.version(&app).await, 1);
    // Even a key is in vain while the widget takes no posts.
    tile.is_made_visible(&alice, false).await;
    posts("a", counter(1))
        .await
        .refuses(403, "widget_invisible");
}

#[tokio::test]
async fn times_and_versions_only_go_up() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    tile.shows(1).await;
    let future = app.clock.now().plus_seconds(3600);
    tile.set(&app, "updated_at", future.0).await;

    assert_eq!(tile.shows(2).await, 2);

    let snapshot = shown(&alice, &club).await;
    let expected = entity::timestamp::millis::format(future);
    assert_eq!(snapshot["updatedAt"], expected);
    assert_eq!(snapshot["rows"][0]["value"], 2);
}

#[tokio::test]
async fn fifty_posts_at_once_are_fifty_versions() {
    let app = TestApp::spawn().await;
    let (_, _, tile) = club(&app).await;
    let posts = (0..50).map(|value| {
        let tile = tile.clone();
        tokio::spawn(async move { tile.shows(value).await })
    });
    let posts: Vec<_> = posts.collect();
    let mut versions = Vec::new();
    for post in posts {
        versions.push(post.await.expect("taken"));
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn services_post_in_their_own_shape() {
    let app = TestApp::spawn().await;
    let (alice, club, tile) = club(&app).await;
    let posts = async |service: &str, body: Value| tile.agent.post(&tile.path(service), body).await;
    let answer = json!({"data": {"resultType": "scalar", "result": [1, "0.50"]}});
    posts("/prometheus", answer.clone()).await.succeeds();
    let rows = shown(&alice, &club).await["rows"].clone();
    assert_eq!(
        rows,
        json!([{"kind": "counter", "label": "Value", "value": 0.5}])
    );

    // Nothing to show: no error, and nothing changes.
    let test = posts("/uptime-kuma", json!({"heartbeat": null, "msg": "Testing"})).await;
    assert_eq!((test.status, test.body), (204, json!("")));
    assert_eq!(tile.version(&app).await, 1);
    let alerts = json!({"receiver": "chat", "alerts": [{"status": "firing"}]});
    assert_eq!(
        posts("/alertmanager", alerts).await.succeeds()["version"],
        2
    );
    let page = json!({"page": {"status_indicator": "none", "status_description": "Fine"}});
    assert_eq!(posts("/statuspage", page).await.succeeds()["version"], 3);

    posts("/statuspage", json!([]))
        .await
        .refuses(400, "invalid_json");
    posts("/grafana", answer.clone())
        .await
        .refuses(404, "widget_not_found");
    tile.is_made_visible(&alice, false).await;
    posts("/prometheus", answer)
        .await
        .refuses(403, "widget_invisible");
    assert_eq!(tile.version(&app).await, 3);
}

#[tokio::test]
async fn what_came_in_is_written_down_without_what_it_said() {
    let app = TestApp::spawn().await;
    let (alice, _, tile) = club(&app).await;
    tile.shows(1).await;
    tile.posts(json!({})).await.refuses(400, "rows_required");
    tile.is_made_visible(&alice, false).await;
    tile.posts(counter(2))
        .await
        .refuses(403, "widget_invisible");
    let wrong = format!("/widgets/{}/nonsense", tile.id);
    tile.agent
        .post(&wrong, json!({}))
        .await
        .refuses(404, "widget_not_found");

    let path = format!("/apps/{}/deliveries", tile.id);
    let listed = alice.reads(&path).await["deliveries"].clone();
    let told = listed.as_array().expect("deliveries").iter();
    let told: Vec<_> = told.map(|it| json!([it["status"], it["error"]])).collect();
    let expected = [
        json!([403, "widget_invisible"]),
        json!([400, "rows_required"]),
        json!([200, null]),
    ];
    assert_eq!(told, expected);
    assert_eq!(listed[2]["bytes"], counter(1).to_string().len());
    assert_eq!(listed[2]["remote"], "127.0.0.1");
    assert!(!listed.to_string().contains(tile.token.expose()));
}
