//! The registry of apps of servers: who may do what with them, and what of them is ever shown.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Person, TestApp, number};

/// One app of each kind that servers have, as it was answered when `person` made it.
pub(crate) async fn one_of_each(club: &Community, person: &Person) -> [Value; 3] {
    let webhook = json!({"kind": "webhook", "name": "Deploys", "channelId": club.general});
    let widget = json!({"kind": "widget", "name": "Uptime", "description": "of the site"});
    let integration = json!({"kind": "integration", "name": "Roles"});
    [
        club.makes_app(person, webhook).await,
        club.makes_app(person, widget).await,
        club.makes_app(person, integration).await,
    ]
}

pub(crate) fn path_of(made: &Value) -> String {
    format!("/apps/{}", number(&made["app"]["id"]))
}

/// The last part of a URL that was shown.
pub(crate) fn token_of(made: &Value) -> String {
    let url = made["url"].as_str().expect("a URL");
    url.rsplit('/').next().expect("a token").to_owned()
}

#[tokio::test]
async fn an_app_of_each_kind_is_made_listed_and_shown_its_secret_once() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;

    let [webhook, widget, integration] = one_of_each(&club, &alice).await;

    let id = number(&webhook["app"]["id"]);
    let url = webhook["url"].as_str().expect("a URL");
    let begin = format!("http://localhost:5000/webhooks/{id}/chtw_");
    assert!(url.starts_with(&begin), "{url}");
    let view = &webhook["app"];
    assert_eq!(view["kind"], "webhook");
    assert_eq!(view["serverId"], club.id);
    assert_eq!(view["channelId"], club.general);
    assert_eq!(view["createdBy"]["username"], "alice");
    assert_eq!(view["suspended"], Value::Null);
    assert_eq!(view["lastUsedAt"], Value::Null);
    let hint = json!({"prefix": "chtw_", "last4": &url[url.len() - 4..]});
    assert_eq!(view["urlHint"], hint);
    assert_eq!(view["signing"], false);
    let at = view["createdAt"].as_str().expect("a time");
    assert_eq!((at.len(), &at[23..]), (24, "Z"), "with milliseconds");

    let url = widget["url"].as_str().expect("a URL");
    assert!(url.contains("/widgets/") && url.contains("/chtd_"), "{url}");
    assert_eq!(widget["app"]["visible"], true);
    assert_eq!(widget["app"]["pinned"], false);
    assert_eq!(widget["app"]["description"], "of the site");
    assert!(integration.get("url").is_none());
    assert_eq!(integration["app"]["paused"], false);

    let listed = alice.reads(&club.path("/apps")).await;
    let all = json!([webhook["app"], widget["app"], integration["app"]]);
    assert_eq!(listed["apps"], all);
    assert_eq!(alice.reads("/apps").await["apps"], all);
    assert_eq!(alice.reads(&path_of(&widget)).await["app"], widget["app"]);
    for made in [&webhook, &widget] {
        let token = token_of(made);
        let again = alice.get(&path_of(made)).await;
        assert!(!again.body.to_string().contains(&token));
        assert_eq!(again.headers["cache-control"], "no-store");
        for table in ["webhook", "widget"] {
            let sql = format!("SELECT count(*) FROM {table} WHERE token_hash = $1");
            let plain = app.number(&sql, [token.clone().into()]).await;
            assert_eq!(plain, 0, "stored as a hash");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_an_app_is_none() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let other = Community::of(&alice, &[]).await;
    for (body, status, code) in [
        (json!({"kind": "bot", "name": "x"}), 400, "kind_invalid"),
        (json!({"kind": "oauth", "name": "x"}), 400, "kind_invalid"),
        (json!({"name": "x"}), 400, "kind_required"),
        (json!({"kind": "widget", "name": " "}), 400, "name_required"),
        (
            json!({"kind": "widget", "name": "x".repeat(101)}),
            400,
            "name_too_long",
        ),
        (
            json!({"kind": "widget", "name": "x", "description": "x".repeat(1025)}),
            400,
            "description_too_long",
        ),
        (
            json!({"kind": "webhook", "name": "x"}),
            400,
            "channel_required",
        ),
        (
            json!({"kind": "widget", "name": "x", "channelId": club.general}),
            400,
            "not_applicable",
        ),
        (
            json!({"kind": "webhook", "name": "x", "channelId": other.general}),
            404,
            "channel_not_found",
        ),
    ] {
        let refused = alice.post(&club.path("/apps"), body).await;
        refused.refuses(status, code);
        assert!(refused.body["message"].is_string());
        assert_eq!(
            refused.headers["x-request-id"].to_str().ok(),
            refused.body["request_id"].as_str()
        );
    }
    assert_eq!(
        app.number("SELECT count(*) FROM app WHERE id > 0", [])
            .await,
        0
    );

    let sql = "INSERT INTO app (kind, server_id, name, owner_id, created_at) \
               VALUES ('widget', $1, 'x', $2, 0)";
    for _ in 0..100 {
        app.sql(sql, [club.id.into(), alice.id().await.into()])
            .await;
    }
    let one_more = json!({"kind": "widget", "name": "x"});
    let refused = alice.post(&club.path("/apps"), one_more).await;
    refused.refuses(400, "too_many_apps");
}

#[tokio::test]
async fn apps_are_for_those_who_manage_the_server() {
    let app = TestApp::spawn().await;
    let [alice, manager, member, late, outsider] = app
        .users(["alice", "manager", "member", "late", "outsider"])
        .await;
    let club = Community::of(&alice, &[&manager, &member, &late]).await;
    let role = club.makes_role("managers", &["manage_server"]).await;
    club.gives(&manager, &[role]).await;
    club.gives(&late, &[role]).await;
    let until = (time::OffsetDateTime::now_utc() + time::Duration::days(1))
        .format(&time::format_description::well_known::Rfc3339)
        .expect("a time");
    let timeout = json!({"timedOutUntil": until});
    let path = club.membership_of(&late).await;
    alice.patch(&path, timeout).await.succeeds();
    let [webhook, _, integration] = one_of_each(&club, &alice).await;
    let token = json!({"name": "CI", "scopes": ["read_members"]});
    let (hook, bot) = (path_of(&webhook), path_of(&integration));
    let new = json!({"kind": "widget", "name": "x"});
    let requests = [
        (Method::GET, club.path("/apps"), None),
        (Method::POST, club.path("/apps"), Some(new)),
        (Method::GET, hook.clone(), None),
        (Method::PATCH, hook.clone(), Some(json!({"name": "x"}))),
        (Method::POST, format!("{hook}/rotate"), Some(json!({}))),
        (Method::GET, format!("{hook}/deliveries"), None),
        (Method::POST, format!("{hook}/signing"), Some(json!({}))),
        (Method::DELETE, format!("{hook}/signing"), None),
        (Method::GET, format!("{bot}/tokens"), None),
        (Method::POST, format!("{bot}/tokens"), Some(token)),
        (Method::DELETE, format!("{bot}/tokens/1"), None),
        (Method::POST, format!("{bot}/adopt"), Some(json!({}))),
        (Method::DELETE, hook.clone(), None),
        (Method::DELETE, bot.clone(), None),
    ];
    let state = "SELECT count(*) + sum(length(name)) FROM app WHERE deleted_at IS NULL";
    let before = app.number(state, []).await;

    for (method, path, body) in &requests {
        let of_server = path.starts_with("/servers");
        let unknown = if of_server {
            "server_not_found"
        } else {
            "app_not_found"
        };
        for (person, status, code) in [
            (&member, 403, "forbidden"),
            (&late, 403, "forbidden"),
            (&outsider, 404, unknown),
            (&app.stranger(), 401, "unauthorized"),
        ] {
            let refused = person.does(method.clone(), path, body.clone()).await;
            assert_eq!(refused.code(), code, "{method} {path}");
            assert_eq!(refused.status, status, "{method} {path}");
            // Who is nobody may come back with a token of a tool's.
            let is_challenged = refused.headers.contains_key("www-authenticate");
            assert_eq!(is_challenged, status == 401, "{method} {path}");
        }
    }
    assert_eq!(app.number(state, []).await, before);
    assert_eq!(
        app.number("SELECT count(*) FROM integration_token", [])
            .await,
        0
    );
    for person in [&member, &late, &outsider] {
        assert_eq!(person.reads("/apps").await["apps"], json!([]));
    }

    for (method, path, body) in requests {
        let done = manager.does(method.clone(), &path, body).await;
        assert!(done.status < 300, "{method} {path}: {}", done.body);
    }
}

#[tokio::test]
async fn an_app_is_changed_within_what_its_kind_has() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let news = club.makes_channel("news").await;
    let [webhook, widget, integration] = one_of_each(&club, &alice).await;

    let change = json!({"name": " Builds ", "description": "of main", "channelId": news,
        "mentionEveryone": true, "allowedNetworks": ["192.0.2.7/24", "::1"]});
    let changed = alice.patch(&path_of(&webhook), change).await.succeeds();
    let view = &changed["app"];
    assert_eq!(view["name"], "Builds");
    assert_eq!(view["description"], "of main");
    assert_eq!(view["channelId"], news);
    assert_eq!(view["mentionEveryone"], true);
    assert_eq!(view["allowedNetworks"], json!(["192.0.2.0/24", "::1/128"]));
    let cleared = json!({"description": null, "allowedNetworks": null});
    let changed = alice.patch(&path_of(&webhook), cleared).await.succeeds();
    assert_eq!(changed["app"]["description"], "");
    assert_eq!(changed["app"]["allowedNetworks"], Value::Null);
    assert_eq!(changed["app"]["name"], "Builds");

    let renamed = alice
        .patch(&path_of(&integration), json!({"name": "Ranks"}))
        .await;
    let role = renamed.succeeds()["app"]["roleId"].clone();
    let roles = alice.reads(&club.path("/roles")).await;
    let roles = roles["roles"].as_array().expect("roles").clone();
    let own = roles.iter().find(|own| own["id"] == role).expect("a role");
    assert_eq!(own["name"], "Ranks");
    assert_eq!(own["managed"], true);

    for (made, field, value) in [
        (&webhook, "visible", json!(true)),
        (&webhook, "redirectUris", json!(["https://a.example/"])),
        (&widget, "channelId", json!(news)),
        (&widget, "requirePkce", json!(true)),
        (&integration, "visible", json!(false)),
        (&integration, "mentionEveryone", json!(false)),
        (&integration, "allowedNetworks", Value::Null),
    ] {
        let refused = alice.patch(&path_of(made), json!({field: value})).await;
        refused.refuses(400, "not_applicable");
        assert_eq!(refused.body["pointer"], format!("/{field}"));
    }
    for networks in [json!([]), json!(["10.0.0.0/33"]), json!(["example.com"])] {
        let change = json!({"allowedNetworks": networks});
        let refused = alice.patch(&path_of(&webhook), change).await;
        refused.refuses(400, "allowed_networks_invalid");
    }
    let audit = "SELECT count(*) FROM server_audit WHERE action = 'app.update'";
    let before = app.number(audit, []).await;
    assert_eq!(before, 3);
    let same = json!({"name": "Builds", "mentionEveryone": true});
    alice.patch(&path_of(&webhook), same).await.succeeds();
    assert_eq!(app.number(audit, []).await, before, "nothing changed");
}

