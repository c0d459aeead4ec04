//! Old databases that are not as they should be, and what is none.

use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde_json::json;

use crate::support::{OldServer, PBKDF2, Program, counts, picture};

async fn count(program: &Program, table: &str) -> i64 {
    let db = program.database().connect().await;
    let sql = format!("SELECT count(*) FROM {table}");
    let statement = Statement::from_string(db.get_database_backend(), sql.clone());
    let row = db.query_one_raw(statement).await.expect(&sql).expect(&sql);
    row.try_get_by_index(0).expect(&sql)
}

#[track_caller]
fn assert_fails(old: &OldServer, program: &Program, more: &[&str], why: &str) {
    let output = old.moves_to(program, more);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{text}");
    assert!(text.contains(why), "{why}: {text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[tokio::test]
async fn few_tables_and_columns_are_enough_and_what_is_not_read_is_said() {
    let old = OldServer::of(&format!(
        "CREATE TABLE users (username TEXT, password_hash TEXT, shoe_size INTEGER);
        INSERT INTO users VALUES ('alice', '{PBKDF2}', 38), ('bob', '$2b$12$abc', 44), (NULL, '', 0);
        CREATE TABLE public_messages (username TEXT, content TEXT, timestamp REAL);
        INSERT INTO public_messages VALUES ('alice', '**bold**', 1706796000.25),
            ('alice', 'a < b', 'soon'), ('bob', '', 1706796002);
        CREATE TABLE voice (channel TEXT);
        INSERT INTO voice VALUES ('general'), ('music');
        CREATE TABLE bans (type TEXT, value TEXT, expires_at INTEGER);
        INSERT INTO bans VALUES ('user', 'bob', 4000000000), ('user', 'alice', 1000000000),
            ('sound', 'x', NULL);"
    ))
    .await;
    let mut program = Program::new().await;

    let report = old.moves(&program, &[]);

    for said in [
        "column users.shoe_size",
        "table voice (2 rows)",
        "there is no table group_threads",
        "read as Markdown",
        "without a name: 1",
        "messages without a time",
        "chatter user password",
        "bans with an end",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    assert_eq!(counts(&report, "users"), [2, 0, 1]);
    assert_eq!(counts(&report, "messages"), [2, 0, 1], "{report}");
    assert_eq!(counts(&report, "bans"), [1, 0, 2]);
    let address = program.serves().await;
    let [alice, bob] = ["alice", "bob"].map(|name| Program::person(name, address));
    alice.signs_in().await.succeeds();
    bob.signs_in().await.is_refused(401, "invalid_credentials");
    bob.signs_in_with("")
        .await
        .is_refused(401, "invalid_credentials");
    let public = alice.reads("/api/messages").await;
    assert_eq!(public[0]["text"], "<strong>bold</strong>");
    assert_eq!(public[0]["created_at"], "2024-02-01T14:00:00Z");
    assert_eq!(public[1]["text"], "a &lt; b");
    program.terminates();
}

#[tokio::test]
async fn names_that_clash_or_cannot_be_are_near_ones_and_ids_that_are_taken_others() {
    let old = OldServer::of(&format!(
        "CREATE TABLE users (id INTEGER, username TEXT, password TEXT, is_admin INTEGER);
        INSERT INTO users VALUES (1, 'Alice', '{PBKDF2}', 0), (2, 'alice', '{PBKDF2}', 1),
            (3, 'root', '{PBKDF2}', 0), (4, 'b@d/name', '{PBKDF2}', 0),
            (5, 'a name of far more than twenty', '{PBKDF2}', 0), (6, '\u{1f600}', '{PBKDF2}', 0),
            (7, 'System', '', 1);
        CREATE TABLE messages (id INTEGER PRIMARY KEY, user_id INTEGER, username TEXT, text TEXT);
        INSERT INTO messages VALUES (1, 1, 'Alice', '<p>first</p>'), (2, 2, 'alice', '<p>second</p>'),
            (3, NULL, 'ghost', '<p>boo</p>'), (4, 99, 'ghost', '<p>boo again</p>'),
            (5, 7, 'System', '<p>hear</p>');
        CREATE TABLE group_threads (id INTEGER, name TEXT, created_by INTEGER, deleted_at TEXT);
        INSERT INTO group_threads VALUES (1, 'one' || char(10) || 'line', 2, NULL);
        CREATE TABLE group_members (thread_id INTEGER, user_id INTEGER);
        INSERT INTO group_members VALUES (1, 1), (1, 1), (9, 1), (1, 77);
        CREATE TABLE group_messages (id INTEGER, tid INTEGER, user_id INTEGER, text TEXT,
            deleted INTEGER);
        INSERT INTO group_messages VALUES (1, 1, 1, '<p>gone</p>', 1), (2, 1, 1, '<p>here</p>', 0),
            (3, 9, 1, '<p>nowhere</p>', 0);"
    ))
    .await;
    let mut program = Program::new().await;
    let made = program.runs(
        &["user", "create", "root", "--role", "superadmin"],
        "another horse\n",
    );
    assert!(made.status.success());

    let report = old.moves(&program, &[]);

    assert_eq!(counts(&report, "users"), [6, 1, 0], "{report}");
    for said in [
        "\"alice\" (id 2) is \"alice2\"",
        "\"root\" (id 3) is \"root2\"",
        "\"b@d/name\" (id 4) is \"bdname\"",
        "is \"a name of far more t\"",
        "\"alice2\" is admin as there",
        "in a group that is not there: 1",
        "\"Deleted user\": 1 (\"ghost\")",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let address = program.serves().await;
    let person = |name| Program::person(name, address);
    // Whoever was here first is still who they were.
    person("root")
        .signs_in()
        .await
        .is_refused(401, "invalid_credentials");
    person("root")
        .signs_in_with("another horse")
        .await
        .succeeds();
    for name in ["root2", "alice2", "bdname", "a name of far more t"] {
        person(name).signs_in().await.succeeds();
    }
    let alice = person("Alice");
    alice.signs_in().await.succeeds();
    assert_eq!(alice.reads("/api/me/role").await["role"], "user");
    let public = alice.reads("/api/messages").await;
    let authors: Vec<_> = public
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| &row["username"])
        .collect();
    assert_eq!(
        authors,
        ["Alice", "alice2", "Deleted user", "Deleted user", "System"]
    );
    let threads = alice.reads("/api/gdm/threads").await;
    assert_eq!(
        [&threads[0]["name"], &threads[0]["created_by"]],
        ["one line", "alice2"]
    );
    let group = &threads[0]["id"];
    assert_ne!(group, 1, "the public chat has that id");
    let said = alice.reads(&format!("/api/gdm/messages?tid={group}")).await;
    assert_eq!(said.as_array().expect("rows").len(), 1);
    assert_eq!(
        [&said[0]["text"], &said[0]["seq"]],
        [&json!("here"), &json!(2)]
    );
    program.terminates();
}

#[tokio::test]
async fn files_are_looked_for_in_the_folder_alone_and_the_missing_are_named() {
    let old = OldServer::of(&format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT, avatar TEXT);
        INSERT INTO users VALUES (1, 'alice', '{PBKDF2}', 'avatars/text.png');
        CREATE TABLE messages (id INTEGER PRIMARY KEY, username TEXT, text TEXT, attachment TEXT);
        INSERT INTO messages VALUES
            (1, 'alice', '', '[\"a.txt\", \"b.png\"]'),
            (2, 'alice', '<p>see</p>', '../chat.db'),
            (3, 'alice', '', '/etc/passwd'),
            (4, 'alice', '', 'broken.png'),
            (5, 'alice', '<p>twice</p>', 'a.txt');"
    ))
    .await;
    let mut program = Program::new().await;
    assert_fails(&old, &program, &[], "--uploads");
    assert_fails(
        &old,
        &program,
        &["--uploads", "/no/such/folder"],
        "/no/such/folder",
    );
    old.has_upload("a.txt", b"text");
    old.has_upload("b.png", &picture(8, 8));
    old.has_upload("broken.png", b"\x89PNG\r\n\x1a\nbroken");
    old.has_upload("avatars/text.png", b"not a picture");

    let report = old.moves(&program, &[]);

    assert_eq!(counts(&report, "files"), [2, 0, 3], "{report}");
    assert_eq!(counts(&report, "avatars"), [0, 0, 1], "{report}");
    let address = program.serves().await;
    let alice = Program::person("alice", address);
    alice.signs_in().await.succeeds();
    let public = alice.reads("/api/messages").await;
    let names: Vec<String> =
        serde_json::from_str(public[0]["attachment"].as_str().expect("files")).expect("a list");
    assert_eq!(names.len(), 2);
    for name in &names {
        assert_eq!(alice.get(&format!("/uploads/{name}")).await.status, 200);
    }
    assert_eq!(public[4]["attachment"], names[0]);
    for (row, said) in [(1, "../chat.db"), (2, "/etc/passwd"), (3, "broken.png")] {
        assert!(public[row]["attachment"].is_null());
        let text = public[row]["text"].as_str().expect("a text");
        assert!(
            text.contains(said) && text.contains("missing file"),
            "{text}"
        );
    }
    program.terminates();

    let without = Program::new().await;
    let report = old.moves(&without, &["--without-files"]);
    assert_eq!(counts(&report, "files")[0], 0, "{report}");
    assert_eq!(count(&without, "file").await, 0);
    assert_eq!(count(&without, "message").await, 5);
}

#[tokio::test]
async fn a_run_that_fails_half_way_has_changed_nothing() {
    let old = OldServer::of(&format!(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password TEXT);
        INSERT INTO users VALUES (1, 'alice', '{PBKDF2}');
        CREATE TABLE messages (id INTEGER PRIMARY KEY, username TEXT, text TEXT, attachment TEXT);
        INSERT INTO messages VALUES (1, 'alice', '<p>hello</p>', 'a.txt');
        CREATE TABLE docs (id INTEGER PRIMARY KEY, name TEXT, content TEXT, created_by TEXT);
        INSERT INTO docs VALUES (1, 'Plan', 'text', 'alice');"
    ))
    .await;
    old.has_upload("a.txt", b"text");
    let db = old.connect().await;
    let sql = "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_master \
               WHERE name = 'docs'";
    let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
    let row = db
        .query_one_raw(statement)
        .await
        .expect("asked")
        .expect("a row");
    let page: i64 = row.try_get_by_index(0).expect("a page");
    let size: i64 = row.try_get_by_index(1).expect("a size");
    db.close().await.expect("closed");
    let whole = std::fs::read(old.file()).expect("read");
    let mut broken = whole.clone();
    let begin = usize::try_from((page - 1) * size).expect("a place");
    broken[begin..begin + 100].fill(0xff);
    std::fs::write(old.file(), broken).expect("written");
    let program = Program::new().await;

    assert_fails(&old, &program, &[], "nothing was brought over");

    for (table, rows) in [
        ("\"user\"", 1),
        ("message", 0),
        ("file", 0),
        ("imported", 0),
    ] {
        assert_eq!(count(&program, table).await, rows, "{table}");
    }
    let blobs = program.folder().join("files/blobs");
    let mut left = Vec::new();
    for shelf in std::fs::read_dir(blobs).into_iter().flatten() {
        left.extend(std::fs::read_dir(shelf.expect("a shelf").path()).expect("read"));
    }
    assert!(left.is_empty(), "{left:?}");
    std::fs::write(old.file(), whole).expect("written");
    let report = old.moves(&program, &[]);
    assert_eq!(counts(&report, "docs"), [1, 0, 0]);
    assert_eq!(count(&program, "message").await, 1);
}

#[tokio::test]
async fn what_is_no_database_of_the_old_server_is_refused() {
    let program = Program::new().await;
    let other = OldServer::of("CREATE TABLE films (title TEXT)").await;
    assert_fails(&other, &program, &[], "no database of the old server");
    std::fs::write(other.file(), "name,password\n").expect("written");
    assert_fails(&other, &program, &[], "no SQLite database");
    std::fs::remove_file(other.file()).expect("removed");
    assert_fails(&other, &program, &[], "cannot be opened");
    assert!(!other.file().exists(), "none was made");

    let own = crate::support::TestDatabase::create_file();
    let here = Program::new()
        .await
        .with("CHATTER_DATABASE__URL", own.url());
    let made = here.runs(&["user", "create", "alice"], "another horse\n");
    assert!(made.status.success());
    let file = own.folder().join("chatter.db").display().to_string();
    let output = here.runs(&["import", "legacy", &file], "");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("a database of this server"), "{said}");
}
