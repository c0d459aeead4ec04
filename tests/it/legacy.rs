//! Moving over from the old server: what people find here afterwards.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::support::{
    OldServer, PASSWORD, PBKDF2, Person, Program, SCRYPT, TestDatabase, counts, eventually, number,
    picture,
};

/// A server with a bit of everything, as its documents describe it.
async fn whole() -> OldServer {
    let old = OldServer::of(&format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, password TEXT,
            email TEXT, avatar TEXT, bio TEXT, status TEXT, theme TEXT, language TEXT,
            allow_dm_nonfriends INTEGER, created_at TEXT);
        INSERT INTO users VALUES
            (1, 'alice', '{SCRYPT}', 'alice@example.org', 'avatars/alice.png', 'about me', 'dnd',
                'dark', 'de', 1, '2024-01-01T00:00:00.000001-05:00'),
            (2, 'bob', '{PBKDF2}', NULL, NULL, '', 'on holiday', 'light', 'en', 1,
                '2024-01-02T00:00:00-05:00'),
            (5, 'carol', '{PBKDF2}', NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL);
        CREATE TABLE messages (id INTEGER PRIMARY KEY, user_id INTEGER, username TEXT, text TEXT,
            attachment TEXT, created_at TEXT, reply_to INTEGER, reply_username TEXT,
            reply_snippet TEXT);
        INSERT INTO messages VALUES
            (1, 1, 'alice', '<p>good <strong>morning</strong> @bob</p>', NULL,
                '2024-02-01T09:00:00-05:00', NULL, NULL, NULL),
            (2, 2, 'bob', '<p>hello</p>', '0a1b2c3d_notes.txt', '2024-02-01T09:01:00-05:00', 1,
                'alice', 'good morning @bob'),
            (7, 0, 'System', '<p>welcome</p>', NULL, '2024-02-01T09:02:00-05:00', NULL, NULL, NULL);
        CREATE TABLE direct_messages (id INTEGER PRIMARY KEY, from_user TEXT, to_user TEXT,
            text TEXT, attachment TEXT, created_at TEXT, reply_to INTEGER, reply_username TEXT,
            reply_snippet TEXT);
        INSERT INTO direct_messages VALUES
            (1, 'alice', 'bob', '<p>psst</p>', NULL, '2024-02-02T00:00:00Z', NULL, NULL, NULL),
            (2, 'System', 'bob', '<p>a warning</p>', NULL, '2024-02-02T00:00:01Z', NULL, NULL, NULL),
            (9, 'bob', 'alice', '<p>yes?</p>', NULL, '2024-02-02T00:00:02Z', 1, 'alice', 'psst');
        CREATE TABLE group_threads (id INTEGER PRIMARY KEY, name TEXT, created_by TEXT,
            created_at TEXT, invite_code TEXT, locked INTEGER);
        INSERT INTO group_threads VALUES
            (3, 'Team', 'bob', '2024-02-03T00:00:00Z', 'ABCDEFGH', 1);
        CREATE TABLE group_members (thread_id INTEGER, username TEXT);
        INSERT INTO group_members VALUES (3, 'bob'), (3, 'alice');
        CREATE TABLE group_messages (id INTEGER PRIMARY KEY, thread_id INTEGER, username TEXT,
            text TEXT, attachment TEXT, created_at TEXT, edited INTEGER, reply_to INTEGER,
            reply_username TEXT, reply_snippet TEXT);
        INSERT INTO group_messages VALUES
            (1, 3, 'bob', '<p>to the group</p>', NULL, '2024-02-03T00:00:01Z', 1, NULL, NULL, NULL);
        CREATE TABLE docs (id INTEGER PRIMARY KEY, name TEXT, content TEXT, created_by TEXT,
            created_at TEXT, last_edited_by TEXT, last_edited_at TEXT);
        INSERT INTO docs VALUES (4, 'Plan', 'one' || char(13, 10) || 'two', 'alice',
            '2024-02-04T00:00:00Z', 'bob', '2024-02-05T00:00:00Z');
        CREATE TABLE doc_members (doc_id INTEGER, username TEXT, role TEXT, added_at TEXT);
        INSERT INTO doc_members VALUES (4, 'alice', 'editor', NULL), (4, 'bob', 'viewer', NULL);
        CREATE TABLE reactions (id INTEGER PRIMARY KEY, message_id INTEGER, message_type TEXT,
            username TEXT, emoji TEXT, created_at TEXT);
        INSERT INTO reactions VALUES (1, 1, 'public', 'bob', '\u{1f44d}', NULL),
            (2, 9, 'dm', 'alice', '\u{2764}', NULL);
        CREATE TABLE reports (id INTEGER PRIMARY KEY, report_type TEXT, target_id INTEGER,
            target_username TEXT, reason TEXT, details TEXT, reporter_username TEXT,
            created_at TEXT, status TEXT, admin_notes TEXT, resolved_at TEXT, resolved_by TEXT);
        INSERT INTO reports VALUES (1, 'message', 2, 'bob', 'spam', 'look', 'alice',
            '2024-02-06 00:00:00', 'pending', NULL, NULL, NULL);
        CREATE TABLE banned_users (username TEXT);
        INSERT INTO banned_users VALUES ('carol');
        CREATE TABLE banned_ips (ip TEXT);
        INSERT INTO banned_ips VALUES ('203.0.113.7'), ('127.0.0.1');
        CREATE TABLE admins (username TEXT);
        INSERT INTO admins VALUES ('bob');
        CREATE TABLE app_settings (key TEXT, value TEXT);
        INSERT INTO app_settings VALUES ('ALERTS_TEXT', 'moved'), ('GD_SAVE_DM_LOGS', '0'),
            ('RESET_DM_IDS', '1');"
    ))
    .await;
    old.has_upload("0a1b2c3d_notes.txt", b"notes of old");
    old.has_upload("avatars/alice.png", &picture(40, 30));
    old
}

