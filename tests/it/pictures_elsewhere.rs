//! Pictures that apps point at: shown by this server, and nothing else fetched for anybody.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    http::{
        HeaderMap,
        header::{CONTENT_TYPE, LOCATION},
    },
    routing::get,
};
use image::{GenericImageView, ImageFormat, ImageReader};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Community, Hook, Person, Served, TestApp, encoded, number, picture};

/// What cards name in place of the site on this machine: its own address is not https, so no app
/// may name it.
const ELSEWHERE: &str = "https://elsewhere.example/";

/// A site on this machine, which counts who asks it for its first picture.
async fn site() -> (SocketAddr, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let to = |place: String| get(move || async move { (StatusCode::FOUND, [(LOCATION, place)]) });
    let is = |kind: &'static str, bytes: Vec<u8>| {
        get(move || async move { ([(CONTENT_TYPE, kind)], bytes) })
    };
    let counted = asked.clone();
    let first = move |headers: HeaderMap| async move {
        counted.fetch_add(1, Ordering::Relaxed);
        let told = ["cookie", "referer", "x-forwarded-for"];
        assert!(!told.iter().any(|name| headers.contains_key(*name)));
        ([(CONTENT_TYPE, "text/html")], picture(40, 20))
    };
    let router = Router::new()
        .route("/a.png", get(first))
        .route(
            "/large.jpg",
            is("image/jpeg", encoded(2000, 1000, ImageFormat::Jpeg)),
        )
        .route(
            "/moves.gif",
            is("image/gif", encoded(9, 9, ImageFormat::Gif)),
        )
        .route("/moved", to("/a.png".to_owned()))
        .route(
            "/page",
            is(
                "image/png",
                b"<!DOCTYPE html><script>alert(1)</script>".to_vec(),
            ),
        )
        .route(
            "/drawing",
            is(
                "image/svg+xml",
                b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            ),
        )
        .route("/damaged", is("image/png", picture(40, 20)[..40].to_vec()))
        .route("/heavy", is("image/png", vec![0; 8 * 1024 * 1024 + 1]))
        .route("/inside", to("https://127.0.0.1/".to_owned()))
        .route("/named", to("https://localhost/".to_owned()))
        .route("/cloud", to("https://169.254.169.254/latest".to_owned()))
        .route("/plain", to("http://1.1.1.1/a.png".to_owned()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, asked)
}

/// A channel with a webhook.
struct Gallery {
    app: TestApp,
    hook: Hook,
    alice: Person,
}

impl Gallery {
    async fn new(app: TestApp) -> Self {
        let [alice] = app.users(["alice"]).await;
        let club = Community::of(&alice, &[]).await;
        let hook = Hook::of(&app, &club, club.general, &alice).await;
        Self { app, hook, alice }
    }

    /// Has the webhook say something.
    async fn says(&self, body: Value) -> Value {
        let said = self.hook.posts(body).await.succeeds();
        self.hook
            .said()
            .await
            .into_iter()
            .find(|message| number(&message["id"]) == number(&said["id"]))
            .expect("the message")
    }

    /// The paths under which the pictures at these addresses are shown.
    async fn paths<'a>(&self, urls: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let cards = urls.into_iter().map(|url| json!({"image": {"url": url}}));
        let message = self
            .says(json!({"embeds": cards.collect::<Vec<_>>()}))
            .await;
        paths(&message)
    }

    /// The same of the pictures of `site` that are called so.
    async fn paths_on(&self, site: SocketAddr, names: &[&str]) -> Vec<String> {
        let urls: Vec<_> = names
            .iter()
            .map(|name| format!("{ELSEWHERE}{name}"))
            .collect();
        self.paths(urls.iter().map(String::as_str)).await;
        let real = format!("http://{site}/");
        let put = "UPDATE message SET card = REPLACE(card, $1, $2)";
        self.app.sql(put, [ELSEWHERE.into(), real.into()]).await;
        paths(self.hook.said().await.last().expect("a message"))
    }

    async fn shows(&self, path: &str) -> Served {
        self.app.stranger().serves(path, &[]).await
    }

    async fn refuses(&self, path: &str, status: u16, code: &str) {
        let shown = self.shows(path).await;
        let body: Value = serde_json::from_slice(&shown.bytes).expect("JSON");
        let refused = (shown.status, body["code"].as_str());
        assert_eq!(refused, (status, Some(code)), "{body}");
    }
}

