//! The life of codes and tokens, over HTTP.

use std::time::Duration;

use entity::oauth_client::ClientType;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::{
    oauth_site::{
        CALLBACK, Site, Tokens, VERIFIER, agrees, challenge, hash, is_refused, live_tokens,
    },
    support::{Reply, TestApp},
};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

/// A code that was asked for with a challenge.
async fn code_with_challenge(site: &Site, alice: &crate::support::Person) -> String {
    let challenge = challenge();
    let path = site.authorize(&[
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    agrees(alice, &path).await
}

#[tokio::test]
async fn of_fifty_who_redeem_a_code_at_once_one_succeeds() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let code = agrees(&alice, &site.authorize(&[])).await;

    let replies = join_all((0..50).map(|_| site.redeems(&code))).await;

    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 49));
    for reply in lost {
        is_refused(reply, 400, "invalid_grant");
    }
    // A code that came twice was stolen by one of the two.
    let tokens = Tokens::of(&won[0].body);
    is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
    assert_eq!(live_tokens(&app).await, 0);
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_came_of_it_and_nothing_else() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let other = site.signs_in(&alice).await;
    let code = agrees(&alice, &site.authorize(&[])).await;
    let first = Tokens::of(&site.redeems(&code).await.succeeds());
    let next = Tokens::of(&site.refreshes(&first.refresh).await.succeeds());

    is_refused(&site.redeems(&code).await, 400, "invalid_grant");

    for access in [&first.access, &next.access] {
        is_refused(&site.asks_who(access).await, 401, "invalid_token");
    }
    is_refused(&site.refreshes(&next.refresh).await, 400, "invalid_grant");
    site.asks_who(&other.access).await.succeeds();
    site.refreshes(&other.refresh).await.succeeds();
}

#[tokio::test]
async fn a_code_is_good_for_a_minute_its_site_and_its_proof() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let (site, thief) = (Site::register(&app).await, Site::register(&app).await);
    let old = agrees(&alice, &site.authorize(&[])).await;
    app.clock.advance(61 * SECOND);
    is_refused(&site.redeems(&old).await, 400, "invalid_grant");

    let code = agrees(&alice, &site.authorize(&[])).await;
    is_refused(&thief.redeems(&code).await, 400, "invalid_grant");
    is_refused(
        &site.redeems(&format!("{code}x")).await,
        400,
        "invalid_grant",
    );
    is_refused(&site.redeems_with_proof(&code).await, 400, "invalid_grant");
    site.redeems(&code).await.succeeds();

    let proven = code_with_challenge(&site, &alice).await;
    is_refused(&site.redeems(&proven).await, 400, "invalid_grant");
    let wrong = [
        ("grant_type", "authorization_code"),
        ("code", &proven),
        ("code_verifier", &VERIFIER.replace('d', "e")),
    ];
    is_refused(
        &site.posts("/oauth/token", &wrong).await,
        400,
        "invalid_grant",
    );
    site.redeems_with_proof(&proven).await.succeeds();
}

#[tokio::test]
async fn a_redirect_uri_that_was_named_is_named_again() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let code = agrees(&alice, &site.authorize(&[("redirect_uri", CALLBACK)])).await;
    let form = |uri| {
        [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", uri),
        ]
    };

    is_refused(&site.redeems(&code).await, 400, "invalid_grant");
    let other = site
        .posts("/oauth/token", &form("https://site.example/callback"))
        .await;
    is_refused(&other, 400, "invalid_grant");

    site.posts("/oauth/token", &form(CALLBACK)).await.succeeds();
}

#[tokio::test]
async fn a_refresh_token_is_used_once() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let other = site.signs_in(&alice).await;
    let first = site.signs_in(&alice).await;
    let second = Tokens::of(&site.refreshes(&first.refresh).await.succeeds());
    assert_ne!(first.refresh, second.refresh);
    site.asks_who(&first.access).await.succeeds();

    // The answer may have been lost on its way.
    app.clock.advance(9 * SECOND);
    is_refused(&site.refreshes(&first.refresh).await, 400, "invalid_grant");
    let third = Tokens::of(&site.refreshes(&second.refresh).await.succeeds());

    app.clock.advance(11 * SECOND);
    is_refused(&site.refreshes(&first.refresh).await, 400, "invalid_grant");
    is_refused(&site.refreshes(&third.refresh).await, 400, "invalid_grant");
    for access in [&first.access, &second.access, &third.access] {
        is_refused(&site.asks_who(access).await, 401, "invalid_token");
    }
    site.refreshes(&other.refresh).await.succeeds();
}

