//! Who is let do what of moderation, and what each switch turns off.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Person, Reply, TestApp};

/// A server with a superadmin, an admin and people.
pub(crate) struct Place {
    pub(crate) app: TestApp,
    pub(crate) root: Person,
    pub(crate) admin: Person,
    pub(crate) alice: Person,
    pub(crate) bob: Person,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::on(TestApp::spawn().await).await
    }

    pub(crate) async fn on(app: TestApp) -> Self {
        let [root, admin, alice, bob] = app.users(["root", "admin", "alice", "bob"]).await;
        let role = json!({"action": "add", "role": "admin", "username": "admin"});
        root.post("/api/admin/role", role).await.succeeds();
        Self {
            app,
            root,
            admin,
            alice,
            bob,
        }
    }

    /// Changes a setting.
    pub(crate) async fn sets(&self, key: &str, value: &str) {
        let body = json!({key: value});
        self.root
            .post("/api/admin/app_settings", body)
            .await
            .succeeds();
    }

    /// What was recorded under this name, the newest first.
    pub(crate) async fn audited(&self, action: &str) -> Vec<Value> {
        let audit = self.root.reads("/api/admin/audit").await;
        let entries = audit["entries"].as_array().expect("entries").clone();
        let of_action = entries
            .into_iter()
            .filter(|entry| entry["action"] == action);
        of_action.collect()
    }
}

