//! Roles and what channels make of them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, TestApp, number};

async fn names(club: &Community, person: &crate::support::Person) -> Value {
    let roles = person.reads(&club.path("/roles")).await;
    let roles = roles["roles"].as_array().expect("a list").clone();
    let named = |role: &Value| json!([role["name"], role["position"]]);
    json!(roles.iter().map(named).collect::<Vec<_>>())
}

#[tokio::test]
async fn roles_stand_in_an_order_without_gaps() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let a = club.makes_role("a", &[]).await;
    club.makes_role("b", &[]).await;
    let c = club.makes_role("c", &[]).await;
    let low = json!({"name": "low", "color": "#FF0000"});
    let low = alice.post(&club.path("/roles"), low).await;
    let low = low.body["role"].clone();
    assert_eq!(
        (&low["position"], &low["color"]),
        (&json!(1), &json!("#ff0000"))
    );
    let expected = json!([["everyone", 0], ["low", 1], ["a", 2], ["b", 3], ["c", 4]]);
    assert_eq!(names(&club, &bob).await, expected);

    let path = |id: i64| club.path(&format!("/roles/{id}"));
    alice
        .patch(&path(a), json!({"position": 4}))
        .await
        .succeeds();
    let expected = json!([["everyone", 0], ["low", 1], ["b", 2], ["c", 3], ["a", 4]]);
    assert_eq!(names(&club, &bob).await, expected);
    alice
        .patch(&path(c), json!({"position": -5}))
        .await
        .succeeds();
    let expected = json!([["everyone", 0], ["c", 1], ["low", 2], ["b", 3], ["a", 4]]);
    assert_eq!(names(&club, &bob).await, expected);
    alice.delete(&path(number(&low["id"]))).await.is_done();
    let expected = json!([["everyone", 0], ["c", 1], ["b", 2], ["a", 3]]);
    assert_eq!(names(&club, &bob).await, expected);

    let everyone = path(club.everyone().await);
    for (body, pointer) in [
        (json!({"name": "all"}), "/name"),
        (json!({"position": 2}), "/position"),
    ] {
        let refused = alice.patch(&everyone, body).await;
        refused.refuses(400, "role_is_default");
        assert_eq!(refused.body["pointer"], pointer);
    }
    alice
        .delete(&everyone)
        .await
        .refuses(400, "role_is_default");
    alice
        .patch(&path(999), json!({}))
        .await
        .refuses(404, "role_not_found");
    for (body, code) in [
        (
            json!({"name": "x", "permissions": ["fly"]}),
            "unknown_permission:fly",
        ),
        (json!({"name": "x", "color": "red"}), "color_invalid"),
        (json!({}), "name_required"),
    ] {
        alice
            .post(&club.path("/roles"), body)
            .await
            .refuses(400, code);
    }
}

#[tokio::test]
async fn roles_are_managed_below_ones_own_and_with_what_one_has() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let low = club.makes_role("low", &["ban_members"]).await;
    let own = club
        .makes_role("own", &["manage_roles", "kick_members"])
        .await;
    let high = club.makes_role("high", &[]).await;
    let path = |id: i64| club.path(&format!("/roles/{id}"));
    let refused = bob.post(&club.path("/roles"), json!({"name": "x"})).await;
    refused.refuses(403, "forbidden");
    club.gives(&bob, &[own]).await;

    let made = json!({"name": "helper", "permissions": ["kick_members"]});
    let made = bob.post(&club.path("/roles"), made).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let too_much = json!({"name": "x", "permissions": ["administrator"]});
    let refused = bob.post(&club.path("/roles"), too_much).await;
    refused.refuses(403, "permission_not_held");
    assert_eq!(refused.body["pointer"], "/permissions");
    let above = json!({"name": "x", "position": 9});
    let refused = bob.post(&club.path("/roles"), above).await;
    refused.refuses(403, "position_above_you");
    let more = json!({"permissions": ["ban_members", "manage_server"]});
    let refused = bob.patch(&path(low), more).await;
    refused.refuses(403, "permission_not_held");
    let same = json!({"permissions": ["ban_members", "kick_members"]});
    bob.patch(&path(low), same).await.succeeds();
    for id in [own, high] {
        let code = format!("role_hierarchy:{id}");
        bob.patch(&path(id), json!({"name": "x"}))
            .await
            .refuses(403, &code);
        bob.delete(&path(id)).await.refuses(403, &code);
    }
    let raised = bob.patch(&path(low), json!({"position": 9})).await;
    raised.refuses(403, "position_above_you");
    assert_eq!(raised.body["pointer"], "/position");
    bob.delete(&path(low)).await.is_done();
}