#[tokio::test]
async fn hiding_a_widget_unpins_it() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let widget = json!({"kind": "widget", "name": "Uptime"});
    let widget = club.makes_app(&alice, widget).await;
    let id = number(&widget["app"]["id"]);
    let pin = "UPDATE widget SET pinned = TRUE, version = 7, rows = '[]' WHERE app_id = $1";
    app.sql(pin, [id.into()]).await;

    let hidden = alice
        .patch(&path_of(&widget), json!({"visible": false}))
        .await;

    let hidden = hidden.succeeds();
    assert_eq!(hidden["app"]["visible"], false);
    assert_eq!(hidden["app"]["pinned"], false);
    let kept = "SELECT count(*) FROM widget WHERE version = 7 AND rows = '[]' AND NOT visible";
    assert_eq!(app.number(kept, []).await, 1, "what it shows stays");
    let shown = alice
        .patch(&path_of(&widget), json!({"visible": true}))
        .await;
    assert_eq!(shown.succeeds()["app"]["pinned"], false);
}

#[tokio::test]
async fn a_deleted_app_is_gone_with_its_tokens_its_role_and_its_snapshot() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let made = one_of_each(&club, &alice).await;
    let bot = number(&made[2]["app"]["id"]);
    alice.makes_token(bot, &["read_members"]).await;
    let roles = "SELECT count(*) FROM server_role WHERE managed_by IS NOT NULL";
    assert_eq!(app.number(roles, []).await, 1);

    for made in &made {
        alice.delete(&path_of(made)).await.is_done();
        let gone = alice.get(&path_of(made)).await;
        gone.refuses(404, "app_not_found");
        let again = alice.delete(&path_of(made)).await;
        again.refuses(404, "app_not_found");
    }

    for table in ["webhook", "widget", "integration", "integration_token"] {
        let left = format!("SELECT count(*) FROM {table}");
        assert_eq!(app.number(&left, []).await, 0, "{table}");
    }
    assert_eq!(app.number(roles, []).await, 0);
    assert_eq!(alice.reads("/apps").await["apps"], json!([]));
    let kept = "SELECT count(*) FROM app WHERE deleted_at IS NOT NULL";
    assert_eq!(
        app.number(kept, []).await,
        3,
        "messages still say whose they are"
    );
}