fn paths(message: &Value) -> Vec<String> {
    let cards = message["embeds"].as_array().expect("cards").iter();
    let paths = cards.map(|card| card["image"]["proxy_url"].as_str().expect("a path"));
    paths.map(str::to_owned).collect()
}

#[tokio::test]
async fn whatever_picture_an_app_names_comes_with_a_path_of_this_server() {
    let gallery = Gallery::new(TestApp::spawn().await).await;
    let mut heard = gallery.alice.connects().await;

    let body = json!({"content": "x", "avatar_url": "https://ci.example/me.png", "embeds": [{
        "title": "t",
        "author": {"name": "a", "icon_url": "https://ci.example/author.png"},
        "footer": {"text": "f", "icon_url": "https://ci.example/footer.png"},
        "image": {"url": "https://ci.example/image.png", "proxy_url": "https://evil.example/"},
        "thumbnail": {"url": "https://ci.example/thumbnail.png"},
    }]});
    let kept = gallery.says(body).await;

    let live = heard.receives(&["channel_new"]).await;
    assert_eq!(
        (&live["embeds"], &live["author"]),
        (&kept["embeds"], &kept["author"])
    );
    assert_eq!(kept["author"]["avatar_url"], "https://ci.example/me.png");
    let card = &kept["embeds"][0];
    let shown = [
        &kept["author"]["proxy_avatar_url"],
        &card["author"]["proxy_icon_url"],
        &card["footer"]["proxy_icon_url"],
        &card["image"]["proxy_url"],
        &card["thumbnail"]["proxy_url"],
    ];
    let shown = shown.map(|path| path.as_str().expect("a path"));
    for path in shown {
        assert!(path.starts_with("/proxy/"), "{path}");
        assert_eq!(shown.iter().filter(|other| **other == path).count(), 1);
    }
    let stored = "SELECT count(*) FROM message WHERE card LIKE '%proxy%'";
    assert_eq!(gallery.app.number(stored, []).await, 0);
}

