//! The operator's commands and the configuration, through the program itself.

use std::process::Output;

use chatter::kernel::Config;
use figment::{
    Figment,
    providers::{Format, Toml},
};
use serde_json::Value;

use crate::support::{PASSWORD, Program};

#[track_caller]
fn assert_done(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Asserts that a command failed, said `why` and did not panic.
#[track_caller]
fn assert_fails(output: &Output, why: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    // The environment's keys are told as it writes them.
    let found = text.to_lowercase().contains(&why.to_lowercase());
    assert!(found, "{why}: {text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn an_operator_makes_an_account_with_a_role() {
    let mut program = Program::new().await;
    let line = format!("{PASSWORD}\n");

    let created = program.runs(&["user", "create", "Alice", "--role", "superadmin"], &line);
    let plain = program.runs(&["user", "create", "bob"], &line);

    assert!(assert_done(&created).contains("Alice"));
    assert_done(&plain);
    let address = program.serves().await;
    for (name, role) in [("alice", "superadmin"), ("bob", "user")] {
        let person = Program::person(name, address);
        person.signs_in().await.succeeds();
        assert_eq!(person.reads("/api/me/role").await["role"], role);
    }
    // They count: the next to register is not the first.
    let carol = Program::person("carol", address);
    carol.registers().await.succeeds();
    carol.signs_in().await.succeeds();
    assert_eq!(carol.reads("/api/me/role").await["role"], "user");
    program.terminates();
}

#[tokio::test]
async fn an_operator_changes_a_role_and_a_password_and_ends_the_sessions() {
    let mut program = Program::new().await;
    let line = format!("{PASSWORD}\n");
    assert_done(&program.runs(&["user", "create", "alice"], &line));
    let alice = Program::person("alice", program.serves().await);
    alice.signs_in().await.succeeds();
    program.terminates();

    assert_done(&program.runs(&["user", "role", "ALICE", "admin"], ""));
    assert_done(&program.runs(&["user", "password", "alice"], "new horse\n"));

    let address = program.serves().await;
    let before = alice.at(address);
    before
        .get("/api/messages")
        .await
        .is_refused(401, "unauthenticated");
    before
        .signs_in()
        .await
        .is_refused(401, "invalid_credentials");
    before.signs_in_with("new horse").await.succeeds();
    assert_eq!(before.reads("/api/me/role").await["role"], "admin");
    program.terminates();
}

#[tokio::test]
async fn a_command_that_cannot_be_done_says_why() {
    let program = Program::new().await;
    let line = format!("{PASSWORD}\n");
    assert_done(&program.runs(&["user", "create", "alice"], &line));

    for (arguments, input, why) in [
        (
            &["user", "create", "ALICE"][..],
            &line[..],
            "Username taken",
        ),
        (&["user", "create", "bob"], "short\n", "at least 6"),
        (&["user", "create", "bob"], "", "at least 6"),
        (
            &["user", "role", "bob", "admin"],
            "",
            "no account called bob",
        ),
        (&["user", "role", "alice", "emperor"], "", "emperor"),
        (&["user", "password", "bob"], &line, "no account called bob"),
        (&["user", "password", "alice"], "short\n", "at least 6"),
        (&["fly"], "", "fly"),
    ] {
        assert_fails(&program.runs(arguments, input), why);
    }
}

#[test]
fn the_shipped_configuration_has_every_key_and_no_other() {
    fn keys(value: &Value, path: &str) -> Vec<String> {
        match value {
            Value::Object(fields) => fields
                .iter()
                .flat_map(|(key, value)| keys(value, &format!("{path}.{key}")))
                .collect(),
            _ => vec![path.to_owned()],
        }
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config.toml");

    let shipped = Figment::from(Toml::file_exact(file)).extract::<Value>();

    let shipped = shipped.expect("the shipped file is TOML");
    let known = serde_json::to_value(Config::default()).expect("a value");
    let sorted = |value| {
        let mut keys = keys(value, "");
        keys.sort_unstable();
        keys
    };
    assert_eq!(sorted(&shipped), sorted(&known));
    assert_eq!(shipped["server"]["bind"], "127.0.0.1:5000");
}

#[tokio::test]
async fn the_environment_overrides_the_file_and_the_file_the_defaults() {
    let mut program = Program::new().await;
    let file = "[server]\nbind = \"no.such.host:1\"\n[auth]\nfirst_user_is_superadmin = false\n";
    std::fs::write(program.folder().join("config.toml"), file).expect("written");

    let address = program.serves().await;

    let alice = Program::person("alice", address);
    alice.registers().await.succeeds();
    alice.signs_in().await.succeeds();
    assert_eq!(alice.reads("/api/me/role").await["role"], "user");
    program.terminates();
}

#[tokio::test]
async fn what_cannot_be_configured_stops_the_start_with_the_keys_name() {
    for (key, value, why) in [
        ("CHATTER_SERVER__BNID", "127.0.0.1:0", "bnid"),
        ("CHATTER_SERVER__BIND", "5000", "server.bind"),
        ("CHATTER_SERVER__BIND", "localhost", "server.bind"),
        ("CHATTER_DATABASE__URL", "mysql://x/y", "database.url"),
        ("CHATTER_DATABASE__URL", "sqlite::memory:", "database.url"),
        ("CHATTER_LIMITS__ENABLED", "perhaps", "limits"),
        ("CHATTER_LOGGING__LEVEL", "a=b=c", "logging.level"),
        ("CHATTER_LOGGING__FORMAT", "xml", "format"),
        ("CHATTER_REDIS__URL", "redis://localhost", "redis.url"),
        (
            "CHATTER_SERVER__PUBLIC_URL",
            "localhost",
            "server.public_url",
        ),
        (
            "CHATTER_SERVER__TRUSTED_PROXIES",
            "[\"here\"]",
            "trusted_proxies",
        ),
        ("CHATTER_NONSENSE__KEY", "1", "nonsense"),
    ] {
        let program = Program::new().await.with(key, value);

        assert_fails(&program.runs(&[], ""), why);
    }
    let program = Program::new().await;
    let missing = program.runs(&["--config", "missing.toml", "serve"], "");
    assert_fails(&missing, "missing.toml");
}
