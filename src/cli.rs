//! The command line: serving, and what an operator does without a browser.

use std::{io::BufRead, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use entity::user::Role;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    account::{
        Accounts, Bans, Directory, FirstAccount, LoginThrottle, Parts, Passwords, SessionStore,
        User,
    },
    app::{self, App},
    kernel::{Clock, Config, Db, Mailer, Tasks, telemetry},
    legacy::{self, TextForm},
    settings::Settings,
    socket::{self, Delivery},
};

/// A self-hosted realtime chat server.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Arguments {
    /// The configuration file; `config.toml` here when there is one.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (what happens without a command).
    Serve,
    /// Make accounts and change them.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Bring over what another server has.
    Import {
        #[command(subcommand)]
        command: ImportCommand,
    },
    /// Print the OpenAPI document of the REST side.
    Openapi,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account. Its password is read from the first line of standard input.
    Create {
        /// The name.
        username: String,
        /// What it may do.
        #[arg(long, value_enum, default_value_t = RoleArgument::User)]
        role: RoleArgument,
    },
    /// Give an account another role. A running server follows within 15 seconds.
    Role {
        /// The name.
        username: String,
        /// What it may do.
        #[arg(value_enum)]
        role: RoleArgument,
    },
    /// Give an account another password, read from the first line of standard input. Its sessions
    /// end.
    Password {
        /// The name.
        username: String,
    },
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Bring over the accounts, messages, groups, documents and files of the old Chatter server, of
    /// which nothing is changed. Stop this server first. Running it again brings what is new.
    Legacy {
        /// The old server's SQLite database.
        file: PathBuf,
        /// Its folder of uploads; `uploads` beside the database otherwise.
        #[arg(long, conflicts_with = "without_files")]
        uploads: Option<PathBuf>,
        /// Leave the files behind, for good.
        #[arg(long)]
        without_files: bool,
        /// How its texts are stored; otherwise told from how most of them begin.
        #[arg(long, value_enum)]
        texts: Option<TextForm>,
        /// Change nothing, and say what would come over.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    User,
    Admin,
    Superadmin,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::User => Self::User,
            RoleArgument::Admin => Self::Admin,
            RoleArgument::Superadmin => Self::Superadmin,
        }
    }
}

/// Does what the arguments say.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let file = arguments.config.clone();
    let required = file.is_some();
    let config = || Config::load(&file.unwrap_or_else(|| "config.toml".into()), required);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config()?).await,
        Command::User { command } => change_user(config()?, command).await,
        Command::Import { command } => import(&config()?, command).await,
        Command::Openapi => {
            println!("{}", app::openapi().to_pretty_json()?);
            Ok(())
        }
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.logging);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let app = App::build(config, Clock::default()).await?;
    app.serve(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
    .await
}

async fn change_user(config: Config, command: UserCommand) -> anyhow::Result<()> {
    let accounts = accounts(&config).await?;
    match command {
        UserCommand::Create { username, role } => {
            let user = accounts
                .create(&username, read_password()?, role.into())
                .await?;
            println!("{} is there, as {}", user.username, user.role.as_str());
        }
        UserCommand::Role { username, role } => {
            let user = find(&accounts, &username).await?;
            let user = accounts.set_role(&user, role.into()).await?;
            println!("{} is {} now", user.username, user.role.as_str());
        }
        UserCommand::Password { username } => {
            let user = find(&accounts, &username).await?;
            accounts.set_password(&user, read_password()?).await?;
            println!("{} has a new password", user.username);
        }
    }
    Ok(())
}

async fn import(config: &Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Legacy {
        file,
        uploads,
        without_files,
        texts,
        dry_run,
    } = command;
    let options = legacy::Options {
        file,
        uploads,
        without_files,
        texts,
        dry_run,
    };
    print!("{}", legacy::import(config, options).await?);
    Ok(())
}

async fn accounts(config: &Config) -> anyhow::Result<Accounts> {
    let db = Db::open(&config.database.url).await?;
    let clock = Clock::default();
    // Nobody is connected here: what would be published goes nowhere.
    let (_, io) = socket::layer();
    io.ns("/", async || {});
    Ok(Accounts::new(Parts {
        directory: Directory::new(db.clone()),
        sessions: SessionStore::new(db.clone(), clock.clone()),
        settings: Settings::load(&db).await?,
        passwords: Passwords::new()?,
        bans: Bans::load(db.clone()).await?,
        throttle: LoginThrottle::new(false),
        delivery: Delivery::new(io),
        first_account: FirstAccount::Ordinary,
        tasks: Tasks::default(),
        mailer: Mailer::new(&config.mail)?,
        public_url: config.server.public_url.as_str().into(),
        clock,
        db,
    }))
}

async fn find(accounts: &Accounts, username: &str) -> anyhow::Result<Arc<User>> {
    accounts
        .directory()
        .find_by_name(username)
        .await?
        .with_context(|| format!("there is no account called {username}"))
}

fn read_password() -> anyhow::Result<String> {
    eprintln!("Password:");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