#[tokio::test]
async fn every_change_is_recorded_without_secrets_and_told() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let mut socket = bob.connects().await;

    let [webhook, _, integration] = one_of_each(&club, &alice).await;
    let id = number(&integration["app"]["id"]);
    let (token, secret) = alice.makes_token(id, &["read_members"]).await;
    let path = format!("/apps/{id}/tokens/{token}");
    alice.delete(&path).await.is_done();
    let rotate = format!("{}/rotate", path_of(&webhook));
    alice.post(&rotate, json!({})).await.succeeds();

    let told = socket.receives(&["server_updated"]).await;
    assert_eq!(told, json!({"server_id": club.id, "what": "apps"}));
    let log = alice.reads(&club.path("/audit")).await;
    let text = log.to_string();
    for secret in [&secret, &token_of(&webhook)] {
        assert!(!text.contains(secret.as_str()));
    }
    let entries = log["entries"].as_array().expect("entries").iter();
    let actions: Vec<_> = entries
        .filter_map(|entry| entry["action"].as_str())
        .collect();
    let expected = [
        "app.rotate",
        "app.token_revoke",
        "app.token_create",
        "app.create",
        "app.create",
        "app.create",
    ];
    assert_eq!(actions[..6], expected);
}

#[tokio::test]
async fn an_admin_suspends_an_app_and_its_managers_see_why() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let [webhook, ..] = one_of_each(&club, &alice).await;
    let id = number(&webhook["app"]["id"]);
    let path = format!("/api/admin/apps/{id}");
    for person in [&alice, &bob] {
        let refused = person.post(&format!("{path}/suspend"), json!({})).await;
        refused.is_refused(403, "forbidden");
    }

    let reason = json!({"reason": " spam "});
    let done = root.post(&format!("{path}/suspend"), reason).await;
    assert_eq!(done.succeeds(), json!({"ok": true}));

    let seen = alice.reads(&path_of(&webhook)).await;
    assert_eq!(seen["app"]["suspended"]["reason"], "spam");
    assert!(seen["app"]["suspended"]["at"].is_string());
    let again = json!({});
    let done = root.post(&format!("{path}/unsuspend"), again).await;
    assert_eq!(done.succeeds(), json!({"ok": true}));
    let seen = alice.reads(&path_of(&webhook)).await;
    assert_eq!(seen["app"]["suspended"], Value::Null);
    let audit = root.reads("/api/admin/audit").await.to_string();
    assert!(audit.contains("app.suspend") && audit.contains("app.unsuspend"));
    let long = json!({"reason": "x".repeat(513)});
    let refused = root.post(&format!("{path}/suspend"), long).await;
    refused.is_refused(400, "reason_too_long");
    let unknown = root.post("/api/admin/apps/999/suspend", json!({})).await;
    unknown.is_refused(404, "app_not_found");
}

