//! What integrations do to the members of their server, and what they cannot.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Bot, Community, Person, Reply, TestApp};

/// Everything that a token can be made for.
const ALL: [&str; 6] = [
    "manage_members",
    "moderate_members",
    "read_audit_log",
    "read_member_profile",
    "read_members",
    "read_roles",
];

/// A program with a new token of `alice` for these scopes, and its app.
async fn bot(app: &TestApp, club: &Community, alice: &Person, scopes: &[&str]) -> (Bot, i64) {
    let id = club.makes_integration(alice).await;
    let (_, token) = alice.makes_token(id, scopes).await;
    (Bot::new(app, &token), id)
}

async fn sent(bot: &Bot, path: &str, key: &str, body: &Value) -> Reply {
    let request = bot.request(reqwest::Method::PATCH, path);
    Reply::of(request.header("idempotency-key", key).json(body)).await
}

#[tokio::test]
async fn the_quickstart_works_to_the_letter() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let roles = [
        club.makes_role("VIP", &[]).await,
        club.makes_role("Regular", &[]).await,
    ];
    let scopes = ["manage_members", "read_member_profile"];
    let (bot, id) = bot(&app, &club, &alice, &scopes).await;
    let path = club.membership_of(&bob).await;

    let read = bot.get(&path).await.succeeds();
    assert_eq!(read["profile"]["username"], "bob");
    let body = json!({"nickname": "VIP Player", "roleIds": roles, "timedOutUntil": null});
    let changed = bot.patch(&path, body).await.succeeds();

    assert_eq!(changed["membership"]["nickname"], "VIP Player");
    assert_eq!(changed["membership"]["roleIds"], json!(roles));
    let log = alice.reads(&club.path("/audit")).await;
    let actor = &log["entries"][0]["actor"];
    assert_eq!(
        (&actor["kind"], &actor["id"]),
        (&json!("integration"), &json!(id))
    );
    let raw = bot
        .request(reqwest::Method::PATCH, &path)
        .body("nickname=x");
    let form = raw.header("content-type", "application/x-www-form-urlencoded");
    Reply::of(form).await.refuses(415, "unsupported_media_type");
}

#[tokio::test]
async fn it_reaches_no_further_than_its_role_its_creator_and_its_server() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let other = Community::of(&alice, &[&bob]).await;
    let vip = club.makes_role("VIP", &[]).await;
    let (bot, id) = bot(&app, &club, &alice, &ALL).await;
    let above = club.makes_role("Above", &["administrator"]).await;
    let own = alice.reads(&format!("/apps/{id}")).await["app"]["roleId"].clone();
    let of_bob = club.membership_of(&bob).await;

    let elsewhere = other.membership_of(&bob).await;
    bot.get(&elsewhere).await.refuses(404, "server_not_found");
    let rename = json!({"nickname": "x"});
    let refused = bot.patch(&elsewhere, rename.clone()).await;
    refused.refuses(404, "server_not_found");
    let higher = bot.patch(&of_bob, json!({"addRoleIds": [above]})).await;
    higher.refuses(403, &format!("role_hierarchy:{above}"));
    let managed = bot.patch(&of_bob, json!({"addRoleIds": [own]})).await;
    managed.refuses(400, &format!("role_managed:{own}"));
    let owner = club.membership_of(&alice).await;
    bot.patch(&owner, rename.clone())
        .await
        .refuses(403, "target_is_owner");
    club.gives(&carol, &[above]).await;
    let of_carol = club.membership_of(&carol).await;
    let refused = bot.patch(&of_carol, rename.clone()).await;
    refused.refuses(403, "target_above_you");
    let add = json!({"addRoleIds": [vip]});
    bot.patch(&of_bob, add.clone()).await.succeeds();

    let role = club.path(&format!("/roles/{own}"));
    let nothing = json!({"permissions": []});
    alice.patch(&role, nothing).await.succeeds();
    let refused = bot.patch(&of_bob, json!({"removeRoleIds": [vip]})).await;
    refused.refuses(403, "forbidden");
    bot.get(&of_bob).await.succeeds();
    assert_eq!(bot.whoami().await.succeeds()["permissions"], json!([]));
}

