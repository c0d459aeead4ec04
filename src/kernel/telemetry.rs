//! Structured logs on standard error.
//!
//! Log routes, never URIs, and never bodies: tokens travel in both.

use tracing_subscriber::{EnvFilter, fmt};

use super::config::{LogFormat, Logging};

/// Starts logging for the whole process. A second call changes nothing.
pub fn init(logging: &Logging) {
    let filter = EnvFilter::try_new(&logging.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Fails only when logging was started before, as in tests with several servers.
    let _ = match logging.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(false).try_init(),
    };
}
