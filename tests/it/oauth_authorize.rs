//! What people see on their way to a site, and what nobody can make them do.

use entity::oauth_client::ClientType;
use reqwest::{Method, header};

use crate::{
    oauth_site::{
        CALLBACK, Site, agrees, challenge, fills_in, location, param, submits, text_of, visits,
    },
    support::{Person, Reply, TestApp},
};

/// Asserts that a page is shown and the browser is sent nowhere.
#[track_caller]
fn is_page(reply: &Reply, status: u16, says: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert!(!reply.headers.contains_key(header::LOCATION));
    assert!(text_of(reply).contains(says), "{says}: {}", reply.body);
}

async fn codes(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM oauth_code", []).await
}

#[tokio::test]
async fn without_a_place_to_go_back_to_the_person_is_told() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let several = Site::register_with(
        &app,
        ClientType::Confidential,
        &[CALLBACK, "https://b.example/"],
    )
    .await;

    for path in [
        "/oauth/authorize".to_owned(),
        site.authorize(&[("client_id", "nobody")]),
        site.authorize(&[("client_id", "")]),
        site.authorize(&[("redirect_uri", "https://evil.example/")]),
        site.authorize(&[("redirect_uri", "https://site.example/callback")]),
        site.authorize(&[("redirect_uri", "javascript:alert(1)")]),
        site.authorize(&[("redirect_uri", CALLBACK), ("redirect_uri", CALLBACK)]),
        format!("{}&client_id={}", site.authorize(&[]), site.client_id),
        format!("{}&state=%FF", site.authorize(&[])),
        several.authorize(&[]),
    ] {
        let reply = visits(&alice, &path).await;
        is_page(&reply, 400, "The site that sent you here made a mistake");
        assert!(!text_of(&reply).contains("evil.example"), "{path}");
    }
    assert_eq!(codes(&app).await, 0);
}

#[tokio::test]
async fn everything_else_that_is_wrong_is_told_to_the_site() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let program = Site::register_with(&app, ClientType::Public, &[CALLBACK]).await;
    let proof = challenge();
    let proven = [
        ("code_challenge", &*proof),
        ("code_challenge_method", "S256"),
    ];
    agrees(&alice, &site.authorize(&[])).await;
    agrees(&alice, &program.authorize(&proven)).await;
    let before = codes(&app).await;
    let too_long = "x".repeat(2049);

    for (path, error) in [
        (
            site.authorize(&[("response_type", "token")]),
            "unsupported_response_type",
        ),
        (site.authorize(&[("response_type", "")]), "invalid_request"),
        (site.authorize(&[("scope", "email")]), "invalid_scope"),
        (
            site.authorize(&[("scope", "identify apps:write")]),
            "invalid_scope",
        ),
        (
            site.authorize(&[
                ("code_challenge", "short"),
                ("code_challenge_method", "S256"),
            ]),
            "invalid_request",
        ),
        (
            site.authorize(&[
                ("code_challenge", &challenge()),
                ("code_challenge_method", "plain"),
            ]),
            "invalid_request",
        ),
        (
            site.authorize(&[("scope", "identify"), ("scope", "identify")]),
            "invalid_request",
        ),
        (
            site.authorize(&[("prompt", "none login")]),
            "invalid_request",
        ),
        (program.authorize(&[]), "invalid_request"),
    ] {
        let reply = visits(&alice, &format!("{path}&state=a%20b%26c")).await;
        assert!(location(&reply).as_str().starts_with(CALLBACK), "{path}");
        assert_eq!(param(&reply, "error").as_deref(), Some(error), "{path}");
        assert_eq!(param(&reply, "state").as_deref(), Some("a b&c"), "{path}");
        let issuer = app.config().server.public_url.clone();
        assert_eq!(param(&reply, "iss"), Some(issuer), "{path}");
        assert_eq!(param(&reply, "code"), None, "{path}");
    }
    let reply = visits(&alice, &site.authorize(&[("state", &too_long)])).await;
    assert_eq!(param(&reply, "error").as_deref(), Some("invalid_request"));
    assert_eq!(param(&reply, "state"), None);
    assert_eq!(codes(&app).await, before);
}

