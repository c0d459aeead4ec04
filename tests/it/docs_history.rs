//! The kept states of documents: what is kept, for how long, and the way back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Person, Reply, Socket, TestApp};

const MINUTE: Duration = Duration::from_mins(1);

/// A document of Alice's that Bob edits and Carol reads.
struct Place {
    app: TestApp,
    alice: Person,
    bob: Person,
    carol: Person,
    id: i64,
    alices: Socket,
    bobs: Socket,
}

impl Place {
    async fn new(content: &str) -> Self {
        let app = TestApp::spawn().await;
        let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
        let members = json!([{"username": "bob", "role": "editor"}, {"username": "carol"}]);
        Self {
            id: alice.makes_doc(content, members).await,
            alices: alice.connects().await,
            bobs: bob.connects().await,
            app,
            alice,
            bob,
            carol,
        }
    }

    fn path(&self, what: &str) -> String {
        format!("/api/doc/{}/{what}", self.id)
    }

    async fn asks(&self, person: &Person, what: &str, body: Value) -> Reply {
        person.asks_doc(self.id, what, body).await
    }

    /// Keeps the text under a name; the state.
    async fn keeps(&self, name: &str) -> Value {
        let kept = self.asks(&self.alice, "revisions", json!({"name": name}));
        kept.await.succeeds()["revision"].take()
    }

    /// Keeps the text as if nobody had asked for it; the state's id.
    async fn keeps_unnamed(&self) -> i64 {
        let id = self.keeps("for now").await["id"].as_i64().expect("an id");
        let rename = format!("revisions/{id}/rename");
        let renamed = self.asks(&self.bob, &rename, json!({"name": null})).await;
        assert_eq!(renamed.succeeds()["revision"]["name"], Value::Null);
        id
    }

    /// The kept states, the newest first.
    async fn revisions(&self) -> Vec<Value> {
        let listed = self.carol.reads(&self.path("revisions?limit=200")).await;
        assert_eq!(listed["has_more"], false);
        listed["revisions"].as_array().expect("revisions").clone()
    }

    async fn text_of(&self, revision: &Value) -> String {
        let path = self.path(&format!("revisions/{}", revision["id"]));
        let got = self.carol.reads(&path).await;
        let text = got["revision"]["content"].as_str();
        text.expect("a text").to_owned()
    }

    /// The texts of the kept states, the oldest first.
    async fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for revision in self.revisions().await.iter().rev() {
            texts.push(self.text_of(revision).await);
        }
        texts
    }

    async fn content(&self) -> Value {
        let path = format!("/api/doc/{}", self.id);
        self.carol.reads(&path).await["content"].take()
    }
}

/// Puts `content` in the place of the text as it is now.
async fn edit(socket: &mut Socket, id: i64, content: &str) {
    let joined = socket.does("doc_join", json!({"doc_id": id})).await;
    let base = &joined["version"];
    let edit = json!({"doc_id": id, "content": content, "base_version": base});
    socket.does("doc_edit", edit).await;
}

#[tokio::test]
async fn a_state_is_kept_with_those_who_made_it() {
    let mut place = Place::new("one").await;
    let first = place.keeps(" First ").await;
    place.app.clock.advance(MINUTE);
    edit(&mut place.bobs, place.id, "one two").await;
    place.app.clock.advance(MINUTE);
    edit(&mut place.alices, place.id, "one two drei €").await;

    let second = place.keeps("Second").await;

    assert_eq!(first["authors"], json!(["alice"]));
    let (began, ended) = (&second["started_at"], &second["created_at"]);
    assert!(began.as_str() < ended.as_str(), "{second}");
    let expected = json!({"id": second["id"], "version": 3, "name": "Second",
        "started_at": began, "created_at": ended, "authors": ["alice", "bob"], "bytes": 16});
    assert_eq!(second, expected);
    assert_eq!(first["name"], "First");
    assert_eq!(place.revisions().await, [second.clone(), first.clone()]);
    let path = place.path(&format!("revisions/{}", first["id"]));
    let whole = place.carol.reads(&path).await;
    let mut expected = first.clone();
    expected["content"] = "one".into();
    assert_eq!(whole, json!({"ok": true, "revision": expected}));
}

