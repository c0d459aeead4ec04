//! What every feature stands on: errors, the database, time, tokens, background tasks.
//!
//! Knows no feature, no axum and no socketioxide.

pub mod cache;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod key;
pub mod mail;
pub mod metrics;
pub mod tasks;
pub mod telemetry;
pub mod token;
pub mod workers;

pub use cache::Cache;
pub use clock::Clock;
pub use config::Config;
pub use db::{Db, Tx};
pub use error::{Error, Result};
pub use key::{InstallationKey, Signer};
pub use mail::Mailer;
pub use tasks::Tasks;
pub use workers::Workers;
