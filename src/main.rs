//! The `chatter` program: the server and the operator's commands.

use std::{process::ExitCode, time::Duration};

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long work on other threads that nobody waits for any more may take at the end.
const LAST_WORK: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let arguments = chatter::cli::Arguments::parse();
    let run = runtime().map_err(anyhow::Error::from).and_then(|runtime| {
        let run = runtime.block_on(chatter::cli::run(arguments));
        // What has begun on another thread cannot be stopped, and must not keep the process.
        runtime.shutdown_timeout(LAST_WORK);
        run
    });
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chatter: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One core is left to the thread that writes to SQLite: with a worker for every core, small
/// machines spend their time waking threads instead of working.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.saturating_sub(1).max(1))
        .enable_all()
        .build()
}
