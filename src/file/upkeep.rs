//! Freeing what nobody has any more: expired files, uploads that were never sent, and bytes that are
//! no file's.

use std::time::Duration;

use futures_util::StreamExt;

use super::{
    Files,
    model::{File, thumbnail_of},
    store,
};
use crate::kernel::Result;

/// How often expired files are removed. That they have expired is seen at each reading.
const SWEEPING: Duration = Duration::from_mins(5);
/// How often bytes are looked for that are no file's.
const SEARCHING: Duration = Duration::from_hours(6);
/// For how long an upload may wait to be sent, in seconds.
const UNSENT_SECONDS: i64 = 86_400;
/// For how long bytes may wait for their row, in seconds: longer than any upload takes.
const ROWLESS_SECONDS: i64 = 3600;
/// How many are worked on at a time.
const BATCH: u16 = 200;

impl Files {
    /// Looks after the store from now on.
    pub(super) fn keep_house(&self) {
        let (sweeping, searching) = (self.clone(), self.clone());
        let (first, tasks) = (self.clone(), &self.tasks);
        // What has expired while the server was off is not kept any longer.
        tasks.spawn(async move {
            first.sweep_once().await;
            first.search_once().await;
        });
        tasks.every(SWEEPING, move || {
            let files = sweeping.clone();
            async move { files.sweep_once().await }
        });
        tasks.every(SEARCHING, move || {
            let files = searching.clone();
            async move { files.search_once().await }
        });
    }

    async fn sweep_once(&self) {
        self.pace.sweep();
        self.proxy().sweep();
        if let Err(error) = self.sweep().await {
            error.log("removing expired files");
        }
    }

    async fn search_once(&self) {
        if let Err(error) = self.free_ownerless().await {
            error.log("looking for bytes that are no file's");
        }
    }

    /// Removes what has expired and what was never sent.
    async fn sweep(&self) -> Result<()> {
        let now = self.clock.now();
        let stop = self.tasks.stopping();
        loop {
            let expired = store::expired(self.db.reader(), now, BATCH.into()).await?;
            for file in &expired {
                self.remove(file).await?;
            }
            if is_last(&expired) || stop.is_cancelled() {
                break;
            }
        }
        let then = now.plus_seconds(-UNSENT_SECONDS);
        loop {
            let unsent = store::unsent(self.db.reader(), then, BATCH.into()).await?;
            for file in &unsent {
                if store::delete_unsent(self.db.writer(), file.id).await? {
                    self.free(&file.blob_name).await;
                }
            }
            if is_last(&unsent) || stop.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Frees bytes without a row: of uploads that were cut off by a crash, and of files whose bytes
    /// could not be freed with them.
    async fn free_ownerless(&self) -> Result<()> {
        let then = self.clock.now().plus_seconds(-ROWLESS_SECONDS);
        let stop = self.tasks.stopping();
        let mut chunks = self.blobs.list().ready_chunks(BATCH.into());
        while let Some(chunk) = chunks.next().await {
            if stop.is_cancelled() {
                return Ok(());
            }
            let found = chunk.into_iter().collect::<Result<Vec<_>>>()?;
            let suffix = thumbnail_of("");
            let old = found.into_iter().filter(|found| found.put_at < then);
            let mut names: Vec<String> = old
                .map(|found| found.name.trim_end_matches(&suffix).to_owned())
                .collect();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() {
                continue;
            }
            let known = store::known_blobs(self.db.reader(), &names).await?;
            for name in names.iter().filter(|name| !known.contains(*name)) {
                self.free(name).await;
            }
        }
        Ok(())
    }
}

/// Whether there are no more after these.
fn is_last(files: &[File]) -> bool {
    files.len() < usize::from(BATCH)
}
