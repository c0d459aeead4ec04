//! When sessions end, and what ends them.

use std::time::Duration;

use chatter::{
    account::{Accounts, Directory, FirstAccount, LoginThrottle, Parts, Passwords, SessionStore},
    kernel::{Db, Mailer, Tasks},
    settings::Settings,
    socket::{self, Delivery},
};
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);
/// How long a session lives unless it is used, less a minute.
const ALMOST_IDLE: Duration = Duration::from_mins(30 * 24 * 60 - 1);

#[tokio::test]
async fn a_session_ends_thirty_days_after_it_was_last_used() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;

    app.clock.advance(ALMOST_IDLE);
    assert!(alice.is_signed_in().await, "used in time");
    app.clock.advance(ALMOST_IDLE);
    assert!(alice.is_signed_in().await, "using it keeps it");
    app.clock.advance(30 * DAY + MINUTE);

    assert!(!alice.is_signed_in().await);
    alice
        .get("/api/messages")
        .await
        .is_refused(401, "unauthenticated");
    let refusal = alice.tries_to_connect().await.expect_err("no session");
    assert_eq!(refusal["message"], "unauthorized");
}

#[tokio::test]
async fn a_session_ends_180_days_after_it_began_however_often_it_is_used() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;

    for _ in 0..8 {
        app.clock.advance(20 * DAY);
        assert!(alice.is_signed_in().await);
    }
    // The 180 days count from the sign-in, which is a moment more than this ago.
    app.clock.advance(20 * DAY);

    assert!(!alice.is_signed_in().await);
    alice.signs_in().await.succeeds();
    assert!(alice.is_signed_in().await, "a new session is a new time");
}

#[tokio::test]
async fn that_a_session_is_used_is_written_down_every_ten_minutes() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let last_used = async || app.number("SELECT last_used_at FROM session", []).await;
    let expires = async || app.number("SELECT expires_at FROM session", []).await;
    let began = last_used().await;

    app.clock.advance(9 * MINUTE);
    assert!(alice.is_signed_in().await);
    assert_eq!(last_used().await, began, "too soon to write");

    app.clock.advance(MINUTE);
    let before = app.clock.now().0;
    assert!(alice.is_signed_in().await);
    let used = last_used().await;
    assert!((before..=app.clock.now().0).contains(&used), "{used}");
    let thirty_days = i64::try_from((30 * DAY).as_millis()).expect("a number");
    assert_eq!(expires().await, used + thirty_days);
}

#[tokio::test]
async fn housekeeping_removes_the_sessions_that_have_ended_and_no_others() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    app.clock.advance(29 * DAY);
    assert!(bob.is_signed_in().await);
    app.clock.advance(2 * DAY);

    housekeeping(&app).await.sweep().await.expect("swept");

    let sql = "SELECT count(*) FROM session s JOIN \"user\" u ON u.id = s.user_id \
               WHERE u.username = $1";
    assert_eq!(app.number(sql, ["alice".into()]).await, 0);
    assert_eq!(app.number(sql, ["bob".into()]).await, 1);
    assert!(bob.is_signed_in().await);
    assert!(!alice.is_signed_in().await);
}

/// The account service over the app's database and clock, as the app's own housekeeping calls it
/// every ten minutes of a time that tests cannot move.
async fn housekeeping(app: &TestApp) -> Accounts {
    let db = Db::open(app.database().url()).await.expect("the database");
    let (_, io) = socket::layer();
    io.ns("/", async || {});
    Accounts::new(Parts {
        directory: Directory::new(db.clone()),
        sessions: SessionStore::new(db.clone(), app.clock.clone()),
        settings: Settings::load(&db).await.expect("settings"),
        passwords: Passwords::new().expect("a hasher"),
        throttle: LoginThrottle::new(false),
        delivery: Delivery::new(io),
        first_account: FirstAccount::Ordinary,
        clock: app.clock.clone(),
        tasks: Tasks::default(),
        mailer: Mailer::new(&app.config().mail).expect("a mailer"),
        public_url: app.config().server.public_url.as_str().into(),
        db,
    })
}

#[tokio::test]
async fn a_stored_session_does_not_contain_its_cookie() {
    let app = TestApp::spawn().await;
    let [alice] = app.users(["alice"]).await;
    let cookie = alice.cookie().expect("a session");
    let (_, id) = cookie.split_once('=').expect("a value");

    let sql = "SELECT count(*) FROM session WHERE id_hash = $1 OR data LIKE $2";
    let found = app.number(sql, [id.into(), format!("%{id}%").into()]).await;

    assert_eq!(app.number("SELECT count(*) FROM session", []).await, 1);
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_its_sockets() {
    let app = TestApp::spawn().await;
    let [alice, bob] = app.users(["alice", "bob"]).await;
    let phone = alice.elsewhere();
    phone.signs_in().await.succeeds();
    let mut phone_socket = phone.connects().await;
    let mut bobs_socket = bob.connects().await;
    let change = |current: &str| json!({"current_password": current, "new_password": "new horse"});

    alice
        .post("/api/me/password", change("a wrong guess"))
        .await
        .is_refused(403, "invalid_password");
    assert!(phone.is_signed_in().await, "a wrong guess ends nothing");
    alice
        .post("/api/me/password", change(PASSWORD))
        .await
        .succeeds();

    phone_socket.ends().await;
    assert!(!phone.is_signed_in().await);
    assert!(alice.is_signed_in().await);
    alice
        .elsewhere()
        .signs_in()
        .await
        .is_refused(401, "invalid_credentials");
    alice
        .elsewhere()
        .signs_in_with("new horse")
        .await
        .succeeds();
    assert!(bob.is_signed_in().await, "nobody else's");
    bobs_socket.does("typing_stop", json!(null)).await;
}

#[tokio::test]
async fn a_ban_ends_the_persons_sessions_and_sockets_and_nobody_elses() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let mut alices_socket = alice.connects().await;
    let mut bobs_socket = bob.connects().await;
    let ban = |action: &str| json!({"type": "user", "action": action, "value": "alice"});

    bob.post("/api/admin/ban", ban("ban"))
        .await
        .is_refused(403, "forbidden");
    assert!(alice.is_signed_in().await);
    root.post("/api/admin/ban", ban("ban")).await.succeeds();

    alices_socket.ends().await;
    let told_why = alice.get("/api/messages").await;
    told_why.is_refused(403, "banned");
    let nobody = alice.get("/api/messages").await;
    nobody.is_refused(401, "unauthenticated");
    alice.signs_in().await.is_refused(403, "banned");
    bobs_socket.does("typing_stop", json!(null)).await;
    root.post("/api/admin/ban", ban("unban")).await.succeeds();
    alice.signs_in().await.succeeds();
}

#[tokio::test]
async fn a_session_from_before_a_ban_is_dead_after_it() {
    let app = TestApp::spawn().await;
    let [root, alice, bob] = app.users(["root", "alice", "bob"]).await;
    let ban = |action: &str| json!({"type": "user", "action": action, "value": "alice"});

    root.post("/api/admin/ban", ban("ban")).await.succeeds();
    root.post("/api/admin/ban", ban("unban")).await.succeeds();

    assert!(!alice.is_signed_in().await, "not used meanwhile");
    alice.signs_in().await.succeeds();
    assert!(bob.is_signed_in().await, "nobody else's");
}
