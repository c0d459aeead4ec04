//! Registration under pressure: who is first, and whose name it is.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{PASSWORD, Person, Program, TestApp};

/// Everybody registers at the same moment; the statuses, sorted.
async fn all_register(people: &[Person]) -> Vec<u16> {
    let replies = join_all(people.iter().map(Person::registers)).await;
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    statuses
}

fn people(app: &TestApp, names: impl IntoIterator<Item = String>) -> Vec<Person> {
    let address = app.address();
    names
        .into_iter()
        .map(|name| Person::new(&name, address, None))
        .collect()
}

/// `name` in other letter case: each bit of `n` makes one letter a capital.
fn cased(name: &str, n: usize) -> String {
    name.char_indices()
        .map(|(at, letter)| match n >> at & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        })
        .collect()
}

#[tokio::test]
async fn of_twenty_first_registrations_at_once_one_is_superadmin() {
    let app = TestApp::spawn().await;
    let people = people(&app, (0..20).map(|n| format!("person {n}")));

    let statuses = all_register(&people).await;

    assert_eq!(statuses, [200; 20]);
    let count = "SELECT count(*) FROM \"user\" WHERE role = $1 AND id > 0";
    assert_eq!(app.number(count, ["superadmin".into()]).await, 1);
    assert_eq!(app.number(count, ["user".into()]).await, 19);
}

#[tokio::test]
async fn the_first_account_is_ordinary_where_the_configuration_says_so() {
    let app = TestApp::with(|config| config.auth.first_user_is_superadmin = false).await;

    let [alice] = app.users(["alice"]).await;

    assert_eq!(alice.reads("/api/me/role").await["role"], "user");
}

#[tokio::test]
async fn a_name_in_twenty_letter_cases_at_once_is_one_account() {
    let app = TestApp::spawn().await;
    let people = people(&app, (0..20).map(|n| cased("annabel", n)));

    let statuses = all_register(&people).await;

    assert_eq!(statuses[0], 200);
    assert_eq!(statuses[1..], [409; 19]);
    assert_eq!(
        app.number("SELECT count(*) FROM \"user\" WHERE id > 0", [])
            .await,
        1
    );
    let mut ids = Vec::new();
    for person in &people[17..] {
        person.signs_in().await.succeeds();
        ids.push(person.reads("/api/whoami").await["user_id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_refused_registration_leaves_nothing_behind() {
    let app = TestApp::spawn().await;
    let stranger = app.stranger();

    for (username, password) in [("alice", "12345"), ("system", PASSWORD), ("", PASSWORD)] {
        let body = json!({"username": username, "password": password});
        let refused = stranger.post("/register", body).await;
        assert_eq!(refused.status, 400, "{username}: {}", refused.body);
    }

    assert_eq!(
        app.number("SELECT count(*) FROM \"user\" WHERE id > 0", [])
            .await,
        0
    );
    let places = "SELECT count(*) FROM conversation_member";
    assert_eq!(app.number(places, []).await, 0);
}

/// A server that other machines could reach, and the setup token that it printed.
async fn open_server() -> (Program, std::net::SocketAddr, String) {
    let mut program = Program::new()
        .await
        .with("CHATTER_SERVER__BIND", "0.0.0.0:0");
    let address = program.serves().await;
    let log = program.log();
    let token = log
        .split_once("setup token is ")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .unwrap_or_else(|| panic!("no setup token: {log}"));
    let token = token.to_owned();
    (program, address, token)
}

#[tokio::test]
async fn on_an_open_address_nobody_is_first_without_the_setup_token() {
    let (mut program, address, token) = open_server().await;
    let alice = Program::person("alice", address);
    let with =
        |token: &str| json!({"username": "alice", "password": PASSWORD, "setup_token": token});

    for wrong in ["", "x", &token[1..], &token.to_uppercase()] {
        alice
            .post("/register", with(wrong))
            .await
            .is_refused(403, "setup_token_required");
    }
    alice
        .registers()
        .await
        .is_refused(403, "setup_token_required");
    alice.post("/register", with(&token)).await.succeeds();
    let bob = Program::person("bob", address);
    bob.registers().await.succeeds();

    alice.signs_in().await.succeeds();
    bob.signs_in().await.succeeds();
    assert_eq!(alice.reads("/api/me/role").await["role"], "superadmin");
    assert_eq!(bob.reads("/api/me/role").await["role"], "user");
    program.terminates();
}

#[tokio::test]
async fn of_two_who_use_the_setup_token_at_once_one_is_superadmin() {
    let (mut program, address, token) = open_server().await;
    let people = ["alice", "bob"].map(|name| Program::person(name, address));

    let replies = join_all(people.iter().map(|person| {
        let name = &person.name;
        let body = json!({"username": name, "password": PASSWORD, "setup_token": token});
        person.post("/register", body)
    }))
    .await;

    let mut roles = Vec::new();
    for (person, reply) in people.iter().zip(replies) {
        reply.succeeds();
        person.signs_in().await.succeeds();
        roles.push(person.reads("/api/me/role").await["role"].clone());
    }
    roles.sort_unstable_by_key(ToString::to_string);
    assert_eq!(roles, [json!("superadmin"), json!("user")]);
    program.terminates();
}
