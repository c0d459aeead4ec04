//! Long work away from the event loop, a bounded number at a time.
//!
//! Half of the cores may work, so that what is short gets its turn; the rest waits in a bounded
//! line, and beyond that is refused.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{Error, Result};

/// How many may wait for their turn.
const MAX_WAITING: usize = 64;

/// Threads for one kind of long work. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Workers {
    running: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

impl Default for Workers {
    /// Workers for this machine.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let running = cores.div_ceil(2);
        Self {
            running: Arc::new(Semaphore::new(running)),
            line: Arc::new(Semaphore::new(running + MAX_WAITING)),
        }
    }
}

impl Workers {
    /// Does `work` when it is its turn.
    ///
    /// # Errors
    /// `busy` when too many wait already, and an internal one when it panics.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let _place = self.line.try_acquire().map_err(|_| Error::busy())?;
        let turn = self.running.clone().acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        // Whoever asked may go away meanwhile: it is the work that ends the turn.
        let work = move || {
            let outcome = work();
            drop(turn);
            outcome
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(Error::internal)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::{MAX_WAITING, Workers};

    #[tokio::test(flavor = "multi_thread")]
    async fn as_many_as_may_work_do_some_wait_and_more_are_refused() {
        let workers = Workers::default();
        let mut running = Vec::new();
        for _ in 0..workers.running.available_permits() {
            let (release, released) = mpsc::channel::<()>();
            let workers = workers.clone();
            let work = async move { workers.run(move || released.recv().is_err()).await };
            running.push((release, tokio::spawn(work)));
        }
        while workers.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let mut waiting = Vec::new();
        for _ in 0..MAX_WAITING {
            let workers = workers.clone();
            waiting.push(tokio::spawn(async move { workers.run(|| 7).await }));
        }
        while workers.line.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = workers.run(|| 8).await.expect_err("the line is full");
        assert_eq!(refused.code(), "busy");
        for (release, work) in running {
            drop(release);
            assert!(work.await.expect("a task").expect("its turn"));
        }
        for work in waiting {
            assert_eq!(work.await.expect("a task").expect("its turn"), 7);
        }
    }
}
