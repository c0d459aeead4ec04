//! Finding messages again: what is found, by whom it is not, and what a search looks like.

use serde_json::{Value, json};

use crate::support::{Community, Person, Socket, TestApp, eventually, number};

/// The texts that a search finds, in the order in which it answers them.
async fn finds(person: &Person, q: &str) -> Vec<String> {
    finds_page(person, &[("q", q)]).await.0
}

async fn finds_page(person: &Person, query: &[(&str, &str)]) -> (Vec<String>, Value) {
    let query = serde_urlencoded::to_string(query).expect("a query");
    let found = person.reads(&format!("/api/search?{query}")).await;
    let texts = found["results"].as_array().expect("results").iter();
    let texts = texts.map(|message| message["source"].as_str().expect("text").to_owned());
    (texts.collect(), found)
}

/// Waits until the indexer has come to everything.
async fn is_indexed(app: &TestApp) {
    eventually("everything is indexed", async || {
        let behind = "SELECT count(*) FROM message m WHERE m.deleted_at IS NULL \
                      AND NOT EXISTS (SELECT 1 FROM search_entry e WHERE e.message_id = m.id)";
        app.number(behind, []).await == 0
    })
    .await;
}

async fn says(socket: &mut Socket, text: &str) -> i64 {
    number(&socket.does("send_message", json!({"text": text})).await["id"])
}

#[tokio::test]
async fn words_are_found_in_every_script_before_and_after_they_are_indexed() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let mut socket = alice.connects().await;
    let texts = [
        "The quick brown fox",
        "Привет, как дела?",
        "你好世界，今天天气很好",
        "東京タワーへ行きます",
        "안녕하세요 여러분",
        "Ὀδυσσεὺς ΟΔΟΣ",
        "100% of c:\\temp\\*.txt \"quoted\" a_b NEAR(x y)",
        "ok",
    ];
    for text in texts {
        says(&mut socket, text).await;
    }

    for indexed in [false, true] {
        if indexed {
            is_indexed(&app).await;
        }
        for (q, found) in [
            ("QUICK fox", vec![0]),
            ("fox quick", vec![0]),
            ("uic", vec![0]),
            ("quick cat", vec![]),
            ("ПРИВЕТ", vec![1]),
            ("риве дел", vec![1]),
            ("今天天气", vec![2]),
            ("好", vec![2]),
            ("京タ", vec![3]),
            ("안녕", vec![4]),
            ("οδος", vec![5]),
            ("100%", vec![6]),
            ("%", vec![6]),
            ("a_b", vec![6]),
            ("a%b", vec![]),
            ("_", vec![6]),
            ("*.txt", vec![6]),
            ("qu*", vec![]),
            ("c:\\temp", vec![6]),
            ("\"quoted\"", vec![6]),
            ("\"quick", vec![]),
            ("NEAR(x", vec![6]),
            ("quick OR fox", vec![]),
            ("ok", vec![7]),
            ("o", vec![7, 6, 0]),
            ("q", vec![6, 0]),
            ("nothing like it", vec![]),
        ] {
            let expected: Vec<_> = found.into_iter().map(|at: usize| texts[at]).collect();
            assert_eq!(finds(&alice, q).await, expected, "{q}, indexed: {indexed}");
        }
    }
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_read() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let mut socket = alice.connects().await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let hidden = club.makes_channel("hidden").await;
    let closed = club.makes_channel("closed").await;
    let everyone = club.everyone().await;
    club.overwrites(hidden, everyone, &[], &["view_channel"])
        .await;
    club.overwrites(closed, everyone, &[], &["read_history"])
        .await;
    for (event, payload) in [
        ("send_message", json!({"text": "needle public"})),
        ("dm_send", json!({"to": "bob", "text": "needle dm"})),
        ("dm_send", json!({"to": "alice", "text": "needle notes"})),
        ("gdm_send", json!({"tid": tid, "text": "needle group"})),
        (
            "channel_send",
            json!({"channel_id": club.general, "text": "needle channel"}),
        ),
        (
            "channel_send",
            json!({"channel_id": hidden, "text": "needle hidden"}),
        ),
        (
            "channel_send",
            json!({"channel_id": closed, "text": "needle closed"}),
        ),
    ] {
        socket.does(event, payload).await;
    }

    for indexed in [false, true] {
        if indexed {
            is_indexed(&app).await;
        }
        for q in ["needle", "ne"] {
            assert_eq!(finds(&carol, q).await, ["needle public"]);
            assert_eq!(
                finds(&bob, q).await,
                [
                    "needle channel",
                    "needle group",
                    "needle dm",
                    "needle public"
                ]
            );
            assert_eq!(finds(&alice, q).await.len(), 7);
        }
        // To name a place, or its people, opens nothing.
        for q in [
            format!("needle in:gdm:{tid}"),
            format!("needle in:channel:{}", club.general),
            format!("in:channel:{hidden}"),
            "needle in:\"the group\"".to_owned(),
            "needle in:#general".to_owned(),
            "needle in:@bob".to_owned(),
            "needle in:dm:alice".to_owned(),
        ] {
            assert!(finds(&carol, &q).await.is_empty(), "{q}");
        }
        assert_eq!(finds(&carol, "from:alice").await, ["needle public"]);
        assert!(
            finds(&bob, &format!("in:channel:{hidden}"))
                .await
                .is_empty()
        );
    }

    // Who leaves, is put out or loses a permission does not find it any more.
    let body = json!({"tid": tid, "username": "bob"});
    alice.post("/api/gdm/remove_member", body).await.succeeds();
    club.overwrites(club.general, everyone, &[], &["read_history"])
        .await;
    assert_eq!(finds(&bob, "needle").await, ["needle dm", "needle public"]);
    alice
        .post("/api/gdm/delete", json!({"tid": tid}))
        .await
        .succeeds();
    assert!(
        !finds(&alice, "needle")
            .await
            .contains(&"needle group".to_owned())
    );
    let stranger = app.stranger();
    stranger
        .get("/api/search?q=needle")
        .await
        .is_refused(401, "unauthenticated");
}

