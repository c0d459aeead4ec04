//! Secrets of apps of servers: shown once, replaced, and dead when they should be.

use serde_json::{Value, json};

use crate::{
    apps::{one_of_each, path_of, token_of},
    support::{Community, TestApp},
};

#[tokio::test]
async fn another_url_takes_the_place_of_the_old_one() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let [webhook, widget, integration] = one_of_each(&club, &alice).await;
    let rotate = |made: &Value| format!("{}/rotate", path_of(made));
    let old = token_of(&webhook);

    let first = alice.post(&rotate(&webhook), json!({})).await.succeeds();
    let second = alice
        .post(&rotate(&webhook), json!({"graceSeconds": 600}))
        .await;
    let second = second.succeeds();

    let tokens = [&old, &token_of(&first), &token_of(&second)];
    let is_taken = async |token: &str| {
        let sql = "SELECT count(*) FROM webhook WHERE token_hash = $1 OR previous_hash = $1";
        let hash = chatter::kernel::token::hash(token);
        app.number(sql, [hash.into()]).await == 1
    };
    assert!(!is_taken(tokens[0]).await);
    assert!(is_taken(tokens[1]).await, "for ten more minutes");
    assert!(is_taken(tokens[2]).await);
    let leaked = json!({"leaked": true, "graceSeconds": 600});
    alice.post(&rotate(&webhook), leaked).await.succeeds();
    assert!(!is_taken(tokens[1]).await && !is_taken(tokens[2]).await);
    let hint = alice.reads(&path_of(&webhook)).await["app"]["urlHint"].clone();
    assert_ne!(hint, webhook["app"]["urlHint"]);

    let other = alice.post(&rotate(&widget), json!({})).await.succeeds();
    assert_ne!(token_of(&other), token_of(&widget));
    let grace = alice
        .post(&rotate(&widget), json!({"graceSeconds": 1}))
        .await;
    grace.refuses(400, "grace_invalid");
    let none = alice.post(&rotate(&integration), json!({})).await;
    none.refuses(400, "nothing_to_rotate");
    for seconds in [-1, 86_401] {
        let body = json!({"graceSeconds": seconds});
        let refused = alice.post(&rotate(&webhook), body).await;
        refused.refuses(400, "grace_invalid");
    }
}

#[tokio::test]
async fn posts_are_signed_with_a_secret_that_is_shown_once() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let [webhook, widget, _] = one_of_each(&club, &alice).await;
    let signing = format!("{}/signing", path_of(&webhook));

    let first = alice.post(&signing, json!({})).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.body["app"]["signing"], true);
    let secret = first.body["signingSecret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_"), "{secret}");
    let chosen = "a-secret-of-github's";
    let second = alice.post(&signing, json!({"secret": chosen})).await;
    assert_eq!(second.body["signingSecret"], chosen);
    let stored = "SELECT count(*) FROM webhook WHERE signing_secrets = $1";
    let both = json!([chosen, secret]).to_string();
    assert_eq!(app.number(stored, [both.into()]).await, 1);
    let shown = alice.get(&path_of(&webhook)).await.body.to_string();
    assert!(!shown.contains(chosen) && !shown.contains(secret));

    for wrong in ["short", "with spaces in the middle", "größe-größe-größe"] {
        let refused = alice.post(&signing, json!({"secret": wrong})).await;
        refused.refuses(400, "secret_invalid");
    }
    let of_widget = format!("{}/signing", path_of(&widget));
    let refused = alice.post(&of_widget, json!({})).await;
    refused.refuses(400, "not_applicable");
    let off = alice.delete(&signing).await.succeeds();
    assert_eq!(off["app"]["signing"], false);
    let none = "SELECT count(*) FROM webhook WHERE signing_secrets IS NULL";
    assert_eq!(app.number(none, []).await, 1);
}
