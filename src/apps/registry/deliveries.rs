//! What came in from apps, for those who look for what went wrong.
//!
//! Whoever answers a request does not wait for this to be written: it is queued and written in
//! batches. Whoever looks sees all that was answered before. When more comes in than can be
//! written, some of it is left out, and how much is logged.

use std::{
    net::IpAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use entity::{AppId, DeliveryId, Timestamp};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{store_deliveries as store, view::DeliveryView};
use crate::kernel::{Clock, Db, Result, Tasks};

/// Requests that wait to be written.
const QUEUE: usize = 4096;
/// Requests that are written at once.
const BATCH: usize = 256;
/// How long a batch gathers: on an idle server nobody waits for a commit of it.
const GATHERING: Duration = Duration::from_millis(250);
/// How long they are kept.
const KEPT_SECONDS: i64 = 7 * 86_400;
/// How often what is too old is forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// One request of an app. Never what it said, and no secret.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The app.
    pub app: AppId,
    /// The HTTP status that it was answered with.
    pub status: u16,
    /// The name of its refusal.
    pub error: Option<String>,
    /// How long it took.
    pub latency: Duration,
    /// Bytes of its body.
    pub bytes: u64,
    /// The address that it came from.
    pub remote: IpAddr,
}

/// Writes down what came in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Deliveries {
    db: Db,
    clock: Clock,
    queue: mpsc::Sender<Entry>,
    lost: Arc<AtomicU64>,
}

impl Deliveries {
    /// Begins to write, and to forget what is too old.
    pub fn start(db: Db, clock: Clock, tasks: &Tasks) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let deliveries = Self {
            db: db.clone(),
            clock: clock.clone(),
            queue,
            lost: Arc::default(),
        };
        let writer = Writer {
            db: db.clone(),
            stop: tasks.stopping(),
            lost: deliveries.lost.clone(),
        };
        tasks.spawn(writer.run(waiting));
        tasks.every(HOUSEKEEPING, move || {
            let (db, before) = (db.clone(), clock.now().plus_seconds(-KEPT_SECONDS));
            async move {
                if let Err(error) = store::delete_before(db.writer(), before).await {
                    error.log("forgetting old deliveries");
                }
            }
        });
        deliveries
    }

    /// Has `delivery` written down, soon.
    pub fn record(&self, delivery: Delivery) {
        let entry = Entry::CameIn(self.clock.now(), delivery);
        if self.queue.try_send(entry).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// At most `limit` requests of `app` before `before`, the newest first. All that came in until
    /// now is among them, unless more comes in than can be written.
    pub(super) async fn list(
        &self,
        app: AppId,
        before: Option<DeliveryId>,
        limit: u64,
    ) -> Result<Vec<DeliveryView>> {
        let (asked, written) = oneshot::channel();
        if self.queue.try_send(Entry::Asked(asked)).is_ok() {
            // A writer that has stopped says nothing, and writes no more.
            let _ = written.await;
        }
        let since = self.clock.now().plus_seconds(-KEPT_SECONDS);
        let rows = store::list(self.db.reader(), app, since, before, limit).await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}

/// What the writer is told.
#[derive(Debug)]
enum Entry {
    CameIn(Timestamp, Delivery),
    /// Somebody looks: what came in before is to be written at once, and they are told when it is.
    Asked(oneshot::Sender<()>),
}

struct Writer {
    db: Db,
    stop: CancellationToken,
    lost: Arc<AtomicU64>,
}

/// What is written at once.
#[derive(Debug, Default)]
struct Batch {
    came_in: Vec<(Timestamp, Delivery)>,
    asked: Vec<oneshot::Sender<()>>,
}

impl Batch {
    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::CameIn(at, delivery) => self.came_in.push((at, delivery)),
            Entry::Asked(asked) => self.asked.push(asked),
        }
    }

    fn is_ripe(&self) -> bool {
        self.came_in.len() >= BATCH || !self.asked.is_empty()
    }
}

impl Writer {
    /// Writes what waits; once the server stops, what is left and no more.
    async fn run(self, mut waiting: mpsc::Receiver<Entry>) {
        loop {
            let first = self.stop.run_until_cancelled(waiting.recv()).await;
            let Some(first) = first.unwrap_or_else(|| {
                waiting.close();
                waiting.try_recv().ok()
            }) else {
                return;
            };
            let batch = self.gather(first, &mut waiting).await;
            if let Err(error) = self.write(batch.came_in).await {
                error.log("writing deliveries");
            }
            for asked in batch.asked {
                // Whoever does not wait any more needs no answer.
                let _ = asked.send(());
            }
            let lost = self.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                tracing::warn!(lost, "more came in from apps than could be written down");
            }
        }
    }

    /// `first` and what comes in while the batch gathers.
    async fn gather(&self, first: Entry, waiting: &mut mpsc::Receiver<Entry>) -> Batch {
        let mut batch = Batch::default();
        batch.take(first);
        let mut gathering = pin!(tokio::time::sleep(GATHERING));
        while !batch.is_ripe() {
            tokio::select! {
                biased;
                next = waiting.recv() => match next {
                    Some(next) => batch.take(next),
                    None => break,
                },
                () = self.stop.cancelled() => break,
                () = &mut gathering => break,
            }
        }
        batch
    }

    async fn write(&self, batch: Vec<(Timestamp, Delivery)>) -> Result<()> {
        let Some(latest) = batch.iter().map(|(at, _)| *at).max() else {
            return Ok(());
        };
        let accepted = batch.iter().filter(|(_, delivery)| delivery.status < 400);
        let mut used: Vec<_> = accepted.map(|(_, delivery)| delivery.app).collect();
        used.sort_unstable();
        used.dedup();
        let tx = self.db.begin().await?;
        store::insert(&tx, batch).await?;
        if !used.is_empty() {
            store::touch_webhooks(&tx, used, latest).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