#[tokio::test]
async fn who_cannot_view_a_channel_does_not_know_of_it() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let staff = club.makes_role("staff", &["manage_channels"]).await;
    let office = club.makes_channel("office").await;
    club.overwrites(office, club.everyone().await, &[], &["view_channel"])
        .await;
    club.overwrites(office, staff, &["view_channel"], &[]).await;
    let manager = club
        .makes_role("manager", &["manage_channels", "manage_roles"])
        .await;
    club.gives(&bob, &[manager]).await;
    club.gives(&carol, &[staff]).await;

    let count = async |person: &crate::support::Person| {
        let list = person.reads(&club.path("/channels")).await;
        list["channels"].as_array().expect("a list").len()
    };
    assert_eq!(
        (count(&alice).await, count(&bob).await, count(&carol).await),
        (2, 1, 2)
    );
    let path = club.path(&format!("/channels/{office}"));
    bob.patch(&path, json!({"name": "x"}))
        .await
        .refuses(404, "channel_not_found");
    bob.delete(&path).await.refuses(404, "channel_not_found");
    let unlock = format!("{path}/overwrites/roles/{}", club.everyone().await);
    bob.delete(&unlock).await.refuses(404, "channel_not_found");
    let messages = format!("{path}/messages");
    let said = bob.post(&messages, json!({"content": "hello?"})).await;
    said.refuses(404, "channel_not_found");
    let said = carol.post(&messages, json!({"content": "hello"})).await;
    assert_eq!(said.status, 201, "{}", said.body);
    let unread = async |person: &crate::support::Person| {
        person.reads("/servers").await["servers"][0]["unread"].clone()
    };
    assert_eq!(
        (unread(&alice).await, unread(&bob).await),
        (json!(1), json!(0))
    );
    carol.patch(&path, json!({"name": "hall"})).await.succeeds();
}

#[tokio::test]
async fn overwrites_hand_on_what_one_holds_to_those_below() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let low = club.makes_role("low", &[]).await;
    let own = club.makes_role("own", &["manage_roles"]).await;
    club.gives(&bob, &[own]).await;
    let base = club.path(&format!("/channels/{}/overwrites", club.general));
    let role = |id: i64| format!("{base}/roles/{id}");
    let put = async |path: &str, body: Value| bob.does(Method::PUT, path, Some(body)).await;

    let deny = json!({"deny": ["send_messages"]});
    put(&role(low), deny.clone()).await.is_done();
    let more = json!({"allow": ["manage_messages"]});
    put(&role(low), more)
        .await
        .refuses(403, "permission_not_held");
    let code = format!("role_hierarchy:{own}");
    put(&role(own), deny.clone()).await.refuses(403, &code);
    put(&role(999), deny.clone())
        .await
        .refuses(404, "role_not_found");
    let server_wide = json!({"allow": ["administrator"]});
    let refused = alice.does(Method::PUT, &role(low), Some(server_wide)).await;
    refused.refuses(400, "permission_not_of_channel");
    let both = json!({"allow": ["send_messages"], "deny": ["send_messages"]});
    put(&role(low), both)
        .await
        .refuses(400, "overwrite_ambiguous");
    let odd = json!({"allow": ["fly"]});
    put(&role(low), odd)
        .await
        .refuses(400, "unknown_permission:fly");

    let member =
        async |person: &crate::support::Person| format!("{base}/members/{}", person.id().await);
    let carols = member(&carol).await;
    put(&carols, deny.clone()).await.is_done();
    let alices = member(&alice).await;
    put(&alices, deny.clone())
        .await
        .refuses(403, "target_is_owner");
    let channels = carol.reads(&club.path("/channels")).await;
    let held = channels["channels"][0]["permissions"].to_string();
    assert!(!held.contains("send_messages"), "{held}");
    let messages = club.path(&format!("/channels/{}/messages", club.general));
    let muted = carol.post(&messages, json!({"content": "x"})).await;
    assert_eq!(muted.status, 403, "{}", muted.body);
    carol.delete(&carols).await.refuses(403, "forbidden");

    // What is denied stays so for who goes and comes back.
    carol
        .delete(&club.membership_of(&carol).await)
        .await
        .is_done();
    club.admits(&carol).await;
    let muted = carol.post(&messages, json!({"content": "x"})).await;
    assert_eq!(muted.status, 403, "{}", muted.body);
    bob.delete(&carols).await.is_done();
    let freed = carol.post(&messages, json!({"content": "x"})).await;
    assert_eq!(freed.status, 201, "{}", freed.body);
}
