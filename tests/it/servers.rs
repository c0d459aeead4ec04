//! Servers, their channels, invites, bans, and the record of what was done.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Community, TestApp, number};

#[tokio::test]
async fn a_new_server_has_a_channel_a_role_and_its_owner() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;

    let made = alice
        .post("/servers", json!({"name": " Hiking club "}))
        .await;

    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["server"]["name"], "Hiking club");
    let id = number(&made.body["server"]["id"]);
    let whole = alice.reads(&format!("/servers/{id}")).await;
    assert_eq!(whole["server"]["memberCount"], 1);
    assert_eq!(whole["server"]["ownerId"], alice.id().await);
    assert_eq!(whole["channels"][0]["name"], "general");
    assert_eq!(whole["channels"][0]["restricted"], false);
    let everyone = &whole["roles"][0];
    assert_eq!(everyone["isDefault"], true);
    let expected = [
        "add_reactions",
        "attach_files",
        "change_nickname",
        "create_invite",
        "embed_links",
        "read_history",
        "send_messages",
        "view_channel",
    ];
    assert_eq!(everyone["permissions"], json!(expected));
    let held = whole["me"]["permissions"].as_array().expect("a list");
    assert_eq!(held.len(), 20, "the owner has all");
    assert_eq!(whole["pinnedWidget"], json!(null));
    let list = alice.reads("/servers").await;
    assert_eq!(list["servers"][0]["id"], id);
    assert_eq!(list["servers"][0]["unread"], 0);

    let nothing = bob.reads("/servers").await;
    assert_eq!(nothing["servers"], json!([]));
    for path in ["", "/channels", "/roles", "/memberships", "/audit"] {
        let hidden = bob.get(&format!("/servers/{id}{path}")).await;
        hidden.refuses(404, "server_not_found");
    }
    app.stranger()
        .get("/servers")
        .await
        .refuses(401, "unauthorized");
}

#[tokio::test]
async fn names_have_an_end() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    for (body, code) in [
        (json!({}), "name_required"),
        (json!({"name": " "}), "name_required"),
        (json!({"name": "x".repeat(101)}), "name_too_long"),
        (json!({"name": "a\nb"}), "name_invalid"),
        (json!({"name": 7}), "name_invalid"),
    ] {
        alice.post("/servers", body).await.refuses(400, code);
    }
    assert_eq!(app.number("SELECT count(*) FROM server", []).await, 0);
}

#[tokio::test]
async fn nobody_owns_more_than_a_hundred_servers() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&bob, &[&alice]).await;
    let sql = "INSERT INTO server (name, owner_id, created_at) VALUES ('x', $1, 0)";
    for _ in 0..100 {
        app.sql(sql, [alice.id().await.into()]).await;
    }

    let refused = alice.post("/servers", json!({"name": "x"})).await;

    refused.refuses(400, "too_many_servers");
    let hand_over = json!({"ownerId": alice.id().await});
    let refused = bob.patch(&club.path(""), hand_over).await;
    refused.refuses(400, "too_many_servers");
}

#[tokio::test]
async fn only_the_owner_hands_a_server_over_and_deletes_it() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let role = club.makes_role("manager", &["manage_server"]).await;
    club.gives(&bob, &[role]).await;

    let renamed = bob.patch(&club.path(""), json!({"name": "Bob's"})).await;
    assert_eq!(renamed.succeeds()["server"]["name"], "Bob's");
    let to = async |person: &crate::support::Person| json!({"ownerId": person.id().await});
    let refused = bob.patch(&club.path(""), to(&bob).await).await;
    refused.refuses(403, "forbidden");
    bob.delete(&club.path("")).await.refuses(403, "forbidden");
    let stranger = alice.patch(&club.path(""), to(&carol).await).await;
    stranger.refuses(404, "membership_not_found");

    alice.patch(&club.path(""), to(&bob).await).await.succeeds();
    alice.delete(&club.path("")).await.refuses(403, "forbidden");
    bob.delete(&club.path("")).await.is_done();

    for person in [&alice, &bob] {
        let gone = person.get(&club.path("")).await;
        gone.refuses(404, "server_not_found");
    }
    let left = "SELECT (SELECT count(*) FROM server_member) + \
        (SELECT count(*) FROM conversation_member WHERE conversation_id = $1)";
    assert_eq!(app.number(left, [club.general.into()]).await, 0);
}

#[tokio::test]
async fn a_server_is_not_handed_to_who_can_never_come() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let bob = bob.id().await;
    let ban = json!({"type": "user", "action": "ban", "value": "bob"});
    root.post("/api/admin/ban", ban).await.succeeds();

    let handed = alice.patch(&club.path(""), json!({"ownerId": bob})).await;
    handed.refuses(403, "banned");
    let server = alice.reads(&club.path("")).await;
    assert_eq!(server["server"]["ownerId"], json!(alice.id().await));
}

