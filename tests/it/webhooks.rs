//! Webhooks: what a service says with a URL, and who sees it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Hook, Reply, TestApp, number};

#[tokio::test]
async fn a_post_is_a_message_for_those_who_may_see_its_channel() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol, mallory] = app.users(["alice", "bob", "carol", "mallory"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let staff = club.makes_role("Staff", &[]).await;
    club.gives(&bob, &[staff]).await;
    let everyone = club.everyone().await;
    let view = &["view_channel"];
    club.overwrites(club.general, everyone, &[], view).await;
    club.overwrites(club.general, staff, view, &[]).await;
    let lobby = club.makes_channel("lobby").await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let open = Hook::of(&app, &club, lobby, &alice).await;
    let mut sees = bob.connects().await;
    let mut member = carol.connects().await;
    let mut outside = mallory.connects().await;

    let body = json!({
        "content": " **Build** passed, @bob ",
        "username": "Builder",
        "avatar_url": "https://ci.example/logo.png",
        "embeds": [{"title": "All green", "color": 3_066_993}],
        "flags": 4096,
    });
    let reply = hook.posts(body).await;

    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    assert!(reply.headers.contains_key("x-request-id"));
    let reply = reply.succeeds();
    assert_eq!(reply["ok"], true);
    assert_eq!(reply["warnings"], json!([]));
    let news = sees.receives(&["channel_new"]).await;
    let mut answer = reply["message"].clone();
    assert_eq!(
        answer["mentions"],
        json!([]),
        "names are not for it to know"
    );
    answer["mentions"] = news["mentions"].clone();
    assert_eq!(answer, news, "else the answer is what members see");
    assert_eq!(reply["id"], news["id"]);
    assert_eq!(news["channel_id"], club.general);
    assert_eq!(news["server_id"], club.id);
    assert_eq!(news["source"], "**Build** passed, @bob");
    assert_eq!(news["username"], "Builder");
    assert_eq!(news["user_id"], 0);
    assert_eq!(news["author"]["kind"], "webhook");
    assert_eq!(news["author"]["id"], hook.id);
    assert_eq!(news["author"]["avatar_url"], "https://ci.example/logo.png");
    assert_eq!(news["embeds"][0]["title"], "All green");
    assert_eq!(news["silent"], true);
    assert_eq!(news["mentions"], json!(["bob"]));
    let stored = hook.said().await;
    assert_eq!(stored, [news], "and what is stored");

    // Carol is in the server and may not see the channel; Mallory is not in it at all. What they
    // hear next is what is said for them.
    open.says("for members").await;
    let public = json!({"text": "for everybody"});
    alice.connects().await.does("send_message", public).await;
    assert_eq!(heard(&mut member).await, "for members");
    assert_eq!(heard(&mut outside).await, "for everybody");
    for person in [&carol, &mallory] {
        let path = format!("/channels/{}/messages", club.general);
        let hidden = person.get(&club.path(&path)).await;
        assert_eq!(hidden.status, 404, "{}", hidden.body);
    }
}

async fn heard(socket: &mut crate::support::Socket) -> String {
    let news = socket.receives(&["channel_new", "new_message"]).await;
    news["source"].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_post_without_more_has_the_name_of_its_app() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;

    let reply = hook.posts(json!({"text": "Hello!", "colour": "red", "channel": "#other"}));
    let reply = reply.await.succeeds();

    assert_eq!(reply["message"]["username"], "CI");
    assert_eq!(reply["message"]["source"], "Hello!");
    assert_eq!(reply["message"]["channel_id"], club.general);
    let warnings = reply["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings
            .iter()
            .any(|text| text == "/colour: ignored, there is no such field")
    );
}

#[tokio::test]
async fn who_does_not_wait_is_told_nothing_and_it_is_said_all_the_same() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;

    let reply = hook.posts_to("?wait=false", json!({"content": "a"})).await;
    assert_eq!((reply.status, reply.body), (204, json!("")));
    assert_eq!(hook.said().await.len(), 1, "it is stored by then");
    let reply = hook.posts_to("?wait=true&thread_id=5", json!({"content": "b"}));
    let reply = reply.await.succeeds();
    assert_eq!(
        reply["warnings"][0],
        "thread_id: ignored, there are no threads"
    );
    let refused = hook
        .posts_to("?wait=perhaps", json!({"content": "c"}))
        .await;
    refused.refuses(400, "wait_invalid");
    assert_eq!(hook.said().await.len(), 2);
}

