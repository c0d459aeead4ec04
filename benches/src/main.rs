//! Load generator for the Chatter server and for the reference it is compared with.
//!
//! Every scenario checks what it receives: a message lost, doubled or out of order makes the exit code non-zero.

mod accounts;
mod check;
mod compare;
mod documents;
mod net;
mod nonce;
mod process;
mod report;
mod rest;
mod scenario;
mod server;
mod wire;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::{
    report::Outcome,
    scenario::{Target, crash, dm, fanout, history, idle},
    server::{Kind, Programs, Server},
};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Idle connections: memory of the server for each, connections a second with a session cookie.
    Idle {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 10_000)]
        connections: usize,
        #[arg(long, default_value_t = 1_000)]
        people: usize,
    },
    /// Direct messages in a closed loop: messages a second and processor time for each.
    Dm {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 50)]
        pairs: usize,
        #[arg(long, default_value_t = 8)]
        window: u32,
        #[command(flatten)]
        time: Time,
    },
    /// Direct messages at a fixed rate: latency from the intended time of each send.
    DmRate {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 50)]
        pairs: usize,
        #[arg(long, default_value_t = 2_000)]
        rate: u32,
        #[command(flatten)]
        time: Time,
    },
    /// Messages to a group: deliveries a second and processor time for a thousand of them.
    Fanout {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 100)]
        members: usize,
        #[arg(long, default_value_t = 4)]
        senders: usize,
        #[arg(long, default_value_t = 8)]
        window: u32,
        #[command(flatten)]
        time: Time,
    },
    /// Pages of history at random places of a database filled by seed.mjs.
    History {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 1_000_000)]
        messages: u64,
        #[arg(long, default_value_t = 20)]
        conversations: u64,
        #[arg(long, default_value_t = 16)]
        connections: usize,
        #[command(flatten)]
        time: Time,
    },
    /// Kills the server in the middle of direct messages and looks for what it had acknowledged.
    Crash {
        #[arg(long, value_enum, default_value_t = Kind::Chatter)]
        kind: Kind,
        #[command(flatten)]
        programs: Programs,
        /// Its data folder; made if missing, kept afterwards.
        #[arg(long)]
        data: PathBuf,
        #[arg(long, default_value_t = 50)]
        pairs: usize,
        #[arg(long, default_value_t = 8)]
        window: u32,
        #[arg(long, default_value_t = 5)]
        times: u32,
    },
    /// Makes accounts with sessions in a data folder and ends.
    Prepare {
        #[arg(long, value_enum, default_value_t = Kind::Chatter)]
        kind: Kind,
        #[command(flatten)]
        programs: Programs,
        #[arg(long)]
        data: PathBuf,
        #[arg(long, default_value_t = 1_000)]
        people: usize,
    },
    /// All scenarios against all servers, in turn, and the table of ratios.
    Compare(compare::Settings),
    /// Documents edited by many at once, as they grow, and many of them.
    Documents(documents::Settings),
}

/// The server to measure: one that runs, or one to start for this run.
#[derive(Args)]
struct At {
    /// Address of a running server; needs --pid.
    #[arg(long, requires = "pid")]
    address: Option<SocketAddr>,
    /// Process id of the running server.
    #[arg(long)]
    pid: Option<u32>,
    /// Which server to start where no address is given.
    #[arg(long, value_enum, default_value_t = Kind::Chatter)]
    kind: Kind,
    #[command(flatten)]
    programs: Programs,
    /// Data folder of the server to start, and the place of the accounts file. Made if missing, kept afterwards.
    #[arg(long)]
    data: PathBuf,
}

#[derive(Args)]
struct Time {
    /// Seconds before the measurement.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Seconds of measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

impl Time {
    fn warm_up(&self) -> Duration {
        Duration::from_secs_f64(self.warm_up)
    }

    fn measure(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    fn dm(&self, pairs: usize, load: dm::Load) -> dm::Plan {
        let (warm_up, measure) = (self.warm_up(), self.measure());
        dm::Plan {
            pairs,
            load,
            warm_up,
            measure,
        }
    }
}

fn main() -> ExitCode {
    process::raise_file_limit();
    match run(Cli::parse().command) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(faults) => {
            eprintln!("{faults} faults");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Answers the number of faults.
fn run(command: Command) -> Result<u64> {
    match command {
        Command::Idle {
            at,
            connections,
            people,
        } => at.measure(people, |target| idle::run(target, connections)),
        Command::Dm {
            at,
            pairs,
            window,
            time,
        } => at.measure(2 * pairs, |target| {
            dm::run(target, time.dm(pairs, dm::Load::Window(window)))
        }),
        Command::DmRate {
            at,
            pairs,
            rate,
            time,
        } => at.measure(2 * pairs, |target| {
            dm::run(target, time.dm(pairs, dm::Load::Rate(rate)))
        }),
        Command::Fanout {
            at,
            members,
            senders,
            window,
            time,
        } => at.measure(members, |target| {
            let plan = fanout::Plan {
                members,
                senders,
                window,
                warm_up: time.warm_up(),
                measure: time.measure(),
            };
            fanout::run(target, plan)
        }),
        Command::History {
            at,
            messages,
            conversations,
            connections,
            time,
        } => at.measure(1, |target| {
            let plan = history::Plan {
                messages,
                conversations,
                page: 50,
                connections,
                warm_up: time.warm_up(),
                measure: time.measure(),
            };
            history::run(target, plan)
        }),
        Command::Crash {
            kind,
            programs,
            data,
            pairs,
            window,
            times,
        } => told(&crash::run(
            &programs,
            kind,
            &data,
            crash::Crashes {
                pairs,
                window,
                times,
            },
        )?),
        Command::Prepare {
            kind,
            programs,
            data,
            people,
        } => {
            prepare(&programs, kind, &data, people)?;
            Ok(0)
        }
        Command::Compare(settings) => compare::run(&settings),
        Command::Documents(settings) => documents::run(&settings),
    }
}

fn told(outcome: &Outcome) -> Result<u64> {
    println!("{}", outcome.text());
    println!("{}", serde_json::to_string(outcome)?);
    Ok(outcome.faults.total())
}

/// Makes the accounts of a data folder.
fn prepare(programs: &Programs, kind: Kind, data: &Path, people: usize) -> Result<()> {
    let server = Server::start(programs, kind, data)?;
    accounts::ensure(&server.rest(), data, people)?;
    server.stop()
}

impl At {
    fn measure(
        &self,
        people: usize,
        scenario: impl FnOnce(&Target) -> Result<Outcome>,
    ) -> Result<u64> {
        if let (Some(address), Some(pid)) = (self.address, self.pid) {
            let accounts = accounts::ensure(&rest::Rest::new(address), &self.data, people)?;
            return told(&scenario(&Target {
                address,
                pid,
                accounts,
            })?);
        }
        let server = Server::start(&self.programs, self.kind, &self.data)?;
        let accounts = accounts::ensure(&server.rest(), &server.folder, people)?;
        let target = Target {
            address: server.address,
            pid: server.pid(),
            accounts,
        };
        let faults = told(&scenario(&target)?)?;
        server.stop().context("after the run")?;
        Ok(faults)
    }
}
