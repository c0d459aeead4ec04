//! Uploading and serving: what comes back is what was uploaded, and nothing that could run.

use std::{path::Path, time::Duration};

use image::ImageFormat;
use reqwest::{Body, Method};
use serde_json::json;

use crate::support::{Reply, TestApp, encoded, eventually, form, picture};

const DAY: Duration = Duration::from_hours(24);

/// How many files there are below a folder.
fn count_files(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let counts = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        if path.is_dir() { count_files(&path) } else { 1 }
    });
    counts.sum()
}

/// How many files a server has, on its disk and in its database.
async fn stored(app: &TestApp) -> (usize, i64) {
    let folder = Path::new(&app.config().storage.dir).join("blobs");
    let rows = app.number("SELECT count(*) FROM file", []).await;
    (count_files(&folder), rows)
}

#[tokio::test]
async fn what_was_uploaded_is_served_to_whoever_has_its_name() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;

    let uploaded = alice.uploads("Grüße.txt", "Hello").await;

    let name = uploaded["filename"].as_str().expect("a name");
    assert!(name[..32].bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(&name[32..], "_Gr__e.txt");
    assert_eq!(uploaded["size"], 5);
    assert_eq!(uploaded["mime_type"], "text/plain");
    assert_eq!(uploaded["url"], format!("/uploads/{name}"));
    let path = format!("/uploads/{name}");
    let served = app.stranger().serves(&path, &[]).await;
    assert_eq!(
        (served.status, served.bytes.as_slice()),
        (200, &b"Hello"[..])
    );
    assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        served.header("content-disposition"),
        "inline; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"
    );
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    assert_eq!(
        served.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert!(
        served
            .header("content-security-policy")
            .ends_with("; sandbox")
    );
    assert!(served.header("cache-control").contains("immutable"));

    let etag = served.header("etag").to_owned();
    let again = alice.serves(&path, &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    let part = alice.serves(&path, &[("range", "bytes=1-2")]).await;
    assert_eq!((part.status, part.bytes.as_slice()), (206, &b"el"[..]));
    assert_eq!(part.header("content-range"), "bytes 1-2/5");
    let beyond = alice.serves(&path, &[("range", "bytes=9-")]).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), "bytes */5");
    let head = alice.request(Method::HEAD, &path).send().await;
    let head = head.expect("an answer");
    assert_eq!(head.headers()["content-length"], "5");
}

#[tokio::test]
async fn nobody_reads_what_is_not_theirs_to_name() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let name = alice.uploads_named("a.txt", "secret").await;
    let secret = Path::new(&app.config().storage.dir).join("secret.txt");
    std::fs::write(secret, "secret").expect("written");

    for path in [
        format!("/uploads/{}", &name[..31]),
        format!("/uploads/{}_b.txt", &name[..32]),
        format!("/uploads/avatars/{name}"),
        "/uploads/secret.txt".to_owned(),
        "/uploads/..%2fsecret.txt".to_owned(),
        "/uploads/%2e%2e%2fsecret.txt".to_owned(),
        "/uploads/..%5csecret.txt".to_owned(),
        "/uploads/avatars/..%2f..%2fsecret.txt".to_owned(),
        "/uploads/%00".to_owned(),
        "/uploads/%ff".to_owned(),
        "/uploads//etc/passwd".to_owned(),
    ] {
        let reply = alice.get(&path).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.body);
    }
    let stranger = app.stranger();
    for path in ["/api/upload", "/api/files/upload", "/api/upload/avatar"] {
        let reply = stranger.posts_form(path, form("file", "a.txt", "x")).await;
        reply.is_refused(401, "unauthenticated");
    }
    let preview = stranger.get(&format!("/preview/{name}")).await;
    preview.is_refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_could_run_is_a_download_of_no_type() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let page = "<!doctype html><script>alert(1)</script>";
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";

    // Its name and its declared type are not believed.
    let name = alice.uploads_named("a.png", page).await;
    let served = alice.serves(&format!("/uploads/{name}"), &[]).await;
    assert_eq!(served.header("content-type"), "application/octet-stream");
    assert!(
        served
            .header("content-disposition")
            .starts_with("attachment;")
    );

    let name = alice.uploads_named("a.svg", svg).await;
    let served = alice.serves(&format!("/uploads/{name}"), &[]).await;
    assert_eq!(served.header("content-type"), "text/plain; charset=utf-8");

    let name = alice.uploads_named("a.pdf", "%PDF-1.7 ...").await;
    let served = alice.serves(&format!("/uploads/{name}"), &[]).await;
    assert!(
        served
            .header("content-disposition")
            .starts_with("attachment;")
    );

    let name = alice.uploads_named("index.html", page).await;
    let shown = alice.serves(&format!("/preview/{name}"), &[]).await;
    assert_eq!(shown.header("content-type"), "text/html; charset=utf-8");
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"));
    let unknown = alice.uploads_named("a", [0, 1]).await;
    let refused = alice.get(&format!("/preview/{unknown}")).await;
    refused.is_refused(415, "preview_unsupported");
}

