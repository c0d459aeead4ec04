//! Background tasks and how they end.
//!
//! Everything that outlives a request is spawned here, so that shutting down can ask all of it to
//! stop and wait until it has.

use std::{future::Future, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

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