#[tokio::test]
async fn states_come_in_pages() {
    let mut place = Place::new("0").await;
    let mut ids = Vec::new();
    for n in 1..=5 {
        edit(&mut place.alices, place.id, &n.to_string()).await;
        ids.insert(0, place.keeps(&n.to_string()).await["id"].clone());
    }
    let page = async |query: &str| {
        let path = place.path(&format!("revisions?{query}"));
        let listed = place.carol.reads(&path).await;
        let rows = listed["revisions"].as_array().expect("revisions");
        let ids: Vec<_> = rows.iter().map(|row| row["id"].clone()).collect();
        (ids, listed["has_more"] == true)
    };

    assert_eq!(page("limit=2").await, (ids[..2].to_vec(), true));
    let next = format!("limit=2&before={}", ids[1]);
    assert_eq!(page(&next).await, (ids[2..4].to_vec(), true));
    let last = format!("limit=2&before={}", ids[3]);
    assert_eq!(page(&last).await, (ids[4..].to_vec(), false));
    assert_eq!(page("limit=0").await, (ids[..1].to_vec(), true));
    assert_eq!(page("limit=99999").await, (ids.clone(), false));
    assert_eq!(page("").await, (ids.clone(), false));
    let odd = place.carol.get(&place.path("revisions?limit=x")).await;
    odd.is_refused(400, "bad_params");
}

#[tokio::test]
async fn a_comparison_makes_the_one_text_of_the_other() {
    let old = "# Plan\n\nWe meet on Monday.\nBring cake.\n";
    let new = "# Plan\n\nWe meet on Friday.\nBring cake.\nAnd tea ☕.\n";
    let mut place = Place::new(old).await;
    let first = place.keeps("first").await;
    edit(&mut place.bobs, place.id, new).await;
    let second = place.keeps("second").await;
    edit(&mut place.bobs, place.id, "").await;

    for (query, to, version, expected) in [
        (
            format!("?to={}", second["id"]),
            second["id"].clone(),
            2,
            new,
        ),
        (String::new(), Value::Null, 3, ""),
        (format!("?to={}", first["id"]), first["id"].clone(), 1, old),
    ] {
        let path = place.path(&format!("revisions/{}/diff{query}", first["id"]));
        let diff = place.carol.reads(&path).await;
        assert_eq!(diff["from"], json!({"id": first["id"], "version": 1}));
        assert_eq!(diff["to"], json!({"id": to, "version": version}));
        let changes = diff["changes"].as_array().expect("changes");
        let text = |left_out: &str| {
            let parts = changes.iter().filter(|change| change["kind"] != left_out);
            let parts = parts.map(|change| change["text"].as_str().expect("text"));
            parts.collect::<String>()
        };
        assert_eq!(
            (text("insert").as_str(), text("delete").as_str()),
            (old, expected)
        );
    }
    let path = place.path(&format!(
        "revisions/{}/diff?to={}",
        first["id"], second["id"]
    ));
    let diff = place.carol.reads(&path).await;
    let changes = diff["changes"].as_array().expect("changes");
    assert!(
        changes.contains(&json!({"kind": "delete", "text": "Monday"})),
        "{diff}"
    );
    assert!(
        changes.contains(&json!({"kind": "insert", "text": "Friday"})),
        "{diff}"
    );
}

