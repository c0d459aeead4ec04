//! Accounts made and ended by superadmins, what System says for admins, what the staff sees, the
//! door during a downtime, and messages that grow too old.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    moderation::Place,
    support::{PASSWORD, Person, Reply, Socket, eventually},
};

/// The next news of people with this key; who comes and goes is passed over.
async fn refreshed(socket: &mut Socket, key: &str) -> Value {
    loop {
        let news = socket.receives(&["user_list_refresh"]).await;
        if !news[key].is_null() {
            return news;
        }
    }
}

#[tokio::test]
async fn an_account_is_made_with_the_name_that_was_typed_or_not_at_all() {
    let place = Place::new().await;
    let create = "/api/admin/create_user";
    for (body, status, text) in [
        (
            json!({"username": "", "password": PASSWORD}),
            400,
            "Invalid username (max 20 characters)",
        ),
        (
            json!({"username": "a<b>", "password": PASSWORD}),
            400,
            "Invalid username (max 20 characters)",
        ),
        (
            json!({"username": "x".repeat(21), "password": PASSWORD}),
            400,
            "Invalid username (max 20 characters)",
        ),
        (
            json!({"username": "SyStem", "password": PASSWORD}),
            400,
            "Reserved username",
        ),
        (json!({"username": "carol"}), 400, "Provide password"),
        (
            json!({"username": "ALICE", "password": PASSWORD}),
            409,
            "Username taken",
        ),
    ] {
        let refused = place.root.post(create, body).await;
        assert_eq!(
            (refused.status, &refused.body["error"]),
            (status, &json!(text))
        );
    }
    let mut alice = place.alice.connects().await;
    let body = json!({"username": "carol", "password": PASSWORD, "is_admin": true});
    let made = place.root.post(create, body).await.succeeds();
    assert_eq!(made["username"], "carol");
    let news = refreshed(&mut alice, "new_user").await;
    assert_eq!(news, json!({"new_user": "carol"}));
    let carol = Person::new("carol", place.app.address(), None);
    carol.signs_in().await.succeeds();
    assert_eq!(carol.reads("/api/me/role").await["role"], "admin");
    assert_eq!(place.audited("user.create").await[0]["target"], "carol");
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_and_leaves_the_profile() {
    let place = Place::new().await;
    let mut bob = place.bob.connects().await;
    let reset = "/api/admin/reset_password";
    for key in ["password", "new_password"] {
        let body = json!({"username": "bob", key: format!("new {key}")});
        place.root.post(reset, body).await.succeeds();
        let bob = Person::new("bob", place.app.address(), None);
        bob.signs_in().await.is_refused(401, "invalid_credentials");
        bob.signs_in_with(&format!("new {key}")).await.succeeds();
    }
    bob.ends().await;
    assert!(!place.bob.is_signed_in().await);
    for (body, status) in [
        (json!({"username": "bob"}), 400),
        (json!({"new_password": PASSWORD}), 400),
        (json!({"username": "bob", "new_password": "short"}), 400),
        (json!({"username": "nobody", "new_password": PASSWORD}), 404),
    ] {
        assert_eq!(place.root.post(reset, body).await.status, status);
    }
    let crowd = place.app.crowd(1).await;
    let sql = "UPDATE \"user\" SET role = 'superadmin' WHERE username = 'person 0'";
    place.app.sql(sql, []).await;
    let body = json!({"username": "person 0", "new_password": PASSWORD});
    place
        .root
        .post(reset, body)
        .await
        .is_refused(403, "forbidden");
    assert!(crowd[0].is_signed_in().await);
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_what_it_said() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.bob]).await;
    let mut bob = place.bob.connects().await;
    let mut alice = place.alice.connects().await;
    bob.does("send_message", json!({"text": "bob was here"}))
        .await;
    bob.does("dm_send", json!({"to": "alice", "text": "bob to alice"}))
        .await;
    bob.does("gdm_send", json!({"tid": group, "text": "bob in group"}))
        .await;
    alice
        .does("dm_send", json!({"to": "bob", "text": "alice to bob"}))
        .await;

    let delete = "/api/admin/delete_user";
    let body = json!({"username": "bob"});
    place.root.post(delete, body.clone()).await.succeeds();

    bob.ends().await;
    let news = refreshed(&mut alice, "deleted").await;
    assert_eq!(news, json!({"deleted": "bob"}));
    assert!(!place.bob.is_signed_in().await);
    let refused = place.bob.elsewhere().signs_in().await;
    refused.is_refused(401, "invalid_credentials");
    eventually("the messages are gone", async || {
        let public = place.alice.reads("/api/messages").await;
        let path = format!("/api/gdm/messages?tid={group}");
        public == json!([]) && place.alice.reads(&path).await == json!([])
    })
    .await;
    let everybody = place.alice.reads("/api/users_all").await.to_string();
    assert!(
        !everybody.contains("bob") && !everybody.contains("Deleted"),
        "{everybody}"
    );
    let again = place.root.post(delete, body).await.succeeds();
    assert_eq!(again["note"], "user already deleted");
    let refused = place.root.post(delete, json!({"username": "root"})).await;
    assert_eq!(
        (refused.status, &refused.body["error"]),
        (400, &json!("Cannot delete another superadmin"))
    );
    // The name is free, and nothing of the first one is the second one's.
    let newcomer = Person::new("bob", place.app.address(), None);
    newcomer.registers().await.succeeds();
    newcomer.signs_in().await.succeeds();
    assert_eq!(newcomer.reads("/api/gdm/threads").await, json!([]));
}

