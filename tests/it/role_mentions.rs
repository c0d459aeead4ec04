//! `@everyone` and `@role` in channels: who is counted as mentioned, and who is not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Community, Hook, Person, TestApp, number};

/// Says something in a channel; the message.
async fn says(person: &Person, club: &Community, channel: i64, text: &str) -> Value {
    let path = club.path(&format!("/channels/{channel}/messages"));
    let said = person.post(&path, json!({"content": text})).await;
    assert_eq!(said.status, 201, "{}", said.body);
    said.body["message"].clone()
}

/// How much of a channel mentions `person`, who has not read it; none when it is not in their list.
async fn mentions(person: &Person, channel: i64) -> Option<i64> {
    let list = person.reads("/api/conversations").await;
    let list = list["conversations"].as_array().expect("a list").clone();
    let found = list.iter().find(|one| one["channel_id"] == channel)?;
    Some(number(&found["mentions"]))
}

/// A server of `alice`, in which Bob has the role Staff and Carol the role Guests.
struct Called {
    app: TestApp,
    club: Community,
    alice: Person,
    bob: Person,
    carol: Person,
    staff: i64,
}

impl Called {
    async fn new() -> Self {
        let app = TestApp::spawn().await;
        let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
        let club = Community::of(&alice, &[&bob, &carol]).await;
        let staff = club.makes_role("Staff", &[]).await;
        let guests = club.makes_role("Staff (EU)", &[]).await;
        club.gives(&bob, &[staff]).await;
        club.gives(&carol, &[guests]).await;
        Self {
            app,
            club,
            alice,
            bob,
            carol,
            staff,
        }
    }

    /// What Bob and Carol are counted to be mentioned in `general`.
    async fn counts(&self) -> [i64; 2] {
        let general = self.club.general;
        let of = async |person| mentions(person, general).await.expect("in the list");
        [of(&self.bob).await, of(&self.carol).await]
    }

    async fn rows(&self) -> i64 {
        self.app
            .number("SELECT count(*) FROM role_mention", [])
            .await
    }
}

#[tokio::test]
async fn a_message_counts_once_for_each_whom_it_means() {
    let it = Called::new().await;
    let (club, general) = (&it.club, it.club.general);
    let mut bob = it.bob.connects().await;

    let said = says(&it.alice, club, general, "@staff look").await;
    assert_eq!(said["mention_roles"], json!([it.staff]));
    assert_eq!(said["mention_everyone"], false);
    assert_eq!(bob.receives(&["channel_new"]).await, said, "live as stored");
    assert_eq!(it.counts().await, [1, 0]);
    let all = says(&it.alice, club, general, "@Everyone, @bob and @STAFF").await;
    assert_eq!(all["mention_everyone"], true);
    assert_eq!(all["mention_roles"], json!([it.staff]));
    assert_eq!(all["mentions"], json!(["bob"]));
    assert_eq!(it.counts().await, [2, 1], "once, whatever it says of him");
    says(&it.alice, club, general, "@staff (eu): you").await;
    says(&it.alice, club, general, "@staffs, `@everyone`").await;
    assert_eq!(it.counts().await, [2, 2]);
    assert_eq!(mentions(&it.alice, general).await, Some(0), "one's own");

    let conversation = format!("channel:{general}");
    let synced = bob.does("sync", json!({"since": {}})).await;
    let synced = synced["conversations"].as_array().expect("a list").clone();
    let found = synced
        .iter()
        .find(|one| one["conversation"] == conversation);
    assert_eq!(found.expect("the channel")["mentions"], 2);
    let read = json!({"conversation": conversation, "seq": said["seq"]});
    let read = it.bob.post("/api/read", read).await.succeeds();
    assert_eq!(read["mentions"], 1);

    // Elsewhere there are no roles, and nothing is said of them.
    let text = json!({"text": "@everyone"});
    let news = it.alice.connects().await.does("send_message", text).await;
    let public = bob.receives(&["new_message"]).await;
    assert_eq!(public["id"], news["id"]);
    assert_eq!(public.get("mention_everyone"), None);
    assert_eq!(it.rows().await, 4);
}

#[tokio::test]
async fn who_may_not_call_everybody_calls_nobody() {
    let it = Called::new().await;
    let (club, general) = (&it.club, it.club.general);

    let said = says(&it.carol, club, general, "@everyone and @staff").await;
    assert_eq!(said["source"], "@everyone and @staff");
    assert_eq!(
        (&said["mention_everyone"], &said["mention_roles"]),
        (&json!(false), &json!([]))
    );
    assert_eq!(it.counts().await, [0, 0]);
    assert_eq!(it.rows().await, 0);

    let everyone = club.everyone().await;
    let may = &["mention_everyone"];
    club.overwrites(general, everyone, may, &[]).await;
    says(&it.carol, club, general, "@everyone and @staff").await;
    assert_eq!(it.counts().await, [1, 0], "and of her own she is not told");
    let other = club.makes_channel("other").await;
    says(&it.carol, club, other, "@everyone").await;
    assert_eq!(
        mentions(&it.bob, other).await,
        Some(0),
        "it is allowed elsewhere"
    );
}