#[tokio::test]
async fn of_twenty_who_use_a_refresh_token_at_once_one_succeeds() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;

    let replies = join_all((0..20).map(|_| site.refreshes(&tokens.refresh))).await;

    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(won.len(), 1);
    // Within the leeway that is a client that was impatient, not a thief.
    site.refreshes(&Tokens::of(&won[0].body).refresh)
        .await
        .succeeds();
}

#[tokio::test]
async fn tokens_end_when_they_said() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let mut tokens = site.signs_in(&alice).await;
    let unused = site.signs_in(&alice).await;

    app.clock.advance(3590 * SECOND);
    site.asks_who(&tokens.access).await.succeeds();
    app.clock.advance(11 * SECOND);
    is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
    // However often they are refreshed, 180 days after the person agreed it is over.
    for _ in 0..7 {
        app.clock.advance(25 * DAY);
        tokens = Tokens::of(&site.refreshes(&tokens.refresh).await.succeeds());
    }
    is_refused(&site.refreshes(&unused.refresh).await, 400, "invalid_grant");
    app.clock.advance(5 * DAY);
    is_refused(&site.refreshes(&tokens.refresh).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_site_proves_who_it_is_in_one_way() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let code = agrees(&alice, &site.authorize(&[])).await;
    let secret = site.secret.as_deref().expect("a secret");
    let foreign = other.secret.as_deref().expect("a secret");
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
    ];
    let ask = |id: &str, secret: Option<&str>, form: &[(&str, &str)]| {
        let request = site.request(Method::POST, "/oauth/token");
        let request = request.form(&[&redeem, form].concat());
        match secret {
            Some(secret) => request.basic_auth(id, Some(secret)),
            None => request,
        }
    };
    let id = site.client_id.as_str();

    for wrong in [
        foreign,
        "",
        "chts_",
        secret.trim_end_matches(|_: char| true),
    ] {
        let reply = Reply::of(ask(id, Some(wrong), &[])).await;
        is_refused(&reply, 401, "invalid_client");
        let challenge = reply.headers["www-authenticate"].to_str().expect("text");
        assert!(challenge.starts_with("Basic "), "{challenge}");
    }
    for (form, status, error) in [
        (
            vec![("client_id", id), ("client_secret", foreign)],
            401,
            "invalid_client",
        ),
        (vec![("client_id", id)], 401, "invalid_client"),
        (
            vec![("client_id", "nobody"), ("client_secret", secret)],
            401,
            "invalid_client",
        ),
        (vec![], 401, "invalid_client"),
        (
            vec![("client_id", id), ("client_id", id)],
            400,
            "invalid_request",
        ),
    ] {
        let reply = Reply::of(ask(id, None, &form)).await;
        is_refused(&reply, status, error);
        assert!(!reply.headers.contains_key("www-authenticate"), "{form:?}");
    }
    let both = ask(id, Some(secret), &[("client_secret", secret)]);
    is_refused(&Reply::of(both).await, 400, "invalid_request");
    let bearer = ask(id, None, &[("client_id", id)]).bearer_auth(secret);
    assert_eq!(Reply::of(bearer).await.status, 401);
    Reply::of(ask(id, Some(secret), &[])).await.succeeds();
}

#[tokio::test]
async fn while_a_secret_is_changed_both_are_good() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let mut site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let old = site.secret.clone();

    site.secret = Some(site.makes_secret(&app).await);
    let tokens = Tokens::of(&site.refreshes(&tokens.refresh).await.succeeds());
    site.secret = old;
    site.refreshes(&tokens.refresh).await.succeeds();
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_and_says_what_is_missing() {
    let app = TestApp::spawn().await;
    let [_] = app.users(["root"]).await;
    let site = Site::register(&app).await;
    let by_json = site.request(Method::POST, "/oauth/token");
    let by_json = Reply::of(by_json.json(&json!({"grant_type": "authorization_code"}))).await;
    is_refused(&by_json, 400, "invalid_request");
    let text = by_json.body["error_description"].as_str().expect("a text");
    assert!(text.contains("JSON"), "{text}");
    assert_eq!(by_json.body.as_object().map(serde_json::Map::len), Some(2));

    for (form, error) in [
        (vec![], "invalid_request"),
        (
            vec![("grant_type", "authorization_code")],
            "invalid_request",
        ),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (
            vec![("grant_type", "client_credentials")],
            "unsupported_grant_type",
        ),
        (
            vec![
                ("grant_type", "authorization_code"),
                ("code", "a"),
                ("code", "b"),
            ],
            "invalid_request",
        ),
        (
            vec![("grant_type", "refresh_token"), ("refresh_token", "chtr_x")],
            "invalid_grant",
        ),
    ] {
        is_refused(&site.posts("/oauth/token", &form).await, 400, error);
    }
}

