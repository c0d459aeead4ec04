//! The servers under test, as child processes on a free loopback port.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::rest::Rest;

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(15);

/// Which server to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub(crate) enum Kind {
    /// This project's server.
    Chatter,
    /// The Node reference with `synchronous=FULL`: the same promise.
    NodeFull,
    /// The Node reference with `synchronous=NORMAL`, as it is often run.
    NodeNormal,
}

impl Kind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Chatter => "chatter",
            Self::NodeFull => "A-full",
            Self::NodeNormal => "A-normal",
        }
    }

    /// The name of the database file inside the data folder.
    pub(crate) fn database(self) -> &'static str {
        match self {
            Self::Chatter => "chatter.db",
            Self::NodeFull | Self::NodeNormal => "reference.db",
        }
    }
}

/// Where the two servers are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Programs {
    /// The server's release binary.
    #[arg(long, env = "CHATTER_BIN", default_value = "target/release/chatter")]
    pub(crate) chatter: PathBuf,
    /// The folder of the reference server, with its packages installed.
    #[arg(long, default_value = "benches/reference")]
    pub(crate) reference: PathBuf,
}

impl Programs {
    fn command(&self, kind: Kind, folder: &Path, port_file: &Path) -> Result<Command> {
        let database = folder.join(kind.database());
        let mut command = match kind {
            Kind::Chatter => {
                let program = self
                    .chatter
                    .canonicalize()
                    .context("the server is not built")?;
                let mut command = Command::new(program);
                command
                    .env("CHATTER_SERVER__BIND", "127.0.0.1:0")
                    .env("CHATTER_SERVER__PORT_FILE", port_file)
                    .env(
                        "CHATTER_DATABASE__URL",
                        format!("sqlite://{}?mode=rwc", database.display()),
                    )
                    .env("CHATTER_STORAGE__DIR", folder.join("files"))
                    .env("CHATTER_LIMITS__ENABLED", "false");
                command
            }
            Kind::NodeFull | Kind::NodeNormal => {
                let script = self
                    .reference
                    .join("server.mjs")
                    .canonicalize()
                    .context("no reference server")?;
                let mut command = Command::new("node");
                command
                    .arg(script)
                    .env("NODE_ENV", "production")
                    .env("PORT", "0")
                    .env("PORT_FILE", port_file)
                    .env("DATABASE", database)
                    .env(
                        "SYNCHRONOUS",
                        if kind == Kind::NodeFull {
                            "FULL"
                        } else {
                            "NORMAL"
                        },
                    );
                command
            }
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(folder.join("server.log"))?;
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }
}

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) folder: PathBuf,
    /// From the start of the process to its first answer.
    pub(crate) cold_start: Duration,
}

impl Server {
    /// Starts a server on a data folder and waits until it answers.
    pub(crate) fn start(programs: &Programs, kind: Kind, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let port_file = folder.join("port");
        if port_file.exists() {
            fs::remove_file(&port_file)?;
        }
        let mut command = programs.command(kind, &folder, &port_file)?;
        let started = Instant::now();
        let mut child = command
            .spawn()
            .with_context(|| format!("{} does not start", kind.label()))?;
        match wait_for_answer(&mut child, &port_file, started) {
            Ok(address) => Ok(Self {
                child,
                address,
                folder,
                cold_start: started.elapsed(),
            }),
            Err(error) => {
                // It is of no use half started.
                let _ = child.kill();
                let _ = child.wait();
                Err(error.context(format!(
                    "{}; see {}",
                    kind.label(),
                    folder.join("server.log").display()
                )))
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn rest(&self) -> Rest {
        Rest::new(self.address)
    }

    /// Asks it to stop and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        let Some(pid) = rustix::process::Pid::from_raw(i32::try_from(self.child.id())?) else {
            bail!("no process id")
        };
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("the server did not stop within {} s", STOP.as_secs())
    }

    /// Ends it as a power cut ends a process: no warning, no farewell.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_for_answer(child: &mut Child, port_file: &Path, started: Instant) -> Result<SocketAddr> {
    while started.elapsed() < START {
        if let Some(status) = child.try_wait()? {
            bail!("the server ended at its start with {status}");
        }
        if let Ok(text) = fs::read_to_string(port_file) {
            let address: SocketAddr = text
                .trim()
                .parse()
                .context("the port file holds no address")?;
            if Rest::new(address).alive() {
                return Ok(address);
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
    bail!("the server did not answer within {} s", START.as_secs())
}

/// Copies a data folder's files, so that every run starts from the same state.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
