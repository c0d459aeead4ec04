//! How a server ends, and how it says that it cannot work.

use chatter::kernel::{Config, Db};
use entity::message;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Socket, TestApp, TestDatabase};

/// Sends 200 DMs without waiting for an answer.
async fn floods(socket: &mut Socket, to: &str) -> Vec<u64> {
    let mut asked = Vec::new();
    for n in 0..200 {
        let payload = json!({"to": to, "text": format!("message {n}")});
        asked.push(socket.sends("dm_send", payload).await);
    }
    asked
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_answers_what_it_took_and_returns_ok() {
    let mut app = TestApp::spawn().await;
    let [alice, bob, idle] = app.users(["alice", "bob", "idle"]).await;
    let mut sockets = [alice.connects().await, bob.connects().await];
    let mut idle_socket = idle.connects().await;
    let asked = [
        floods(&mut sockets[0], "bob").await,
        floods(&mut sockets[1], "alice").await,
    ];
    // At least one send of each is under way now.
    for (socket, asked) in sockets.iter_mut().zip(&asked) {
        let first = socket.answer(asked[0]).await.expect("an answer");
        assert_eq!(first["ok"], true);
    }

    let stopped = app.begin_stop();
    let mut acknowledged = Vec::new();
    for socket in &mut sockets {
        let answers = socket.ends().await;
        for answer in answers.values() {
            if answer["ok"] == true {
                acknowledged.push(answer["id"].as_i64().expect("an id"));
            } else {
                assert_eq!(answer["error"], "busy", "{answer}");
            }
        }
    }
    idle_socket.ends().await;

    stopped().expect("a clean stop");
    let stored = message::Entity::find().all(app.db().await).await;
    let stored = stored.expect("messages");
    // The two that were waited for are not in the lists any more.
    assert_eq!(stored.len(), acknowledged.len() + 2);
    let ids: Vec<_> = stored.iter().map(|row| row.id.0).collect();
    assert!(acknowledged.iter().all(|id| ids.contains(id)));
}

#[tokio::test]
async fn a_restarted_server_knows_its_sessions_and_goes_on_counting() {
    let mut app = TestApp::spawn().await;
    let [alice, _bob] = app.users(["alice", "bob"]).await;
    let payload = json!({"to": "bob", "text": "before"});
    let before = alice.connects().await.does("dm_send", payload).await;

    app.restart().await;

    let alice = alice.at(app.address());
    let payload = json!({"to": "bob", "text": "after"});
    let after = alice.connects().await.does("dm_send", payload).await;
    assert_eq!((&before["seq"], &after["seq"]), (&json!(1), &json!(2)));
    assert!(after["id"].as_i64() > before["id"].as_i64());
    let history = alice.reads("/api/dm/messages?peer=bob").await;
    assert_eq!(history.as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_server_without_its_database_is_alive_but_not_ready() {
    let app = TestApp::spawn().await;
    let stranger = app.stranger();
    assert_eq!(stranger.get("/readyz").await.status, 200);
    assert_eq!(stranger.get("/healthz").await.status, 200);
    // A file that is open cannot be taken away from a process.
    if !app.config().database.url.starts_with("postgres") {
        return;
    }

    app.database().remove().await;

    let unready = stranger.get("/readyz").await;
    assert_eq!((unready.status, &unready.body["ok"]), (503, &json!(false)));
    assert_eq!(stranger.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("chatter.db");
    std::fs::write(&file, "this is no database, and never was one").expect("written");

    let url = format!("sqlite://{}?mode=rwc", file.display());
    let opened = Db::open(&url).await;

    assert!(opened.is_err());
    let missing = format!("sqlite://{}/missing.db", folder.path().display());
    assert!(Db::open(&missing).await.is_err(), "mode=rwc makes files");
}

#[tokio::test]
async fn two_servers_do_not_share_an_address() {
    let app = TestApp::spawn().await;
    let database = TestDatabase::create().await;
    let mut config = Config::default();
    config.server.bind = app.address().to_string();
    database.url().clone_into(&mut config.database.url);

    let second = chatter::app::App::build(config, chatter::kernel::Clock::default()).await;

    let error = second.err().expect("the address is taken").to_string();
    assert!(error.contains("server.bind"), "{error}");
    assert_eq!(app.stranger().get("/healthz").await.status, 200);
}
