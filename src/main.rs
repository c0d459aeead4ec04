//! The `chatter` program: the server and the operator's commands.

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match chatter::cli::run(chatter::cli::Arguments::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chatter: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