#[tokio::test]
async fn pictures_are_made_anew_with_a_thumbnail() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let mut polyglot = picture(1280, 640);
    polyglot.extend(b"<script>alert(1)</script>");

    let uploaded = alice.uploads("holiday.html", polyglot).await;

    let name = uploaded["filename"].as_str().expect("a name");
    assert!(name.ends_with("_1280x640_holiday.html.png"), "{name}");
    assert_eq!(uploaded["mime_type"], "image/png");
    let whole = alice.serves(&format!("/uploads/{name}"), &[]).await;
    assert_eq!(whole.header("content-type"), "image/png");
    assert!(!String::from_utf8_lossy(&whole.bytes).contains("script"));
    let small = alice
        .serves(&format!("/uploads/{name}?thumbnail=1"), &[])
        .await;
    assert_eq!(small.header("content-type"), "image/jpeg");
    assert_ne!(small.header("etag"), whole.header("etag"));
    let small = image::load_from_memory(&small.bytes).expect("a picture");
    assert_eq!((small.width(), small.height()), (640, 320));

    let tiny = alice
        .uploads_named("tiny.jpg", encoded(9, 9, ImageFormat::Jpeg))
        .await;
    let itself = alice
        .serves(&format!("/uploads/{tiny}?thumbnail=1"), &[])
        .await;
    assert_eq!(itself.header("content-type"), "image/jpeg");
    let preview = alice.serves(&format!("/preview/{tiny}"), &[]).await;
    assert_eq!(preview.bytes, itself.bytes);
}

#[tokio::test]
async fn a_refused_upload_leaves_neither_row_nor_bytes() {
    let app = TestApp::with(|config| {
        config.storage.max_upload_bytes = 64 * 1024;
        config.storage.max_bytes_per_person = 100 * 1024;
    })
    .await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let whole = picture(200, 200);
    // A pixel whose header says that it is four billion.
    let mut inflated = picture(1, 1);
    inflated[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let sum = crc32fast::hash(&inflated[12..29]);
    inflated[29..33].copy_from_slice(&sum.to_be_bytes());

    let upload = |name: &'static str, bytes: Vec<u8>| alice.tries_to_upload(name, bytes);
    upload("a.bin", vec![0; 64 * 1024 + 1])
        .await
        .is_refused(413, "file_too_large");
    upload("a.bin", vec![0; 1_000_000])
        .await
        .is_refused(413, "file_too_large");
    upload("a.png", whole[..whole.len() / 2].to_vec())
        .await
        .is_refused(400, "image_invalid");
    upload("bomb.png", inflated)
        .await
        .is_refused(413, "image_too_large");
    let nameless = alice.posts_form("/api/upload", form("file", "", "x")).await;
    assert_eq!(nameless.body["error"], "no file selected");
    let other = alice
        .posts_form("/api/upload", form("other", "a", "x"))
        .await;
    assert_eq!(
        (other.status, &other.body["error"]),
        (400, &json!("no file provided"))
    );
    let none = alice.post("/api/upload", json!({})).await;
    assert_eq!(
        (none.status, &none.body["error"]),
        (400, &json!("no file provided"))
    );
    let two = form("file", "a", "x").text("file", "y");
    alice
        .posts_form("/api/upload", two)
        .await
        .is_refused(400, "bad_params");
    let cut = alice.request(Method::POST, "/api/upload");
    let cut = cut
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(
            "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc",
        ));
    Reply::of(cut).await.is_refused(400, "bad_params");
    assert_eq!(stored(&app).await, (0, 0));

    alice.uploads("a.bin", vec![0; 60 * 1024]).await;
    upload("b.bin", vec![0; 50 * 1024])
        .await
        .is_refused(413, "quota_exceeded");
    bob.uploads("b.bin", vec![0; 50 * 1024]).await;
    assert_eq!(stored(&app).await, (2, 2));
}