#[tokio::test]
async fn whom_a_post_may_notify_is_for_its_sender_to_say() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let (alice_id, bob_id) = (alice.id().await, bob.id().await);
    let path = club.path(&format!("/channels/{}/messages", club.general));
    let question = bob.post(&path, json!({"content": "well?"})).await;
    let question = number(&question.body["message"]["id"]);

    let mut member = alice.connects().await;
    let (all, none) = (json!(["alice", "bob"]), json!([]));
    for (allowed, mentioned, told) in [
        (json!(null), &all, &none),
        (json!({"parse": ["users"]}), &all, &none),
        (
            json!({"users": [alice_id]}),
            &json!(["alice"]),
            &json!(["alice"]),
        ),
        (
            json!({"users": [bob_id, 99_999]}),
            &json!(["bob"]),
            &json!(["bob"]),
        ),
        (json!({}), &none, &none),
        (json!({"replied_user": true}), &json!(["bob"]), &none),
    ] {
        let body = json!({
            "content": "@alice @bob",
            "allowed_mentions": allowed,
            "reply_to": question,
        });
        let reply = hook.posts(body).await.succeeds();
        let news = member.receives(&["channel_new"]).await;
        assert_eq!(news["mentions"], *mentioned, "{allowed}");
        assert_eq!(
            reply["message"]["mentions"], *told,
            "{allowed}: asked by id alone"
        );
        assert_eq!(reply["message"]["reply_to"], question);
    }
    let mentions = app.number(
        "SELECT count(*) FROM mention WHERE user_id = $1",
        [bob_id.into()],
    );
    assert_eq!(mentions.await, 4);

    let everybody = json!({"content": "x", "allowed_mentions": {"parse": ["everyone"]}});
    let refused = hook.posts(everybody.clone()).await;
    refused.refuses(400, "mention_not_allowed");
    hook.changes(json!({"mentionEveryone": true})).await;
    hook.posts(everybody).await.succeeds();
}

#[tokio::test]
async fn it_says_what_it_is_to_whoever_has_its_url() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;

    let about = hook.service.reads(&hook.path("")).await;

    let expected = json!({
        "ok": true,
        "id": hook.id,
        "name": "CI",
        "channel_id": club.general,
        "server_id": club.id,
        "avatar": null,
    });
    assert_eq!(about, expected, "neither who made it nor its token");
}

#[tokio::test]
async fn its_url_does_not_delete_it() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;

    for path in [hook.path(""), "/webhooks/1/x".to_owned()] {
        let refused = hook.service.delete(&path).await;
        refused.refuses(403, "delete_requires_session");
        let refused = alice.delete(&path).await;
        refused.refuses(403, "delete_requires_session");
    }
    hook.says("still here").await;
}

#[tokio::test]
async fn it_changes_what_it_has_said() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let mut socket = bob.connects().await;
    let body = json!({"content": "Building", "username": "Builder", "embeds": [{"title": "0 %"}]});
    let id = number(&hook.posts(body).await.succeeds()["id"]);

    let change = json!({"content": "Built, @bob", "username": "Other"});
    let reply = hook.service.patch(&hook.message(id), change).await;

    let reply = reply.succeeds();
    assert_eq!(reply["id"], id);
    assert_eq!(reply["message"]["source"], "Built, @bob");
    assert_eq!(
        reply["message"]["username"], "Builder",
        "it stays whose it was"
    );
    assert_eq!(
        reply["message"]["embeds"][0]["title"], "0 %",
        "so does the rest"
    );
    assert_eq!(reply["message"]["edited"], 1);
    assert_eq!(reply["message"]["mentions"], json!([]), "by name alone");
    assert_eq!(reply["warnings"].as_array().map(Vec::len), Some(1));
    let news = socket.receives(&["channel_edit"]).await;
    assert_eq!(news["id"], id);
    assert_eq!(news["source"], "Built, @bob");
    assert_eq!(news["mentions"], json!(["bob"]));
    assert_eq!(news["channel_id"], club.general);

    let change = json!({"content": null, "embeds": [{"title": "100 %"}]});
    let reply = hook
        .service
        .patch(&hook.message(id), change)
        .await
        .succeeds();
    assert_eq!(reply["message"]["source"], "");
    assert_eq!(reply["message"]["embeds"][0]["title"], "100 %");
    for (change, code) in [
        (json!({}), "content_required"),
        (json!({"embeds": []}), "content_required"),
        (json!({"content": "x".repeat(4001)}), "content_too_long"),
    ] {
        let refused = hook.service.patch(&hook.message(id), change).await;
        refused.refuses(400, code);
    }
    let stored = hook.said().await;
    assert_eq!(stored[0]["embeds"][0]["title"], "100 %");
}

#[tokio::test]
async fn it_deletes_what_it_has_said() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let mut socket = bob.connects().await;
    let id = hook.says("oops").await;

    hook.service.delete(&hook.message(id)).await.is_done();

    let news = socket.receives(&["message_deleted"]).await;
    assert_eq!(
        (&news["id"], &news["channel_id"]),
        (&json!(id), &json!(club.general))
    );
    let again = hook.service.delete(&hook.message(id)).await;
    again.refuses(404, "message_not_found");
    let edit = json!({"content": "x"});
    let edited = hook.service.patch(&hook.message(id), edit).await;
    edited.refuses(404, "message_not_found");
    let left = hook.said().await;
    assert!(
        left.iter().all(|message| message["source"] == ""),
        "{left:?}"
    );
}