#[tokio::test]
async fn scopes_can_shrink_and_not_grow() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let tokens = site.signs_in(&alice).await;
    let form = |scope| {
        [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh.as_str()),
            ("scope", scope),
        ]
    };

    for wider in ["identify apps:read", "email"] {
        is_refused(
            &site.posts("/oauth/token", &form(wider)).await,
            400,
            "invalid_scope",
        );
    }
    let same = site
        .posts("/oauth/token", &form("identify"))
        .await
        .succeeds();
    assert_eq!(same["scope"], "identify");
}

#[tokio::test]
async fn giving_back_a_token_tells_nothing() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let tokens = site.signs_in(&alice).await;
    let stays = site.signs_in(&alice).await;

    for (who, token) in [
        (&site, "unknown"),
        (&site, "chtr_unknown"),
        (&other, tokens.refresh.as_str()),
        (&other, tokens.access.as_str()),
    ] {
        let reply = who.posts("/oauth/revoke", &[("token", token)]).await;
        assert_eq!((reply.status, reply.body), (200, json!("")));
    }
    site.asks_who(&tokens.access).await.succeeds();

    let hinted = [
        ("token", tokens.access.as_str()),
        ("token_type_hint", "refresh_token"),
    ];
    site.posts("/oauth/revoke", &hinted).await.succeeds();
    is_refused(&site.asks_who(&tokens.access).await, 401, "invalid_token");
    let next = Tokens::of(&site.refreshes(&tokens.refresh).await.succeeds());
    site.posts("/oauth/revoke", &[("token", &next.refresh)])
        .await
        .succeeds();
    is_refused(&site.asks_who(&next.access).await, 401, "invalid_token");
    is_refused(&site.refreshes(&next.refresh).await, 400, "invalid_grant");
    site.asks_who(&stays.access).await.succeeds();

    is_refused(
        &site.posts("/oauth/revoke", &[]).await,
        400,
        "invalid_request",
    );
    let saml = [("token", "x"), ("token_type_hint", "saml2")];
    is_refused(
        &site.posts("/oauth/revoke", &saml).await,
        400,
        "unsupported_token_type",
    );
}

#[tokio::test]
async fn a_site_learns_what_its_own_tokens_are_worth() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let (site, other) = (Site::register(&app).await, Site::register(&app).await);
    let program = Site::register_with(&app, ClientType::Public, &[CALLBACK]).await;
    let tokens = site.signs_in(&alice).await;
    let worth = async |who: &Site, token: &str| {
        let reply = who.posts("/oauth/introspect", &[("token", token)]).await;
        reply.succeeds()
    };

    let access = worth(&site, &tokens.access).await;
    assert_eq!(access["active"], true);
    assert_eq!(access["scope"], "identify");
    assert_eq!(access["client_id"], site.client_id);
    assert_eq!(access["token_type"], "Bearer");
    assert_eq!(
        access["exp"].as_i64(),
        access["iat"].as_i64().map(|at| at + 3600)
    );
    assert_eq!(
        worth(&site, &tokens.refresh).await["token_type"],
        "refresh_token"
    );
    let nothing = json!({"active": false});
    assert_eq!(worth(&other, &tokens.access).await, nothing);
    for unknown in ["x", "chta_x", &tokens.access[1..]] {
        assert_eq!(worth(&site, unknown).await, nothing);
    }
    let refused = program
        .posts("/oauth/introspect", &[("token", &tokens.access)])
        .await;
    is_refused(&refused, 401, "invalid_client");
    site.refreshes(&tokens.refresh).await.succeeds();
    assert_eq!(worth(&site, &tokens.refresh).await, nothing);
    app.clock.advance(DAY);
    assert_eq!(worth(&site, &tokens.access).await, nothing);
}

#[tokio::test]
async fn nothing_that_opens_an_account_is_stored() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;
    let code = agrees(&alice, &site.authorize(&[])).await;
    let tokens = Tokens::of(&site.redeems(&code).await.succeeds());

    let stored = async |table: &str, column: &str, value: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE {column} = $1");
        app.number(&sql, [value.to_owned().into()]).await
    };
    assert_eq!(stored("oauth_code", "code_hash", &code).await, 0);
    assert_eq!(stored("oauth_code", "code_hash", &hash(&code)).await, 1);
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(stored("oauth_token", "token_hash", token).await, 0);
        assert_eq!(stored("oauth_token", "token_hash", &hash(token)).await, 1);
    }
}
