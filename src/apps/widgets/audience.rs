//! Who watches the widgets of which server, and the way to each of them.
//!
//! Every stream has a seat with a bounded queue. An event is encoded once, whoever hears it; to
//! send it costs one look at each seat, one place in its queue and the waking of its task, and no
//! copy of the bytes: 1,000 readers cost 1,000 of these, four times a second at most for each
//! widget. Some are woken at a time, so that whoever else wants something - the next post - does not
//! wait until all of them have been written to. A reader costs a seat and an empty queue beside its connection. Whoever has not fetched
//! [`WAITING`] events is sent no more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dashmap::{DashMap, mapref::entry::Entry};
use entity::{AppId, ServerId, UserId};
use tokio::sync::mpsc;
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::kernel::{Error, Result};

/// Events that wait for one reader at most.
const WAITING: usize = 64;
/// Readers that are woken before anybody else has a turn.
const AT_ONCE: usize = 32;
/// Streams that one person can have open.
const MAX_STREAMS: u32 = 10;
/// A comment, so that proxies and clients see that the stream lives.
const BEAT: &[u8] = b":\n\n";

/// Something for readers. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct News {
    /// The widget and its version; none for what is no event.
    pub(super) about: Option<(AppId, i64)>,
    /// The event as it is written.
    pub(super) bytes: Bytes,
}

/// Who wants to watch a server.
pub(super) struct Viewer {
    pub(super) user: UserId,
    /// The stored hash of their session.
    pub(super) session: Arc<str>,
    pub(super) rank: Rank,
    /// Cuts the connection, for when it does not end by itself.
    pub(super) cut: Box<dyn Fn() + Send + Sync>,
}

/// What a reader may see, and as of which version of the server that was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rank {
    pub(super) is_manager: bool,
    pub(super) as_of: i64,
}

/// What is known of a seat, for looking whether it is still due to whoever has it.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) seat: u64,
    pub(super) user: UserId,
    pub(super) session: Arc<str>,
    pub(super) as_of: i64,
}

struct Seat {
    id: u64,
    viewer: Viewer,
    news: mpsc::Sender<News>,
    end: CancellationToken,
}

impl Seat {
    fn send(&self, news: &News) {
        if self.end.is_cancelled() {
            return;
        }
        // One that is closed is about to be removed by its reader.
        if let Err(mpsc::error::TrySendError::Full(_)) = self.news.try_send(news.clone()) {
            tracing::debug!(user = %self.viewer.user, "a reader of widgets does not keep up");
            self.end.cancel();
            (self.viewer.cut)();
        }
    }
}

/// Everybody who watches. Cheap to clone.
#[derive(Clone)]
pub(super) struct Audience(Arc<Inner>);

struct Inner {
    seats: DashMap<ServerId, Vec<Seat>>,
    streams: DashMap<UserId, u32>,
    next: AtomicU64,
    open: TaskTracker,
    stop: CancellationToken,
}

impl Audience {
    /// Nobody yet; all streams end when `stop` is cancelled.
    pub(super) fn new(stop: CancellationToken) -> Self {
        Self(Arc::new(Inner {
            seats: DashMap::new(),
            streams: DashMap::new(),
            next: AtomicU64::new(0),
            open: TaskTracker::new(),
            stop,
        }))
    }

    /// Gives somebody a seat at a server.
    ///
    /// # Errors
    /// `too_many_streams`.
    pub(super) fn join(&self, server: ServerId, viewer: Viewer) -> Result<Reader> {
        let user = viewer.user;
        let mut streams = self.0.streams.entry(user).or_default();
        if *streams >= MAX_STREAMS {
            let text = format!("at most {MAX_STREAMS} streams can be open at a time");
            return Err(Error::rate_limited("too_many_streams", text, Some(3)));
        }
        *streams += 1;
        drop(streams);
        let (sender, news) = mpsc::channel(WAITING);
        let end = self.0.stop.child_token();
        let mut seats = self.0.seats.entry(server).or_default();
        // While nobody else can take one there: the seats at a server are in the order of their ids.
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        seats.push(Seat {
            id,
            viewer,
            news: sender,
            end: end.clone(),
        });
        drop(seats);
        Ok(Reader {
            first: None,
            known: Vec::new(),
            news,
            end,
            _place: Place {
                audience: self.clone(),
                server,
                user,
                id,
                _open: self.0.open.token(),
            },
        })
    }

    /// The servers that somebody watches.
    pub(super) fn servers(&self) -> Vec<ServerId> {
        self.0.seats.iter().map(|entry| *entry.key()).collect()
    }

