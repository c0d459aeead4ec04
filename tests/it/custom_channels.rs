//! Custom channels: who may do what with them, and that only what was pinned ever runs.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    moderation::Place,
    support::{Person, Reply, TestApp, number},
};

const SCRIPT: &str = "window.ChatterCustomChannel = { init() {} };";
const NEXT: &str = "window.ChatterCustomChannel = { init() { /* another */ } };";

/// A site on this machine that serves scripts, and what it serves now.
pub(crate) struct Site {
    address: SocketAddr,
    script: Arc<Mutex<String>>,
}

impl Site {
    async fn new() -> Self {
        use axum::{
            Router,
            http::{StatusCode, header},
            routing::get,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Mutex::new(SCRIPT.to_owned()));
        let serving = script.clone();
        let as_type = |kind: &'static str, text: String| {
            get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
        };
        let large = format!("ChatterCustomChannel {}", " ".repeat(600 * 1024));
        let router = Router::new()
            .route(
                "/channel.js",
                get(move || async move {
                    let script = serving.lock().unwrap_or_else(PoisonError::into_inner);
                    ([(header::CONTENT_TYPE, "text/javascript")], script.clone())
                }),
            )
            .route(
                "/plain.js",
                as_type("text/plain; charset=utf-8", SCRIPT.to_owned()),
            )
            .route("/page", as_type("text/html", SCRIPT.to_owned()))
            .route(
                "/other.js",
                as_type("text/javascript", "alert(1)".to_owned()),
            )
            .route("/large.js", as_type("text/javascript", large))
            .route("/missing.js", get(|| async { StatusCode::NOT_FOUND }))
            .route(
                "/inside.js",
                get(|| async {
                    (
                        StatusCode::FOUND,
                        [(header::LOCATION, "http://10.0.0.1/a.js")],
                    )
                }),
            );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, script }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    pub(crate) fn serves(&self, script: &str) {
        let mut serving = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        script.clone_into(&mut serving);
    }
}

/// A place with a site that it may fetch from.
pub(crate) async fn place() -> (Place, Site) {
    let site = Site::new().await;
    let app = TestApp::with(|config| config.storage.reachable = vec![site.address]).await;
    (Place::on(app).await, site)
}

pub(crate) async fn registers(person: &Person, url: &str) -> Reply {
    let body = json!({"url": url, "name": "Echo"});
    person.post("/api/channels/custom/register", body).await
}

pub(crate) async fn listed(person: &Person) -> Vec<Value> {
    let list = person.reads("/api/channels/custom/list").await;
    list["channels"].as_array().expect("channels").clone()
}

pub(crate) async fn does(person: &Person, id: i64, what: &str, body: Value) -> Reply {
    let path = format!("/api/channels/custom/{id}/{what}");
    person.post(&path, body).await
}

async fn removes(person: &Person, id: i64) -> Reply {
    let path = format!("/api/channels/custom/{id}");
    Reply::of(person.request(Method::DELETE, &path)).await
}

