//! Many people who change a server at once.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::support::{Bot, Community, Hook, Person, TestApp, Tile, counter};

/// How often somebody loses a right while they use it. The race itself is in the database's
/// hands; each round is another roll of the dice. `CHATTER_TEST_ROUNDS=10000` rolls for minutes.
fn rounds() -> usize {
    let set = std::env::var("CHATTER_TEST_ROUNDS").ok();
    set.and_then(|rounds| rounds.parse().ok()).unwrap_or(40)
}

/// All that was done in a server, the oldest first.
async fn everything_done(person: &Person, club: &Community) -> Vec<Value> {
    let mut entries: Vec<Value> = Vec::new();
    loop {
        let before = entries
            .last()
            .map(|entry| format!("&before={}", entry["id"]));
        let path = format!("/audit?limit=200{}", before.unwrap_or_default());
        let log = person.reads(&club.path(&path)).await;
        let page = log["entries"].as_array().expect("a list");
        if page.is_empty() {
            entries.reverse();
            return entries;
        }
        entries.extend(page.iter().cloned());
    }
}

#[tokio::test]
async fn of_many_who_come_with_one_use_exactly_one_gets_in() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let code = club.invites(1).await;
    let three = club.invites(3).await;
    let crowd = app.crowd(30).await;

    let replies = join_all(crowd.iter().map(|person| person.accepts(&code))).await;
    let in_ = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(in_, 1);
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.refuses(410, "invite_expired");
    }
    join_all(crowd.iter().map(|person| person.accepts(&three))).await;

    let members = "SELECT count(*) FROM server_member WHERE server_id = $1";
    let members = app.number(members, [club.id.into()]).await;
    assert!((4..=5).contains(&members), "{members}");
    let spent = "SELECT count(*) FROM server_invite WHERE uses = max_uses";
    assert!(app.number(spent, []).await >= 1);
    let in_channel = "SELECT count(*) FROM conversation_member WHERE conversation_id = $1";
    assert_eq!(app.number(in_channel, [club.general.into()]).await, members);
}

#[tokio::test]
async fn differences_of_roles_do_not_undo_each_other() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    let (mut given, mut taken) = (Vec::new(), Vec::new());
    for n in 0..8 {
        given.push(club.makes_role(&format!("given {n}"), &[]).await);
        taken.push(club.makes_role(&format!("taken {n}"), &[]).await);
    }
    club.gives(&bob, &taken).await;

    let adds = given.iter().map(|role| json!({"addRoleIds": [role]}));
    let removes = taken.iter().map(|role| json!({"removeRoleIds": [role]}));
    let changes = adds.chain(removes).map(|body| alice.patch(&path, body));
    for reply in join_all(changes).await {
        reply.succeeds();
    }

    let profile = bob.reads(&path).await;
    assert_eq!(profile["profile"]["roleIds"], json!(given));
}

#[tokio::test]
async fn nothing_is_done_by_a_right_that_was_lost_before() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob, &carol]).await;
    let manager = club.makes_role("manager", &["manage_members"]).await;
    let bobs = club.membership_of(&bob).await;
    let carols = club.membership_of(&carol).await;
    let mut done = 0;
    for round in 0..rounds() {
        club.gives(&bob, &[manager]).await;
        let rename = json!({"nickname": format!("round {round}")});
        let demote = json!({"removeRoleIds": [manager]});
        let act = bob.patch(&carols, rename);
        let (acted, demoted) = join(act, alice.patch(&bobs, demote)).await;
        demoted.succeeds();
        if acted.status == 200 {
            done += 1;
        } else {
            acted.refuses(403, "forbidden");
        }
        let late = bob.patch(&carols, json!({"nickname": "too late"})).await;
        late.refuses(403, "forbidden");
    }

    // The record says in which order it happened: whatever Bob did, he did while he was a manager.
    let entries = everything_done(&alice, &club).await;
    let bob_id = json!(bob.id().await);
    let (mut is_manager, mut by_bob) = (false, 0);
    for entry in &entries {
        if entry["actor"]["id"] == bob_id && entry["action"] == "member.update" {
            assert!(is_manager, "{entry}");
            by_bob += 1;
        }
        if let Some(roles) = entry["after"]["roleIds"].as_array() {
            is_manager = roles.contains(&json!(manager));
        }
    }
    assert_eq!(by_bob, done);
}

