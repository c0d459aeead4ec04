//! The program itself, for what only a process has: a command line, an environment, a log.

use std::{
    io::Write,
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
};

use super::{Person, TestDatabase, eventually};

/// The `chatter` program with a database and a folder of its own.
#[derive(Debug)]
pub(crate) struct Program {
    environment: Vec<(String, String)>,
    serving: Option<Child>,
    database: TestDatabase,
}

impl Program {
    /// The program, not running yet.
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let folder = database.folder().display().to_string();
        let environment = [
            ("CHATTER_SERVER__BIND", "127.0.0.1:0".to_owned()),
            ("CHATTER_SERVER__PORT_FILE", format!("{folder}/address")),
            ("CHATTER_DATABASE__URL", database.url().to_owned()),
            ("CHATTER_STORAGE__DIR", format!("{folder}/files")),
            ("CHATTER_LIMITS__ENABLED", "false".to_owned()),
        ];
        Self {
            environment: environment
                .map(|(key, value)| (key.to_owned(), value))
                .into(),
            serving: None,
            database,
        }
    }

    /// The same with another value for a variable of its environment.
    #[must_use]
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.environment.retain(|(existing, _)| existing != key);
        self.environment.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Its folder, which is where it runs.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.database.folder()
    }

    /// Its database.
    pub(crate) fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Runs a command to its end, with `input` on its standard input.
    pub(crate) fn runs(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input");
        // A command that reads nothing may be gone already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("the program ends")
    }

    /// Starts serving; the address.
    pub(crate) async fn serves(&mut self) -> SocketAddr {
        let log = std::fs::File::create(self.folder().join("log")).expect("a log");
        let file = self.folder().join("address");
        // That of an earlier run would be read too soon.
        let _ = std::fs::remove_file(&file);
        let child = self.command(&[]).stderr(log).stdin(Stdio::null()).spawn();
        self.serving = Some(child.expect("the program starts"));
        let mut address = None;
        eventually("the server listens", async || {
            let ended = self.serving.as_mut().expect("a process").try_wait();
            assert!(
                ended.expect("a state").is_none(),
                "it ended: {}",
                self.log()
            );
            address = std::fs::read_to_string(&file)
                .ok()
                .and_then(|text| text.trim().parse().ok());
            address.is_some()
        })
        .await;
        let mut address: SocketAddr = address.expect("an address");
        if address.ip().is_unspecified() {
            address.set_ip([127, 0, 0, 1].into());
        }
        address
    }

    /// Everything it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("log")).unwrap_or_default()
    }

    /// Ends it as a service manager does; everything it has logged.
    pub(crate) fn terminates(&mut self) -> String {
        let mut child = self.serving.take().expect("a running program");
        let id = child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill runs").success());
        let status = child.wait().expect("it ends");
        assert!(status.success(), "{status}: {}", self.log());
        self.log()
    }

    /// Somebody called `name`, not signed in.
    pub(crate) fn person(name: &str, address: SocketAddr) -> Person {
        Person::new(name, address, None)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chatter"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .current_dir(self.folder());
        command
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.serving.take() {
            // A failed test left it running.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