#[tokio::test]
async fn nobody_is_sent_to_a_site_that_they_have_nothing_to_do_with() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let site = Site::register(&app).await;
    agrees(&alice, &site.authorize(&[])).await;
    let wrong = site.authorize(&[("scope", "bogus"), ("state", "a&b")]);

    for visitor in [&app.stranger(), &bob] {
        let page = visits(visitor, &wrong).await;
        is_page(&page, 400, "made a mistake: there is no scope bogus");
        let text = text_of(&page);
        assert!(text.contains("Site &lt;b&gt;"), "{text}");
        let link = "href=\"https://site.example/callback?from=chatter&amp;error=invalid_scope";
        assert!(text.contains(link), "{text}");
        let silent = visits(visitor, &format!("{wrong}&prompt=none")).await;
        assert_eq!(param(&silent, "error").as_deref(), Some("invalid_scope"));
    }
    assert_eq!(
        param(&visits(&alice, &wrong).await, "error").as_deref(),
        Some("invalid_scope"),
        "who knows it is sent back"
    );
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_on_the_way_without_javascript() {
    let app = TestApp::spawn().await;
    let [_] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let path = site.authorize(&[("state", "a&b=c d"), ("login_hint", "alice")]);
    let browser = Person::new("alice", app.address(), None);

    let form = visits(&browser, &path).await;
    is_page(
        &form,
        200,
        "Sign in with your account here to continue to <strong>Site &lt;b&gt;",
    );
    assert!(text_of(&form).contains("value=\"alice\""));
    assert!(!text_of(&form).contains("<script"));
    let wrong = [("username", "alice"), ("password", "wrong password")];
    let again = submits(&browser, &form, &wrong).await;
    is_page(&again, 401, "Invalid username or password");
    // Browsers hold it against where the form's answer leads in the end.
    let policy = again.headers["content-security-policy"]
        .to_str()
        .expect("text");
    assert!(!policy.contains("form-action") && policy.contains("default-src 'none'"));
    let signed_in = fills_in(&browser, &again).await;
    let back = location(&signed_in);
    assert_eq!(back.path(), "/oauth/authorize");
    let back = format!("{}?{}", back.path(), back.query().expect("a query"));
    let question = visits(&browser, &back).await;
    is_page(&question, 200, "Signed in as <strong>alice</strong>");
    let answer = submits(&browser, &question, &[("decision", "allow")]).await;

    assert_eq!(param(&answer, "state").as_deref(), Some("a&b=c d"));
    site.redeems(&param(&answer, "code").expect("a code"))
        .await
        .succeeds();
}

#[tokio::test]
async fn the_question_says_who_asks_for_what_and_where_it_leads() {
    let app = TestApp::spawn().await;
    let [_, alice] = app.users(["root", "alice"]).await;
    let site = Site::register(&app).await;

    let page = visits(&alice, &site.authorize(&[])).await;

    for says in [
        "Site &lt;b&gt;",
        "by root",
        "Plays chess",
        "Your ID, nickname, name and avatar",
        "Not your e-mail address, your messages or your servers",
        "You will be sent to <strong>site.example</strong>",
        "Signed in as <strong>alice</strong>",
        "Switch account",
    ] {
        is_page(&page, 200, says);
    }
    assert!(!text_of(&page).contains("Site <b>"));
    let header = |name: &str| page.headers[name].to_str().expect("text").to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"));
    // Browsers hold it against where the answer leads.
    assert!(!policy.contains("form-action"));
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
    let foreign = alice.request(Method::GET, &site.authorize(&[]));
    let foreign = Reply::of(foreign.header("origin", "https://site.example")).await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn who_agreed_once_is_not_asked_again_unless_the_site_wants_it() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let silently = site.authorize(&[("prompt", "none")]);
    let refused = visits(&alice, &silently).await;
    assert_eq!(
        param(&refused, "error").as_deref(),
        Some("consent_required")
    );
    let refused = visits(&app.stranger(), &silently).await;
    assert_eq!(param(&refused, "error").as_deref(), Some("login_required"));
    agrees(&alice, &site.authorize(&[])).await;

    for path in [site.authorize(&[]), silently.clone()] {
        let answer = visits(&alice, &path).await;
        let code = param(&answer, "code").expect("a code");
        site.redeems(&code).await.succeeds();
    }
    for path in [
        site.authorize(&[("prompt", "consent")]),
        other.authorize(&[]),
    ] {
        is_page(
            &visits(&alice, &path).await,
            200,
            "asks to know who you are",
        );
    }
    is_page(
        &visits(&alice, &site.authorize(&[("prompt", "login")])).await,
        200,
        "Sign in with your account here",
    );
    is_page(
        &visits(&bob, &site.authorize(&[])).await,
        200,
        "asks to know who you are",
    );
}

#[tokio::test]
async fn asked_to_sign_in_again_one_does_so_once() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let form = visits(&alice, &site.authorize(&[("prompt", "login consent")])).await;
    let before = alice.cookie();

    let signed_in = fills_in(&alice, &form).await;

    assert_ne!(alice.cookie(), before, "a new session");
    let back = location(&signed_in);
    let back = format!("{}?{}", back.path(), back.query().expect("a query"));
    is_page(
        &visits(&alice, &back).await,
        200,
        "asks to know who you are",
    );
}

