//! Memberships: the documented profile, and changes to it field by field.

use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::support::{Community, Person, Reply, TestApp};

/// Somebody with `permissions` in a role of their own.
async fn promote(club: &Community, person: &Person, name: &str, permissions: &[&str]) -> i64 {
    let role = club.makes_role(name, permissions).await;
    club.gives(person, &[role]).await;
    role
}

async fn with_headers(
    person: &Person,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &Value,
) -> Reply {
    let mut request = person.request(Method::PATCH, path).json(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Reply::of(request).await
}

#[tokio::test]
async fn a_profile_has_the_documented_keys_and_a_tag() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let vip = club.makes_role("VIP", &[]).await;
    club.gives(&bob, &[vip]).await;
    let path = club.membership_of(&bob).await;

    let reply = bob.get(&path).await;

    let tag = reply.headers[header::ETAG]
        .to_str()
        .expect("text")
        .to_owned();
    let profile = reply.succeeds()["profile"].clone();
    let joined = profile["joinedAt"].as_str().expect("a time").to_owned();
    let expected = json!({
        "userId": bob.id().await, "username": "bob", "name": "bob", "nickname": null,
        "avatarUrl": null, "roleIds": [vip],
        "roles": [{"id": vip, "name": "VIP", "position": 1}],
        "joinedAt": joined, "timedOutUntil": null, "status": "offline", "isOwner": false,
    });
    assert_eq!(profile, expected);
    assert!(joined.len() == 24 && joined.ends_with('Z'), "{joined}");
    let _socket = bob.connects().await;
    let again = bob.get(&path).await;
    assert_eq!(
        again.headers[header::ETAG],
        tag,
        "being there changes nothing"
    );
    assert_eq!(again.succeeds()["profile"]["status"], "online");

    let list = bob.reads(&club.path("/memberships?limit=1")).await;
    let first = &list["memberships"][0];
    assert_eq!(
        (&first["username"], &first["isOwner"]),
        (&json!("alice"), &json!(true))
    );
    let next = format!("/memberships?after={}", first["userId"]);
    let list = bob.reads(&club.path(&next)).await;
    assert_eq!(list["memberships"].as_array().expect("a list").len(), 1);
    let nobody = bob.get(&club.path("/memberships/999")).await;
    nobody.refuses(404, "membership_not_found");
}

#[tokio::test]
async fn the_documented_change_works_to_the_letter() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let roles = [
        club.makes_role("VIP", &[]).await,
        club.makes_role("Regular", &[]).await,
    ];
    let path = club.membership_of(&bob).await;
    let body = json!({"nickname": "VIP Player", "roleIds": roles, "timedOutUntil": null});

    let changed = alice.patch(&path, body.clone()).await.succeeds();

    assert_eq!(changed["ok"], true);
    assert_eq!(changed["membership"]["nickname"], "VIP Player");
    assert_eq!(changed["membership"]["roleIds"], json!(roles));
    assert_eq!(changed.get("warnings"), None);
    let profile = bob.reads(&path).await["profile"].clone();
    assert_eq!(profile, changed["membership"]);
    let unchanged = alice.patch(&path, json!({})).await.succeeds();
    assert_eq!(unchanged["membership"], profile);

    let version = "SELECT version FROM server WHERE id = $1";
    let before = app.number(version, [club.id.into()]).await;
    alice.patch(&path, body).await.succeeds();
    let after = app.number(version, [club.id.into()]).await;
    assert_eq!(before, after, "nothing changes, nothing is written");
}

#[tokio::test]
async fn null_absent_and_a_value_are_three_things() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let vip = club.makes_role("VIP", &[]).await;
    let path = club.membership_of(&bob).await;
    let until = time_in(3_600, &app);
    let body = json!({"nickname": "B", "roleIds": [vip], "timedOutUntil": until});
    let set = alice.patch(&path, body).await.succeeds()["membership"].clone();
    assert_eq!(set["timedOutUntil"], until);

    let kept = alice.patch(&path, json!({"nickname": null})).await;
    let kept = kept.succeeds()["membership"].clone();
    assert_eq!(kept["nickname"], json!(null));
    assert_eq!(
        (&kept["roleIds"], &kept["timedOutUntil"]),
        (&json!([vip]), &until)
    );
    let refused = alice.patch(&path, json!({"roleIds": null})).await;
    refused.refuses(400, "role_ids_null");
    let freed = json!({"timedOutUntil": null, "roleIds": []});
    let freed = alice.patch(&path, freed).await.succeeds()["membership"].clone();
    assert_eq!(
        (&freed["roleIds"], &freed["timedOutUntil"]),
        (&json!([]), &json!(null))
    );
}