#[tokio::test]
async fn a_picture_is_fetched_once_for_everybody_and_made_anew() {
    let (site, asked) = site().await;
    let app = TestApp::with(|config| config.storage.reachable = vec![site]).await;
    let gallery = Gallery::new(app).await;
    let paths = gallery
        .paths_on(site, &["a.png", "moved", "large.jpg", "moves.gif"])
        .await;

    let looks = (0..8).map(|_| gallery.shows(&paths[0]));
    for shown in futures_util::future::join_all(looks).await {
        assert_eq!(shown.status, 200);
        assert_eq!(shown.header("content-type"), "image/jpeg");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert_eq!(shown.header("cache-control"), "public, max-age=86400");
        let policy = shown.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_ne!(shown.bytes, picture(40, 20), "not the bytes of elsewhere");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    for (path, size) in paths.iter().zip([(40, 20), (40, 20), (1280, 640), (9, 9)]) {
        let shown = gallery.shows(path).await;
        let read = ImageReader::new(std::io::Cursor::new(&shown.bytes));
        let decoded = read.with_guessed_format().expect("a format").decode();
        assert_eq!(decoded.expect("a picture").dimensions(), size, "{path}");
        assert_ne!(shown.header("content-type"), "image/gif");
    }
    assert_eq!(
        asked.load(Ordering::Relaxed),
        2,
        "once more, to where it moved"
    );
}

#[tokio::test]
async fn only_pictures_are_shown() {
    let (site, _) = site().await;
    let app = TestApp::with(|config| config.storage.reachable = vec![site]).await;
    let gallery = Gallery::new(app).await;
    let names = ["page", "drawing", "damaged", "heavy", "none"];
    let paths = gallery.paths_on(site, &names).await;
    for (path, (status, code)) in paths.iter().zip([
        (422, "not_an_image"),
        (422, "not_an_image"),
        (400, "image_invalid"),
        (413, "file_too_large"),
        (422, "fetch_failed"),
    ]) {
        gallery.refuses(path, status, code).await;
    }
}

#[tokio::test]
async fn nothing_inside_is_fetched_whatever_leads_there() {
    let (site, _) = site().await;
    let app = TestApp::with(|config| config.storage.reachable = vec![site]).await;
    let gallery = Gallery::new(app).await;
    let inside = [
        "https://127.0.0.1/a.png",
        "https://localhost/a.png",
        "https://2130706433/a.png",
        "https://0x7f.1/a.png",
        "https://0177.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://[::ffff:7f00:1]/a.png",
        "https://[64:ff9b::a00:1]/a.png",
        "https://169.254.169.254/latest/meta-data/",
        "https://example.org:8443/a.png",
    ];
    let mut paths = gallery.paths(inside).await;
    assert_eq!(paths.len(), inside.len());
    let names = ["inside", "named", "cloud", "plain"];
    paths.extend(gallery.paths_on(site, &names).await);
    for path in paths {
        gallery.refuses(&path, 400, "url_not_allowed").await;
    }
}

#[tokio::test]
async fn what_this_server_has_not_handed_out_it_does_not_fetch() {
    let (site, asked) = site().await;
    let allow = |config: &mut chatter::kernel::Config| config.storage.reachable = vec![site];
    let mut gallery = Gallery::new(TestApp::with(allow).await).await;
    let other = Gallery::new(TestApp::with(allow).await).await;
    let path = gallery.paths_on(site, &["a.png"]).await.remove(0);
    let of_other = other.paths_on(site, &["a.png"]).await.remove(0);
    let another = gallery.paths_on(site, &["moved"]).await.remove(0);
    let (signature, address) = path["/proxy/".len()..].split_once('/').expect("two parts");
    let (_, moved) = another["/proxy/".len()..]
        .split_once('/')
        .expect("two parts");

    assert_ne!(path, of_other, "each installation has a key of its own");
    let mixed = format!("{}A", &signature[..signature.len() - 1]);
    for forged in [
        of_other,
        format!("/proxy/{signature}/{moved}"),
        format!("/proxy/{mixed}B/{address}"),
        format!("/proxy/{signature}/{address}AA"),
        format!("/proxy/{signature}/!"),
    ] {
        assert_eq!(gallery.shows(&forged).await.status, 404, "{forged}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);

    gallery.app.restart().await;
    assert_eq!(
        gallery.shows(&path).await.status,
        200,
        "the key stays the same"
    );
}

#[tokio::test]
async fn switched_off_it_shows_nothing_and_says_nothing() {
    let shows = Gallery::new(TestApp::spawn().await).await;
    let path = shows.paths(["https://ci.example/a.png"]).await.remove(0);
    let app = TestApp::with(|config| config.media.proxy = false).await;
    let gallery = Gallery::new(app).await;

    let cards = json!([{"image": {"url": "https://ci.example/a.png"}}]);
    let body = json!({"embeds": cards, "avatar_url": "https://ci.example/me.png"});
    let said = gallery.says(body).await;
    assert_eq!(said["embeds"], cards);
    assert_eq!(said["author"]["avatar_url"], "https://ci.example/me.png");
    assert_eq!(said["author"].get("proxy_avatar_url"), None);
    gallery.refuses(&path, 404, "not_found").await;
}
