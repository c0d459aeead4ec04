//! Locked channels: who may speak in them, and that nothing is said after the lock.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::support::{Community, Hook, Person, Reply, TestApp, number};

async fn posts(person: &Person, club: &Community, text: &str) -> Reply {
    let path = club.path(&format!("/channels/{}/messages", club.general));
    person.post(&path, json!({"content": text})).await
}

async fn said(person: &Person, club: &Community, text: &str) -> i64 {
    let said = posts(person, club, text).await;
    assert_eq!(said.status, 201, "{}", said.body);
    number(&said.body["message"]["id"])
}

async fn locks(person: &Person, club: &Community, locked: bool) -> Reply {
    let path = club.path(&format!("/channels/{}", club.general));
    person.patch(&path, json!({"locked": locked})).await
}

#[tokio::test]
async fn in_a_locked_channel_those_who_manage_channels_speak_alone() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let builder = club.makes_role("builder", &["manage_channels"]).await;
    club.gives(&carol, &[builder]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let bobs = said(&bob, &club, "before").await;
    let hooks = hook.says("before").await;
    let mut bob_live = bob.connects().await;

    locks(&bob, &club, true).await.refuses(403, "forbidden");
    let locked = locks(&carol, &club, true).await.succeeds();
    assert_eq!(locked["channel"]["locked"], true);
    let news = bob_live.receives(&["server_updated"]).await;
    assert_eq!(news["what"], "channels");
    let log = alice.reads(&club.path("/audit")).await;
    let entry = &log["entries"][0];
    assert_eq!(entry["action"], "channel.update");
    assert_eq!(entry["before"], json!({"locked": false}));
    assert_eq!(entry["after"], json!({"locked": true}));

    let list = bob.reads("/api/conversations").await;
    let list = list["conversations"].as_array().expect("a list").clone();
    let general = list.iter().find(|one| one["channel_id"] == club.general);
    assert_eq!(general.expect("the channel")["locked"], true);

    // Bob: neither says nor edits, by either way; he reads and takes back.
    posts(&bob, &club, "x").await.refuses(403, "channel_locked");
    let send = json!({"channel_id": club.general, "text": "x"});
    let refused = bob_live.asks("channel_send", send.clone()).await;
    assert_eq!(refused["error"], "channel_locked");
    let edit = json!({"id": bobs, "text": "after"});
    let refused = bob_live.asks("channel_edit", edit).await;
    assert_eq!(refused["error"], "channel_locked");
    let typing = json!({"channel_id": club.general});
    let refused = bob_live.asks("channel_typing", typing).await;
    assert_eq!(refused["error"], "channel_locked");
    bob_live.does("channel_delete", json!({"id": bobs})).await;

    // The webhook likewise, in the words of those who post.
    let post = json!({"content": "x", "text": "x"});
    hook.posts(post.clone())
        .await
        .refuses(403, "channel_locked");
    let slack = hook.posts_to("/slack", json!({"text": "x"})).await;
    assert_eq!(
        (slack.status, slack.body),
        (403, json!("action_prohibited"))
    );
    let path = hook.message(hooks);
    let refused = hook.service.patch(&path, json!({"content": "after"})).await;
    refused.refuses(403, "channel_locked");
    hook.service.delete(&path).await.is_done();

    // Who manages channels, or owns the server.
    said(&carol, &club, "rules").await;
    said(&alice, &club, "more rules").await;
    let texts: Vec<Value> = hook.said().await;
    let texts: Vec<_> = texts.iter().map(|one| &one["source"]).collect();
    assert_eq!(texts, ["rules", "more rules"]);

    locks(&carol, &club, false).await.succeeds();
    bob_live.does("channel_send", send).await;
    hook.posts(post).await.succeeds();
}

#[tokio::test]
async fn nothing_is_said_after_the_lock() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    for round in 0..10 {
        let texts: Vec<_> = (0..12).map(|n| format!("{round} {n}")).collect();
        let sends = texts.iter().map(|text| posts(&bob, &club, text));
        let lock = async {
            locks(&alice, &club, true).await.succeeds();
            let path = club.path(&format!("/channels/{}/messages?limit=200", club.general));
            alice.reads(&path).await["messages"].clone()
        };
        let (replies, at_the_lock) = join(join_all(sends), lock).await;

        for reply in &replies {
            if reply.status != 201 {
                reply.refuses(403, "channel_locked");
            }
        }
        let path = club.path(&format!("/channels/{}/messages?limit=200", club.general));
        let now = alice.reads(&path).await["messages"].clone();
        assert_eq!(now, at_the_lock);
        locks(&alice, &club, false).await.succeeds();
    }
}
