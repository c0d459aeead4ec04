//! What the tests speak through: an app, people who use it, their sockets, the program itself.

mod app;
mod bot;
mod community;
mod database;
mod hook;
mod old_server;
mod person;
mod program;
mod socket;
mod tile;
mod upload;

pub(crate) use app::TestApp;
pub(crate) use bot::Bot;
pub(crate) use community::{Community, number};
pub(crate) use database::TestDatabase;
pub(crate) use hook::Hook;
pub(crate) use old_server::{OldServer, PBKDF2, SCRYPT, counts};
pub(crate) use person::{PASSWORD, Person, Reply};
pub(crate) use program::Program;
pub(crate) use socket::Socket;
pub(crate) use tile::{Tile, Watching, counter};
pub(crate) use upload::{Served, encoded, form, picture};

/// Nothing takes this long; what does is a failure. Nobody waits for it otherwise.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// The clients of tests speak no TLS, but do not start without somebody who could.
pub(crate) fn provide_crypto() {
    // Another test of this process may have done so.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Polls `condition` until it holds; for what happens in the background and tells nobody.
pub(crate) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let met = tokio::time::timeout(PATIENCE, async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    });
    met.await.unwrap_or_else(|_| panic!("never: {what}"));
}
