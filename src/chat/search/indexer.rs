//! Writes what is searched, behind the writer of messages.
//!
//! It gathers for a moment, takes what is new in small transactions, and rests nine times as long
//! as each of them took: storing messages loses at most a tenth to it, however many there are. How
//! far it has come is the highest id among the entries, so a restart goes on where it stopped, and
//! a database from before there was a search is gone through once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::store;
use crate::kernel::{Db, Tasks};

/// How long new messages gather before they are taken.
const GATHER: Duration = Duration::from_millis(500);
/// Messages of one transaction: a few milliseconds.
const BATCH: u64 = 100;
/// How many times as long as it works it rests.
const REST: u32 = 9;
/// How long it leaves a database alone that takes nothing.
const PAUSE: Duration = Duration::from_secs(5);

/// Starts the indexer. `stored` tells it that there is something new.
pub(in crate::chat) fn start(db: Db, stored: Arc<Notify>, tasks: &Tasks) {
    tasks.spawn(work(db, stored, tasks.stopping()));
}

async fn work(db: Db, stored: Arc<Notify>, stopping: CancellationToken) {
    loop {
        tokio::select! {
            () = catch_up(&db) => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = stored.notified() => {}
            () = stopping.cancelled() => return,
        }
        tokio::select! {
            () = sleep(GATHER) => {}
            () = stopping.cancelled() => return,
        }
    }
}

/// Takes everything that is new.
async fn catch_up(db: &Db) {
    loop {
        let began = Instant::now();
        match store::index(db, BATCH).await {
            Ok(taken) if taken < BATCH => return,
            Ok(_) => sleep(began.elapsed() * REST).await,
            Err(error) => {
                error.log("indexing messages");
                sleep(PAUSE).await;
            }
        }
    }
}
