//! Folding an open document's log into snapshots, and keeping its revisions.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use entity::{DocId, RevisionId};
use tokio::sync::oneshot;

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

impl Task {
    /// Folds the log into a snapshot when it has grown, and keeps a revision when it is time.
    pub(super) async fn keep_up(&mut self) {
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
            // Not again with every edit, nor all the time without any.
            self.unkept_since = Some(Instant::now());
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
            Err(error) => return error.log("taking a snapshot"),
        };
        let (shared, id, version) = (self.shared.clone(), self.id, self.stored);
        let (done, stored) = oneshot::channel();
        self.shared.beside(async move {
            if let Err(error) = store_snapshot(&shared, id, version, snapshot, &content).await {
                error.log("storing a snapshot");
            }
            // A task that is gone does not wait for it.
            let _ = done.send(());
        });
        self.storing = Some(stored);
        self.unkept_since = None;
    }

    /// Waits until the snapshot is stored that is being stored, if one is.
    pub(super) async fn wait_for_snapshot(&mut self) {
        if let Some(stored) = self.storing.take() {
            // However it ended, it is not under way any more.
            drop(stored.await);
        }
    }

    /// Keeps the text as it is now.
    pub(super) async fn keep_revision(&mut self, keep: Keep) -> Result<Option<RevisionId>> {
        self.wait_for_snapshot().await;
        let content = self.text.as_mut().ok_or_else(unavailable)?.content();
        let packed = Packed::new(&content).await?;
        let now = self.shared.clock.now();
        let tx = self.shared.db.begin().await?;
        let kept = revision::checkpoint(&tx, self.id, self.stored, packed, now, keep).await?;
        tx.commit().await?;
        self.unkept_since = None;
        Ok(kept)
    }
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