async fn text(database: &TestDatabase, sql: &str) -> String {
    let db = database.connect().await;
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(statement).await.expect(sql).expect(sql);
    row.try_get_by_index(0).expect(sql)
}

async fn count(program: &Program, table: &str) -> i64 {
    let db = program.database().connect().await;
    let sql = format!("SELECT count(*) FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), sql.clone());
    let row = db.query_one_raw(statement).await.expect(&sql).expect(&sql);
    row.try_get_by_index(0).expect(&sql)
}

async fn signed_in(program: &mut Program, names: [&str; 2]) -> [Person; 2] {
    let address = program.serves().await;
    let people = names.map(|name| Program::person(name, address));
    for person in &people {
        person.signs_in().await.succeeds();
    }
    people
}

fn column<'a>(rows: &'a Value, key: &str) -> Vec<&'a Value> {
    let rows = rows.as_array().expect("rows");
    rows.iter().map(|row| &row[key]).collect()
}

#[tokio::test]
async fn people_sign_in_with_their_old_password_which_is_hashed_anew() {
    let old = whole().await;
    let mut program = Program::new().await;
    old.moves(&program, &[]);
    let hash = "SELECT password_hash FROM \"user\" WHERE username = 'alice'";
    assert_eq!(text(program.database(), hash).await, SCRYPT);
    let address = program.serves().await;
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| Program::person(name, address));

    alice
        .signs_in_with("wrong horse")
        .await
        .is_refused(401, "invalid_credentials");
    assert_eq!(text(program.database(), hash).await, SCRYPT);
    alice.signs_in().await.succeeds();
    bob.signs_in().await.succeeds();

    let renewed = text(program.database(), hash).await;
    assert!(renewed.starts_with("$argon2id$"), "{renewed}");
    alice.elsewhere().signs_in().await.succeeds();
    alice
        .elsewhere()
        .signs_in_with("wrong horse")
        .await
        .is_refused(401, "invalid_credentials");
    carol.signs_in().await.is_refused(403, "banned");
    let me = alice.reads("/api/whoami").await;
    assert_eq!(
        [&me["user_id"], &me["bio"], &me["theme"], &me["language"]],
        [&json!(1), &json!("about me"), &json!("dark"), &json!("de")]
    );
    assert_eq!(me["email"], "alice@example.org");
    let avatar = me["avatar"].as_str().expect("an avatar");
    let served = alice.get(&format!("/uploads/{avatar}")).await;
    assert_eq!(served.status, 200);
    assert_eq!(bob.reads("/api/whoami").await["status"], "on holiday");
    assert_eq!(bob.reads("/api/me/role").await["role"], "admin");
    assert_eq!(alice.reads("/api/me/role").await["role"], "user");
    program.terminates();
}