#[tokio::test]
async fn an_archive_is_listed_and_never_unpacked() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    // One stored entry whose table of contents says that it becomes four gigabytes.
    let name = b"<b>../../etc/passwd";
    let entry = |signature: &[u8], extra: &[u8]| {
        let mut bytes = signature.to_vec();
        bytes.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        bytes.extend(0_u32.to_le_bytes());
        bytes.extend(2_u32.to_le_bytes());
        bytes.extend(0xffff_fff0_u32.to_le_bytes());
        bytes.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(extra);
        bytes.extend(name);
        bytes
    };
    let mut archive = entry(b"PK\x03\x04", &[]);
    archive.extend([3, 0]);
    let start = u32::try_from(archive.len()).expect("short");
    let directory = entry(b"PK\x01\x02\x14\0", &[0; 14]);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    archive.extend(u32::try_from(directory.len()).expect("short").to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0, 0]);

    let bomb = alice.uploads_named("bomb.zip", archive.clone()).await;
    let shown = alice.get(&format!("/preview/{bomb}")).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let page = shown.body.as_str().expect("a page");
    assert!(
        page.contains("&lt;b&gt;..") && !page.contains("<b>"),
        "{page}"
    );
    assert!(page.contains("4294967280 bytes"), "{page}");

    archive.truncate(archive.len() - 8);
    let cut = alice.uploads_named("cut.zip", archive).await;
    let refused = alice.get(&format!("/preview/{cut}")).await;
    refused.is_refused(400, "archive_invalid");
}

#[tokio::test]
async fn what_is_never_sent_and_what_is_nobodys_is_freed() {
    let mut app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let unsent = alice.uploads_named("unsent.txt", "x").await;
    let sent = alice.uploads_named("sent.txt", "x").await;
    let message = json!({"text": "", "attachment": sent});
    alice.connects().await.does("send_message", message).await;
    let ownerless = Path::new(&app.config().storage.dir).join("blobs/00/00ff");
    std::fs::create_dir_all(ownerless.parent().expect("a folder")).expect("made");
    std::fs::write(&ownerless, "x").expect("written");
    assert_eq!(stored(&app).await, (3, 2));

    app.clock.advance(DAY + Duration::from_mins(1));
    app.restart().await;

    eventually("what nobody needs is freed", async || {
        stored(&app).await == (1, 1)
    })
    .await;
    let alice = alice.at(app.address());
    let served = alice.serves(&format!("/uploads/{sent}"), &[]).await;
    assert_eq!(served.status, 200);
    let gone = alice.get(&format!("/uploads/{unsent}")).await;
    gone.is_refused(404, "file_not_found");
}

#[tokio::test]
async fn uploading_is_paced() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let mut refused = None;
    for _ in 0..200 {
        let reply = alice.tries_to_upload("a.txt", "x").await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let refused = refused.expect("a limit");
    refused.is_refused(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    bob.uploads("a.txt", "x").await;
}