#[tokio::test]
async fn who_may_not_view_the_channel_is_not_counted() {
    let it = Called::new().await;
    let club = &it.club;
    let secret = club.makes_channel("secret").await;
    let (everyone, view) = (club.everyone().await, &["view_channel"]);
    club.overwrites(secret, everyone, &[], view).await;
    club.overwrites(secret, it.staff, view, &[]).await;

    says(&it.alice, club, secret, "@everyone").await;

    assert_eq!(mentions(&it.bob, secret).await, Some(1));
    assert_eq!(mentions(&it.carol, secret).await, None);
    let mut carol = it.carol.connects().await;
    let synced = carol.does("sync", json!({"since": {}})).await;
    assert!(
        !synced.to_string().contains(&format!("channel:{secret}")),
        "{synced}"
    );
    assert_eq!(it.counts().await, [0, 0]);
}

#[tokio::test]
async fn edits_deletions_and_roles_that_go_take_mentions_with_them() {
    let it = Called::new().await;
    let (club, general) = (&it.club, it.club.general);
    let mut alice = it.alice.connects().await;
    let mut ids = Vec::new();
    for text in ["@staff 1", "@everyone 2", "3", "@staff 4"] {
        ids.push(number(&says(&it.alice, club, general, text).await["id"]));
    }
    assert_eq!(it.counts().await, [3, 1]);

    let edit = |id: i64, text: &str| json!({"id": id, "text": text});
    alice.does("channel_edit", edit(ids[0], "1")).await;
    assert_eq!(it.counts().await, [2, 1]);
    alice
        .does("channel_edit", edit(ids[2], "@everyone @staff"))
        .await;
    let mut bob = it.bob.connects().await;
    alice
        .does("channel_edit", edit(ids[0], "@staff again"))
        .await;
    let news = bob.receives(&["channel_edit"]).await;
    assert_eq!(news["mention_roles"], json!([it.staff]));
    assert_eq!(news["mention_everyone"], false);
    assert_eq!(it.counts().await, [4, 2]);
    alice.does("channel_delete", json!({"id": ids[1]})).await;
    assert_eq!(it.counts().await, [3, 1]);

    club.gives(&it.bob, &[]).await;
    assert_eq!(it.counts().await, [1, 1], "he is not meant any more");
    club.gives(&it.bob, &[it.staff]).await;
    let role = club.path(&format!("/roles/{}", it.staff));
    it.alice.does(Method::DELETE, &role, None).await.is_done();
    assert_eq!(it.counts().await, [1, 1]);
    assert_eq!(it.rows().await, 1, "that of everybody");
    let path = club.path(&format!("/channels/{general}/messages"));
    let page = it.bob.reads(&path).await;
    for message in page["messages"].as_array().expect("messages") {
        assert_eq!(message["mention_roles"], json!([]), "{message}");
    }
}

#[tokio::test]
async fn webhooks_call_whom_they_may_and_their_posts_allow() {
    let it = Called::new().await;
    let hook = Hook::of(&it.app, &it.club, it.club.general, &it.alice).await;
    let text = "@everyone @Staff @bob";

    let said = hook.posts(json!({"content": text})).await.succeeds();
    assert_eq!(said["message"]["mention_everyone"], false);
    assert_eq!(it.counts().await, [1, 0], "people alone");
    for refused in [json!({"parse": ["everyone"]}), json!({"roles": [it.staff]})] {
        let body = json!({"content": text, "allowed_mentions": refused});
        hook.posts(body).await.refuses(400, "mention_not_allowed");
    }
    let slack = json!({"text": "<!channel> <!here> <!everyone>"});
    hook.posts_to("/slack", slack.clone()).await;
    assert_eq!(it.counts().await, [1, 0]);
    assert_eq!(it.rows().await, 0);

    hook.changes(json!({"mentionEveryone": true})).await;
    for (allowed, counts) in [
        (json!({"roles": [it.staff]}), [2, 0]),
        (json!({"parse": ["users"]}), [3, 0]),
        (json!({"parse": ["everyone"]}), [4, 1]),
        (json!({}), [4, 1]),
        (json!({"roles": [999]}), [4, 1]),
        (json!(null), [5, 2]),
    ] {
        let body = json!({"content": text, "allowed_mentions": allowed});
        hook.posts(body).await.succeeds();
        assert_eq!(it.counts().await, counts, "{allowed}");
    }
    hook.posts_to("/slack", slack).await;
    assert_eq!(it.counts().await, [6, 3]);
    let id = hook.says("nobody").await;
    let edit = json!({"content": "@everyone"});
    hook.service.patch(&hook.message(id), edit).await.succeeds();
    assert_eq!(it.counts().await, [7, 4]);
}