#[tokio::test]
async fn what_was_said_is_there_as_it_was_and_goes_on() {
    let old = whole().await;
    let mut program = Program::new().await;
    old.moves(&program, &[]);
    let [alice, bob] = signed_in(&mut program, ["alice", "bob"]).await;

    let public = alice.reads("/api/messages").await;
    assert_eq!(column(&public, "id"), [1, 2, 7], "ids stay");
    assert_eq!(column(&public, "username"), ["alice", "bob", "System"]);
    assert_eq!(public[0]["text"], "good <strong>morning</strong> @bob");
    assert_eq!(public[0]["source"], "good **morning** @bob");
    assert_eq!(public[0]["mentions"], json!(["bob"]));
    assert_eq!(public[0]["created_at"], "2024-02-01T14:00:00Z");
    assert_eq!(
        [
            &public[1]["reply_to"],
            &public[1]["reply_username"],
            &public[1]["reply_snippet"]
        ],
        [&json!(1), &json!("alice"), &json!("good morning @bob")]
    );
    assert_eq!(public[0]["reactions"][0]["users"], json!(["bob"]));
    let file = public[1]["attachment"].as_str().expect("a file");
    assert_ne!(
        file, "0a1b2c3d_notes.txt",
        "it gets a name that cannot be guessed"
    );
    let served = bob.get(&format!("/uploads/{file}")).await;
    assert_eq!((served.status, served.body), (200, json!("notes of old")));

    let direct = alice.reads("/api/dm/messages?peer=bob").await;
    assert_eq!(column(&direct, "text"), ["psst", "yes?"]);
    assert_eq!(direct[1]["reply_to"], direct[0]["id"]);
    assert_eq!(direct[1]["reactions"][0]["emoji"], "\u{2764}\u{fe0f}");
    assert_eq!(bob.reads("/api/dm/peers").await, json!(["alice", "System"]));
    let notices = bob.reads("/api/dm/messages?peer=System").await;
    assert_eq!(column(&notices, "text"), ["a warning"]);

    let threads = alice.reads("/api/gdm/threads").await;
    assert_eq!(threads[0]["id"], 3, "links to groups stay");
    assert_eq!(threads[0]["name"], "Team");
    assert_eq!(threads[0]["created_by"], "bob");
    assert_eq!(threads[0]["locked"], true);
    assert_eq!(threads[0]["members"], json!(["bob", "alice"]));
    let own = bob.reads("/api/gdm/threads").await;
    assert_ne!(own[0]["invite_code"], "ABCDEFGH");
    let group = alice.reads("/api/gdm/messages?tid=3").await;
    assert_eq!(column(&group, "text"), ["to the group"]);
    assert_eq!(group[0]["edited"], 1);

    // Everything that came over counts as read, and ids of all kinds are one sequence.
    let conversations = bob.reads("/api/conversations").await;
    for conversation in conversations["conversations"].as_array().expect("rows") {
        assert_eq!(conversation["unread"], 0, "{conversation}");
    }
    let mut ids: Vec<i64> = [&public, &direct, &notices, &group]
        .iter()
        .flat_map(|rows| column(rows, "id"))
        .map(number)
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);

    let mut socket = alice.connects().await;
    let said = socket.does("send_message", json!({"text": "and on"})).await;
    assert_eq!(said["seq"], 4);
    assert!(number(&said["id"]) > *ids.last().expect("ids"));
    let said = socket
        .does("dm_send", json!({"to": "bob", "text": "on"}))
        .await;
    assert_eq!(said["seq"], 3);
    eventually("the search knows it", async || {
        let found = alice.reads("/api/search?q=morning").await;
        column(&found["results"], "id") == [1]
    })
    .await;
    program.terminates();
}

#[tokio::test]
async fn documents_reports_bans_and_settings_come_over() {
    let old = whole().await;
    let mut program = Program::new().await;
    let report = old.moves(&program, &[]);
    let [alice, bob] = signed_in(&mut program, ["alice", "bob"]).await;

    let doc = bob.reads("/api/doc/4").await;
    assert_eq!([&doc["name"], &doc["content"]], ["Plan", "one\ntwo"]);
    assert_eq!(
        [&doc["created_by"], &doc["last_edited_by"]],
        ["alice", "bob"]
    );
    let members = alice.reads("/api/doc/4/members").await;
    assert_eq!(column(&members["members"], "username"), ["alice", "bob"]);
    assert_eq!(column(&members["members"], "role"), ["creator", "viewer"]);
    let mut socket = alice.connects().await;
    let edit = json!({"doc_id": 4, "content": "one\ntwo\nthree"});
    socket.does("doc_edit", edit).await;
    assert_eq!(bob.reads("/api/doc/4").await["content"], "one\ntwo\nthree");

    let mut admin = bob.connects().await;
    admin.sends("fetch_reports", json!({"status": "all"})).await;
    let reports = admin.receives(&["reports_data"]).await;
    let first = &reports["reports"][0];
    assert_eq!(
        [&first["report_type"], &first["target_username"]],
        ["message", "bob"]
    );
    assert_eq!(
        [&first["reason"], &first["reporter_username"]],
        ["spam", "alice"]
    );
    assert_eq!(first["target_id"], 2);
    assert_eq!(alice.reads("/api/alerts").await["text"], "moved");
    assert_eq!(counts(&report, "banned_ips"), [1, 0, 1]);
    assert_eq!(counts(&report, "app_settings"), [2, 0, 1]);
    let ban = "SELECT address FROM ip_ban";
    assert_eq!(text(program.database(), ban).await, "203.0.113.7");
    assert_eq!(count(&program, "dm_log").await, 0, "nothing becomes a log");
    program.terminates();
}