#[tokio::test]
async fn channels_are_made_moved_and_deleted_by_who_may() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let body = json!({"name": "news", "topic": "What is new"});
    let refused = bob.post(&club.path("/channels"), body.clone()).await;
    refused.refuses(403, "forbidden");
    assert!(refused.body.to_string().contains("manage_channels"));

    let made = alice.post(&club.path("/channels"), body).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["channel"]["topic"], "What is new");
    let news = number(&made.body["channel"]["id"]);
    club.makes_channel("off topic").await;
    let path = club.path(&format!("/channels/{news}"));
    let moved = json!({"position": 0, "topic": null});
    let moved = alice.patch(&path, moved).await.succeeds();
    assert_eq!(moved["channel"]["topic"], "");

    let names = async || {
        let list = bob.reads(&club.path("/channels")).await;
        let channels = list["channels"].as_array().expect("a list").clone();
        let names = channels.iter().map(|channel| channel["name"].clone());
        json!(names.collect::<Vec<_>>())
    };
    assert_eq!(names().await, json!(["news", "general", "off topic"]));
    alice.patch(&path, json!({"position": 99})).await.succeeds();
    assert_eq!(names().await, json!(["general", "off topic", "news"]));
    bob.patch(&path, json!({"name": "x"}))
        .await
        .refuses(403, "forbidden");
    bob.delete(&path).await.refuses(403, "forbidden");
    alice.delete(&path).await.is_done();
    assert_eq!(names().await, json!(["general", "off topic"]));
    alice.delete(&path).await.refuses(404, "channel_not_found");
    let elsewhere = Community::of(&alice, &[]).await;
    let foreign = elsewhere.path(&format!("/channels/{}", club.general));
    alice
        .delete(&foreign)
        .await
        .refuses(404, "channel_not_found");
}

#[tokio::test]
async fn members_are_in_every_channel_and_read_from_where_they_came_in() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[]).await;
    let messages = club.path(&format!("/channels/{}/messages", club.general));
    let said = alice.post(&messages, json!({"content": "before"})).await;
    assert_eq!(said.status, 201, "{}", said.body);

    club.admits(&bob).await;
    let news = club.makes_channel("news").await;

    let unread = async || bob.reads("/servers").await["servers"][0]["unread"].clone();
    assert_eq!(unread().await, 0);
    alice.post(&messages, json!({"content": "after"})).await;
    assert_eq!(unread().await, 1);
    let in_news = club.path(&format!("/channels/{news}/messages"));
    let said = bob.post(&in_news, json!({"content": "hello"})).await;
    assert_eq!(said.status, 201, "{}", said.body);
    bob.delete(&club.membership_of(&bob).await).await.is_done();
    let rows = "SELECT count(*) FROM conversation_member WHERE user_id = $1 \
        AND conversation_id IN (SELECT conversation_id FROM server_channel)";
    assert_eq!(app.number(rows, [bob.id().await.into()]).await, 0);
    let refused = bob.post(&messages, json!({"content": "still here?"})).await;
    assert_eq!(refused.status, 404, "{}", refused.body);
}

#[tokio::test]
async fn an_invite_ends_with_its_hour_and_its_uses() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[]).await;
    let body = json!({"expiresIn": 3600, "maxUses": 2});
    let made = alice.post(&club.path("/invites"), body).await;
    let invite = &made.body["invite"];
    let code = invite["code"].as_str().expect("a code");
    assert_eq!(
        (&invite["maxUses"], &invite["uses"]),
        (&json!(2), &json!(0))
    );
    assert!(invite["url"].as_str().expect("a URL").ends_with(code));

    alice.accepts(code).await.succeeds();
    let into = bob.accepts(code).await.succeeds();
    assert_eq!(into["server"]["id"], club.id);
    bob.accepts(code).await.succeeds();
    let listed = alice.reads(&club.path("/invites")).await;
    assert_eq!(listed["invites"][0]["uses"], 1, "members spend nothing");
    assert!(!listed.to_string().contains(code));
    let hidden = bob.get(&club.path("/invites")).await;
    hidden.refuses(403, "forbidden");
    app.clock.advance(Duration::from_hours(1));
    carol.accepts(code).await.refuses(410, "invite_expired");
    let once = club.invites(1).await;
    carol.accepts(&once).await.succeeds();
    let [dave] = app.users(["dave"]).await;
    dave.accepts(&once).await.refuses(410, "invite_expired");

    for unknown in ["ABCDEFGHJKLM", "x", "ABCDEFGHJKL%20"] {
        let unknown = dave.accepts(unknown).await;
        assert_eq!(unknown.status, 404, "{}", unknown.body);
    }
    let ended = club.invites(1).await;
    let id = number(&alice.reads(&club.path("/invites")).await["invites"][0]["id"]);
    let path = club.path(&format!("/invites/{id}"));
    bob.delete(&path).await.refuses(403, "forbidden");
    alice.delete(&path).await.is_done();
    dave.accepts(&ended).await.refuses(404, "invite_not_found");
    let hash = chatter::kernel::token::hash(&once);
    let stored = "SELECT count(*) FROM server_invite WHERE code_hash = $1";
    assert_eq!(
        app.number(stored, [hash.into()]).await,
        1,
        "as a hash alone"
    );
}