#[tokio::test]
async fn what_came_in_is_listed_from_its_newest_end_for_seven_days() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let [webhook, widget, _] = one_of_each(&club, &alice).await;
    let id = number(&webhook["app"]["id"]);
    let now = app.clock.now().0;
    for n in 0..5_i64 {
        let sql = "INSERT INTO app_delivery (app_id, at, status, error, latency_ms, bytes, remote) \
                   VALUES ($1, $2, 400, 'content_required', 3, 17, '192.0.2.1')";
        app.sql(sql, [id.into(), (now + n).into()]).await;
    }
    let path = format!("{}/deliveries", path_of(&webhook));

    let newest = alice.reads(&format!("{path}?limit=2")).await;
    let list = newest["deliveries"].as_array().expect("a list");
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["status"], 400);
    assert_eq!(list[0]["error"], "content_required");
    assert_eq!(list[0]["latencyMs"], 3);
    assert_eq!(list[0]["bytes"], 17);
    assert_eq!(list[0]["remote"], "192.0.2.1");
    let before = number(&list[1]["id"]);
    assert!(number(&list[0]["id"]) > before);
    let older = alice.reads(&format!("{path}?before={before}")).await;
    assert_eq!(older["deliveries"].as_array().map(Vec::len), Some(3));
    let other = alice
        .reads(&format!("{}/deliveries", path_of(&widget)))
        .await;
    assert_eq!(other["deliveries"], json!([]));

    app.clock.advance(Duration::from_hours(8 * 24));
    let old = alice.reads(&path).await;
    assert_eq!(old["deliveries"], json!([]), "a week is over");
}
