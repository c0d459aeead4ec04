//! Who may do what with a document, over HTTP.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Person, TestApp};

/// Names and roles, as `viewer` sees them.
async fn members(viewer: &Person, id: i64) -> Vec<(String, String)> {
    let listed = viewer.reads(&format!("/api/doc/{id}/members")).await;
    let rows = listed["members"].as_array().expect("members").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    rows.map(|row| (text(&row["username"]), text(&row["role"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(name, role)| ((*name).to_owned(), (*role).to_owned()))
        .collect()
}

#[tokio::test]
async fn the_creator_alone_decides_who_is_in_and_what_it_is_called() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    app.users(["dave"]).await;
    let people = json!([{"username": "bob", "role": "editor"}, {"username": "carol"}]);
    let id = alice.makes_doc("", people).await;

    for person in [&bob, &carol] {
        for (what, body, text) in [
            (
                "add_member",
                json!({"username": "dave"}),
                "only creator can add members",
            ),
            (
                "add_member",
                json!({"username": person.name, "role": "editor"}),
                "only creator can add members",
            ),
            (
                "update_member_role",
                json!({"username": person.name, "role": "editor"}),
                "only creator can update member roles",
            ),
            (
                "remove_member",
                json!({"username": "alice"}),
                "only creator can remove members",
            ),
            (
                "rename",
                json!({"name": "Mine"}),
                "only creator can rename document",
            ),
            ("delete", json!({}), "only creator can delete document"),
        ] {
            let refused = person.asks_doc(id, what, body).await;
            refused.is_refused(403, "only_creator");
            assert_eq!(refused.body["error"], text);
        }
    }
    let people = [("alice", "creator"), ("bob", "editor"), ("carol", "viewer")];
    assert_eq!(members(&carol, id).await, pairs(&people));

    let renamed = alice
        .asks_doc(id, "rename", json!({"name": " New "}))
        .await
        .succeeds();
    assert_eq!(
        renamed,
        json!({"ok": true, "id": id, "doc_id": id, "name": "New"})
    );
    let refused = alice.asks_doc(id, "rename", json!({"name": ""})).await;
    refused.is_refused(400, "invalid_name");
    assert_eq!(
        carol.reads("/api/doc/list").await["documents"][0]["name"],
        "New"
    );
}

#[tokio::test]
async fn people_come_change_and_go() {
    let app = TestApp::spawn().await;
    let [alice, bob, _carol] = app.users(["alice", "bob", "carol"]).await;
    let id = alice.makes_doc("", json!([])).await;
    let ok = json!({"ok": true});

    let add = json!({"username": "Carol", "role": "editor"});
    assert_eq!(alice.asks_doc(id, "add_member", add).await.succeeds(), ok);
    app.clock.advance(Duration::from_secs(1));
    let add = json!({"username": "bob"});
    alice.asks_doc(id, "add_member", add).await.succeeds();
    let again = json!({"username": "carol", "role": "viewer"});
    alice.asks_doc(id, "add_member", again).await.succeeds();
    let creator = json!({"username": "alice", "role": "viewer"});
    alice.asks_doc(id, "add_member", creator).await.succeeds();
    let people = [("alice", "creator"), ("carol", "editor"), ("bob", "viewer")];
    assert_eq!(members(&bob, id).await, pairs(&people));

    let promote = json!({"username": "bob", "role": "editor"});
    assert_eq!(
        alice
            .asks_doc(id, "update_member_role", promote)
            .await
            .succeeds(),
        ok
    );
    alice
        .asks_doc(id, "remove_member", json!({"username": "carol"}))
        .await
        .succeeds();
    assert_eq!(
        members(&bob, id).await,
        pairs(&[("alice", "creator"), ("bob", "editor")])
    );
    bob.asks_doc(id, "remove_member", json!({"username": "bob"}))
        .await
        .succeeds();
    assert_eq!(members(&alice, id).await, pairs(&[("alice", "creator")]));
    let gone = bob.get(&format!("/api/doc/{id}")).await;
    gone.is_refused(403, "access_denied");
}

#[tokio::test]
async fn changes_to_members_that_make_no_sense_are_refused() {
    let app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;
    let id = alice.makes_doc("", json!([])).await;
    let bob = |role: &str| json!({"username": "bob", "role": role});
    let person = |name: &str| json!({"username": name});
    let demote = json!({"username": "alice", "role": "viewer"});
    let nameless = json!({"role": "editor"});
    let (add, set, remove) = ("add_member", "update_member_role", "remove_member");
    for (what, body, status, error) in [
        (add, json!({}), 400, "username required"),
        (add, person(" "), 400, "username required"),
        (add, bob("owner"), 400, "invalid role"),
        (add, bob("creator"), 400, "invalid role"),
        (add, person("nobody"), 404, "user not found"),
        (set, person("bob"), 400, "invalid role"),
        (set, nameless, 400, "username required"),
        (set, demote, 400, "cannot change your own role"),
        (set, bob("viewer"), 404, "not a member"),
        (remove, json!({}), 400, "username required"),
        (remove, person("alice"), 400, "cannot remove creator"),
        (remove, person("bob"), 404, "not a member"),
        (remove, person("nobody"), 404, "user not found"),
    ] {
        let refused = alice.asks_doc(id, what, body).await;
        let code = match error {
            "cannot change your own role" => "cannot_change_own_role".to_owned(),
            text => text.replace(' ', "_"),
        };
        refused.is_refused(status, &code);
        assert_eq!(refused.body["error"], error);
    }
    let odd = alice.asks_doc(id, add, json!({"username": 5})).await;
    odd.is_refused(400, "bad_params");
    assert_eq!(members(&alice, id).await, pairs(&[("alice", "creator")]));
}

#[tokio::test]
async fn a_document_has_at_most_five_hundred_people_however_they_come() {
    let app = TestApp::spawn().await;
    let crowd = app.crowd(505).await;
    let [alice] = app.users(["alice"]).await;
    let named: Vec<_> = crowd[..490]
        .iter()
        .map(|person| json!({"username": person.name}))
        .collect();
    let id = alice.makes_doc("", named.into()).await;

    let adds = crowd[490..].iter().map(|person| {
        let body = json!({"username": person.name, "role": "editor"});
        alice.asks_doc(id, "add_member", body)
    });
    let replies = join_all(adds).await;

    let (in_, out): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(in_.len(), 9);
    for reply in out {
        reply.is_refused(400, "too_many_members");
    }
    let sql = "SELECT count(*) FROM doc_member WHERE doc_id = $1";
    assert_eq!(app.number(sql, [id.into()]).await, 500);
}
