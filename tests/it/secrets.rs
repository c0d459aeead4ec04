//! What the log must never hold, however talkative it is.

use serde_json::json;

use crate::support::{PASSWORD, Person, Program, Reply};

const NEW_PASSWORD: &str = "a better horse";
const WRONG_PASSWORD: &str = "a mistyped horse";
const TEXT: &str = "nobody else's business";

/// Does everything in which a secret travels; the secrets.
async fn lives(alice: &Person, bob: &Person) -> Vec<String> {
    alice.registers().await.succeeds();
    bob.registers().await.succeeds();
    let refused = alice.signs_in_with(WRONG_PASSWORD).await;
    refused.is_refused(401, "invalid_credentials");
    alice.signs_in().await.succeeds();
    bob.signs_in().await.succeeds();
    let first_cookie = alice.cookie().expect("a session");
    let change = json!({"current_password": PASSWORD, "new_password": NEW_PASSWORD});
    alice.post("/api/me/password", change).await.succeeds();

    let carol = Person::new("carol", bob.address(), None);
    carol.registers().await.succeeds();
    let tid = alice.makes_group_with(&[&carol]).await;
    let codes = [alice.invites_to(tid).await, alice.invites_to(tid).await];
    assert_eq!(bob.get(&format!("/join/{}", codes[0])).await.status, 200);
    let wrong = bob.joins_with("NOSUCHCODE").await;
    wrong.is_refused(404, "invalid_invite_code");
    let link = format!("/api/gdm/invite/join?code={}", codes[0]);
    bob.get(&link).await.succeeds();
    bob.joins_with(&codes[1]).await.succeeds();

    let mut socket = alice.connects().await;
    let payload = json!({"to": "bob", "text": TEXT, "nonce": "nonce-of-alice"});
    socket.does("dm_send", payload).await;
    let senseless = json!({"to": ["bob"], "text": TEXT});
    let refused = socket.asks("dm_send", senseless).await;
    assert_eq!(refused["ok"], false);
    let form = [("username", "bob"), ("password", PASSWORD)];
    let request = bob.request(reqwest::Method::POST, "/login").form(&form);
    Reply::of(request).await.succeeds();

    let cookies = [first_cookie, cookie(alice), cookie(bob)];
    let values = cookies.iter().filter_map(|cookie| cookie.split_once('='));
    values
        .map(|(_, value)| value.to_owned())
        .chain(codes)
        .chain([PASSWORD, NEW_PASSWORD, WRONG_PASSWORD, TEXT, "NOSUCHCODE"].map(Into::into))
        .collect()
}

fn cookie(person: &Person) -> String {
    person.cookie().expect("a session")
}

#[tokio::test]
async fn neither_form_of_the_log_has_secrets_at_the_level_debug() {
    for format in ["text", "json"] {
        let mut program = Program::new()
            .await
            .with("CHATTER_LOGGING__LEVEL", "debug")
            .with("CHATTER_LOGGING__FORMAT", format);
        let address = program.serves().await;
        let alice = Program::person("alice", address);
        let bob = Program::person("bob", address);

        let secrets = lives(&alice, &bob).await;
        let log = program.terminates();

        assert!(log.contains("/api/gdm/invite/join"), "routes are logged");
        assert!(log.contains("/join/{code}"), "as templates");
        assert!(log.contains("DEBUG"), "and so are details");
        assert_eq!(secrets.len(), 3 + 2 + 5);
        for secret in secrets {
            let lines: Vec<_> = log.lines().filter(|line| line.contains(&secret)).collect();
            assert!(lines.is_empty(), "{secret}: {lines:#?}");
        }
    }
}
