//! How many of everything there may be in a server, and texts that it does not take.

use reqwest::Method;
use sea_orm::Value as Bound;
use serde_json::{Value, json};

use crate::support::{Community, Person, TestApp};

/// Inserts so many rows: `columns` of `table`, whose values are `values`, where `n.i` counts from 1
/// and `$1` is `id`.
async fn fills(app: &TestApp, rows: i64, (table, columns, values): (&str, &str, &str), id: i64) {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         INSERT INTO {table} ({columns}) SELECT {} FROM n",
        values.replace("$1", "CAST($1 AS BIGINT)")
    );
    let inserted = app.sql(&sql, [Bound::from(id)]).await;
    assert_eq!(inserted, u64::try_from(rows).expect("some"), "{table}");
}

/// Asserts that a change is refused with `code`, and that it records nothing.
async fn is_full(app: &TestApp, person: &Person, change: (Method, String, Value), code: &str) {
    let recorded = "SELECT count(*) FROM server_audit";
    let before = app.number(recorded, []).await;
    let (method, path, body) = change;
    let reply = person.does(method, &path, Some(body)).await;
    reply.refuses(400, code);
    assert_eq!(app.number(recorded, []).await, before, "{code}");
}

#[tokio::test]
async fn there_are_so_many_of_everything_and_no_more() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let (own, name) = (alice.id().await, json!({"name": "x"}));
    let post = |rest: &str, body: Value| (Method::POST, club.path(rest), body);
    let code = club.invites(1).await;
    let integration = club.makes_integration(&alice).await;
    let role = club.makes_role("VIP", &[]).await;

    let columns = "server_id, code_hash, created_by, created_at, expires_at, max_uses";
    let owner = format!("$1, 'hash' || n.i, {own}, 1, 9000000000000000, 1");
    let invites = ("server_invite", columns, owner.as_str());
    fills(&app, 999, invites, club.id).await;
    is_full(
        &app,
        &alice,
        post("/invites", json!({})),
        "too_many_invites",
    )
    .await;

    let overwrites = (
        "channel_overwrite",
        "conversation_id, kind, target_id, allow, deny",
        "$1, 'member', 1000000 + n.i, 0, 0",
    );
    fills(&app, 500, overwrites, club.general).await;
    let path = format!("/channels/{}/overwrites/roles/{role}", club.general);
    let overwrite = (
        Method::PUT,
        club.path(&path),
        json!({"deny": ["send_messages"]}),
    );
    is_full(&app, &alice, overwrite, "too_many_overwrites").await;

    // The default one, that of the integration and another one are there.
    let columns = "server_id, name, permissions, position";
    let roles = ("server_role", columns, "$1, 'role ' || n.i, 0, 100 + n.i");
    fills(&app, 247, roles, club.id).await;
    is_full(&app, &alice, post("/roles", name.clone()), "too_many_roles").await;
    let another = json!({"kind": "integration", "name": "x"});
    is_full(&app, &alice, post("/apps", another), "too_many_roles").await;

    let columns = "id, kind, created_at";
    let conversations = (
        "conversation",
        columns,
        "1000000 + n.i + 0 * $1, 'channel', 1",
    );
    fills(&app, 499, conversations, club.id).await;
    let columns = "conversation_id, server_id, name, position";
    let channels = ("server_channel", columns, "1000000 + n.i, $1, 'x', n.i");
    fills(&app, 499, channels, club.id).await;
    is_full(
        &app,
        &alice,
        post("/channels", name.clone()),
        "too_many_channels",
    )
    .await;

    let tokens = format!("/apps/{integration}/tokens");
    let token = json!({"name": "x", "scopes": ["read_roles"]});
    for _ in 0..25 {
        assert_eq!(alice.post(&tokens, token.clone()).await.status, 201);
    }
    let one_more = (Method::POST, tokens, token);
    is_full(&app, &alice, one_more, "too_many_tokens").await;

    let bobs = bob.id().await;
    let servers = ("server", "name, owner_id, created_at", "'x', $1, 1");
    fills(&app, 200, servers, own).await;
    let sql = "INSERT INTO server_member (server_id, user_id, joined_at) \
               SELECT id, CAST($1 AS BIGINT), 1 FROM server WHERE name = 'x'";
    assert_eq!(app.sql(sql, [bobs.into()]).await, 200);
    let accept = format!("/invites/{code}/accept");
    let accept = (Method::POST, accept, json!({}));
    is_full(&app, &bob, accept, "too_many_memberships").await;
    let server = (Method::POST, "/servers".to_owned(), name.clone());
    is_full(&app, &bob, server.clone(), "too_many_memberships").await;
    is_full(&app, &alice, server, "too_many_servers").await;
    // The use of the invite was not spent on him.
    let uses = "SELECT CAST(uses AS BIGINT) FROM server_invite WHERE server_id = $1 AND max_uses = 1 ORDER BY id LIMIT 1";
    assert_eq!(app.number(uses, [club.id.into()]).await, 0);
}

#[tokio::test]
async fn what_a_server_does_not_take_is_said_with_where_it_is() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let bobs = club.membership_of(&bob).await;
    let many: Vec<i64> = (0..251).collect();
    for (method, path, body, code, pointer) in [
        (
            Method::POST,
            club.path("/channels"),
            json!({"name": "x", "topic": "x".repeat(1025)}),
            "topic_too_long",
            "/topic",
        ),
        (
            Method::POST,
            club.path("/channels"),
            json!({"name": "x", "topic": "a\u{0}b"}),
            "topic_invalid",
            "/topic",
        ),
        (
            Method::POST,
            club.path("/apps"),
            json!({"kind": "widget", "name": "x", "description": "a\u{7}b"}),
            "description_invalid",
            "/description",
        ),
        (
            Method::PATCH,
            bobs.clone(),
            json!({"addRoleIds": [1.5]}),
            "role_ids_invalid",
            "/addRoleIds/0",
        ),
        (
            Method::PATCH,
            bobs.clone(),
            json!({ "roleIds": many }),
            "role_ids_too_many",
            "/roleIds",
        ),
    ] {
        let before = app.number("SELECT count(*) FROM server_audit", []).await;
        let refused = alice.does(method, &path, Some(body)).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer, "{code}");
        let after = app.number("SELECT count(*) FROM server_audit", []).await;
        assert_eq!(after, before, "{code}");
    }
}