pub(crate) async fn shows(person: &Person, id: i64, what: &str) -> (u16, String) {
    let path = format!("/api/channels/custom/{id}/{what}");
    let served = person.serves(&path, &[]).await;
    let text = String::from_utf8_lossy(&served.bytes).into_owned();
    (served.status, text)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_channel_is_registered_listed_turned_off_and_deleted() {
    let (place, site) = place().await;
    let mut hearing = place.bob.connects().await;

    let made = registers(&place.alice, &site.url("channel.js#x"))
        .await
        .succeeds();
    let id = number(&made["id"]);

    assert_eq!(made, json!({"ok": true, "id": id}));
    hearing.receives(&["custom_channels_refresh"]).await;
    let list = listed(&place.bob).await;
    let channel = &list[0];
    assert_eq!(list.len(), 1);
    assert_eq!(
        (text(channel, "name"), text(channel, "url")),
        ("Echo", site.url("channel.js").as_str())
    );
    assert_eq!(
        (&channel["enabled"], text(channel, "created_by")),
        (&json!(true), "alice")
    );
    assert_eq!(
        (
            text(channel, "mode"),
            &channel["trusted_by"],
            &channel["found"]
        ),
        ("sandbox", &Value::Null, &Value::Null)
    );
    assert!(text(channel, "created_at").ends_with('Z'));
    assert_eq!(text(channel, "sha256").len(), 64);
    assert_eq!(
        number(&channel["size"]),
        i64::try_from(SCRIPT.len()).expect("small")
    );

    let off = does(&place.alice, id, "toggle", json!({"enabled": false})).await;
    assert_eq!(off.succeeds(), json!({"ok": true, "enabled": false}));
    assert_eq!(listed(&place.bob).await[0]["enabled"], false);
    assert_eq!(shows(&place.bob, id, "frame").await.0, 403);
    does(&place.alice, id, "toggle", json!({}))
        .await
        .is_refused(400, "bad_params");

    removes(&place.alice, id).await.succeeds();
    assert!(listed(&place.bob).await.is_empty());
    assert_eq!(shows(&place.bob, id, "frame").await.0, 404);
    assert_eq!(place.audited("custom_channel.delete").await.len(), 1);
    let left = "SELECT count(*) FROM custom_channel_script";
    assert_eq!(place.app.number(left, []).await, 0);
}

#[tokio::test]
async fn only_scripts_are_registered_and_only_from_outside() {
    let (place, site) = place().await;
    for (url, status, code) in [
        (String::new(), 400, "url_required"),
        ("channel.js".to_owned(), 400, "url_invalid"),
        ("file:///etc/passwd".to_owned(), 400, "url_invalid"),
        ("http://127.0.0.1/a.js".to_owned(), 400, "url_not_allowed"),
        ("http://localhost/a.js".to_owned(), 400, "url_not_allowed"),
        ("http://[::1]/a.js".to_owned(), 400, "url_not_allowed"),
        (
            "http://169.254.169.254/a.js".to_owned(),
            400,
            "url_not_allowed",
        ),
        (site.url("inside.js"), 400, "url_not_allowed"),
        (site.url("missing.js"), 422, "fetch_failed"),
        (site.url("page"), 422, "not_a_script"),
        (site.url("other.js"), 422, "not_a_script"),
        (site.url("large.js"), 413, "file_too_large"),
    ] {
        registers(&place.alice, &url).await.is_refused(status, code);
    }
    for name in ["", "a\nb", "x".repeat(65).as_str()] {
        let body = json!({"url": site.url("channel.js"), "name": name});
        let refused = place
            .alice
            .post("/api/channels/custom/register", body)
            .await;
        assert_eq!(refused.status, 400, "{name:?}");
    }
    assert!(listed(&place.alice).await.is_empty());

    registers(&place.alice, &site.url("plain.js"))
        .await
        .succeeds();
    registers(&place.alice, &site.url("channel.js"))
        .await
        .succeeds();
    registers(&place.bob, &site.url("channel.js"))
        .await
        .is_refused(409, "already_registered");
    let timeout = json!({"user": "bob", "minutes": 5});
    place
        .root
        .post("/api/admin/timeout", timeout)
        .await
        .succeeds();
    registers(&place.bob, "https://example.org/a.js")
        .await
        .is_refused(403, "timed_out");
}

#[tokio::test]
async fn everybody_does_what_is_theirs_and_nobody_else() {
    let (place, site) = place().await;
    let made = registers(&place.alice, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);
    let sha256 = listed(&place.alice).await[0]["sha256"].clone();
    let stranger = place.app.stranger();
    let base = format!("/api/channels/custom/{id}");
    let trust = json!({"trusted": true, "sha256": sha256});
    // Who may: 0 anybody signed in, 1 who registered it and admins, 2 admins.
    for (method, path, body, who) in [
        (
            "GET",
            "/api/channels/custom/list".to_owned(),
            Value::Null,
            0,
        ),
        ("GET", format!("{base}/frame"), Value::Null, 0),
        (
            "POST",
            format!("{base}/command"),
            json!({"text": "/help"}),
            0,
        ),
        (
            "POST",
            format!("{base}/toggle"),
            json!({"enabled": true}),
            1,
        ),
        ("POST", format!("{base}/check"), json!({}), 1),
        ("GET", format!("{base}/source"), Value::Null, 1),
        ("POST", format!("{base}/trust"), trust, 2),
        (
            "POST",
            format!("{base}/trust"),
            json!({"trusted": false}),
            2,
        ),
    ] {
        let asks = async |person: &Person| {
            let method: Method = method.parse().expect("a method");
            let request = person.request(method.clone(), &path);
            let request = if method == Method::GET {
                request
            } else {
                request.json(&body)
            };
            request.send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(asks(&stranger).await, 401, "{method} {path}");
        for (rank, person) in [(0, &place.bob), (1, &place.alice), (2, &place.admin)] {
            let expected = if rank >= who { 200 } else { 403 };
            assert_eq!(asks(person).await, expected, "{rank}: {method} {path}");
        }
    }
    let update = json!({"sha256": sha256});
    does(&place.bob, id, "update", update.clone())
        .await
        .is_refused(403, "forbidden");
    does(&place.alice, id, "update", update)
        .await
        .is_refused(409, "script_changed");
    removes(&place.bob, id).await.is_refused(403, "forbidden");
    removes(&stranger, id)
        .await
        .is_refused(401, "unauthenticated");
    registers(&stranger, &site.url("plain.js"))
        .await
        .is_refused(401, "unauthenticated");
    for missing in [id + 1, -1] {
        removes(&place.admin, missing)
            .await
            .is_refused(404, "not_found");
        does(&place.admin, missing, "toggle", json!({"enabled": true}))
            .await
            .is_refused(404, "not_found");
    }
    removes(&place.admin, id).await.succeeds();
}

#[tokio::test]
async fn what_runs_stays_what_it_was_until_somebody_takes_a_change_over() {
    let (place, site) = place().await;
    let made = registers(&place.alice, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);
    let first = listed(&place.alice).await[0]["sha256"].clone();
    let same = does(&place.alice, id, "check", json!({})).await.succeeds();
    assert_eq!(same, json!({"ok": true, "sha256": first, "found": null}));

    site.serves(NEXT);
    let checked = does(&place.alice, id, "check", json!({})).await.succeeds();
    let found = checked["found"]["sha256"].clone();

    assert_eq!(checked["sha256"], first);
    assert_ne!(found, first);
    let (status, frame) = shows(&place.bob, id, "frame").await;
    assert!(status == 200 && !frame.contains("another"), "{frame}");
    let source = format!("source?sha256={}", found.as_str().expect("a hash"));
    assert_eq!(
        shows(&place.alice, id, &source).await,
        (200, NEXT.to_owned())
    );
    assert_eq!(
        shows(&place.alice, id, "source").await,
        (200, SCRIPT.to_owned())
    );
    assert_eq!(shows(&place.alice, id, "source?sha256=x").await.0, 409);
    let told = place.alice.reads("/api/dm/messages?peer=System").await;
    let told = told.as_array().expect("messages");
    assert_eq!(told.len(), 1);
    assert!(
        text(&told[0], "source").contains("custom channel Echo"),
        "{told:?}"
    );

    // It changes once more before somebody decides: what they saw is not what is there.
    site.serves(&format!("{NEXT} "));
    does(&place.alice, id, "check", json!({})).await.succeeds();
    does(&place.alice, id, "update", json!({"sha256": found}))
        .await
        .is_refused(409, "script_changed");
    site.serves(NEXT);
    does(&place.alice, id, "check", json!({})).await.succeeds();
    let trust = json!({"trusted": true, "sha256": first});
    does(&place.admin, id, "trust", trust.clone())
        .await
        .succeeds();
    does(&place.alice, id, "update", json!({"sha256": found}))
        .await
        .succeeds();

    let channel = &listed(&place.bob).await[0];
    assert_eq!(
        (&channel["sha256"], &channel["found"]),
        (&found, &Value::Null)
    );
    // Nobody has read this one.
    assert_eq!(
        (text(channel, "mode"), &channel["trusted_by"]),
        ("sandbox", &Value::Null)
    );
    does(&place.admin, id, "trust", trust)
        .await
        .is_refused(409, "script_changed");
    assert!(shows(&place.bob, id, "frame").await.1.contains("another"));
    let scripts = "SELECT count(*) FROM custom_channel_script";
    assert_eq!(place.app.number(scripts, []).await, 1);
}

#[tokio::test]
async fn trust_is_in_a_script_and_never_above_who_trusts_it() {
    let (place, site) = place().await;
    let made = registers(&place.bob, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);
    let sha256 = listed(&place.bob).await[0]["sha256"].clone();
    assert_eq!(shows(&place.bob, id, "script").await.0, 403);
    for body in [
        json!({}),
        json!({"trusted": true}),
        json!({"sha256": sha256}),
    ] {
        does(&place.admin, id, "trust", body)
            .await
            .is_refused(400, "bad_params");
    }

    let trust = json!({"trusted": true, "sha256": sha256});
    does(&place.admin, id, "trust", trust.clone())
        .await
        .succeeds();

    for (person, mode) in [
        (&place.alice, "full"),
        (&place.admin, "full"),
        (&place.root, "sandbox"),
    ] {
        let channel = &listed(person).await[0];
        assert_eq!(text(channel, "mode"), mode);
        assert_eq!(text(channel, "trusted_by"), "admin");
        let expected = if mode == "full" { 200 } else { 403 };
        assert_eq!(shows(person, id, "script").await.0, expected);
    }
    assert_eq!(shows(&place.alice, id, "script").await.1, SCRIPT);
    let entry = &place.audited("custom_channel.trust").await[0];
    assert_eq!(
        (text(entry, "actor"), &entry["detail"]["sha256"]),
        ("admin", &sha256)
    );
    // Whoever is no admin any more trusts nothing.
    let role = json!({"action": "remove", "role": "admin", "username": "admin"});
    place.root.post("/api/admin/role", role).await.succeeds();
    assert_eq!(text(&listed(&place.alice).await[0], "mode"), "sandbox");
    does(&place.root, id, "trust", trust).await.succeeds();
    assert_eq!(text(&listed(&place.root).await[0], "mode"), "full");
    does(&place.root, id, "trust", json!({"trusted": false}))
        .await
        .succeeds();
    assert_eq!(text(&listed(&place.root).await[0], "mode"), "sandbox");
    assert_eq!(shows(&place.root, id, "script").await.0, 403);
}