/// A time so many seconds ahead, as it is written.
fn time_in(seconds: i64, app: &TestApp) -> Value {
    let time = app.clock.now().plus_seconds(seconds);
    json!(entity::timestamp::millis::format(time))
}

#[tokio::test]
async fn a_change_is_made_as_a_whole_or_not_at_all() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let far = time_in(29 * 86_400, &app);
    let past = time_in(-3_600, &app);
    let vip = club.makes_role("VIP", &[]).await;
    for (body, code, pointer) in [
        (
            json!({"nickname": "x", "roleIds": [vip, 999]}),
            "unknown_role:999",
            "/roleIds/1",
        ),
        (
            json!({"nickname": "x", "addRoleIds": [vip, vip, "998"]}),
            "unknown_role:998",
            "/addRoleIds/2",
        ),
        (
            json!({"nickname": "x", "removeRoleIds": [997]}),
            "unknown_role:997",
            "/removeRoleIds/0",
        ),
        (
            json!({"nickname": "x", "timedOutUntil": far}),
            "timed_out_until_too_far",
            "/timedOutUntil",
        ),
        (
            json!({"nickname": "x", "timedOutUntil": past}),
            "timed_out_until_in_past",
            "/timedOutUntil",
        ),
        (
            json!({"nickname": "x", "timedOutUntil": "soon"}),
            "timed_out_until_invalid",
            "/timedOutUntil",
        ),
        (
            json!({"nickname": "x".repeat(33)}),
            "nickname_too_long",
            "/nickname",
        ),
        (
            json!({"nickname": "\u{202E}x"}),
            "nickname_invalid",
            "/nickname",
        ),
        (
            json!({"nickname": "x", "roleIds": [1], "addRoleIds": [1]}),
            "role_ids_ambiguous",
            "/roleIds",
        ),
    ] {
        let refused = alice.patch(&path, body).await;
        refused.refuses(400, code);
        assert_eq!(refused.body["pointer"], pointer, "{code}");
    }
    assert_eq!(bob.reads(&path).await["profile"]["nickname"], json!(null));
    let raw = |body: String, kind: &str| {
        let request = alice.request(Method::PATCH, &path).body(body);
        Reply::of(request.header("content-type", kind))
    };
    raw("[]".into(), "application/json")
        .await
        .refuses(400, "invalid_json");
    raw("{".into(), "application/json")
        .await
        .refuses(400, "invalid_json");
    let text = raw("{}".into(), "text/plain").await;
    text.refuses(415, "unsupported_media_type");
    raw("{}".into(), "application/merge-patch+json")
        .await
        .succeeds();
    let long = format!("{{\"x\":\"{}\"}}", "x".repeat(16 * 1024));
    raw(long, "application/json")
        .await
        .refuses(413, "payload_too_large");
}

#[tokio::test]
async fn unknown_fields_are_named_or_refused_as_asked() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let body = json!({"nickName": "x", "nickname": "y"});

    let strict = [("prefer", "handling=strict")];
    let refused = with_headers(&alice, &path, &strict, &body).await;
    refused.refuses(400, "unknown_field:nickName");
    assert_eq!(bob.reads(&path).await["profile"]["nickname"], json!(null));

    let lenient = alice.patch(&path, body).await.succeeds();
    assert_eq!(lenient["warnings"], json!(["unknown_field:nickName"]));
    assert_eq!(lenient["membership"]["nickname"], "y");
}

