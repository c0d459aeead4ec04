//! What people report, and what becomes of it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{moderation::Place, support::Socket};

async fn reports(socket: &mut Socket, filter: Value) -> Value {
    let page = socket.does("fetch_reports", filter).await;
    let told = socket.receives(&["reports_data"]).await;
    assert_eq!(told["reports"], page["reports"]);
    page
}

#[tokio::test]
async fn a_report_reaches_the_admins_who_are_there_and_the_queue() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    let mut admin = place.admin.connects().await;
    // Rooms are joined in the background.
    reports(&mut admin, json!({})).await;
    let said = bob
        .does("send_message", json!({"text": "buy **this**"}))
        .await;
    let report = json!({
        "message_id": said["id"].to_string(), "reason": "spam", "details": "again",
        "target_username": "somebody else",
    });
    alice.does("report_message", report).await;
    assert!(alice.receives(&["report_success", "report_error"]).await["message"].is_string());
    let told = admin.receives(&["new_report"]).await;
    assert_eq!(told["type"], "message");
    assert_eq!(
        (&told["reporter"], &told["target"]),
        (&json!("alice"), &json!("bob"))
    );
    alice
        .does(
            "report_user",
            json!({"target_username": "bob", "reason": "impersonation"}),
        )
        .await;
    assert_eq!(admin.receives(&["new_report"]).await["type"], "user");

    let page = reports(&mut admin, json!({"status": "pending", "limit": 1})).await;
    assert_eq!((&page["total"], &page["limit"]), (&json!(2), &json!(1)));
    assert_eq!(page["reports"][0]["report_type"], "user");
    let page = reports(&mut admin, json!({"status": "all", "offset": 1})).await;
    let row = &page["reports"][0];
    assert_eq!(row["target_id"], said["id"]);
    assert_eq!(row["target_username"], "bob");
    assert_eq!(row["excerpt"], "buy **this**");
    assert_eq!(row["details"], "again");
    assert_eq!(row["status"], "pending");

    let update = json!({"report_id": row["id"], "status": "resolved", "admin_notes": "talked"});
    admin.does("update_report_status", update).await;
    admin.receives(&["report_update_success"]).await;
    let page = reports(&mut admin, json!({"status": "resolved"})).await;
    let row = &page["reports"][0];
    assert_eq!(
        (&row["admin_notes"], &row["resolved_by"]),
        (&json!("talked"), &json!("admin"))
    );
    assert!(row["resolved_at"].is_string());
    let update = json!({"report_id": row["id"], "status": "reviewed"});
    admin.does("update_report_status", update).await;
    let page = reports(&mut admin, json!({"status": "reviewed"})).await;
    let row = &page["reports"][0];
    assert_eq!(
        (&row["admin_notes"], &row["resolved_by"]),
        (&json!("talked"), &Value::Null)
    );
    admin
        .does("delete_report", json!({"report_id": row["id"]}))
        .await;
    admin.receives(&["report_delete_success"]).await;
    assert_eq!(reports(&mut admin, json!({})).await["total"], 1);
    let gone = admin
        .asks("delete_report", json!({"report_id": row["id"]}))
        .await;
    assert_eq!(gone["error"], "not_found");
    assert_eq!(place.audited("report.update").await.len(), 2);
    assert_eq!(place.audited("report.delete").await.len(), 1);
}

#[tokio::test]
async fn the_queue_is_for_admins() {
    let place = Place::new().await;
    let mut alice = place.alice.connects().await;
    let mut bob = place.bob.connects().await;
    for (event, payload, told) in [
        ("fetch_reports", json!({}), "reports_error"),
        (
            "update_report_status",
            json!({"report_id": 1, "status": "resolved"}),
            "report_update_error",
        ),
        (
            "delete_report",
            json!({"report_id": 1}),
            "report_delete_error",
        ),
    ] {
        let refused = alice.asks(event, payload).await;
        assert_eq!(refused["error"], "forbidden", "{event}");
        assert_eq!(alice.receives(&[told]).await["message"], "forbidden");
    }
    bob.does(
        "report_user",
        json!({"target_username": "admin", "reason": "other"}),
    )
    .await;
    assert_eq!(alice.has_heard(&["new_report"]).await, [] as [Value; 0]);
}

#[tokio::test]
async fn who_becomes_an_admin_hears_of_reports_and_who_is_none_any_more_does_not() {
    let place = Place::new().await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    for (action, target, heard) in [("add", "root", 1), ("remove", "admin", 0)] {
        let role = json!({"action": action, "role": "admin", "username": "alice"});
        place.root.post("/api/admin/role", role).await.succeeds();
        bob.does(
            "report_user",
            json!({"target_username": target, "reason": "other"}),
        )
        .await;
        assert_eq!(
            alice.has_heard(&["new_report"]).await.len(),
            heard,
            "{action}"
        );
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_not_taken_and_nothing_twice() {
    let place = Place::new().await;
    let group = place.bob.makes_group_with(&[&place.admin]).await;
    let (mut alice, mut bob) = (place.alice.connects().await, place.bob.connects().await);
    let own = alice.does("send_message", json!({"text": "mine"})).await;
    let foreign = bob
        .does("gdm_send", json!({"tid": group, "text": "not for alice"}))
        .await;
    let theirs = bob.does("send_message", json!({"text": "theirs"})).await;
    for (event, payload, code) in [
        (
            "report_message",
            json!({"message_id": own["id"], "reason": "spam"}),
            "bad_params",
        ),
        (
            "report_message",
            json!({"message_id": foreign["id"], "reason": "spam"}),
            "not_found",
        ),
        (
            "report_message",
            json!({"message_id": 0, "reason": "spam"}),
            "not_found",
        ),
        (
            "report_message",
            json!({"message_id": theirs["id"], "reason": "impersonation"}),
            "invalid_reason",
        ),
        (
            "report_message",
            json!({"message_id": theirs["id"]}),
            "invalid_reason",
        ),
        (
            "report_user",
            json!({"target_username": "alice", "reason": "spam"}),
            "bad_params",
        ),
        (
            "report_user",
            json!({"target_username": "nobody", "reason": "spam"}),
            "user_not_found",
        ),
        ("report_user", json!({"reason": "spam"}), "bad_params"),
        (
            "report_user",
            json!({"target_username": "bob", "reason": "spam", "details": "x".repeat(2001)}),
            "too_long",
        ),
    ] {
        let refused = alice.asks(event, payload).await;
        assert_eq!(refused["error"], code, "{event} {refused}");
        assert!(alice.receives(&["report_error"]).await["message"].is_string());
    }
    let message = json!({"message_id": theirs["id"], "reason": "spam"});
    let person = json!({"target_username": "bob", "reason": "spam"});
    alice.does("report_message", message.clone()).await;
    alice.does("report_user", person.clone()).await;
    for (event, payload) in [("report_message", &message), ("report_user", &person)] {
        let refused = alice.asks(event, payload.clone()).await;
        assert_eq!(refused["error"], "already_reported", "{event}");
    }
    place
        .app
        .clock
        .advance(Duration::from_hours(1) + Duration::from_secs(1));
    alice.does("report_message", message).await;
    let refused = alice.asks("report_user", person.clone()).await;
    assert_eq!(refused["error"], "already_reported");
    place.app.clock.advance(Duration::from_hours(23));
    alice.does("report_user", person).await;
}
