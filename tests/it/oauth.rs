//! Signing in to a site with one's account here: the whole way, with a client that others wrote.

use entity::oauth_client::ClientType;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IntrospectionUrl, PkceCodeChallenge, RedirectUrl, Scope,
    TokenIntrospectionResponse, TokenResponse, TokenUrl, basic::BasicClient,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

use crate::{
    oauth_site::{CALLBACK, Site, Tokens, agrees, challenge, location, param, submits, visits},
    support::{Reply, TestApp},
};

/// How the library calls the server.
async fn call(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let client = Client::builder().no_proxy().build()?;
    let (parts, body) = request.into_parts();
    let response = client
        .request(parts.method, parts.uri.to_string())
        .headers(parts.headers)
        .body(body)
        .send()
        .await?;
    let mut answer = http::Response::builder().status(response.status());
    if let Some(headers) = answer.headers_mut() {
        *headers = response.headers().clone();
    }
    let body = response.bytes().await?.to_vec();
    Ok(answer.body(body).expect("an answer"))
}

#[tokio::test]
async fn a_library_gets_to_know_a_person_and_gives_back_what_it_got() {
    let app = TestApp::spawn().await;
    let [_, alice] = app.users(["root", "alice"]).await;
    let site = Site::register(&app).await;
    let metadata = app
        .stranger()
        .reads("/.well-known/oauth-authorization-server")
        .await;
    // The server calls itself by its public address; the test reaches it by another one.
    let issuer = metadata["issuer"].as_str().expect("an issuer").to_owned();
    let url = |name: &str| {
        let path = metadata[name]
            .as_str()
            .and_then(|url| url.strip_prefix(&issuer));
        format!("http://{}{}", app.address(), path.expect(name))
    };
    let client = BasicClient::new(ClientId::new(site.client_id.clone()))
        .set_client_secret(ClientSecret::new(site.secret.clone().expect("a secret")))
        .set_auth_type(AuthType::BasicAuth)
        .set_auth_uri(AuthUrl::new(url("authorization_endpoint")).expect("a URL"))
        .set_token_uri(TokenUrl::new(url("token_endpoint")).expect("a URL"))
        .set_introspection_url(IntrospectionUrl::new(url("introspection_endpoint")).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).expect("a URL"));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (sent_to, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new("identify".to_owned()))
        .set_pkce_challenge(challenge)
        .url();

    let page = visits(
        &alice,
        &format!("{}?{}", sent_to.path(), sent_to.query().expect("a query")),
    )
    .await;
    assert_eq!(page.status, 200, "{}", page.body);
    let answer = submits(&alice, &page, &[("decision", "allow")]).await;

    let back = location(&answer);
    assert!(
        back.as_str().starts_with(&format!("{CALLBACK}&code=")),
        "{back}"
    );
    assert_eq!(param(&answer, "state").as_ref(), Some(state.secret()));
    assert_eq!(param(&answer, "iss"), Some(issuer));
    let code = AuthorizationCode::new(param(&answer, "code").expect("a code"));
    let tokens = client.exchange_code(code).set_pkce_verifier(verifier);
    let tokens = tokens.request_async(&call).await.expect("tokens");
    let lifetime = tokens.expires_in().expect("a lifetime").as_secs();
    assert_eq!(lifetime, 3600);
    assert!(tokens.access_token().secret().starts_with("chta_"));

    let who = site
        .asks_who(tokens.access_token().secret())
        .await
        .succeeds();
    assert_eq!(
        (&who["id"], &who["sub"], &who["name"]),
        (&json!(2), &json!("2"), &json!("alice"))
    );

    let refresh = tokens.refresh_token().expect("a refresh token");
    assert!(refresh.secret().starts_with("chtr_"));
    let next = client.exchange_refresh_token(refresh);
    let next = next.request_async(&call).await.expect("the next tokens");
    let worth = client.introspect(next.access_token());
    let worth = worth.request_async(&call).await.expect("an introspection");
    assert!(worth.active());
    assert_eq!(worth.sub(), Some("2"));
    assert_eq!(
        worth.client_id(),
        Some(&ClientId::new(site.client_id.clone()))
    );

    // The library gives tokens back over https alone, so this is by hand.
    let given_back = next.refresh_token().expect("a refresh token").secret();
    let form = [("token", given_back.as_str())];
    site.posts("/oauth/revoke", &form).await.succeeds();
    let worth = client.introspect(next.access_token());
    let worth = worth.request_async(&call).await.expect("an introspection");
    assert!(!worth.active());
    assert_eq!(worth.sub(), None);
    is_unknown(&site.asks_who(next.access_token().secret()).await);
}