#[tokio::test]
async fn what_is_edited_is_found_by_its_new_text_and_what_is_deleted_by_none() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let mut socket = alice.connects().await;
    let early = says(&mut socket, "first apple").await;
    let gone = says(&mut socket, "second apple").await;
    is_indexed(&app).await;
    let late = says(&mut socket, "third apple").await;

    socket
        .does("edit_message", json!({"id": early, "text": "first pear"}))
        .await;
    socket
        .does("edit_message", json!({"id": late, "text": "third pear"}))
        .await;
    socket.does("delete_message", json!({"id": gone})).await;

    for indexed in [false, true] {
        if indexed {
            is_indexed(&app).await;
        }
        assert!(
            finds(&alice, "apple").await.is_empty(),
            "indexed: {indexed}"
        );
        assert_eq!(finds(&alice, "pear").await, ["third pear", "first pear"]);
    }
    let left = "SELECT count(*) FROM search_entry WHERE folded LIKE '%apple%'";
    assert_eq!(app.number(left, []).await, 0);
    let another = says(&mut socket, "fourth pear").await;
    is_indexed(&app).await;
    assert_eq!(finds(&alice, "pear").await.len(), 3);
    socket.does("delete_message", json!({"id": another})).await;
    assert_eq!(finds(&alice, "pear").await, ["third pear", "first pear"]);
}

#[tokio::test]
async fn filters_narrow_a_search_down() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "Bob Smith"]).await;
    let mut one = alice.connects().await;
    let mut two = bob.connects().await;
    says(&mut one, "plan of alice").await;
    says(&mut two, "plan of bob, see https://example.org/plan").await;
    let dm = json!({"to": "alice", "text": "plan between us"});
    two.does("dm_send", dm).await;
    app.clock.advance(std::time::Duration::from_hours(48));
    says(&mut one, "a later plan").await;

    for indexed in [false, true] {
        if indexed {
            is_indexed(&app).await;
        }
        let by_bob = finds(&alice, "plan from:\"bob smith\"").await;
        assert_eq!(
            by_bob,
            [
                "plan between us",
                "plan of bob, see https://example.org/plan"
            ]
        );
        assert_eq!(
            finds(&alice, "from:me plan").await,
            ["a later plan", "plan of alice"]
        );
        assert!(finds(&alice, "plan from:nobody").await.is_empty());
        assert_eq!(
            finds(&alice, "in:public from:@alice of").await,
            ["plan of alice"]
        );
        assert_eq!(
            finds(&alice, "in:\"dm:Bob Smith\"").await,
            ["plan between us"]
        );
        assert_eq!(
            finds(&alice, "in:\"@Bob Smith\" plan").await,
            ["plan between us"]
        );
        assert_eq!(
            finds(&alice, "has:link").await,
            ["plan of bob, see https://example.org/plan"]
        );
        assert!(finds(&alice, "has:file").await.is_empty());
        let last = alice.reads("/api/messages?limit=1").await[0]["created_at"].clone();
        let today = &last.as_str().expect("a time")[..10];
        assert_eq!(
            finds(&alice, &format!("plan before:{today}")).await.len(),
            3
        );
        assert_eq!(finds(&alice, "plan after:2100-01-01").await.len(), 0);
        assert_eq!(finds(&alice, "plan after:2000-01-01").await.len(), 4);
    }
    for (q, code) in [
        ("", "query_empty"),
        ("before:x", "bad_filter"),
        ("has:x", "bad_filter"),
    ] {
        alice
            .get(&format!("/api/search?q={q}"))
            .await
            .is_refused(400, code);
    }
}

#[tokio::test]
async fn a_search_has_pages_and_its_results_are_whole_messages() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let mut socket = alice.connects().await;
    for n in 0..5 {
        says(&mut socket, &format!("item {n}")).await;
    }
    socket
        .does("dm_send", json!({"to": "bob", "text": "item dm"}))
        .await;

    for indexed in [false, true] {
        if indexed {
            is_indexed(&app).await;
        }
        let mut all = Vec::new();
        let mut before = i64::MAX.to_string();
        loop {
            let query = [("q", "item"), ("limit", "2"), ("before", &before)];
            let (texts, page) = finds_page(&bob, &query).await;
            all.extend(texts);
            let results = page["results"].as_array().expect("results");
            assert_eq!(page["has_more"], all.len() < 6);
            if page["has_more"] == false {
                break;
            }
            before = number(&results[results.len() - 1]["id"]).to_string();
        }
        assert_eq!(
            all,
            ["item dm", "item 4", "item 3", "item 2", "item 1", "item 0"]
        );
        let (_, page) = finds_page(&bob, &[("q", "item dm")]).await;
        let message = &page["results"][0];
        assert_eq!(message["conversation"], "dm:alice");
        assert_eq!(message["username"], "alice");
        assert_eq!(message["seq"], 1);
    }
}

#[tokio::test]
async fn somebody_who_searches_without_end_waits() {
    let app = TestApp::with(|config| config.limits.enabled = true).await;
    let [alice, bob] = app.users(["alice", "bob"]).await;

    let mut refused = None;
    for _ in 0..200 {
        let reply = alice.get("/api/search?q=anything").await;
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }

    let refused = refused.expect("a limit");
    assert!(refused.body["retry_after"].is_number(), "{}", refused.body);
    refused.is_refused(429, "rate_limited");
    bob.get("/api/search?q=anything").await.succeeds();
}
