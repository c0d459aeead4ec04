//! The one task through which every edit of every document is stored.
//!
//! It takes what is queued, stores it in one transaction and answers: documents that are edited at
//! the same time share a commit, and so do the edits that one document collected meanwhile. Nothing
//! waits for a timer. Cost of an edit: its share of one commit and of one insert.
//!
//! A document whose edits cannot be appended - somebody else has appended, an author may not edit
//! any more - fails alone; when the database fails, everything that was under way does.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::{
    command::unavailable,
    log::{self, Append},
};
use crate::kernel::{Clock, Db, Error, Result, Tasks, error::ErrorKind, metrics};

/// Documents that may wait for the same commit; beyond them their tasks wait.
const QUEUE: usize = 256;

/// The way into the writer. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Command>,
}

type Command = (Append, oneshot::Sender<Result<()>>);

impl Writer {
    /// Starts the writer. It ends when its last user does.
    pub(super) fn start(db: Db, clock: Clock, tasks: &Tasks) -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        tasks.spawn(work(db, clock, commands));
        Self { queue }
    }

    /// Stores edits, and returns once they are durable.
    pub(super) async fn append(&self, append: Append) -> Result<()> {
        let (answer, stored) = oneshot::channel();
        let sent = self.queue.send((append, answer)).await;
        sent.map_err(|_| Error::busy())?;
        stored.await.unwrap_or_else(|_| Err(unavailable()))
    }
}

async fn work(db: Db, clock: Clock, mut commands: mpsc::Receiver<Command>) {
    let mut taken = Vec::with_capacity(QUEUE);
    while commands.recv_many(&mut taken, QUEUE).await > 0 {
        let (appends, answers): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
        let began = Instant::now();
        match store(&db, &clock, &appends).await {
            Ok(outcomes) => {
                let appended = appends.iter().zip(&outcomes).filter(|(_, stored)| **stored);
                let updates = appended.map(|(append, _)| append.updates.len()).sum();
                metrics::updates_stored(updates, began.elapsed());
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // A task that is gone does not need its answer.
                    drop(answer.send(if outcome { Ok(()) } else { Err(overtaken()) }));
                }
            }
            Err(error) => {
                tracing::error!(
                    documents = appends.len(),
                    "edits could not be stored: {error}"
                );
                for answer in answers {
                    drop(answer.send(Err(unavailable())));
                }
            }
        }
    }
}

async fn store(db: &Db, clock: &Clock, appends: &[Append]) -> Result<Vec<bool>> {
    let tx = db.begin().await?;
    let mut outcomes = Vec::with_capacity(appends.len());
    for append in appends {
        outcomes.push(log::append(&tx, append, clock.now()).await?);
    }
    tx.commit().await?;
    Ok(outcomes)
}

/// The document in memory is not the one in the database any more.
fn overtaken() -> Error {
    Error::new(
        ErrorKind::Conflict,
        "conflict",
        "The document was changed elsewhere. Please try again.",
    )
}