#[tokio::test]
async fn what_it_said_before_it_was_moved_is_still_its_own() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let (lobby, third) = (
        club.makes_channel("lobby").await,
        club.makes_channel("third").await,
    );
    let ids = [
        hook.says("one").await,
        hook.says("two").await,
        hook.says("three").await,
    ];
    hook.changes(json!({"channelId": lobby})).await;
    let mut member = alice.connects().await;

    let edit = json!({"content": "ONE"});
    let edited = hook
        .service
        .patch(&hook.message(ids[0]), edit.clone())
        .await;
    let edited = edited.succeeds();
    assert_eq!(edited["message"]["channel_id"], club.general);
    let news = member.receives(&["channel_edit"]).await;
    assert_eq!(
        (&news["id"], &news["channel_id"]),
        (&json!(ids[0]), &json!(club.general))
    );
    hook.service.delete(&hook.message(ids[1])).await.is_done();
    let here: Vec<_> = hook
        .said()
        .await
        .iter()
        .map(|one| one["source"].clone())
        .collect();
    assert_eq!(here, ["ONE", "three"]);

    // What the channel of the message says holds, not that of the channel it speaks in now.
    let general = club.path(&format!("/channels/{}", club.general));
    alice
        .patch(&general, json!({"locked": true}))
        .await
        .succeeds();
    let refused = hook
        .service
        .patch(&hook.message(ids[0]), edit.clone())
        .await;
    refused.refuses(403, "channel_locked");
    hook.changes(json!({"channelId": third})).await;
    alice.delete(&general).await.is_done();
    let gone = hook.service.patch(&hook.message(ids[0]), edit).await;
    gone.refuses(404, "message_not_found");
    let gone = hook.service.delete(&hook.message(ids[2])).await;
    gone.refuses(404, "message_not_found");
}

#[tokio::test]
async fn what_others_have_said_is_not_its_own() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let other = Hook::of(&app, &club, club.general, &alice).await;
    let lobby = club.makes_channel("lobby").await;
    let path = club.path(&format!("/channels/{}/messages", club.general));
    let of_alice = alice.post(&path, json!({"content": "mine"})).await;
    let of_alice = number(&of_alice.body["message"]["id"]);
    let of_other = other.says("other's").await;
    let elsewhere = Hook::of(&app, &club, lobby, &alice).await.says("far").await;

    for id in [of_alice, of_other, elsewhere, 99_999] {
        let change = json!({"content": "changed"});
        let edited = hook.service.patch(&hook.message(id), change).await;
        edited.refuses(404, "message_not_found");
        let deleted = hook.service.delete(&hook.message(id)).await;
        deleted.refuses(404, "message_not_found");
    }
    let odd = hook.service.delete(&hook.path("/messages/x")).await;
    odd.refuses(404, "message_not_found");
    let said = hook.said().await;
    let sources: Vec<_> = said.iter().map(|message| &message["source"]).collect();
    assert_eq!(sources, ["mine", "other's"]);
}

#[tokio::test]
async fn what_came_in_is_written_down_without_what_it_said() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;

    hook.says("hello").await;
    let refused = hook.posts(json!({"content": ""})).await;
    refused.refuses(400, "content_required");
    hook.service.reads(&hook.path("")).await;

    let path = hook.app("/deliveries");
    let written = alice.reads(&path).await["deliveries"].clone();
    assert_eq!(written.as_array().map(Vec::len), Some(2), "at once");
    let what = |delivery: &Value| {
        let names = ["status", "error", "bytes", "remote"];
        json!(names.map(|name| delivery[name].clone()))
    };
    let newest_first = [
        json!([400, "content_required", 14, "127.0.0.1"]),
        json!([200, null, 19, "127.0.0.1"]),
    ];
    assert_eq!([what(&written[0]), what(&written[1])], newest_first);
    let view = alice.reads(&hook.app("")).await;
    assert!(view["app"]["lastUsedAt"].is_string(), "{view}");
}

#[tokio::test]
async fn a_session_means_nothing_at_its_url() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let body = json!({"content": "from a page elsewhere"});

    let request = alice
        .request(Method::POST, &hook.path(""))
        .header("origin", "https://elsewhere.example")
        .json(&body);
    let reply: Value = Reply::of(request).await.succeeds();

    assert_eq!(reply["message"]["author"]["kind"], "webhook");
    assert_eq!(reply["message"]["user_id"], 0);
}