#[tokio::test]
async fn people_are_found_by_any_part_of_their_name() {
    let place = Place::new().await;
    let found = async |q: &str| {
        let path = format!("/api/admin/user_search?q={q}");
        place.admin.reads(&path).await["users"].clone()
    };
    assert_eq!(found("LIC").await, json!(["alice"]));
    assert_eq!(found("o").await, json!(["bob", "root"]));
    assert_eq!(found("_").await, json!([]));
    assert_eq!(found("%25").await, json!([]));
    assert_eq!(found("").await, json!([]));
}

#[tokio::test]
async fn a_warning_is_told_to_its_target_and_that_there_was_one_to_all() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    let body = json!({"user": "bob", "message": "mind your words"});
    place.admin.post("/api/admin/warn", body).await.succeeds();
    let dm = bob.receives(&["dm_new"]).await;
    assert!(
        dm["text"]
            .as_str()
            .is_some_and(|text| text.contains("mind your words"))
    );
    let public = alice.receives(&["new_message", "dm_new"]).await;
    assert_eq!(
        (&public["username"], &public["user_id"]),
        (&json!("System"), &json!(0))
    );
    let text = public["text"].as_str().expect("text");
    assert!(text.contains("bob") && !text.contains("mind"), "{text}");
    assert_eq!(
        place.alice.reads("/api/messages").await[0]["text"],
        public["text"]
    );
}

#[tokio::test]
async fn a_broadcast_goes_where_it_is_meant_to_and_nowhere_else() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.root]).await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    let mut admin = place.admin.connects().await;
    let broadcast = "/api/admin/broadcast";
    place
        .admin
        .post(broadcast, json!({"text": "**hear**"}))
        .await
        .succeeds();
    let said = bob.receives(&["new_message"]).await;
    assert_eq!(
        (&said["username"], &said["text"]),
        (&json!("System"), &json!("<strong>hear</strong>"))
    );
    let also = bob.receives(&["broadcast"]).await;
    assert_eq!(also, json!({"text": said["text"], "from": "admin"}));
    alice.receives(&["broadcast"]).await;

    let body = json!({"text": "psst", "scope": "dm", "to_user": "alice"});
    place.admin.post(broadcast, body).await.succeeds();
    assert_eq!(alice.receives(&["dm_new"]).await["text"], "psst");
    let copy = admin.receives(&["dm_new"]).await;
    assert!(
        copy["text"]
            .as_str()
            .is_some_and(|text| text.contains("psst"))
    );
    let body = json!({"text": "team", "scope": "gdm", "thread_id": group});
    place.admin.post(broadcast, body).await.succeeds();
    assert_eq!(alice.receives(&["gdm_new"]).await["username"], "System");
    let names = ["new_message", "dm_new", "gdm_new", "broadcast"];
    assert_eq!(bob.has_heard(&names).await, [] as [Value; 0]);
    let body = json!({"text": "team", "scope": "gdm", "thread_id": 0});
    place
        .admin
        .post(broadcast, body)
        .await
        .is_refused(404, "not_found");
    let body = json!({"text": "x", "scope": "dm", "to_user": "nobody"});
    place
        .admin
        .post(broadcast, body)
        .await
        .is_refused(404, "user_not_found");
}

