//! What people get who open a custom channel, and what they can type there.

use serde_json::json;

use crate::{
    custom_channels::{does, listed, place, registers, shows},
    support::{Person, number},
};

#[tokio::test]
async fn the_frame_is_a_sandbox_wherever_it_is_opened() {
    let (place, site) = place().await;
    site.serves("window.ChatterCustomChannel = { name: '</script><b>' };");
    let made = registers(&place.alice, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);
    let path = format!("/api/channels/custom/{id}");

    let frame = place.bob.serves(&format!("{path}/frame"), &[]).await;

    let policy = frame.header("content-security-policy");
    for rule in [
        "sandbox allow-scripts;",
        "default-src 'none'",
        "connect-src 'none'",
        "frame-ancestors 'self'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("allow-same-origin") && !policy.contains("script-src 'unsafe"));
    assert_eq!(frame.header("x-content-type-options"), "nosniff");
    assert_eq!(frame.header("cache-control"), "no-store");
    let html = String::from_utf8(frame.bytes).expect("text");
    assert!(!html.contains("</script><b>"), "{html}");
    // What is only read does not run, and what may not run in the page is not there to be run.
    let source = place.alice.serves(&format!("{path}/source"), &[]).await;
    assert!(source.header("content-type").starts_with("text/plain"));
    assert!(source.header("content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn built_in_commands_are_answered_in_a_channel() {
    let (place, site) = place().await;
    let made = registers(&place.alice, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);
    let types = async |person: &Person, typed: &str| {
        let reply = does(person, id, "command", json!({"text": typed})).await;
        reply.succeeds()["text"].as_str().expect("text").to_owned()
    };
    assert!(
        types(&place.bob, "/channel info")
            .await
            .contains("Echo, registered by alice")
    );
    assert!(
        types(&place.bob, "/user info alice")
            .await
            .starts_with("alice\nrole: user")
    );
    assert_eq!(types(&place.bob, "/file list").await, "No files.");
    let help = types(&place.bob, "/help").await;
    assert!(
        help.contains("/message send <channel> <text>") && !help.contains("/clear"),
        "{help}"
    );
    types(&place.bob, "/message send public hello").await;
    let messages = place.alice.reads("/api/messages").await;
    assert_eq!(messages[0]["source"], "hello");
    for (typed, code) in [
        ("/poll where", "unknown_command"),
        ("hello", "unknown_command"),
        ("", "unknown_command"),
        ("/clearall", "not_here"),
        ("/user info nobody", "user_not_found"),
    ] {
        let refused = does(&place.root, id, "command", json!({"text": typed})).await;
        assert_eq!(refused.code(), code, "{typed}");
    }
    does(&place.bob, id, "command", json!({"text": "/addadmin bob"}))
        .await
        .is_refused(403, "forbidden");
}

#[tokio::test]
async fn what_the_shadow_banned_register_is_theirs_alone() {
    let (place, site) = place().await;
    let ban = json!({"user": "alice", "action": "add"});
    place.root.post("/api/admin/shadow", ban).await.succeeds();
    let made = registers(&place.alice, &site.url("channel.js")).await;
    let id = number(&made.succeeds()["id"]);

    assert_eq!(listed(&place.alice).await.len(), 1);
    assert_eq!(listed(&place.admin).await.len(), 1);
    assert!(listed(&place.bob).await.is_empty());
    assert_eq!(shows(&place.alice, id, "frame").await.0, 200);
    assert_eq!(shows(&place.bob, id, "frame").await.0, 404);
    does(&place.bob, id, "command", json!({"text": "/help"}))
        .await
        .is_refused(404, "not_found");
}
