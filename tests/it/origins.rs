//! Whose pages may change something: every route that does, by every way in.

use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp};

/// Every method and path of the API that may change something for somebody with a session.
async fn changing_routes(app: &TestApp) -> Vec<(Method, String)> {
    let document = app.stranger().reads("/api/openapi.json").await;
    let paths = document["paths"].as_object().expect("paths");
    let mut routes = Vec::new();
    for (path, operations) in paths {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let operation = &operations[method.as_str().to_lowercase()];
            if operation.is_object() && is_for_people(operation) {
                routes.push((method, with_ids(path)));
            }
        }
    }
    assert!(routes.len() > 20, "{routes:?}");
    routes
}

/// Whether an operation is for people with a session: it says nothing else.
fn is_for_people(operation: &Value) -> bool {
    let Some(security) = operation["security"].as_array() else {
        return true;
    };
    security
        .iter()
        .any(|caller| caller.get("session").is_some())
}

/// A path whose parameters are all 1.
fn with_ids(path: &str) -> String {
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "1" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// A request with a session whose headers about where it comes from are `headers`.
async fn ask(alice: &Person, (method, path): &(Method, String), headers: &HeaderMap) -> Reply {
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let url = alice.request(method.clone(), path).build().expect("a URL");
    let request = client
        .request(method.clone(), url.url().clone())
        .header("cookie", alice.cookie().expect("a session"))
        .headers(headers.clone())
        .json(&json!({}));
    Reply::of(request).await
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| {
            let value = value.parse().expect("a value");
            (name.parse().expect("a name"), value)
        })
        .collect()
}

#[tokio::test]
async fn no_route_changes_anything_for_a_page_from_elsewhere() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let strange = [
        headers(&[]),
        headers(&[("origin", "https://evil.example")]),
        headers(&[("origin", "null")]),
        headers(&[("origin", "http://localhost:5000.evil.example")]),
        headers(&[("origin", "http://localhost:5001")]),
        headers(&[("origin", "https://localhost:5000")]),
        headers(&[("sec-fetch-site", "cross-site")]),
        headers(&[("sec-fetch-site", "same-site")]),
        headers(&[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ]),
    ];

    for route in &changing_routes(&app).await {
        for headers in &strange {
            let reply = ask(&alice, route, headers).await;
            assert_eq!(reply.status, 403, "{route:?} {headers:?}");
            assert_eq!(reply.code(), "foreign_origin", "{route:?} {headers:?}");
            assert!(!reply.headers.contains_key("set-cookie"), "{route:?}");
        }
    }

    assert!(alice.is_signed_in().await);
    assert_eq!(app.number("SELECT count(*) FROM session", []).await, 1);
}

#[tokio::test]
async fn every_route_listens_to_the_servers_own_pages_and_the_allowed_ones() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let own: &'static str = format!("http://{}", app.address()).leak();
    let trusted = [
        headers(&[("origin", own)]),
        headers(&[("origin", "http://localhost:5000")]),
        headers(&[("origin", "HTTP://LOCALHOST:8080")]),
        headers(&[("sec-fetch-site", "same-origin")]),
        headers(&[("sec-fetch-site", "none")]),
    ];

    for route in &changing_routes(&app).await {
        // Signing out would make the next request a stranger's.
        if route.1 == "/logout" {
            continue;
        }
        for headers in &trusted {
            let reply = ask(&alice, route, headers).await;
            assert_ne!(reply.code(), "foreign_origin", "{route:?}");
        }
    }
}

#[tokio::test]
async fn no_page_reads_the_page_on_which_people_agree() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let origin = "http://localhost:8080";
    let reads = async |path: &str| {
        let request = alice.request(Method::GET, path).header("origin", origin);
        Reply::of(request).await.headers
    };
    let allowed = "access-control-allow-origin";
    assert_eq!(reads("/servers").await[allowed], origin);
    let consent = "/oauth/authorize?client_id=1&response_type=code";
    assert!(!reads(consent).await.contains_key(allowed));
}

#[tokio::test]
async fn no_program_takes_a_page_for_an_answer() {
    let app = TestApp::spawn().await;
    let stranger = app.stranger();
    for path in [
        "/.well-known/openid-configuration",
        "/servers/1/nothing",
        "/servers/x/memberships/1/",
        "/apps/1/nothing",
    ] {
        stranger.get(path).await.is_refused(404, "not_found");
    }
}