#[tokio::test]
async fn groups_are_read_by_superadmins_even_when_they_are_gone() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.bob]).await;
    let mut alice = place.alice.connects().await;
    for text in ["one", "two"] {
        alice
            .does("gdm_send", json!({"tid": group, "text": text}))
            .await;
    }
    place
        .root
        .post("/api/gdm/delete", json!({"tid": group}))
        .await
        .succeeds();
    let groups = place.root.reads("/api/admin/all_groups").await;
    let row = &groups["groups"][0];
    assert_eq!(
        (&row["id"], &row["is_deleted"]),
        (&json!(group), &json!(true))
    );
    assert_eq!(
        (&row["creator_name"], &row["name"]),
        (&json!("alice"), &json!("the group"))
    );
    let path = format!("/api/admin/group_messages/{group}");
    let read = place.root.reads(&path).await;
    let texts: Vec<_> = read["messages"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["text"].clone())
        .collect();
    assert!(
        texts == [json!("one"), json!("two")] || texts.is_empty(),
        "{texts:?}"
    );
    assert_eq!(place.audited("group.read").await.len(), 1);
    place
        .root
        .get("/api/admin/group_messages/0")
        .await
        .is_refused(404, "not_found");
    let other = format!("/api/admin/history?type=gdm&thread_id={group}&limit=1");
    let newest = place.admin.reads(&other).await;
    assert!(
        newest["items"]
            .as_array()
            .is_some_and(|items| items.len() <= 1)
    );
    assert_eq!(place.audited("group.read").await.len(), 2);
}

#[tokio::test]
async fn superadmins_change_what_others_said() {
    let place = Place::new().await;
    let mut alice = place.alice.connects().await;
    let mut bob = place.bob.connects().await;
    let said = alice.does("send_message", json!({"text": "rude"})).await;
    let (edit, delete) = ("/api/admin/edit_message", "/api/admin/delete_message");
    let body = json!({"message_id": said["id"], "content": "polite"});
    place.sets("MC_EDIT_MESSAGES", "0").await;
    place
        .root
        .post(edit, body.clone())
        .await
        .is_refused(403, "forbidden");
    place.sets("MC_EDIT_MESSAGES", "1").await;
    place.root.post(edit, body).await.succeeds();
    let news = bob.receives(&["message_edited"]).await;
    assert_eq!(
        (&news["content"], &news["edited_by"]),
        (&json!("polite"), &json!("root"))
    );
    let wrong_kind = json!({"msg_id": said["id"], "type": "dm"});
    place
        .root
        .post(delete, wrong_kind)
        .await
        .is_refused(404, "not_found");
    place
        .root
        .post(delete, json!({"message_id": said["id"]}))
        .await
        .succeeds();
    let news = bob.receives(&["message_deleted"]).await;
    assert_eq!(
        (&news["id"], &news["deleted_by"]),
        (&said["id"], &json!("root"))
    );
    let gone = place
        .root
        .post(delete, json!({"message_id": said["id"]}))
        .await;
    gone.is_refused(404, "not_found");
    assert_eq!(gone.body["error"], "Message not found");
}

#[tokio::test]
async fn admins_are_seen_unless_they_hide() {
    let place = Place::new().await;
    let mut bob = place.bob.connects().await;
    place.admin.connects().await;
    let mut admin = place.admin.connects().await;
    admin.has_heard(&[]).await;
    let online = async || place.bob.reads("/api/admins/online").await["admins"].clone();
    eventually("the admin is seen", async || online().await != json!([])).await;
    assert_eq!(
        online().await,
        json!([{"username": "admin", "role": "admin", "extra": true}])
    );
    let stealth = "/api/admins/stealth";
    place
        .root
        .post(stealth, json!({"enabled": true}))
        .await
        .succeeds();
    assert_eq!(bob.receives(&["admin_list"]).await, json!({"admins": []}));
    assert_eq!(online().await, json!([]));
    assert_eq!(place.root.reads(stealth).await["enabled"], true);
    place.sets("ADMINS_STEALTH", "0").await;
    assert_eq!(
        bob.receives(&["admin_list"]).await,
        json!({"admins": ["admin"]})
    );
    let cleaned = place
        .root
        .post("/api/admin/cleanup_sockets", Value::Null)
        .await;
    assert_eq!(cleaned.succeeds()["disconnected"], 0);
}

