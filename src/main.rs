//! The `chatter` program: the server and the operator's commands.

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = chatter::cli::Arguments::parse();
    let run = runtime()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(chatter::cli::run(arguments)));
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
