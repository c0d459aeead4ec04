//! Folding an open document's log into snapshots, and keeping its revisions.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use entity::{DocId, RevisionId};
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::{
    command::unavailable,
    engine::Shared,
    log,
    revision::{self, Keep},
    revision_store::Packed,
    task::Task,
};
use crate::kernel::{Error, Result};

/// After how many updates, or bytes of them, the log is folded into a snapshot.
const COMPACT_UPDATES: usize = 500;
const COMPACT_BYTES: usize = 64 * 1024;
/// How often the state of a document that is being edited is kept as a revision.
pub(super) const REVISION_EVERY: Duration = Duration::from_mins(10);
/// How often a text is kept because most of it goes.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// When what could not be stored is tried again.
const AGAIN: Duration = Duration::from_mins(1);

impl Task {
    /// Folds the log into a snapshot when it has grown, and keeps a revision when it is time.
    pub(super) async fn keep_up(&mut self) {
        let now = Instant::now();
        self.note_snapshot();
        if now < self.upkeep_from {
            return;
        }
        let Some(text) = &self.text else { return };
        let (updates, bytes) = (text.text().log_len(), text.text().log_bytes());
        // Of a large text so much has to be written that it is done less often.
        let enough = COMPACT_BYTES.max(text.text().as_str().len() / 4);
        let is_time = |since: Instant| since.elapsed() >= REVISION_EVERY;
        if updates >= COMPACT_UPDATES || bytes >= enough {
            self.compact().await;
        } else if self.unkept_since.is_some_and(is_time)
            && let Err(error) = self.keep_revision(Keep::Automatic).await
        {
            error.log("keeping a revision");
            self.upkeep_from = now + AGAIN;
        }
    }

    /// Takes a snapshot of the text and begins to store it, with a revision; edits go on meanwhile.
    /// If it cannot be stored the log stays what it is, and the next snapshot has it all.
    pub(super) async fn compact(&mut self) {
        self.wait_for_snapshot().await;
        // Read anew from its own snapshot, the text takes a fraction of the memory.
        let compacted = self.with_text(|text| {
            let snapshot = text.compact()?;
            Ok::<_, Error>((snapshot, text.content()))
        });
        let (snapshot, content) = match compacted.await.flatten() {
            Ok(compacted) => compacted,
            Err(error) => {
                self.upkeep_from = Instant::now() + AGAIN;
                return error.log("taking a snapshot");
            }
        };
        let (shared, id, version) = (self.shared.clone(), self.id, self.stored);
        let (done, stored) = oneshot::channel();
        self.shared.beside(async move {
            let stored = store_snapshot(&shared, id, version, snapshot, &content).await;
            if let Err(error) = &stored {
                error.log("storing a snapshot");
            }
            // A task that is gone does not wait for it.
            let _ = done.send(stored.is_ok());
        });
        self.storing = Some(stored);
        self.unkept_since = None;
    }

    /// Waits until the snapshot is stored that is being stored, if one is.
    pub(super) async fn wait_for_snapshot(&mut self) {
        if let Some(storing) = self.storing.take() {
            let is_stored = storing.await.unwrap_or(false);
            self.note_stored(is_stored);
        }
    }

    /// Notes what has become of the snapshot that is being stored, if that is known.
    fn note_snapshot(&mut self) {
        let outcome = self.storing.as_mut().map(oneshot::Receiver::try_recv);
        let is_stored = match outcome {
            None | Some(Err(TryRecvError::Empty)) => return,
            Some(Err(TryRecvError::Closed)) => false,
            Some(Ok(is_stored)) => is_stored,
        };
        self.storing = None;
        self.note_stored(is_stored);
    }

    fn note_stored(&mut self, is_stored: bool) {
        if !is_stored {
            let now = Instant::now();
            self.unkept_since.get_or_insert(now);
            self.upkeep_from = now + AGAIN;
        }
    }

    /// Keeps the text as it is stored, since edits that are about to be take most of it away. Not
    /// more often than it could have been written anew; what was written since, history has as one.
    pub(super) async fn keep_what_goes(&mut self) {
        if self.swept.is_some_and(|at| at.elapsed() < SWEEP_EVERY) {
            return;
        }
        self.swept = Some(Instant::now());
        self.wait_for_snapshot().await;
        let (shared, id) = (self.shared.clone(), self.id);
        let kept = async {
            let stored = shared.load(id).await?;
            let Some(stored) = stored else { return Ok(()) };
            let (text, version) = (stored.text.as_str().into(), stored.version);
            keep(&shared, id, version, &text, Keep::BeforeLoss).await?;
            Ok::<_, Error>(())
        };
        // If the database is in trouble, the edits themselves will hear of it.
        match kept.await {
            Ok(()) => self.unkept_since = None,
            Err(error) => error.log("keeping what goes"),
        }
    }

    /// Keeps the text as it is now.
    pub(super) async fn keep_revision(&mut self, keep: Keep) -> Result<Option<RevisionId>> {
        self.wait_for_snapshot().await;
        let content = self.text.as_mut().ok_or_else(unavailable)?.content();
        let kept = self::keep(&self.shared, self.id, self.stored, &content, keep).await?;
        self.unkept_since = None;
        Ok(kept)
    }
}

async fn keep(
    shared: &Shared,
    id: DocId,
    version: i64,
    content: &Arc<str>,
    keep: Keep,
) -> Result<Option<RevisionId>> {
    let packed = Packed::new(content).await?;
    let now = shared.clock.now();
    let tx = shared.db.begin().await?;
    let kept = revision::checkpoint(&tx, id, version, packed, now, keep).await?;
    tx.commit().await?;
    Ok(kept)
}

async fn store_snapshot(
    shared: &Shared,
    id: DocId,
    version: i64,
    snapshot: Vec<u8>,
    content: &Arc<str>,
) -> Result<()> {
    let packed = Packed::new(content).await?;
    let now = shared.clock.now();
    let tx = shared.db.begin().await?;
    revision::checkpoint(&tx, id, version, packed, now, Keep::Automatic).await?;
    log::save_snapshot(&tx, id, version, snapshot, now).await?;
    tx.commit().await?;
    Ok(())
}
