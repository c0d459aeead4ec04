//! Files from elsewhere: from the public Internet, and from nowhere inside.

use std::net::SocketAddr;

use futures_util::StreamExt;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::support::{Person, Reply, TestApp};

/// A site on this machine.
async fn site() -> SocketAddr {
    use axum::{Router, http::header::LOCATION, response::IntoResponse, routing::get};
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let to = |place: String| get(move || async move { (StatusCode::FOUND, [(LOCATION, place)]) });
    let router = Router::new()
        .route("/cat.txt", get(|| async { "meow" }))
        .route("/large", get(|| async { vec![0_u8; 40_000] }))
        .route("/endless", get(endless))
        .route(
            "/missing",
            get(|| async { StatusCode::NOT_FOUND.into_response() }),
        )
        .route("/moved", to("/cat.txt".to_owned()))
        .route("/round", to("/round".to_owned()))
        .route("/inside", to("http://127.0.0.1:1/".to_owned()))
        .route("/mapped", to("http://[::ffff:127.0.0.1]/".to_owned()))
        .route("/named", to("http://localhost/".to_owned()))
        .route("/cloud", to("http://169.254.169.254/latest".to_owned()))
        .route("/file", to("file:///etc/passwd".to_owned()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// More than anybody takes, without saying how much.
async fn endless() -> axum::body::Body {
    let chunk = bytes::Bytes::from_static(&[0; 1024]);
    let chunks = futures_util::stream::repeat(chunk).map(Ok::<_, std::io::Error>);
    axum::body::Body::from_stream(chunks)
}

async fn fetches(person: &Person, url: &str) -> Reply {
    let body = json!({"url": url});
    person.post("/api/files/upload-url", body).await
}

#[tokio::test]
async fn a_file_is_fetched_and_shared() {
    let site = site().await;
    let app = TestApp::with(|config| {
        config.storage.reachable = vec![site];
        config.storage.max_upload_bytes = 30_000;
    })
    .await;
    let [alice] = app.users(["alice"]).await;
    for path in ["cat.txt", "moved"] {
        let fetched = fetches(&alice, &format!("http://{site}/{path}"))
            .await
            .succeeds();
        assert_eq!(
            (&fetched["name"], &fetched["size"]),
            (&json!("cat.txt"), &json!(4))
        );
        let url = fetched["url"].as_str().expect("a URL");
        assert_eq!(alice.serves(url, &[]).await.bytes, b"meow");
    }
    for (path, status, code) in [
        ("large", 413, "file_too_large"),
        ("endless", 413, "file_too_large"),
        ("missing", 422, "fetch_failed"),
        ("round", 422, "fetch_failed"),
        ("inside", 400, "url_not_allowed"),
        ("mapped", 400, "url_not_allowed"),
        ("named", 400, "url_not_allowed"),
        ("cloud", 400, "url_not_allowed"),
        ("file", 400, "url_invalid"),
    ] {
        let refused = fetches(&alice, &format!("http://{site}/{path}")).await;
        refused.is_refused(status, code);
    }
    assert_eq!(app.number("SELECT count(*) FROM file", []).await, 2);
    let request = app
        .stranger()
        .request(Method::POST, "/api/files/upload-url");
    let url = format!("http://{site}/cat.txt");
    let stranger = Reply::of(request.json(&json!({"url": url}))).await;
    stranger.is_refused(401, "unauthenticated");
}

#[tokio::test]
async fn nothing_inside_is_fetched_however_it_is_written() {
    let site = site().await;
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let port = site.port();
    for url in [
        format!("http://127.0.0.1:{port}/cat.txt"),
        format!("http://localhost:{port}/cat.txt"),
        "http://localhost/".to_owned(),
        "http://127.0.0.1/".to_owned(),
        "http://2130706433/".to_owned(),
        "http://0x7f.1/".to_owned(),
        "http://0177.0.0.1/".to_owned(),
        "http://127.1/".to_owned(),
        "http://0.0.0.0/".to_owned(),
        "http://[::1]/".to_owned(),
        "http://[::ffff:7f00:1]/".to_owned(),
        "http://[::ffff:10.0.0.1]/".to_owned(),
        "http://[64:ff9b::a00:1]/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00::1]/".to_owned(),
    ] {
        fetches(&alice, &url)
            .await
            .is_refused(400, "url_not_allowed");
    }
    for url in [
        "http://user@127.0.0.1/",
        "http://example.org:80@127.0.0.1/",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "//example.org/",
        "cat.txt",
        "http://",
    ] {
        fetches(&alice, url).await.is_refused(400, "url_invalid");
    }
    let none = alice.post("/api/files/upload-url", json!({})).await;
    assert_eq!(
        (none.status, &none.body["error"]),
        (400, &json!("url required"))
    );
}
