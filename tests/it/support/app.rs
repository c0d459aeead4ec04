//! The real app, in process.

use std::{net::SocketAddr, thread::JoinHandle, time::Instant};

use chatter::{
    account::SessionStore,
    app::App,
    http::SESSION_COOKIE,
    kernel::{Clock, Config},
};
use entity::{session, user};
use sea_orm::{ActiveModelTrait, DatabaseConnection, Set, TransactionTrait, Value};
use tokio::sync::{OnceCell, oneshot};

use super::{Person, TestDatabase, database};

/// The server cuts off what has not ended by then; a clean stop takes less.
const CLEAN_STOP_SECONDS: u64 = 8;

/// A running server with a database of its own. Dropping it stops it and fails the test unless it
/// stopped cleanly.
pub(crate) struct TestApp {
    /// The server's clock, for tests to move.
    pub(crate) clock: Clock,
    config: Config,
    running: Option<Running>,
    db: OnceCell<DatabaseConnection>,
    // Last: it is removed after everything that uses it.
    database: TestDatabase,
}

/// A server on a thread and a runtime of its own, so that stopping it can be waited for anywhere.
struct Running {
    address: SocketAddr,
    socket_events: Vec<&'static str>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<anyhow::Result<()>>,
}

impl TestApp {
    /// A server with limits off.
    pub(crate) async fn spawn() -> Self {
        Self::with(|_| {}).await
    }

    /// A server whose configuration is changed first.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create().await;
        Self::on(database, change).await
    }

    /// A server on `database`.
    pub(crate) async fn on(database: TestDatabase, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.server.bind = "127.0.0.1:0".into();
        database.url().clone_into(&mut config.database.url);
        config.storage.dir = database.folder().join("files").display().to_string();
        config.limits.enabled = false;
        change(&mut config);
        super::provide_crypto();
        let clock = Clock::default();
        let running = Running::start(config.clone(), clock.clone()).await;
        Self {
            clock,
            config,
            running: Some(running),
            db: OnceCell::new(),
            database,
        }
    }

    /// Stops the server and starts it again on the same database.
    pub(crate) async fn restart(&mut self) {
        self.stop().expect("a clean stop");
        self.running = Some(Running::start(self.config.clone(), self.clock.clone()).await);
    }

    /// Asks the server to stop and waits for what it returns. The address is void afterwards.
    pub(crate) fn stop(&mut self) -> anyhow::Result<()> {
        self.running.take().map_or(Ok(()), Running::stop)
    }

    /// Asks the server to stop without waiting; [`TestApp::stop`] does.
    pub(crate) fn begin_stop(&mut self) -> impl FnOnce() -> anyhow::Result<()> + use<> {
        let running = self.running.take().expect("a running server");
        let server = running.begin_stop();
        move || server.join().expect("the server does not panic")
    }

    /// Where the server listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let mut address = self.running.as_ref().expect("a running server").address;
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        address
    }

    /// The names of the events that it takes.
    pub(crate) fn socket_events(&self) -> &[&'static str] {
        &self
            .running
            .as_ref()
            .expect("a running server")
            .socket_events
    }

    /// What it was started with.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Its database.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A connection to the database, past the app.
    pub(crate) async fn db(&self) -> &DatabaseConnection {
        self.db.get_or_init(|| self.database.connect()).await
    }

    /// The one number that a query answers.
    pub(crate) async fn number(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> i64 {
        database::number(self.db().await, sql, values).await
    }

    /// Does what a statement says, past the app.
    pub(crate) async fn sql(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> u64 {
        database::run(self.db().await, sql, values).await
    }

    /// Somebody without an account.
    pub(crate) fn stranger(&self) -> Person {
        Person::new("", self.address(), None)
    }

    /// Somebody without an account, whose requests come through a proxy from `address`.
    pub(crate) fn stranger_from(&self, address: &str) -> Person {
        Person::new("", self.address(), Some(address))
    }

    /// People with accounts, signed in. The very first account of a server is superadmin.
    pub(crate) async fn users<const N: usize>(&self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::with_capacity(N);
        for name in names {
            let person = Person::new(name, self.address(), None);
            person.registers().await.succeeds();
            person.signs_in().await.succeeds();
            people.push(person);
        }
        people.try_into().expect("as many people as names")
    }

    /// Many people with accounts, signed in, without the cost of hashing their passwords: they
    /// cannot sign in again.
    pub(crate) async fn crowd(&self, count: usize) -> Vec<Person> {
        let tx = self.db().await.begin().await.expect("a transaction");
        let now = self.clock.now();
        let mut people = Vec::with_capacity(count);
        for n in 0..count {
            let name = format!("person {n}");
            let account = user::ActiveModel {
                username: Set(name.clone()),
                username_folded: Set(name.clone()),
                password_hash: Set(String::new()),
                role: Set(user::Role::User),
                bio: Set(String::new()),
                custom_status: Set(String::new()),
                presence: Set(String::new()),
                theme: Set("light".to_owned()),
                language: Set("en".to_owned()),
                created_at: Set(now),
                ..Default::default()
            };
            let account = account.insert(&tx).await.expect("an account");
            let id = tower_sessions::session::Id::default();
            let session = session::ActiveModel {
                id_hash: Set(SessionStore::hash(id)),
                user_id: Set(Some(account.id)),
                data: Set(format!("{{\"user\":{}}}", account.id)),
                created_at: Set(now),
                last_used_at: Set(now),
                expires_at: Set(now.plus_seconds(86_400)),
                address: Set(String::new()),
                user_agent: Set(String::new()),
            };
            session.insert(&tx).await.expect("a session");
            let person = Person::new(&name, self.address(), None);
            person.takes_cookie(&format!("{SESSION_COOKIE}={id}"));
            people.push(person);
        }
        tx.commit().await.expect("committed");
        people
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let stopped = self.stop();
        if !std::thread::panicking() {
            stopped.expect("a clean stop");
        }
    }
}

impl Running {
    async fn start(config: Config, clock: Clock) -> Self {
        let (started, start) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let server = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let app = App::build(config, clock).await?;
                let events = app.socket_events().to_vec();
                let told = started.send((app.address(), events));
                told.map_err(|_| anyhow::anyhow!("nobody waits for the server"))?;
                // A test that panics drops its end, which is a reason to stop as well.
                app.serve(async { drop(stopped.await) }).await
            })
        });
        let Ok((address, socket_events)) = start.await else {
            let result = server.join().expect("the server does not panic");
            panic!("the server did not start: {result:?}");
        };
        Self {
            address,
            socket_events,
            stop,
            server,
        }
    }

    fn begin_stop(self) -> JoinHandle<anyhow::Result<()>> {
        // Refused only when the server has ended by itself, which its result will tell.
        let _ = self.stop.send(());
        self.server
    }

    fn stop(self) -> anyhow::Result<()> {
        let began = Instant::now();
        let server = self.begin_stop();
        server.join().expect("the server does not panic")?;
        let seconds = began.elapsed().as_secs();
        anyhow::ensure!(seconds < CLEAN_STOP_SECONDS, "stopping took {seconds} s");
        Ok(())
    }
}