#[tokio::test]
async fn a_second_run_brings_what_is_new_and_nothing_twice() {
    let old = whole().await;
    let mut program = Program::new().await;
    let first = old.moves(&program, &[]);
    assert_eq!(counts(&first, "messages"), [3, 0, 0]);
    let tables = [
        "\"user\"",
        "message",
        "conversation",
        "conversation_member",
        "file",
        "reaction",
        "doc",
        "doc_update",
        "doc_member",
        "report",
        "imported",
    ];
    let mut before = Vec::new();
    for table in tables {
        before.push(count(&program, table).await);
    }

    let second = old.moves(&program, &[]);

    for (table, before) in tables.iter().zip(before) {
        assert_eq!(count(&program, table).await, before, "{table}: {second}");
    }
    assert_eq!(counts(&second, "messages"), [0, 3, 0]);
    assert_eq!(counts(&second, "users"), [0, 3, 0]);
    // People were here meanwhile, and there.
    let [alice, _] = signed_in(&mut program, ["alice", "bob"]).await;
    alice
        .connects()
        .await
        .does("send_message", json!({"text": "said here"}))
        .await;
    let answer = alice
        .post("/api/settings", json!({"new_username": "alicia"}))
        .await;
    answer.succeeds();
    program.terminates();
    old.runs(&format!(
        "INSERT INTO users (id, username, password) VALUES (6, 'dave', '{PBKDF2}');
        INSERT INTO messages (id, user_id, username, text, created_at, reply_to)
            VALUES (8, 6, 'dave', '<p>late</p>', '2024-03-01T00:00:00Z', 1);
        INSERT INTO direct_messages (id, from_user, to_user, text, created_at)
            VALUES (10, 'dave', 'alice', '<p>hi</p>', '2024-03-01T00:00:00Z');
        INSERT INTO group_members VALUES (3, 'dave');
        INSERT INTO reactions VALUES (3, 8, 'public', 'alice', '\u{1f44d}', NULL);"
    ))
    .await;

    let third = old.moves(&program, &[]);

    for (table, new) in [
        ("users", [1, 3, 0]),
        ("messages", [1, 3, 0]),
        ("direct_messages", [1, 3, 0]),
        ("group_members", [1, 2, 0]),
        ("reactions", [1, 2, 0]),
    ] {
        assert_eq!(counts(&third, table), new, "{table}: {third}");
    }
    let address = program.serves().await;
    let [alice, dave] = ["alicia", "dave"].map(|name| Program::person(name, address));
    alice.signs_in_with(PASSWORD).await.succeeds();
    dave.signs_in().await.succeeds();
    let public = alice.reads("/api/messages").await;
    let texts = column(&public, "source");
    assert_eq!(
        texts,
        [
            "good **morning** @bob",
            "hello",
            "welcome",
            "said here",
            "late"
        ]
    );
    assert_eq!(public[4]["reply_username"], "alicia");
    assert_eq!(public[4]["reactions"][0]["users"], json!(["alicia"]));
    assert_eq!(alice.reads("/api/dm/peers").await, json!(["bob", "dave"]));
    assert_eq!(dave.reads("/api/gdm/threads").await[0]["id"], 3);
    program.terminates();
}

#[tokio::test]
async fn a_dry_run_says_what_would_come_and_changes_nothing() {
    let old = whole().await;
    let program = Program::new().await;

    let report = old.moves(&program, &["--dry-run"]);

    assert!(report.contains("Nothing was changed"), "{report}");
    assert_eq!(counts(&report, "users"), [3, 0, 0]);
    assert_eq!(counts(&report, "files"), [1, 0, 0]);
    for (table, rows) in [
        ("\"user\"", 1),
        ("message", 0),
        ("file", 0),
        ("imported", 0),
    ] {
        assert_eq!(count(&program, table).await, rows, "{table}");
    }
    assert!(!program.folder().join("files").exists());
    let really = old.moves(&program, &[]);
    let counted = |report: &str| {
        let lines = report
            .lines()
            .take_while(|line| !line.starts_with("To know"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(counted(&really), counted(&report));
}
