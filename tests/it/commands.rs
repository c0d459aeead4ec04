//! Slash commands: what they do, for whom, and that nobody else hears of them.

use serde_json::{Value, json};

use crate::support::{Community, Person, Socket, TestApp, number};

async fn types(socket: &mut Socket, text: &str) -> Value {
    socket.asks("send_message", json!({"text": text})).await
}

async fn history(person: &Person, path: &str) -> Vec<String> {
    let messages = person.reads(path).await;
    let messages = messages.as_array().expect("messages").iter();
    messages
        .map(|one| one["source"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn a_command_is_answered_privately_and_never_said() {
    let app = TestApp::spawn().await;
    let [_root, bob, carol] = app.users(["root", "Bob Smith", "carol"]).await;
    let mut socket = carol.connects().await;
    let mut others = bob.connects().await;

    let answer = types(&mut socket, "/user info \"Bob Smith\"").await;

    assert_eq!(
        (&answer["ok"], &answer["command"]),
        (&json!(true), &json!(true))
    );
    let text = answer["text"].as_str().expect("text");
    assert!(
        text.starts_with("Bob Smith\nrole: user\nstatus: online\n"),
        "{text}"
    );
    assert!(!text.contains("127.0.0.1") && !text.contains('@'), "{text}");
    let notice = socket.receives(&["system_message"]).await;
    assert!(
        notice["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("Bob Smith"))
    );
    let list = types(&mut socket, "/user list").await;
    assert_eq!(list["text"], "Online (2): Bob Smith, carol");
    let payload = json!({"to": "Bob Smith", "text": "/channel info"});
    let here = socket.asks("dm_send", payload).await;
    assert_eq!(here["text"], "A direct conversation with Bob Smith.");
    // What is no command is a message, and the first that others hear.
    for text in ["/usr/bin is a path", "/nonsense here", "/ alone", "//help"] {
        assert_eq!(types(&mut socket, text).await["command"], Value::Null);
    }
    let heard = others
        .receives(&["new_message", "dm_new", "system_message"])
        .await;
    assert_eq!(heard["source"], "/usr/bin is a path");
    assert_eq!(history(&bob, "/api/messages").await.len(), 4);
    assert_eq!(history(&bob, "/api/dm/messages?peer=carol").await, [""; 0]);
}

#[tokio::test]
async fn admins_are_told_of_what_is_no_command_and_how_others_are_typed() {
    let app = TestApp::spawn().await;
    let [root, bob] = app.users(["root", "bob"]).await;
    let mut admin = root.connects().await;
    let mut user = bob.connects().await;

    let unknown = types(&mut admin, "/nonsense here").await;
    assert_eq!(unknown["error"], "unknown_command");
    for socket in [&mut admin, &mut user] {
        let usage = types(socket, "/user").await;
        assert_eq!(usage["error"], "bad_params");
        assert_eq!(usage["message"], "/user info <name>\n/user list");
        assert_eq!(
            types(socket, "/user info").await["message"],
            "/user info <name>"
        );
        assert_eq!(
            types(socket, "/user info nobody").await["error"],
            "user_not_found"
        );
    }
    let help = async |socket: &mut Socket| {
        let answer = types(socket, "/help").await;
        answer["text"].as_str().expect("text").to_owned()
    };
    let (of_admin, of_user) = (help(&mut admin).await, help(&mut user).await);
    for command in ["/clearall:", "/addadmin <name>:", "/file upload <url>:"] {
        assert!(of_admin.contains(command), "{of_admin}");
        assert!(!of_user.contains(command), "{of_user}");
    }
    assert!(of_user.contains("/file list:"));
    assert_eq!(history(&root, "/api/messages").await, [""; 0]);
}

#[tokio::test]
async fn what_only_admins_may_do_is_refused_to_others() {
    let app = TestApp::spawn().await;
    let [root, bob, carol] = app.users(["root", "bob", "carol"]).await;
    let tid = carol.makes_group_with(&[&bob]).await;
    let mut user = bob.connects().await;
    types(&mut user, "stays").await;

    for text in [
        "/clear 1",
        "/clearall",
        "/addadmin bob",
        "/rmadmin root",
        "/file upload https://example.org/x",
    ] {
        let refused = types(&mut user, text).await;
        assert_eq!(refused["error"], "forbidden", "{text}");
    }
    let in_group = json!({"tid": tid, "text": "/clearall"});
    assert_eq!(user.asks("gdm_send", in_group).await["error"], "forbidden");
    let in_dm = json!({"to": "carol", "text": "/clearall"});
    assert_eq!(user.asks("dm_send", in_dm).await["error"], "forbidden");
    assert_eq!(history(&bob, "/api/messages").await, ["stays"]);
    assert_eq!(bob.reads("/api/me/role").await["is_admin"], false);

    let mut admin = root.connects().await;
    let made = types(&mut admin, "/addadmin bob").await;
    assert_eq!(made["text"], "Admins: bob");
    assert_eq!(bob.reads("/api/me/role").await["is_admin"], true);
    let mut bob_now = bob.connects().await;
    assert_eq!(
        types(&mut bob_now, "/addadmin carol").await["error"],
        "forbidden"
    );
    assert_eq!(types(&mut admin, "/rmadmin bob").await["text"], "Admins: ");
    assert_eq!(types(&mut bob_now, "/clearall").await["error"], "forbidden");
}

#[tokio::test]
async fn clear_deletes_the_newest_and_clearall_everything_for_everybody() {
    let app = TestApp::spawn().await;
    let [root, bob] = app.users(["root", "bob"]).await;
    let mut admin = root.connects().await;
    let mut others = bob.connects().await;
    for n in 0..5 {
        types(&mut others, &format!("message {n}")).await;
    }

    for bad in ["/clear", "/clear x", "/clear 0", "/clear 1001", "/clear -1"] {
        assert_eq!(types(&mut admin, bad).await["error"], "bad_params", "{bad}");
    }
    let cleared = types(&mut admin, "/clear 2").await;
    assert_eq!(cleared["text"], "Deleted 2 messages.");
    let gone = others.receives(&["messages_deleted"]).await;
    assert_eq!(gone["ids"].as_array().map(Vec::len), Some(2));
    let left = ["message 0", "message 1", "message 2"];
    assert_eq!(history(&bob, "/api/messages").await, left);

    // Sent again under the same key, it is not done again.
    let again = json!({"text": "/clear 1", "nonce": "k1"});
    admin.does("send_message", again.clone()).await;
    admin.does("send_message", again).await;
    assert_eq!(
        history(&bob, "/api/messages").await,
        ["message 0", "message 1"]
    );

    let off = json!({"MC_PURGE_CHANNEL": "0"});
    root.post("/api/admin/toggles", off).await.succeeds();
    assert_eq!(types(&mut admin, "/clearall").await["error"], "disabled");
    let on = json!({"MC_PURGE_CHANNEL": "1"});
    root.post("/api/admin/toggles", on).await.succeeds();
    types(&mut admin, "/clearall").await;
    others.receives(&["clear_all"]).await;
    assert_eq!(history(&bob, "/api/messages").await, [""; 0]);
    let synced = bob.post("/api/sync", json!({"since": {"public": 0}})).await;
    let entry = &synced.succeeds()["conversations"][0];
    let messages = entry["messages"].as_array().expect("messages");
    assert_eq!(messages.len(), 5);
    let revs: Vec<i64> = messages.iter().map(|one| number(&one["rev"])).collect();
    assert_eq!(revs, [6, 7, 8, 9, 10]);
    assert!(messages.iter().all(|one| one["deleted"] == true));
    assert_eq!(entry["unread"], 0);
}

#[tokio::test]
async fn a_group_is_cleared_by_its_owner_and_a_dm_by_a_superadmin_for_both() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let tid = alice.makes_group_with(&[&bob]).await;
    let mut owner = alice.connects().await;
    let mut member = bob.connects().await;
    member
        .does("gdm_send", json!({"tid": tid, "text": "hi"}))
        .await;
    let clear = json!({"tid": tid, "text": "/clearall"});

    assert_eq!(
        member.asks("gdm_send", clear.clone()).await["error"],
        "forbidden"
    );
    owner.does("gdm_send", clear).await;

    let cleared = member.receives(&["gdm_cleared"]).await;
    assert_eq!(cleared["thread_id"], tid);
    assert_eq!(
        bob.reads(&format!("/api/gdm/messages?tid={tid}")).await,
        json!([])
    );
    let mut superadmin = root.connects().await;
    superadmin
        .does("dm_send", json!({"to": "bob", "text": "hello"}))
        .await;
    let only_here = json!({"to": "bob", "text": "/clear 1"});
    assert_eq!(
        superadmin.asks("dm_send", only_here).await["error"],
        "not_here"
    );
    superadmin
        .does("dm_send", json!({"to": "bob", "text": "/clearall"}))
        .await;
    assert_eq!(member.receives(&["dm_cleared"]).await["peer"], "root");
    for (person, peer) in [(&root, "bob"), (&bob, "root")] {
        let path = format!("/api/dm/messages?peer={peer}");
        assert_eq!(person.reads(&path).await, json!([]));
    }
}

#[tokio::test]
async fn something_is_sent_to_another_channel_by_who_may_speak_there() {
    let app = TestApp::spawn().await;
    let [alice, bob, carol] = app.users(["alice", "bob", "carol"]).await;
    let club = Community::of(&alice, &[&bob]).await;
    let news = club.makes_channel("news").await;
    let everyone = club.everyone().await;
    club.overwrites(news, everyone, &[], &["send_messages"])
        .await;
    let mut member = bob.connects().await;
    let mut outsider = carol.connects().await;

    let sent = types(&mut member, "/message send general hello   \"all\" of you").await;
    assert_eq!(sent["text"], format!("Sent to channel:{}.", club.general));
    let page = club.path(&format!("/channels/{}/messages", club.general));
    let messages = alice.reads(&page).await;
    assert_eq!(messages["messages"][0]["source"], "hello   \"all\" of you");
    assert_eq!(
        types(&mut member, "/message send news hi").await["error"],
        "forbidden"
    );
    for channel in ["general".to_owned(), format!("channel:{}", club.general)] {
        let text = format!("/message send {channel} hi");
        assert_eq!(
            types(&mut outsider, &text).await["error"],
            "channel_not_found"
        );
    }
    types(&mut outsider, "/message send public hello from there").await;
    assert_eq!(history(&bob, "/api/messages").await, ["hello from there"]);
}

#[tokio::test]
async fn files_of_others_are_for_admins_alone() {
    let app = TestApp::spawn().await;
    let [root, bob, carol] = app.users(["root", "bob", "carol"]).await;
    let form = crate::support::form("file", "notes.txt", b"some notes".to_vec());
    let request = bob.request(reqwest::Method::POST, "/api/files/upload");
    let shared = crate::support::Reply::of(request.multipart(form))
        .await
        .succeeds();
    let id = shared["id"].as_str().expect("an id").to_owned();
    let [mut admin, mut owner, mut other] = [
        root.connects().await,
        bob.connects().await,
        carol.connects().await,
    ];

    for socket in [&mut admin, &mut owner] {
        let list = types(socket, "/file list").await;
        assert!(
            list["text"].as_str().is_some_and(|text| text.contains(&id)),
            "{list}"
        );
        let info = types(socket, &format!("/file info {id}")).await;
        assert!(
            info["text"]
                .as_str()
                .is_some_and(|text| text.contains("uploaded by bob"))
        );
    }
    assert_eq!(types(&mut other, "/file list").await["text"], "No files.");
    for text in [format!("/file info {id}"), format!("/file delete {id}")] {
        assert_eq!(types(&mut other, &text).await["error"], "file_not_found");
    }
    types(&mut owner, &format!("/file delete {id}")).await;
    assert_eq!(types(&mut admin, "/file list").await["text"], "No files.");
}