#[tokio::test]
async fn a_restored_text_is_an_edit_and_the_text_before_it_is_not_lost() {
    let mut place = Place::new("first").await;
    let first = place.keeps("first").await;
    edit(&mut place.bobs, place.id, "long work of Bob's").await;
    place.app.clock.advance(MINUTE);

    let restore = format!("revisions/{}/restore", first["id"]);
    let restored = place
        .asks(&place.alice, &restore, json!({}))
        .await
        .succeeds();

    assert_eq!(restored, json!({"ok": true, "version": 3}));
    assert_eq!(place.content().await, "first");
    let got = place.bob.reads(&format!("/api/doc/{}", place.id)).await;
    assert_eq!(
        (&got["last_edited_by"], &got["version"]),
        (&json!("alice"), &json!(3))
    );
    // Work goes on within the ten minutes that are otherwise one state.
    edit(&mut place.alices, place.id, "first, continued").await;
    place.keeps_unnamed().await;
    edit(&mut place.alices, place.id, "first, continued again").await;
    place.keeps_unnamed().await;
    let texts = ["first", "long work of Bob's", "first, continued again"];
    assert_eq!(place.texts().await, texts);
    let bobs = &place.revisions().await[1];
    assert_eq!(
        (&bobs["name"], &bobs["authors"]),
        (&Value::Null, &json!(["bob"]))
    );

    let back = format!("revisions/{}/restore", bobs["id"]);
    place.asks(&place.bob, &back, json!({})).await.succeeds();
    assert_eq!(place.content().await, "long work of Bob's");
}

#[tokio::test]
async fn ten_minutes_of_work_are_one_state_with_all_who_took_part() {
    let mut place = Place::new("a").await;
    place.keeps_unnamed().await;
    place.app.clock.advance(MINUTE * 9);
    edit(&mut place.bobs, place.id, "ab").await;
    place.keeps_unnamed().await;
    let revisions = place.revisions().await;
    assert_eq!(revisions.len(), 1);
    assert_eq!(revisions[0]["authors"], json!(["alice", "bob"]));
    assert_eq!(place.texts().await, ["ab"]);

    place.app.clock.advance(MINUTE);
    edit(&mut place.bobs, place.id, "abc").await;
    place.keeps_unnamed().await;

    assert_eq!(place.texts().await, ["ab", "abc"]);
    assert_eq!(place.revisions().await[0]["authors"], json!(["bob"]));
    // Nothing was done since: a name is for the state that is there.
    let named = place.keeps("done").await;
    assert_eq!(place.revisions().await[0], named);
    assert_eq!(place.texts().await, ["ab", "abc"]);
}

#[tokio::test]
async fn old_states_give_way_and_their_authors_stay() {
    let mut place = Place::new("0").await;
    let mut expected = Vec::new();
    for n in 1..=12 {
        let socket = if n % 2 == 0 {
            &mut place.alices
        } else {
            &mut place.bobs
        };
        edit(socket, place.id, &n.to_string()).await;
        if n == 6 {
            place.keeps("half").await;
        } else {
            place.keeps_unnamed().await;
        }
        expected.push(n.to_string());
        place.app.clock.advance(MINUTE * 15);
    }
    assert_eq!(place.texts().await, expected);
    let began = place.revisions().await[11]["started_at"].clone();

    place.app.clock.advance(MINUTE * 60 * 24 * 400);
    for person in [&place.alice, &place.bob, &place.carol] {
        person.signs_in().await.succeeds();
    }
    place.alices = place.alice.connects().await;
    edit(&mut place.alices, place.id, "a year later").await;
    place.keeps_unnamed().await;

    let texts = place.texts().await;
    let revisions = place.revisions().await;
    // At a turn of the month there is one more on either side.
    assert!((4..=5).contains(&texts.len()), "{texts:?}");
    for stays in ["6", "12", "a year later"] {
        assert!(texts.iter().any(|text| text == stays), "{texts:?}");
    }
    let half = revisions.iter().position(|row| row["name"] == "half");
    let (half, oldest) = (
        half.expect("the named state"),
        &revisions[revisions.len() - 1],
    );
    assert_eq!(revisions[half]["authors"], json!(["alice"]));
    assert_eq!(oldest["started_at"], began);
    if texts.len() == 4 {
        assert_eq!(texts, ["5", "6", "12", "a year later"]);
        assert_eq!(oldest["authors"], json!(["alice", "bob"]));
        assert_eq!(revisions[1]["authors"], json!(["alice", "bob"]));
    }
}