/// Every route and what it is sent; those that end in `!` are for superadmins alone.
const ROUTES: &[(&str, &str, &str)] = &[
    (
        "POST",
        "/api/admin/ban",
        r#"{"type":"user","action":"ban","value":"bob"}"#,
    ),
    (
        "POST",
        "/api/admin/ban",
        r#"{"type":"ip","action":"ban","value":"9.9.9.9"}"#,
    ),
    ("POST", "/api/admin/true_ban", r#"{"user":"bob"}"#),
    ("POST", "/api/admin/true_unban", r#"{"user":"bob"}"#),
    (
        "POST",
        "/api/admin/ban_device",
        r#"{"client_id":"phone-9"}"#,
    ),
    (
        "POST",
        "/api/admin/unban_devices_for_user",
        r#"{"username":"bob"}"#,
    ),
    ("POST", "/api/admin/timeout", r#"{"user":"bob"}"#),
    (
        "POST",
        "/api/admin/shadow",
        r#"{"user":"bob","action":"add"}"#,
    ),
    (
        "POST",
        "/api/admin/warn",
        r#"{"user":"bob","message":"mind"}"#,
    ),
    ("POST", "/api/admin/broadcast", r#"{"text":"hear"}"#),
    ("GET", "/api/admin/user_search?q=o", ""),
    ("GET", "/api/admin/online", ""),
    ("GET", "/api/admin/banned_users", ""),
    ("GET", "/api/admin/history", ""),
    ("GET", "/api/admin/history_log", ""),
    ("POST", "/api/admin/undo_timeout!", r#"{"user":"bob"}"#),
    ("POST", "/api/admin/toggle_immunity/bob!", ""),
    (
        "POST",
        "/api/admin/create_user!",
        r#"{"username":"new","password":"password"}"#,
    ),
    (
        "POST",
        "/api/admin/reset_password!",
        r#"{"username":"new","new_password":"drowssap"}"#,
    ),
    ("POST", "/api/admin/delete_user!", r#"{"username":"new"}"#),
    ("GET", "/api/admin/overview!", ""),
    ("GET", "/api/admin/all_groups!", ""),
    ("GET", "/api/admin/group_messages/{group}!", ""),
    (
        "POST",
        "/api/admin/edit_message!",
        r#"{"message_id":{message},"content":"x"}"#,
    ),
    (
        "POST",
        "/api/admin/delete_message!",
        r#"{"msg_id":{message}}"#,
    ),
    ("GET", "/api/admins/stealth!", ""),
    ("POST", "/api/admins/stealth!", r#"{"enabled":false}"#),
    ("POST", "/api/admin/cleanup_sockets!", ""),
];

async fn calls(person: &Person, (method, path, body): (&str, &str, &str)) -> Reply {
    let method: Method = method.parse().expect("a method");
    let mut request = person.request(method, path);
    if !body.is_empty() {
        let body: Value = serde_json::from_str(body).expect(body);
        request = request.json(&body);
    }
    Reply::of(request).await
}

#[tokio::test]
async fn every_route_is_for_its_role_and_those_above_it() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.bob]).await;
    let mut alice = place.alice.connects().await;
    let said = alice.does("send_message", json!({"text": "hello"})).await;
    let stranger = place.app.stranger();
    for (method, path, body) in ROUTES {
        let is_for_super = path.ends_with('!');
        let path = path
            .trim_end_matches('!')
            .replace("{group}", &group.to_string());
        let body = body.replace("{message}", &said["id"].to_string());
        let route = (*method, path.as_str(), body.as_str());
        calls(&stranger, route)
            .await
            .is_refused(401, "unauthenticated");
        calls(&place.alice, route)
            .await
            .is_refused(403, "forbidden");
        let admins = calls(&place.admin, route).await;
        if is_for_super {
            admins.is_refused(403, "forbidden");
            assert_eq!(calls(&place.root, route).await.status, 200, "{path}");
        } else {
            assert_eq!(admins.status, 200, "{path}: {}", admins.body);
        }
    }
}

#[tokio::test]
async fn nobody_moderates_whom_they_are_not_above() {
    let place = Place::new().await;
    let second = place.app.users(["second"]).await;
    let role = json!({"action": "add", "role": "admin", "username": "second"});
    place.root.post("/api/admin/role", role).await.succeeds();
    let about = |name: &str| {
        [
            (
                "/api/admin/ban",
                json!({"type": "user", "action": "ban", "value": name}),
            ),
            (
                "/api/admin/ban",
                json!({"type": "ip", "action": "ban", "username": name}),
            ),
            ("/api/admin/true_ban", json!({"user": name})),
            ("/api/admin/true_unban", json!({"user": name})),
            ("/api/admin/ban_device", json!({"username": name})),
            (
                "/api/admin/unban_devices_for_user",
                json!({"username": name}),
            ),
            ("/api/admin/timeout", json!({"user": name})),
            ("/api/admin/shadow", json!({"user": name, "action": "add"})),
            ("/api/admin/warn", json!({"user": name, "message": "mind"})),
        ]
    };
    for (actor, targets) in [
        (&place.admin, ["root", "second", "admin"].as_slice()),
        (&second[0], &["admin", "second", "root"]),
        (&place.root, &["root"]),
    ] {
        for target in targets {
            for (path, body) in about(target) {
                actor.post(path, body).await.is_refused(403, "forbidden");
            }
        }
    }
    for (path, body) in about("nobody") {
        let answer = place.root.post(path, body).await;
        answer.is_refused(404, "user_not_found");
    }
    assert!(place.root.is_signed_in().await);
    assert!(place.admin.is_signed_in().await);
    let online = place.root.reads("/api/admin/overview").await;
    assert_eq!(online["banned_users"], json!([]));
    assert_eq!(online["timed_out"], json!([]));
}

#[tokio::test]
async fn what_is_switched_off_is_refused_and_does_nothing() {
    let place = Place::new().await;
    for (key, method, path, body) in [
        (
            "UM_BAN_USER",
            "POST",
            "/api/admin/ban",
            r#"{"type":"user","action":"ban","value":"bob"}"#,
        ),
        (
            "UM_TIMEOUT_USER",
            "POST",
            "/api/admin/timeout",
            r#"{"user":"bob"}"#,
        ),
        (
            "UM_SHADOW_BAN",
            "POST",
            "/api/admin/shadow",
            r#"{"user":"bob","action":"add"}"#,
        ),
        (
            "UM_GLOBAL_WARNING",
            "POST",
            "/api/admin/warn",
            r#"{"user":"bob","message":"mind"}"#,
        ),
        ("UM_SEARCH_USER", "GET", "/api/admin/user_search?q=o", ""),
        (
            "MC_BROADCAST_MESSAGE",
            "POST",
            "/api/admin/broadcast",
            r#"{"text":"hear"}"#,
        ),
        ("MC_VIEW_HISTORY", "GET", "/api/admin/history", ""),
        ("MC_VIEW_HISTORY", "GET", "/api/admin/history_log", ""),
    ] {
        place.sets(key, "0").await;
        for person in [&place.admin, &place.root] {
            calls(person, (method, path, body))
                .await
                .is_refused(403, "disabled");
        }
        let overview = place.root.reads("/api/admin/overview").await;
        let list = match key {
            "UM_BAN_USER" => "banned_users",
            "UM_TIMEOUT_USER" => "timed_out",
            _ => "shadow_banned",
        };
        if matches!(key, "UM_BAN_USER" | "UM_TIMEOUT_USER" | "UM_SHADOW_BAN") {
            assert_eq!(overview[list], json!([]), "{key}");
        }
        place.sets(key, "1").await;
        let answer = calls(&place.admin, (method, path, body)).await;
        assert_eq!(answer.status, 200, "{key}: {}", answer.body);
        let unban = json!({"type": "user", "action": "unban", "value": "bob"});
        place.root.post("/api/admin/ban", unban).await.succeeds();
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let place = Place::new().await;
    for (path, body) in [
        (
            "ban",
            json!({"type": "planet", "action": "ban", "value": "bob"}),
        ),
        (
            "ban",
            json!({"type": "user", "action": "hug", "value": "bob"}),
        ),
        ("ban", json!({"type": "user", "action": "ban"})),
        ("ban", json!({"type": "ip", "action": "ban"})),
        (
            "ban",
            json!({"type": "ip", "action": "ban", "value": "nowhere"}),
        ),
        (
            "ban",
            json!({"type": "ip", "action": "ban", "value": "0.0.0.0"}),
        ),
        ("timeout", json!({"user": "bob", "minutes": 0})),
        ("timeout", json!({"user": "bob", "minutes": -1})),
        ("timeout", json!({"user": "bob", "minutes": "soon"})),
        ("timeout", json!({"user": "bob", "minutes": 525_601})),
        ("shadow", json!({"user": "bob", "action": "ban"})),
        ("broadcast", json!({"text": "x", "scope": "moon"})),
        ("broadcast", json!({"text": "x", "scope": "dm"})),
        ("broadcast", json!({"text": "x", "scope": "gdm"})),
        ("ban_device", json!({"client_id": "not a name"})),
        ("edit_message", json!({"message_id": 1, "content": " "})),
        ("delete_message", json!({})),
    ] {
        let path = format!("/api/admin/{path}");
        let answer = place.root.post(&path, body.clone()).await;
        answer.is_refused(400, "bad_params");
    }
    let reply = place.root.post("/api/admin/ban_device", json!({})).await;
    reply.is_refused(400, "client_id_or_username_required");
    for body in [json!({"text": ""}), json!({"text": " "})] {
        let reply = place.root.post("/api/admin/broadcast", body).await;
        reply.is_refused(400, "empty_message");
    }
}

#[tokio::test]
async fn everything_that_is_done_is_recorded_with_who_did_it() {
    let place = Place::new().await;
    for (path, body, action) in [
        (
            "timeout",
            json!({"user": "bob", "minutes": 3}),
            "user.timeout",
        ),
        (
            "shadow",
            json!({"user": "bob", "action": "add"}),
            "user.shadow_ban",
        ),
        (
            "shadow",
            json!({"user": "bob", "action": "remove"}),
            "user.shadow_unban",
        ),
        (
            "warn",
            json!({"user": "bob", "message": "mind"}),
            "user.warn",
        ),
        ("broadcast", json!({"text": "hear"}), "broadcast"),
        (
            "ban",
            json!({"type": "ip", "action": "ban", "value": "9.9.9.9"}),
            "ip.ban",
        ),
        (
            "ban",
            json!({"type": "ip", "action": "unban", "value": "9.9.9.9"}),
            "ip.unban",
        ),
        ("ban_device", json!({"client_id": "phone-9"}), "device.ban"),
        ("true_ban", json!({"user": "bob"}), "user.true_ban"),
        ("true_unban", json!({"user": "bob"}), "user.true_unban"),
    ] {
        let path = format!("/api/admin/{path}");
        place.admin.post(&path, body).await.succeeds();
        let entries = place.audited(action).await;
        assert_eq!(entries.len(), 1, "{action}");
        assert_eq!(entries[0]["actor"], "admin", "{action}");
    }
    let log = place.admin.get("/api/admin/history_log").await;
    assert_eq!(log.headers["content-type"], "text/plain; charset=utf-8");
    let log = log.body.as_str().expect("text").to_owned();
    assert!(log.contains("admin user.true_ban bob"), "{log}");
    assert!(log.contains("admin ip.ban 9.9.9.9"), "{log}");
}