#[tokio::test]
async fn everybody_reads_the_banner() {
    let place = Place::new().await;
    let stranger = place.app.stranger();
    let banner = stranger.reads("/api/alerts").await;
    assert_eq!(
        (&banner["enabled"], &banner["text"]),
        (&json!(false), &json!(""))
    );
    place.sets("ALERTS_ENABLED", "1").await;
    place.sets("ALERTS_TEXT", "Tea at five").await;
    let banner = stranger.reads("/api/alerts").await;
    assert_eq!(
        (&banner["enabled"], &banner["text"]),
        (&json!(true), &json!("Tea at five"))
    );
    let long = json!({"ALERTS_TEXT": "x".repeat(1001)});
    let refused = place.root.post("/api/admin/settings", long).await;
    refused.is_refused(400, "bad_params");
}

#[tokio::test]
async fn during_a_downtime_only_superadmins_come_in() {
    let place = Place::new().await;
    let mut bob = place.bob.connects().await;
    let mut root = place.root.connects().await;
    place.sets("DOWNTIME_REASON", "new <disks>").await;
    place.sets("DOWNTIME_ENABLED", "1").await;
    bob.ends().await;
    for person in [&place.bob, &place.admin, &place.app.stranger()] {
        for path in [
            "/api/whoami",
            "/api/alerts",
            "/socket.io/?EIO=4&transport=polling",
        ] {
            let reply = person.get(path).await;
            reply.is_refused(503, "maintenance");
            assert_eq!(reply.body["error"], "server in maintenance");
            assert_eq!(reply.body["reason"], "new <disks>");
        }
        assert!(person.tries_to_connect().await.is_err());
        let page = person
            .request(Method::GET, "/chat")
            .header("accept", "text/html");
        let page = Reply::of(page).await;
        assert_eq!(page.status, 503);
        let text = page.body.as_str().expect("a page");
        assert!(
            text.contains("new &lt;disks&gt;") && text.contains("action=\"/login\""),
            "{text}"
        );
        assert_eq!(person.get("/uploads/nothing").await.status, 404);
        let preflight = person
            .request(Method::OPTIONS, "/api/whoami")
            .header("access-control-request-method", "GET");
        assert_eq!(Reply::of(preflight).await.status, 200);
    }
    assert_eq!(place.app.stranger().get("/healthz").await.status, 200);
    assert_eq!(place.app.stranger().get("/readyz").await.status, 200);
    assert!(place.root.is_signed_in().await);
    root.does("send_message", json!({"text": "alone"})).await;
    place.root.elsewhere().signs_in().await.succeeds();
    place.sets("DOWNTIME_ENABLED", "0").await;
    place.bob.connects().await;
}

#[tokio::test]
async fn messages_that_are_too_old_become_tombstones() {
    let place = Place::new().await;
    let group = place.alice.makes_group_with(&[&place.bob]).await;
    let mut alice = place.alice.connects().await;
    let public = alice.does("send_message", json!({"text": "old"})).await;
    alice
        .does("gdm_send", json!({"tid": group, "text": "old"}))
        .await;
    alice
        .does("dm_send", json!({"to": "bob", "text": "old"}))
        .await;
    place
        .app
        .clock
        .advance(std::time::Duration::from_mins(2 * 24 * 60 + 1));
    let young = alice.does("send_message", json!({"text": "young"})).await;
    place.sets("MC_MESSAGE_LIFESPAN_DAYS", "-3").await;
    let settings = place.root.reads("/api/admin/app_settings").await;
    assert_eq!(settings["MC_MESSAGE_LIFESPAN_DAYS"], "0");
    place.sets("MC_MESSAGE_LIFESPAN_DAYS", "2").await;
    place.sets("MC_MESSAGE_LIFESPAN", "1").await;

    let gone = alice.receives(&["message_deleted"]).await;
    assert_eq!(
        (&gone["id"], &gone["deleted_by"]),
        (&public["id"], &json!("System"))
    );
    let gone = alice.receives(&["gdm_delete"]).await;
    assert!(gone.is_i64());
    let left = place.bob.reads("/api/messages").await;
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!(left[0]["id"], young["id"]);
    let dms = place.bob.reads("/api/dm/messages?peer=alice").await;
    assert_eq!(dms.as_array().map(Vec::len), Some(1));
    let body = json!({"since": {"public": public["rev"]}});
    let synced = place.bob.post("/api/sync", body).await.succeeds();
    let rows = &synced["conversations"][0]["messages"];
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&rows[1]["id"], &rows[1]["deleted"]),
        (&public["id"], &json!(true))
    );
}