    /// The seats at a server whose streams go on.
    pub(super) fn taken(&self, server: ServerId) -> Vec<Taken> {
        let Some(seats) = self.0.seats.get(&server) else {
            return Vec::new();
        };
        let live = seats.iter().filter(|seat| !seat.end.is_cancelled());
        let taken = live.map(|seat| Taken {
            seat: seat.id,
            user: seat.viewer.user,
            session: seat.viewer.session.clone(),
            as_of: seat.viewer.rank.as_of,
        });
        taken.collect()
    }

    /// Notes what whoever has a seat may see by now.
    pub(super) fn renew(&self, server: ServerId, seat: u64, rank: Rank) {
        if let Some(mut seats) = self.0.seats.get_mut(&server)
            && let Some(seat) = seats.iter_mut().find(|it| it.id == seat)
        {
            seat.viewer.rank = rank;
        }
    }

    /// Ends a stream: its reader hears nothing more, not even what waits for it.
    pub(super) fn end(&self, server: ServerId, seat: u64) {
        if let Some(seats) = self.0.seats.get(&server)
            && let Some(seat) = seats.iter().find(|it| it.id == seat)
        {
            seat.end.cancel();
        }
    }

    /// Cuts the connections of streams at a server that were ended before and are still there:
    /// nobody reads them.
    pub(super) fn cut_ended(&self, server: ServerId) {
        if let Some(seats) = self.0.seats.get(&server) {
            for seat in seats.iter().filter(|seat| seat.end.is_cancelled()) {
                (seat.viewer.cut)();
            }
        }
    }

    /// Sends `news` to those who watch a server: all of them, or only those who manage it.
    pub(super) async fn send(&self, server: ServerId, news: &News, is_visible: bool) {
        let mut from = 0;
        while let Some(seat) = self.send_some(server, news, is_visible, from) {
            from = seat;
            tokio::task::yield_now().await;
        }
    }

    /// Sends `news` to some of them, beginning with the seat `from`; with whose it goes on.
    fn send_some(&self, server: ServerId, news: &News, is_visible: bool, from: u64) -> Option<u64> {
        let seats = self.0.seats.get(&server)?;
        let seats = &seats[seats.partition_point(|seat| seat.id < from)..];
        let (some, others) = seats.split_at(seats.len().min(AT_ONCE));
        let hear = |seat: &&Seat| is_visible || seat.viewer.rank.is_manager;
        for seat in some.iter().filter(hear) {
            seat.send(news);
        }
        others.first().map(|seat| seat.id)
    }

    /// Sends everybody a sign of life.
    pub(super) fn beat(&self) {
        let beat = News {
            about: None,
            bytes: Bytes::from_static(BEAT),
        };
        for seats in &self.0.seats {
            for seat in seats.iter() {
                seat.send(&beat);
            }
        }
    }

    /// Waits, once all streams were told to end, until they have; whoever does not read to the end
    /// within `patience` is cut off.
    pub(super) async fn finish(&self, patience: Duration) {
        self.0.open.close();
        let ended = tokio::time::timeout(patience, self.0.open.wait()).await;
        if ended.is_err() {
            for server in self.servers() {
                self.cut_ended(server);
            }
        }
    }
}

/// One open stream. It ends when it is dropped, too.
pub(super) struct Reader {
    first: Option<Bytes>,
    /// What the reader has been told to begin with.
    known: Vec<(AppId, i64)>,
    news: mpsc::Receiver<News>,
    end: CancellationToken,
    _place: Place,
}

impl Reader {
    /// The same stream, beginning with `first`, which tells of these versions of widgets. News that
    /// came in meanwhile and is older is left out.
    pub(super) fn beginning_with(mut self, first: Bytes, known: Vec<(AppId, i64)>) -> Self {
        self.first = Some(first);
        self.known = known;
        self
    }

    /// What comes next; none at the end.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        if self.end.is_cancelled() {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            let news = self.end.run_until_cancelled(self.news.recv()).await??;
            let is_known = news.about.is_some_and(|(app, version)| {
                let mut known = self.known.iter();
                known.any(|(known, as_of)| *known == app && version <= *as_of)
            });
            if !is_known {
                return Some(news.bytes);
            }
        }
    }
}

/// A reader's place among the others.
struct Place {
    audience: Audience,
    server: ServerId,
    user: UserId,
    id: u64,
    _open: TaskTrackerToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        let inner = &self.audience.0;
        if let Entry::Occupied(mut seats) = inner.seats.entry(self.server) {
            seats.get_mut().retain(|seat| seat.id != self.id);
            if seats.get().is_empty() {
                seats.remove();
            }
        }
        if let Entry::Occupied(mut streams) = inner.streams.entry(self.user) {
            *streams.get_mut() -= 1;
            if *streams.get() == 0 {
                streams.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests;
