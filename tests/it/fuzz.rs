//! Senseless bodies to every route that takes one: whatever comes, nothing breaks.

use std::collections::BTreeSet;

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{Person, Reply, TestApp};

/// Bodies for each route and person.
const CASES: u32 = 16;

/// Every path that takes a POST, and every name that a field of a body has anywhere.
fn routes_and_fields(document: &Value) -> (Vec<String>, Vec<String>) {
    let paths = document["paths"].as_object().expect("paths");
    let posts = paths
        .iter()
        .filter(|(_, methods)| methods.get("post").is_some());
    let mut fields = BTreeSet::new();
    let schemas = document["components"]["schemas"].as_object();
    for schema in schemas.expect("schemas").values() {
        collect_fields(schema, &mut fields);
    }
    let routes = posts.map(|(path, _)| path.clone());
    (routes.collect(), fields.into_iter().collect())
}

fn collect_fields(schema: &Value, fields: &mut BTreeSet<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        fields.extend(properties.keys().cloned());
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect_fields(part, fields);
    }
}

/// Values that mean something here, values that nearly do, and any others.
fn values(tid: i64) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(tid)),
        Just(json!(tid.to_string())),
        prop::sample::select(vec![
            "bob",
            "BOB",
            "root",
            "user",
            "ban",
            "unban",
            "set",
            "remove",
            "admin",
            "superadmin",
            "public",
            "dm:bob",
            "gdm:1",
            "gdm:",
            "0",
            "1",
            "",
            "\0",
            "a\0b",
            "\u{202e}",
            "\u{feff}",
        ])
        .prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-2_i64..100).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{1,30}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-z_:]{0,8}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Objects with the fields that bodies have, and sometimes something that is no object.
fn bodies(fields: Vec<String>, tid: i64) -> impl Strategy<Value = Value> {
    let object = btree_map(prop::sample::select(fields), values(tid), 0..12)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()));
    prop_oneof![9 => object, 1 => values(tid)]
}

/// What the paths of the older API begin with.
const OLDER: [&str; 4] = ["/api/", "/login", "/logout", "/register"];

async fn answers_sensibly(
    person: &Person,
    cookie: &str,
    path: &str,
    body: &Value,
) -> Result<(), TestCaseError> {
    // Signing in or out may have changed the jar: each body comes with the same session.
    person.takes_cookie(cookie);
    let request = person.request(Method::POST, path).json(body);
    let reply = Reply::of(request).await;
    prop_assert!(
        reply.status < 500,
        "{path}: {}: {}",
        reply.status,
        reply.body
    );
    let refused = reply.status >= 400;
    // People are answered with pages there.
    if path == "/oauth/authorize" {
        prop_assert!(refused && reply.body.is_string(), "{}", reply.body);
        return Ok(());
    }
    // The older API names a refusal under `code`, the platform under `error`.
    if OLDER.iter().any(|older| path.starts_with(older)) {
        prop_assert_eq!(refused, reply.body["ok"] == false, "{}", path);
        prop_assert_eq!(refused, reply.body["code"].is_string(), "{}", path);
    } else {
        prop_assert_eq!(refused, reply.body["error"].is_string(), "{}", path);
    }
    let is_json = reply.body.is_object() || reply.body.is_array();
    prop_assert!(is_json, "{path}: {}: {}", reply.status, reply.body);
    Ok(())
}

#[test]
fn no_body_makes_any_route_fail() {
    let runtime = Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::spawn());
    let [root, alice, _bob] = runtime.block_on(app.users(["root", "alice", "bob"]));
    let tid = runtime.block_on(alice.makes_group_with(&[&root]));
    let document = runtime.block_on(root.reads("/api/openapi.json"));
    let (routes, fields) = routes_and_fields(&document);
    assert!(routes.len() > 20 && fields.len() > 20, "{routes:?}");

    for person in [&root, &alice] {
        let cookie = person.cookie().expect("a session");
        // Signing out last: the session is gone afterwards.
        let (out, others): (Vec<_>, Vec<_>) = routes.iter().partition(|path| *path == "/logout");
        for path in others.into_iter().chain(out) {
            let mut runner = TestRunner::new(Config {
                cases: CASES,
                failure_persistence: None,
                ..Config::default()
            });
            let result = runner.run(&bodies(fields.clone(), tid), |body| {
                runtime.block_on(answers_sensibly(person, &cookie, path, &body))
            });
            result.unwrap_or_else(|error| panic!("{path}: {error}"));
        }
    }

    let ready = runtime.block_on(app.stranger().get("/readyz"));
    assert_eq!(ready.status, 200);
}