#[tokio::test]
async fn a_change_to_what_has_changed_since_is_refused_when_asked() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let seen = bob.get(&path).await;
    let tag = seen.headers[header::ETAG].to_str().expect("text");
    let body = json!({"nickname": "one"});

    let first = with_headers(&alice, &path, &[("if-match", tag)], &body).await;
    let new = first.headers[header::ETAG]
        .to_str()
        .expect("text")
        .to_owned();
    first.succeeds();
    let body = json!({"nickname": "two"});
    let second = with_headers(&alice, &path, &[("if-match", tag)], &body).await;
    second.refuses(412, "precondition_failed");
    assert_eq!(bob.reads(&path).await["profile"]["nickname"], "one");
    let third = with_headers(&alice, &path, &[("if-match", &new)], &body).await;
    third.succeeds();
    let any = with_headers(&alice, &path, &[("if-match", "*")], &json!({})).await;
    any.succeeds();
}

#[tokio::test]
async fn who_may_change_what_of_whom() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol, dave] = app.users(["alice", "bob", "carol", "dave"]).await;
    let club = Community::of(&alice, &[&bob, &carol, &dave]).await;
    promote(
        &club,
        &carol,
        "moderator",
        &["moderate_members", "kick_members"],
    )
    .await;
    promote(&club, &bob, "manager", &["manage_members"]).await;
    let admin = club.makes_role("admin", &["administrator"]).await;
    let alices = club.membership_of(&alice).await;
    let bobs = club.membership_of(&bob).await;
    let carols = club.membership_of(&carol).await;
    let daves = club.membership_of(&dave).await;
    let nickname = json!({"nickname": "x"});
    let out = json!({"timedOutUntil": time_in(600, &app)});

    // Ordinary members rename themselves.
    dave.patch(&daves, nickname.clone()).await.succeeds();
    dave.patch(&carols, nickname.clone())
        .await
        .refuses(403, "forbidden");
    dave.patch(&daves, json!({"roleIds": []}))
        .await
        .refuses(403, "forbidden");
    dave.patch(&daves, out.clone())
        .await
        .refuses(403, "forbidden");
    dave.delete(&carols).await.refuses(403, "forbidden");
    // A moderator times out, and no more.
    carol.patch(&daves, out.clone()).await.succeeds();
    carol
        .patch(&daves, nickname.clone())
        .await
        .refuses(403, "forbidden");
    carol
        .patch(&bobs, out.clone())
        .await
        .refuses(403, "target_above_you");
    carol
        .patch(&carols, out.clone())
        .await
        .refuses(403, "target_above_you");
    dave.patch(&daves, json!({"timedOutUntil": null}))
        .await
        .refuses(403, "forbidden");
    dave.patch(&daves, nickname.clone())
        .await
        .refuses(403, "forbidden");
    // A manager does everything to those below, and nothing to the owner.
    bob.patch(&carols, nickname.clone()).await.succeeds();
    for (body, pointer) in [(&nickname, "/nickname"), (&out, "/timedOutUntil")] {
        let refused = bob.patch(&alices, body.clone()).await;
        refused.refuses(403, "target_is_owner");
        assert_eq!(refused.body["pointer"], pointer);
    }
    let to_admin = json!({"roleIds": [admin]});
    let refused = bob.patch(&daves, to_admin).await;
    refused.refuses(403, &format!("role_hierarchy:{admin}"));
    assert_eq!(refused.body["pointer"], "/roleIds/0");
    club.gives(&carol, &[admin]).await;
    alice
        .patch(&carols, out.clone())
        .await
        .refuses(403, "target_is_admin");
    carol
        .patch(&alices, nickname)
        .await
        .refuses(403, "target_is_owner");
    // The owner cannot leave, and nobody puts the owner out.
    alice.delete(&alices).await.refuses(403, "target_is_owner");
    carol.delete(&alices).await.refuses(403, "target_is_owner");
    bob.delete(&carols).await.refuses(403, "forbidden");
    carol.delete(&bobs).await.is_done();
    bob.get(&club.path(""))
        .await
        .refuses(404, "server_not_found");
    carol
        .delete(&bobs)
        .await
        .refuses(404, "membership_not_found");
}