#[tokio::test]
async fn who_is_banned_is_out_and_stays_out_until_it_ends() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let made = bob
        .post(&club.path("/invites"), json!({"maxUses": 9}))
        .await;
    let bobs_code = made.body["invite"]["code"].as_str().expect("a code");
    let ban = |id: i64| club.path(&format!("/bans/{id}"));
    let bobs = ban(bob.id().await);
    let why = Some(json!({"reason": "spam"}));
    let carols = ban(carol.id().await);
    let refused = bob.does(Method::PUT, &carols, why.clone()).await;
    refused.refuses(403, "forbidden");

    let banned = alice.does(Method::PUT, &bobs, why.clone()).await;
    banned.is_done();
    alice.does(Method::PUT, &bobs, why).await.is_done();

    bob.get(&club.path(""))
        .await
        .refuses(404, "server_not_found");
    let code = club.invites(5).await;
    bob.accepts(&code).await.refuses(403, "banned");
    let theirs = carol.accepts(bobs_code).await;
    theirs.refuses(404, "invite_not_found");
    let bans = alice.reads(&club.path("/bans")).await;
    assert_eq!(bans["bans"][0]["username"], "bob");
    assert_eq!(bans["bans"][0]["reason"], "spam");
    let nobody = alice.does(Method::PUT, &ban(999), Some(json!({}))).await;
    nobody.refuses(404, "user_not_found");
    let alices = ban(alice.id().await);
    let oneself = alice.does(Method::PUT, &alices, None).await;
    oneself.refuses(403, "target_is_owner");

    // Somebody who was never there can be banned, too.
    alice.does(Method::PUT, &carols, None).await.is_done();
    carol.accepts(&code).await.refuses(403, "banned");
    alice.delete(&carols).await.is_done();
    alice.delete(&carols).await.refuses(404, "ban_not_found");
    carol.accepts(&code).await.succeeds();
    carol.delete(&bobs).await.refuses(403, "forbidden");
}

#[tokio::test]
async fn what_was_done_is_on_record_once_with_its_reason() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let change = alice
        .request(Method::PATCH, &path)
        .header("x-audit-log-reason", "f%C3%BCr%20Bob")
        .json(&json!({"nickname": "Bobby"}));
    crate::support::Reply::of(change).await.succeeds();
    let again = alice.patch(&path, json!({"nickname": "Bobby"})).await;
    again.succeeds();

    let log = alice.reads(&club.path("/audit")).await;
    let entries = log["entries"].as_array().expect("a list");
    let actions: Vec<_> = entries.iter().map(|entry| &entry["action"]).collect();
    let expected = [
        "member.update",
        "member.join",
        "invite.create",
        "server.create",
    ];
    assert_eq!(actions, expected);
    let entry = &entries[0];
    assert_eq!(
        entry["actor"],
        json!({"kind": "user", "id": alice.id().await})
    );
    assert_eq!(entry["target"], format!("user:{}", bob.id().await));
    assert_eq!(entry["before"], json!({"nickname": null}));
    assert_eq!(entry["after"], json!({"nickname": "Bobby"}));
    assert_eq!(entry["reason"], "für Bob");
    let at = entry["at"].as_str().expect("a time");
    assert!(at.len() == 24 && at.ends_with('Z'), "{at}");

    let second = format!("/audit?limit=1&before={}", entry["id"]);
    let page = alice.reads(&club.path(&second)).await;
    assert_eq!(page["entries"], json!([entries[1]]));
    bob.get(&club.path("/audit"))
        .await
        .refuses(403, "forbidden");
    let versions = "SELECT version FROM server WHERE id = $1";
    let version = app.number(versions, [club.id.into()]).await;
    assert_eq!(version, 5, "one more for each entry");
    let bad = alice
        .request(Method::PATCH, &path)
        .header("x-audit-log-reason", "%FF")
        .json(&json!({"nickname": "B"}));
    let bad = crate::support::Reply::of(bad).await;
    bad.refuses(400, "reason_invalid");
}
