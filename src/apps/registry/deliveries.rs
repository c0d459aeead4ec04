//! What came in from apps, for those who look for what went wrong.
//!
//! Whoever answers a request does not wait for this to be written: it is queued and written in
//! batches. Whoever looks sees all that was answered before. When more comes in than can be
//! written, some of it is left out, and how much is logged. Of what is refused, so much of each app
//! is written in a minute and no more: whoever sends what is refused cannot fill the database.

use std::{
    collections::HashMap,
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
/// Refused requests of one app that are written in one minute.
const REFUSED_PER_MINUTE: u32 = 30;
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
            refused: Refused::default(),
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
    /// now is among them, unless more comes in than is written.
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
    refused: Refused,
}

/// How much was refused of each app in the current minute.
#[derive(Debug, Default)]
struct Refused {
    /// Minutes since 1970.
    minute: i64,
    of_apps: HashMap<AppId, u32>,
}

impl Refused {
    /// Counts `delivery`, which came in `at`; whether it is to be written.
    fn admits(&mut self, at: Timestamp, delivery: &Delivery) -> bool {
        if delivery.status < 400 {
            return true;
        }
        let minute = at.unix_seconds().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.of_apps.clear();
        }
        let refused = self.of_apps.entry(delivery.app).or_default();
        *refused = refused.saturating_add(1);
        *refused <= REFUSED_PER_MINUTE
    }
}

/// What is written at once.
#[derive(Debug, Default)]
struct Batch {
    came_in: Vec<(Timestamp, Delivery)>,
    asked: Vec<oneshot::Sender<()>>,
    /// How much of what was refused is not written.
    left_out: u64,
}

impl Batch {
    fn take(&mut self, entry: Entry, refused: &mut Refused) {
        match entry {
            Entry::CameIn(at, delivery) if refused.admits(at, &delivery) => {
                self.came_in.push((at, delivery));
            }
            Entry::CameIn(..) => self.left_out += 1,
            Entry::Asked(asked) => self.asked.push(asked),
        }
    }

    fn is_ripe(&self) -> bool {
        self.came_in.len() >= BATCH || !self.asked.is_empty()
    }
}

impl Writer {
    /// Writes what waits; once the server stops, what is left and no more.
    async fn run(mut self, mut waiting: mpsc::Receiver<Entry>) {
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
            if batch.left_out > 0 {
                let left_out = batch.left_out;
                tracing::debug!(left_out, "what apps were refused too often is not written");
            }
            let lost = self.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                tracing::warn!(lost, "more came in from apps than could be written down");
            }
        }
    }

    /// `first` and what comes in while the batch gathers.
    async fn gather(&mut self, first: Entry, waiting: &mut mpsc::Receiver<Entry>) -> Batch {
        let mut batch = Batch::default();
        batch.take(first, &mut self.refused);
        let mut gathering = pin!(tokio::time::sleep(GATHERING));
        while !batch.is_ripe() {
            tokio::select! {
                biased;
                next = waiting.recv() => match next {
                    Some(next) => batch.take(next, &mut self.refused),
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

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, time::Duration};

    use entity::{AppId, Timestamp};

    use super::{Delivery, REFUSED_PER_MINUTE, Refused};

    fn delivery(app: i64, status: u16) -> Delivery {
        Delivery {
            app: AppId(app),
            status,
            error: None,
            latency: Duration::ZERO,
            bytes: 0,
            remote: Ipv4Addr::LOCALHOST.into(),
        }
    }

    #[test]
    fn so_much_of_what_is_refused_is_written_in_a_minute() {
        let mut refused = Refused::default();
        let minute = Timestamp(1_768_484_520_000);
        for _ in 0..REFUSED_PER_MINUTE {
            assert!(refused.admits(minute, &delivery(1, 429)));
        }

        let last = Timestamp(minute.0 + 59_999);
        assert!(!refused.admits(last, &delivery(1, 429)));
        assert!(!refused.admits(last, &delivery(1, 503)));
        assert!(refused.admits(last, &delivery(1, 204)), "it was taken");
        assert!(refused.admits(last, &delivery(2, 429)), "of another app");
        let next = Timestamp(minute.0 + 60_000);
        assert!(refused.admits(next, &delivery(1, 429)));
    }
}