#[tokio::test]
async fn a_whole_set_of_roles_leaves_alone_what_is_above() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let low = club.makes_role("low", &[]).await;
    let manager = club.makes_role("manager", &["manage_members"]).await;
    let high = club.makes_role("high", &[]).await;
    club.gives(&bob, &[low, manager]).await;
    club.gives(&carol, &[low, high]).await;
    let carols = club.membership_of(&carol).await;

    let cleared = bob.patch(&carols, json!({"roleIds": []})).await.succeeds();
    assert_eq!(cleared["membership"]["roleIds"], json!([high]));
    assert_eq!(cleared["warnings"], json!([format!("role_kept:{high}")]));
    let taken = json!({"removeRoleIds": [low, high]});
    let taken = bob.patch(&carols, taken).await;
    taken.refuses(403, &format!("role_hierarchy:{high}"));
    assert_eq!(taken.body["pointer"], "/removeRoleIds/1");
    let added = bob.patch(&carols, json!({"addRoleIds": [low], "removeRoleIds": []}));
    assert_eq!(
        added.await.succeeds()["membership"]["roleIds"],
        json!([low, high])
    );

    // Of oneself: what is below the top can be dropped, the top cannot.
    let bobs = club.membership_of(&bob).await;
    let dropped = bob.patch(&bobs, json!({"removeRoleIds": [low]})).await;
    assert_eq!(
        dropped.succeeds()["membership"]["roleIds"],
        json!([manager])
    );
    let top = bob.patch(&bobs, json!({"removeRoleIds": [manager]})).await;
    top.refuses(403, &format!("role_hierarchy:{manager}"));
    let everyone = club.everyone().await;
    let default = alice
        .patch(&bobs, json!({"removeRoleIds": [everyone]}))
        .await;
    default.refuses(400, &format!("role_managed:{everyone}"));
    assert_eq!(default.body["pointer"], "/removeRoleIds/0");
    let named = alice
        .patch(&bobs, json!({"roleIds": [everyone, manager]}))
        .await;
    assert_eq!(named.succeeds()["membership"]["roleIds"], json!([manager]));
}

#[tokio::test]
async fn the_last_administrator_does_not_step_down() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let admin = club.makes_role("admin", &["administrator"]).await;
    let top = club.makes_role("top", &["manage_members"]).await;
    club.gives(&bob, &[admin, top]).await;
    let bobs = club.membership_of(&bob).await;
    let drop_it = json!({"removeRoleIds": [admin]});
    let role = club.path(&format!("/roles/{admin}"));

    bob.patch(&bobs, drop_it.clone())
        .await
        .refuses(403, "last_admin");
    let weaker = bob.patch(&role, json!({"permissions": []})).await;
    weaker.refuses(403, "last_admin");
    bob.delete(&role).await.refuses(403, "last_admin");
    club.gives(&carol, &[admin]).await;
    let dropped = bob.patch(&bobs, drop_it).await.succeeds();
    assert_eq!(dropped["membership"]["roleIds"], json!([top]));
}

#[tokio::test]
async fn a_timeout_does_not_end_by_going_and_coming_back() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let until = time_in(3_600, &app);
    let out = json!({"timedOutUntil": until});
    alice.patch(&path, out).await.succeeds();
    let messages = club.path(&format!("/channels/{}/messages", club.general));
    let silent = bob.post(&messages, json!({"content": "x"})).await;
    assert_eq!(silent.status, 403, "{}", silent.body);

    bob.delete(&path).await.is_done();
    club.admits(&bob).await;

    assert_eq!(bob.reads(&path).await["profile"]["timedOutUntil"], until);
    let silent = bob.post(&messages, json!({"content": "x"})).await;
    assert_eq!(silent.status, 403, "{}", silent.body);
    app.clock.advance(std::time::Duration::from_hours(1));
    assert_eq!(
        bob.reads(&path).await["profile"]["timedOutUntil"],
        json!(null)
    );
    let said = bob.post(&messages, json!({"content": "x"})).await;
    assert_eq!(said.status, 201, "{}", said.body);
    bob.delete(&path).await.is_done();
    club.admits(&bob).await;
    let rows = "SELECT count(*) FROM server_departure";
    assert_eq!(app.number(rows, []).await, 0);
}