#[tokio::test]
async fn who_says_no_is_sent_back_without_anything() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let page = visits(&alice, &site.authorize(&[("state", "s")])).await;

    for decision in ["deny", "", "ALLOW"] {
        let answer = submits(&alice, &page, &[("decision", decision)]).await;
        assert_eq!(param(&answer, "error").as_deref(), Some("access_denied"));
        assert_eq!(param(&answer, "state").as_deref(), Some("s"));
        assert_eq!(param(&answer, "code"), None);
    }
    assert_eq!(codes(&app).await, 0);
    let grants = app.number("SELECT COUNT(*) FROM oauth_grant", []).await;
    assert_eq!(grants, 0);
}

#[tokio::test]
async fn only_the_page_that_asked_can_be_answered() {
    let app = TestApp::spawn().await;
    let [alice, mallory] = app.users(["alice", "mallory"]).await;
    let site = Site::register(&app).await;
    let evil =
        Site::register_with(&app, ClientType::Confidential, &["https://evil.example/cb"]).await;
    let shown = visits(&alice, &site.authorize(&[("state", "a")])).await;
    let proof_of = |page: &Reply| {
        let (_, rest) = text_of(page)
            .split_once("name=\"csrf\" value=\"")
            .expect("a proof");
        rest.split('"').next().expect("its end").to_owned()
    };
    let proof = proof_of(&shown);
    let elsewhere = visits(&alice.elsewhere(), &site.authorize(&[("state", "a")])).await;
    assert!(!text_of(&elsewhere).contains("csrf"));
    let hers = proof_of(&visits(&mallory, &site.authorize(&[("state", "a")])).await);

    let client_id = evil.client_id.as_str();
    let other_client = [
        ("client_id", client_id),
        ("state", "a"),
        ("csrf", proof.as_str()),
    ];
    let other_state = [
        ("client_id", &*site.client_id),
        ("state", "b"),
        ("csrf", &*proof),
    ];
    let of_mallory = [
        ("client_id", &*site.client_id),
        ("state", "a"),
        ("csrf", &*hers),
    ];
    let without = [
        ("client_id", &*site.client_id),
        ("state", "a"),
        ("csrf", ""),
    ];
    for forged in [other_client, other_state, of_mallory, without] {
        let form = forged.iter().copied().chain([
            ("response_type", "code"),
            ("scope", "identify"),
            ("decision", "allow"),
        ]);
        let request = alice.request(Method::POST, "/oauth/authorize");
        let reply = Reply::of(request.form(&form.collect::<Vec<_>>())).await;
        is_page(&reply, 403, "out of date");
    }
    let from_elsewhere = alice
        .request(Method::POST, "/oauth/authorize")
        .header("origin", "https://evil.example")
        .form(&[("csrf", proof.as_str()), ("decision", "allow")]);
    assert_eq!(Reply::of(from_elsewhere).await.status, 403);
    assert_eq!(codes(&app).await, 0);

    let answer = submits(&alice, &shown, &[("decision", "allow")]).await;
    assert!(param(&answer, "code").is_some());
}

#[tokio::test]
async fn who_has_signed_out_meanwhile_signs_in_first() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let page = visits(&alice, &site.authorize(&[])).await;
    alice
        .post("/logout", serde_json::json!({}))
        .await
        .succeeds();

    let reply = submits(&alice, &page, &[("decision", "allow")]).await;

    is_page(&reply, 200, "Sign in with your account here");
    assert_eq!(codes(&app).await, 0);
}

#[tokio::test]
async fn a_suspended_or_deleted_app_signs_nobody_in() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let (suspended, deleted) = (Site::register(&app).await, Site::register(&app).await);
    let [waits, also_waits] = [
        agrees(&alice, &suspended.authorize(&[])).await,
        agrees(&alice, &deleted.authorize(&[])).await,
    ];
    app.sql(
        "UPDATE app SET suspended_at = 1 WHERE id = $1",
        [suspended.app.into()],
    )
    .await;
    app.sql(
        "UPDATE app SET deleted_at = 1 WHERE id = $1",
        [deleted.app.into()],
    )
    .await;

    is_page(
        &visits(&alice, &suspended.authorize(&[])).await,
        403,
        "suspended",
    );
    is_page(
        &visits(&alice, &deleted.authorize(&[])).await,
        400,
        "mistake",
    );
    crate::oauth_site::is_refused(&suspended.redeems(&waits).await, 403, "suspended");
    crate::oauth_site::is_refused(&deleted.redeems(&also_waits).await, 401, "invalid_client");
}

#[tokio::test]
async fn who_comes_too_often_is_told_to_wait() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let site = Site::register(&app).await;
    let path = site.authorize(&[]);
    for _ in 0..30 {
        is_page(
            &visits(&alice, &path).await,
            200,
            "asks to know who you are",
        );
    }

    let refused = visits(&alice, &path).await;

    is_page(&refused, 429, "too many requests");
    let wait = refused.headers["retry-after"].to_str().expect("text");
    assert!(
        wait.parse::<u64>()
            .is_ok_and(|wait| (1..=60).contains(&wait))
    );
    is_page(&visits(&bob, &path).await, 200, "asks to know who you are");
}
