//! Load generator for the Chatter server and for the reference it is compared with.
//!
//! Every scenario checks what it receives: a message lost, doubled or out of order makes the exit code non-zero.

mod accounts;
mod check;
mod community;
mod compare;
mod documents;
mod net;
mod nonce;
mod platform;
mod process;
mod report;
mod rest;
mod scenario;
mod server;
mod single;
mod wire;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    scenario::{crash, dm, fanout, history, idle},
    server::{Kind, Programs, Server},
    single::{At, Time, told},
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
    #[command(flatten)]
    Platform(platform::Command),
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
        Command::Platform(command) => platform::run(command),
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

/// Makes the accounts of a data folder.
fn prepare(programs: &Programs, kind: Kind, data: &Path, people: usize) -> Result<()> {
    let server = Server::start(programs, kind, data)?;
    accounts::ensure(&server.rest(), data, people)?;
    server.stop()
}

/// Makes the server of the platform in a data folder, which all its accounts are in.
fn prepare_platform(programs: &Programs, kind: Kind, data: &Path) -> Result<()> {
    let accounts = accounts::load(data)?;
    let server = Server::start(programs, kind, data)?;
    community::ensure(&server.rest(), data, &accounts)?;
    server.stop()
}