#[tokio::test]
async fn what_is_sent_again_is_done_once() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (bot, _) = bot(&app, &club, &alice, &ALL).await;
    let path = club.membership_of(&bob).await;
    let body = json!({"nickname": "B"});
    let changes = async || {
        let sql = "SELECT count(*) FROM server_audit WHERE action = 'member.update'";
        app.number(sql, []).await
    };

    let first = sent(&bot, &path, "a", &body).await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    alice
        .patch(&path, json!({"nickname": "C"}))
        .await
        .succeeds();
    let before = changes().await;
    let again = sent(&bot, &path, "a", &body).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["cache-control"], "no-store");
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(changes().await, before);
    let other = json!({"nickname": "D"});
    let refused = sent(&bot, &path, "a", &other).await;
    refused.refuses(422, "idempotency_key_reused");
    let long = "x".repeat(256);
    for key in ["", &*long] {
        let refused = sent(&bot, &path, key, &other).await;
        refused.refuses(400, "idempotency_key_invalid");
    }
    let wrong = json!({"nickname": "x".repeat(33)});
    let refused = sent(&bot, &path, "b", &wrong).await;
    refused.refuses(400, "nickname_too_long");
    sent(&bot, &path, "b", &other).await.succeeds();
    assert_eq!(changes().await, before + 1, "a refusal is not kept");

    app.clock.advance(std::time::Duration::from_hours(25));
    let later = sent(&bot, &path, "a", &body).await;
    assert!(!later.headers.contains_key("idempotency-replayed"));
    later.succeeds();
    assert_eq!(changes().await, before + 2, "a day is over");

    let race = json!({"nickname": "R"});
    let copies = (0..10).map(|_| sent(&bot, &path, "r", &race));
    for reply in join_all(copies).await {
        match reply.status {
            200 => assert_eq!(reply.body["membership"]["nickname"], "R"),
            409 => {
                reply.refuses(409, "idempotency_in_progress");
                assert_eq!(reply.headers["retry-after"], "1");
            }
            status => panic!("{status}: {}", reply.body),
        }
    }
    assert_eq!(changes().await, before + 3);
}

#[tokio::test]
async fn what_changed_nothing_is_not_done_later() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (bot, _) = bot(&app, &club, &alice, &["manage_members"]).await;
    let path = club.membership_of(&bob).await;
    let body = json!({"nickname": "Bobby"});
    sent(&bot, &path, "one", &body).await.succeeds();
    let same = sent(&bot, &path, "two", &body).await.succeeds();
    let entries = async || {
        let log = alice.reads(&club.path("/audit")).await;
        log["entries"].as_array().map(Vec::len)
    };
    let before = entries().await;

    let other = json!({"nickname": "Robert"});
    alice.patch(&path, other).await.succeeds();
    let again = sent(&bot, &path, "two", &body).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.body, same);
    let profile = alice.reads(&path).await;
    assert_eq!(profile["profile"]["nickname"], "Robert");
    assert_eq!(entries().await, before.map(|count| count + 1));
}

#[tokio::test]
async fn what_was_answered_before_is_for_who_may_still_ask() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let manager = ["manage_server", "manage_members"];
    let manager = club.makes_role("manager", &manager).await;
    club.gives(&bob, &[manager]).await;
    let (bot, _) = bot(&app, &club, &bob, &["manage_members"]).await;
    let path = club.membership_of(&alice).await;
    let body = json!({});
    sent(&bot, &path, "one", &body).await.succeeds();

    club.gives(&bob, &[]).await;
    let late = sent(&bot, &path, "one", &body).await;
    late.refuses(403, "creator_lost_permission");
}

#[tokio::test]
async fn changes_are_paced_by_token() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let (bot, _) = bot(&app, &club, &alice, &ALL).await;
    let path = club.membership_of(&bob).await;

    let mut last = bot.patch(&path, json!({})).await;
    assert!(last.headers.contains_key("x-ratelimit-remaining"));
    for _ in 0..200 {
        last = bot.patch(&path, json!({})).await;
        if last.status == 429 {
            break;
        }
    }

    last.refuses(429, "rate_limited");
    assert!(last.headers.contains_key("retry-after"));
    bot.get(&path).await.succeeds();
}