#[tokio::test]
async fn nothing_is_done_by_a_token_that_was_revoked_or_suspended_before() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let path = club.membership_of(&bob).await;
    for round in 0..8 {
        let id = club.makes_integration(&alice).await;
        let (token, secret) = alice.makes_token(id, &["manage_members"]).await;
        let bot = Bot::new(&app, &secret);
        let renames = (0..20).map(|n| {
            let body = json!({"nickname": format!("{round} {n}")});
            bot.patch(&path, body)
        });
        let ends = async {
            if round % 2 == 0 {
                let token = format!("/apps/{id}/tokens/{token}");
                alice.delete(&token).await.is_done();
            } else {
                let suspend = format!("/api/admin/apps/{id}/suspend");
                alice.post(&suspend, json!({})).await.succeeds();
            }
            alice.reads(&path).await["profile"]["nickname"].clone()
        };
        let (replies, at_the_end) = join(join_all(renames), ends).await;

        assert!(
            replies
                .iter()
                .all(|reply| matches!(reply.status, 200 | 401 | 403))
        );
        let now = alice.reads(&path).await["profile"]["nickname"].clone();
        assert_eq!(now, at_the_end, "nothing was done after it had ended");
    }
}

#[tokio::test]
async fn whatever_is_done_at_once_places_stay_without_gaps() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    let mut roles = Vec::new();
    for n in 0..6 {
        roles.push(club.makes_role(&format!("role {n}"), &[]).await);
    }
    let moves = roles.iter().enumerate().map(|(n, role)| {
        let path = club.path(&format!("/roles/{role}"));
        let alice = &alice;
        async move {
            let body = json!({"position": n * 5 % 7});
            alice.patch(&path, body).await.succeeds();
            if n == 3 {
                alice.delete(&path).await.is_done();
            }
        }
    });
    let channels = (0..6).map(|n| {
        let body = json!({"name": format!("channel {n}")});
        let path = club.path("/channels");
        let alice = &alice;
        async move { assert_eq!(alice.post(&path, body).await.status, 201) }
    });
    join(join_all(moves), join_all(channels)).await;

    let list = alice.reads(&club.path("")).await;
    for (key, expected) in [("roles", 6), ("channels", 7)] {
        let rows = list[key].as_array().expect("a list");
        let places = rows.iter().map(|row| row["position"].as_i64());
        let places: Vec<_> = places.map(|place| place.expect("a place")).collect();
        assert_eq!(places, (0..expected).collect::<Vec<_>>(), "{key}");
    }
}

#[tokio::test]
async fn what_may_be_said_is_said_however_much_the_server_changes() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let hook = Hook::of(&app, &club, club.general, &alice).await;
    let bobs = club.membership_of(&bob).await;
    let ended = AtomicBool::new(false);
    let changes = (0..8).map(|writer| {
        let (alice, bobs, ended) = (&alice, &bobs, &ended);
        async move {
            for n in 0.. {
                if ended.load(Ordering::Relaxed) {
                    return n;
                }
                let nickname = json!({"nickname": format!("{writer} {n}")});
                alice.patch(bobs, nickname).await.succeeds();
            }
            0
        }
    });
    let says = async {
        let mut socket = bob.connects().await;
        for n in 0..10 {
            let id = hook.says(&format!("post {n}")).await;
            let edit = json!({"content": "edited"});
            hook.service.patch(&hook.message(id), edit).await.succeeds();
            let text = json!({"channel_id": club.general, "text": format!("text {n}")});
            let sent = socket.does("channel_send", text).await;
            let edit = json!({"id": sent["id"], "text": "edited"});
            socket.does("channel_edit", edit).await;
        }
        ended.store(true, Ordering::Relaxed);
    };

    let (made, ()) = join(join_all(changes), says).await;
    assert!(made.iter().sum::<u64>() > 0, "{made:?}");
    assert_eq!(hook.said().await.len(), 20);
}

#[tokio::test]
async fn nothing_is_shown_by_a_widget_that_was_suspended_before() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let club = Community::of(&alice, &[]).await;
    for _ in 0..rounds() / 4 {
        let tile = Tile::of(&app, &club, &alice).await;
        let posts = join_all((0..10).map(|value| tile.posts(counter(value))));
        let suspension = async {
            let suspend = format!("/api/admin/apps/{}/suspend", tile.id);
            alice.post(&suspend, json!({})).await.succeeds();
            tile.version(&app).await
        };
        let (posts, version) = join(posts, suspension).await;
        assert_eq!(tile.version(&app).await, version, "after it was answered");
        let taken = posts.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(i64::try_from(taken).ok(), Some(version));
        for refused in posts.iter().filter(|reply| reply.status != 200) {
            refused.refuses(403, "suspended");
        }
        alice.delete(&format!("/apps/{}", tile.id)).await.is_done();
    }
}
