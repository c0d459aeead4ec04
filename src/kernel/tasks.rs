//! Background tasks and how they end.
//!
//! Everything that outlives a request is spawned here, so that shutting down can ask all of it to
//! stop and wait until it has.

use std::{future::Future, time::Duration};

use tokio::sync::oneshot;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::error::{Error, Result};

/// The running tasks and the signal that ends them.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

impl Tasks {
    /// Runs `task` until it ends by itself; it should watch [`Tasks::stopping`] when it would not.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(task);
    }

    /// Runs `work` to its end, even when whoever waits for it goes away: a request is dropped when
    /// its client hangs up, and must not leave behind a change without its consequences.
    pub async fn complete<T, F>(&self, work: F) -> Result<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        let (done, outcome) = oneshot::channel();
        self.spawn(async move {
            // Nobody waits any more: the work is done all the same.
            let _ = done.send(work.await);
        });
        outcome
            .await
            .map_err(|_| Error::internal(anyhow::anyhow!("a task panicked")))?
    }

    /// Runs `tick` every `period` until shutdown.
    pub fn every<F, Fut>(&self, period: Duration, mut tick: F)
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send,
    {
        let stop = self.stop.clone();
        self.spawn(async move {
            while stop
                .run_until_cancelled(tokio::time::sleep(period))
                .await
                .is_some()
            {
                tick().await;
            }
        });
    }

    /// Completes when shutdown begins.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Tells every task to stop.
    pub fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
    }

    /// Waits for the tasks to end, but no longer than `limit`; whether all of them did.
    pub async fn join(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.tracker.wait())
            .await
            .is_ok()
    }
}
