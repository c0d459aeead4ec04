//! The registry of OAuth clients, which belong to whoever made them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp, number};

const BACK: &str = "https://site.example/back";

async fn makes_client(person: &Person, body: Value) -> Reply {
    let mut whole = json!({"kind": "oauth", "name": "Site", "redirectUris": [BACK]});
    for (key, value) in body.as_object().expect("an object") {
        whole[key] = value.clone();
    }
    person.post("/apps", whole).await
}

#[tokio::test]
async fn a_client_is_made_with_a_secret_that_is_shown_once() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;

    let made = makes_client(&alice, json!({"homepage": "https://site.example"})).await;

    assert_eq!(made.status, 201, "{}", made.body);
    let view = &made.body["app"];
    assert_eq!(view["kind"], "oauth");
    assert_eq!(view["serverId"], Value::Null);
    assert_eq!(view["clientType"], "confidential");
    assert_eq!(view["redirectUris"], json!([BACK]));
    assert_eq!(view["homepage"], "https://site.example/");
    assert_eq!(view["requirePkce"], false, "as documented");
    assert_eq!(view["grants"], 0);
    assert!(view["clientId"].as_str().is_some_and(|id| id.len() == 20));
    let secret = made.body["clientSecret"].as_str().expect("a secret");
    assert!(secret.starts_with("chts_"), "{secret}");
    assert_eq!(view["secrets"][0]["last4"], secret[secret.len() - 4..]);
    let path = format!("/apps/{}", number(&view["id"]));
    let again = alice.get(&path).await;
    assert!(!again.body.to_string().contains(secret));
    assert_eq!(alice.reads("/apps").await["apps"], json!([view]));

    assert_eq!(bob.reads("/apps").await["apps"], json!([]));
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"name": "Mine"}))),
        (Method::POST, format!("{path}/rotate"), Some(json!({}))),
        (Method::GET, format!("{path}/deliveries"), None),
        (Method::DELETE, path.clone(), None),
    ] {
        let refused = bob.does(method, &path, body).await;
        refused.refuses(404, "app_not_found");
    }
    assert_eq!(alice.reads(&path).await["app"], *view);
    for rest in ["tokens", "signing", "adopt"] {
        let path = format!("{path}/{rest}");
        let token = json!({"name": "x", "scopes": ["read_members"]});
        alice
            .post(&path, token)
            .await
            .refuses(400, "not_applicable");
    }
}

#[tokio::test]
async fn a_public_client_has_no_secret_and_has_to_prove_itself() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;

    let made = makes_client(&alice, json!({"clientType": "public"})).await;

    assert_eq!(made.status, 201, "{}", made.body);
    assert!(made.body.get("clientSecret").is_none());
    assert_eq!(made.body["app"]["secrets"], json!([]));
    assert_eq!(made.body["app"]["requirePkce"], true);
    let path = format!("/apps/{}", number(&made.body["app"]["id"]));
    let off = json!({"requirePkce": false});
    let refused = alice.patch(&path, off.clone()).await;
    refused.refuses(400, "pkce_required");
    let rotated = alice.post(&format!("{path}/rotate"), json!({})).await;
    rotated.refuses(400, "nothing_to_rotate");
    let mut never = off;
    never["clientType"] = json!("public");
    makes_client(&alice, never)
        .await
        .refuses(400, "pkce_required");
}

#[tokio::test]
async fn what_cannot_be_a_client_is_none() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    for (body, code, pointer) in [
        (json!({"kind": "webhook"}), "kind_invalid", "/kind"),
        (
            json!({"clientType": "secret"}),
            "client_type_invalid",
            "/clientType",
        ),
        (
            json!({"redirectUris": []}),
            "redirect_uris_required",
            "/redirectUris",
        ),
        (
            json!({"redirectUris": [BACK, "http://site.example/"]}),
            "redirect_uri_invalid",
            "/redirectUris/1",
        ),
        (
            json!({"homepage": "javascript:alert(1)"}),
            "url_invalid",
            "/homepage",
        ),
        (json!({"privacyUrl": "site"}), "url_invalid", "/privacyUrl"),
    ] {
        let refused = makes_client(&alice, body).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer);
    }
    assert_eq!(
        app.number("SELECT count(*) FROM app WHERE id > 0", [])
            .await,
        0
    );
}

#[tokio::test]
async fn a_client_is_changed_and_every_change_recorded() {
    let app = TestApp::spawn().await;
    let [root] = app.users(["root"]).await;
    let made = makes_client(&root, json!({})).await;
    let path = format!("/apps/{}", number(&made.body["app"]["id"]));

    let change = json!({"name": "Shop", "description": "sells", "redirectUris": ["https://shop.example/b"],
        "homepage": "https://shop.example", "requirePkce": true});
    let changed = root.patch(&path, change).await.succeeds();

    assert_eq!(changed["app"]["name"], "Shop");
    assert_eq!(
        changed["app"]["redirectUris"],
        json!(["https://shop.example/b"])
    );
    assert_eq!(changed["app"]["requirePkce"], true);
    let cleared = root
        .patch(&path, json!({"homepage": null}))
        .await
        .succeeds();
    assert_eq!(cleared["app"]["homepage"], Value::Null);
    let same = root.patch(&path, json!({"name": "Shop"})).await;
    same.succeeds();
    let foreign = root.patch(&path, json!({"channelId": 1})).await;
    foreign.refuses(400, "not_applicable");
    let log = root.reads("/api/admin/audit").await.to_string();
    assert_eq!(log.matches("app.update").count(), 2);
    assert_eq!(log.matches("app.create").count(), 1);
}

#[tokio::test]
async fn a_replaced_secret_is_dead_or_has_a_last_hour() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let made = makes_client(&alice, json!({})).await.body;
    let id = made["app"]["clientId"].as_str().expect("an id").to_owned();
    let path = format!("/apps/{}", number(&made["app"]["id"]));
    let rotate = format!("{path}/rotate");
    let secret = |answer: &Value| {
        answer["clientSecret"]
            .as_str()
            .expect("a secret")
            .to_owned()
    };
    let is_taken = async |secret: &str| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let request = app.stranger().request(Method::POST, "/oauth/token");
        let request = request.basic_auth(&id, Some(secret)).form(&form);
        Reply::of(request).await.body["error"] != "invalid_client"
    };
    let first = secret(&made);
    assert!(is_taken(&first).await);

    let rotated = alice.post(&rotate, json!({"graceSeconds": 3600}));
    let second = secret(&rotated.await.succeeds());
    assert!(is_taken(&first).await && is_taken(&second).await);
    let secrets = alice.reads(&path).await["app"]["secrets"].clone();
    assert!(secrets[0].get("expiresAt").is_none());
    assert!(secrets[1]["expiresAt"].is_string());
    app.clock.advance(std::time::Duration::from_hours(2));
    assert!(!is_taken(&first).await);

    let rotated = alice.post(&rotate, json!({"leaked": true})).await;
    let third = secret(&rotated.succeeds());
    assert!(!is_taken(&second).await && is_taken(&third).await);
    let left = "SELECT count(*) FROM oauth_secret";
    assert_eq!(app.number(left, []).await, 1);

    alice.delete(&path).await.is_done();
    assert!(!is_taken(&third).await);
    assert_eq!(app.number(left, []).await, 0);
    alice.get(&path).await.refuses(404, "app_not_found");
}