fn is_unknown(reply: &Reply) {
    assert_eq!(
        (reply.status, &reply.body["error"]),
        (401, &json!("invalid_token"))
    );
    assert_eq!(
        reply.headers["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );
}

#[tokio::test]
async fn the_plain_flow_of_the_documentation_works() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let site = Site::register(&app).await;

    let code = agrees(&alice, &site.authorize(&[])).await;
    let answer = site.redeems(&code).await;

    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.succeeds();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], "identify");
    let mut keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    keys.sort_unstable();
    let documented = [
        "access_token",
        "expires_in",
        "refresh_token",
        "scope",
        "token_type",
    ];
    assert_eq!(keys, documented);
    site.asks_who(&Tokens::of(&body).access).await.succeeds();
}

#[tokio::test]
async fn a_program_on_ones_own_machine_needs_no_secret_but_a_proof() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let program = Site::register_with(&app, ClientType::Public, &["http://127.0.0.1/cb"]).await;
    let place = "http://127.0.0.1:51234/cb";
    let challenge = challenge();
    let path = program.authorize(&[
        ("redirect_uri", place),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);

    let page = visits(&alice, &path).await;
    let answer = submits(&alice, &page, &[("decision", "allow")]).await;

    assert!(
        location(&answer)
            .as_str()
            .starts_with("http://127.0.0.1:51234/cb?code=")
    );
    let code = param(&answer, "code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", place),
        ("code_verifier", crate::oauth_site::VERIFIER),
    ];
    let tokens = Tokens::of(&program.posts("/oauth/token", &form).await.succeeds());
    program.asks_who(&tokens.access).await.succeeds();
    program.refreshes(&tokens.refresh).await.succeeds();
    // Anybody could listen there, so the person is asked each time.
    assert_eq!(visits(&alice, &path).await.status, 200);
}

#[tokio::test]
async fn an_app_learns_who_somebody_is_and_nothing_else() {
    let app = TestApp::spawn().await;
    let [root, alice] = app.users(["root", "alice"]).await;
    let site = Site::register(&app).await;
    app.sql(
        "UPDATE \"user\" SET email = 'alice@example.org', bio = 'secret'",
        [],
    )
    .await;
    let tokens = site.signs_in(&alice).await;

    for method in [Method::GET, Method::POST] {
        let request = site.request(method, "/oauth/userinfo");
        let who = Reply::of(request.bearer_auth(&tokens.access))
            .await
            .succeeds();
        let mut keys: Vec<_> = who.as_object().expect("an object").keys().collect();
        keys.sort_unstable();
        let known = [
            "avatar_url",
            "id",
            "name",
            "nickname",
            "picture",
            "sub",
            "updated_at",
        ];
        assert_eq!(keys, known);
        assert_eq!(who["avatar_url"], who["picture"]);
        assert!(Url::parse(who["picture"].as_str().expect("text")).is_ok());
        assert!(
            who["updated_at"]
                .as_i64()
                .is_some_and(|at| at > 1_600_000_000)
        );
    }
    drop(root);
}

#[tokio::test]
async fn the_server_describes_itself_to_libraries() {
    let app = TestApp::with(|config| {
        config.server.public_url = "https://chat.example/".to_owned();
    })
    .await;

    let reply = app
        .stranger()
        .get("/.well-known/oauth-authorization-server")
        .await;

    let metadata = reply.succeeds();
    let expected = json!({
        "issuer": "https://chat.example",
        "authorization_endpoint": "https://chat.example/oauth/authorize",
        "token_endpoint": "https://chat.example/oauth/token",
        "revocation_endpoint": "https://chat.example/oauth/revoke",
        "introspection_endpoint": "https://chat.example/oauth/introspect",
        "userinfo_endpoint": "https://chat.example/oauth/userinfo",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "scopes_supported": ["identify"],
        "authorization_response_iss_parameter_supported": true,
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&metadata[name], value, "{name}");
    }
    assert_ne!(metadata["service_documentation"], Value::Null);
}
