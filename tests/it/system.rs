//! What the server says itself, as "System".

use serde_json::{Value, json};

use crate::support::{Person, TestApp};

async fn tells(admin: &Person, to: &str, text: &str) -> Value {
    let body = json!({"to": to, "text": text});
    let told = admin.post("/api/admin/dm_as_system", body).await;
    told.succeeds()["id"].clone()
}

#[tokio::test]
async fn a_message_from_system_is_a_dm_like_every_other_one() {
    let app = TestApp::spawn().await;
    let [root, bob, carol] = app.users(["root", "bob", "carol"]).await;
    let mut socket = bob.connects().await;
    let mut others = carol.connects().await;

    let id = tells(&root, "bob", "Please read **the rules**, @carol").await;

    let news = socket.receives(&["dm_new"]).await;
    assert_eq!(news["id"], id);
    assert_eq!(news["from_user"], "System");
    assert_eq!(news["to_user"], "bob");
    assert_eq!(news["user_id"], 0);
    assert_eq!(news["avatar"], "/sys_pfp.png");
    assert_eq!(news["conversation"], "dm:System");
    assert_eq!(
        news["text"],
        "Please read <strong>the rules</strong>, @carol"
    );
    assert_eq!(news["mentions"], json!([]));
    let page = bob.reads("/api/dm/messages?peer=System").await;
    let mut stored = page[0].clone();
    stored["reactions"] = news["reactions"].clone();
    assert_eq!(stored, news);
    assert_eq!(bob.reads("/api/dm/messages?peer=sYSTEM").await, page);
    assert_eq!(bob.reads("/api/dm/peers").await, json!(["System"]));
    let synced = socket.does("sync", json!({"since": {}})).await;
    let dm = synced["conversations"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["conversation"] == "dm:System"));
    assert_eq!(dm.map(|dm| &dm["unread"]), Some(&json!(1)), "{synced}");
    let read = json!({"conversation": "dm:System", "seq": 1});
    bob.post("/api/read", read).await.succeeds();
    // Nobody else hears or reads anything of it: the next that carol hears is something else.
    others.does("send_message", json!({"text": "hello"})).await;
    let heard = others.receives(&["dm_new", "new_message"]).await;
    assert_eq!(heard["source"], "hello");
    for outsider in [&carol, &root] {
        let page = outsider.reads("/api/dm/messages?peer=System").await;
        assert_eq!(page, json!([]));
        assert_eq!(outsider.reads("/api/dm/peers").await, json!([]));
    }
    // It is not what people said to each other.
    assert_eq!(app.number("SELECT count(*) FROM dm_log", []).await, 0);
}

#[tokio::test]
async fn system_reads_nothing_and_is_nobody() {
    let app = TestApp::spawn().await;
    let [root, bob, carol] = app.users(["root", "bob", "carol"]).await;
    let mut socket = bob.connects().await;
    let send = json!({"to": "System", "text": "hello?"});

    // Before and after there is a DM with System.
    let refused = socket.asks("dm_send", send.clone()).await;
    assert_eq!(refused["ok"], false, "{refused}");
    tells(&root, "bob", "Hello").await;
    let refused = socket.asks("dm_send", send).await;
    assert_eq!(refused["error"], "no_reply", "{refused}");

    let page = bob.reads("/api/dm/messages?peer=System").await;
    assert_eq!(page.as_array().map(Vec::len), Some(1));
    let body = json!({"name": "g", "members": ["carol", "System"]});
    let group = bob.post("/api/gdm/threads", body).await;
    group.is_refused(404, "user_not_found");
    for path in ["/api/users_all", "/api/users/online", "/api/online"] {
        let all = bob.reads(path).await;
        assert!(!all.to_string().contains("System"), "{path}: {all}");
    }
    assert_eq!(bob.reads("/api/users/search?query=sys").await, json!([]));
    bob.get("/api/users/System")
        .await
        .is_refused(404, "user_not_found");
    let ban = json!({"type": "user", "action": "ban", "value": "System"});
    root.post("/api/admin/ban", ban)
        .await
        .is_refused(404, "user_not_found");
    for name in ["System", "system"] {
        let sign_in = json!({"username": name, "password": ""});
        assert_ne!(app.stranger().post("/login", sign_in).await.status, 200);
        let register = json!({"username": name, "password": "password1"});
        assert_ne!(app.stranger().post("/register", register).await.status, 200);
    }
    carol.get("/api/whoami").await.succeeds();
}

#[tokio::test]
async fn only_admins_speak_as_system_and_each_time_it_is_recorded() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let role = json!({"action": "add", "role": "admin", "username": "alice"});
    root.post("/api/admin/role", role).await.succeeds();
    let body = |to: &str, text: &str| json!({"to": to, "text": text});
    let path = "/api/admin/dm_as_system";

    tells(&alice, "bob", "from an admin").await;
    let refused = bob.post(path, body("alice", "from nobody")).await;
    refused.is_refused(403, "forbidden");
    let refused = app.stranger().post(path, body("bob", "x")).await;
    assert_eq!(refused.status, 401);
    let refused = root.post(path, body("nobody", "x")).await;
    refused.is_refused(404, "user_not_found");
    let refused = root.post(path, body("bob", " \n")).await;
    refused.is_refused(400, "empty_message");
    let refused = root.post(path, body("bob", &"x".repeat(5000))).await;
    assert_eq!(refused.status, 413);
    let off = json!({"GD_DM_AS_SYSTEM": "0"});
    root.post("/api/admin/toggles", off).await.succeeds();
    root.post(path, body("bob", "x"))
        .await
        .is_refused(403, "disabled");

    let page = bob.reads("/api/dm/messages?peer=System").await;
    let said: Vec<_> = page.as_array().into_iter().flatten().collect();
    assert_eq!(said.len(), 1, "{page}");
    assert_eq!(alice.reads("/api/dm/messages?peer=System").await, json!([]));
    let audit = root.reads("/api/admin/audit").await;
    let entries: Vec<_> = audit["entries"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|entry| entry["action"] == "dm.as_system")
        .collect();
    assert_eq!(entries.len(), 1, "{audit}");
    assert_eq!(entries[0]["actor"], "alice");
    assert_eq!(entries[0]["target"], "bob");
}

#[tokio::test]
async fn the_first_account_is_still_the_first_one() {
    let app = TestApp::spawn().await;
    let [root, _bob] = app.users(["root", "bob"]).await;

    assert_eq!(root.reads("/api/me/role").await["role"], "superadmin");
}