#[tokio::test]
async fn viewers_read_the_history_and_change_nothing_of_it() {
    let place = Place::new("text").await;
    let id = place.keeps("v1").await["id"].clone();
    for what in ["rename", "restore"] {
        let path = format!("revisions/{id}/{what}");
        let refused = place
            .asks(&place.carol, &path, json!({"name": "mine"}))
            .await;
        refused.is_refused(403, "edit_access_denied");
        assert_eq!(refused.body["error"], "edit access denied");
    }
    let keep = place.asks(&place.carol, "revisions", json!({"name": "mine"}));
    keep.await.is_refused(403, "edit_access_denied");

    let revisions = place.revisions().await;
    assert_eq!(revisions.len(), 1);
    assert_eq!(revisions[0]["name"], "v1");
    assert_eq!(place.content().await, "text");
}

#[tokio::test]
async fn a_state_of_another_document_is_none_of_this_one() {
    let place = Place::new("Alice's").await;
    let secret = place.keeps("v1").await["id"].clone();
    let body = json!({"name": "Mine", "content": "Mallory's"});
    let [mallory] = place.app.users(["mallory"]).await;
    let own = mallory.post("/api/doc/create", body).await.succeeds()["id"].clone();
    let kept = format!("/api/doc/{own}/revisions");
    let kept = mallory.post(&kept, json!({"name": "v1"})).await.succeeds();
    let kept = &kept["revision"]["id"];

    let base = format!("/api/doc/{own}/revisions/{secret}");
    for path in [
        base.clone(),
        format!("{base}/diff"),
        format!("/api/doc/{own}/revisions/{kept}/diff?to={secret}"),
        format!("/api/doc/{own}/revisions/x"),
        format!("/api/doc/{own}/revisions/0/diff"),
    ] {
        mallory.get(&path).await.is_refused(404, "not_found");
    }
    for what in ["rename", "restore"] {
        let refused = mallory
            .post(&format!("{base}/{what}"), json!({"name": "x"}))
            .await;
        refused.is_refused(404, "not_found");
    }
    let listed = format!("/api/doc/{own}/revisions?before={secret}");
    assert_eq!(mallory.reads(&listed).await["revisions"], json!([]));

    assert_eq!(place.revisions().await[0]["name"], "v1");
    assert_eq!(
        mallory.reads(&format!("/api/doc/{own}")).await["content"],
        "Mallory's"
    );
}

#[tokio::test]
async fn a_state_is_called_something_or_nothing() {
    let place = Place::new("text").await;
    for body in [json!({}), json!({"name": ""}), json!({"name": "a\nb"})] {
        let refused = place.asks(&place.alice, "revisions", body).await;
        refused.is_refused(400, "invalid_name");
    }
    assert_eq!(place.revisions().await, [Value::Null; 0]);
    let id = place.keeps("v1").await["id"].clone();
    let rename = format!("revisions/{id}/rename");

    let renamed = place
        .asks(&place.bob, &rename, json!({"name": " v2 "}))
        .await;
    let renamed = renamed.succeeds();
    assert_eq!(renamed["revision"]["name"], "v2");
    let long = json!({"name": "x".repeat(101)});
    let refused = place.asks(&place.bob, &rename, long).await;
    refused.is_refused(400, "invalid_name");
    assert_eq!(place.revisions().await, [renamed["revision"].clone()]);
    let unnamed = place.asks(&place.bob, &rename, json!({"name": "  "})).await;
    assert_eq!(unnamed.succeeds()["revision"]["name"], Value::Null);
    // The state is there already, so a new name is its name, and a second one a state beside it.
    let first = place.keeps("one name").await;
    let second = place.keeps("another name").await;
    assert_eq!(first["id"], id);
    assert_eq!(second["authors"], json!([]));
    assert_eq!(place.revisions().await, [second, first]);
}
