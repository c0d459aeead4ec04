//! Who watches the widgets of which server, and the way to each of them.
//!
//! Every stream has a seat with a bounded queue. An event is encoded once, whoever hears it; to
//! send it costs one look at each seat, one place in its queue and the waking of its task, and no
//! copy of the bytes: 1,000 readers cost 1,000 of these, four times a second at most for each
//! widget. A reader costs a seat and an empty queue beside its connection. Whoever has not fetched
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
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let end = self.0.stop.child_token();
        self.0.seats.entry(server).or_default().push(Seat {
            id,
            viewer,
            news: sender,
            end: end.clone(),
        });
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
    pub(super) fn send(&self, server: ServerId, news: &News, is_visible: bool) {
        if let Some(seats) = self.0.seats.get(&server) {
            let hear = |seat: &&Seat| is_visible || seat.viewer.rank.is_manager;
            for seat in seats.iter().filter(hear) {
                seat.send(news);
            }
        }
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
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use bytes::Bytes;
    use entity::{AppId, ServerId, UserId};
    use tokio_util::sync::CancellationToken;

    use super::{Audience, MAX_STREAMS, News, Rank, Reader, Viewer, WAITING};

    const CLUB: ServerId = ServerId(1);

    /// An audience and how often a connection was cut.
    fn audience() -> (Audience, Arc<AtomicUsize>) {
        (Audience::new(CancellationToken::new()), Arc::default())
    }

    fn viewer(user: i64, is_manager: bool, cuts: &Arc<AtomicUsize>) -> Viewer {
        let cuts = cuts.clone();
        Viewer {
            user: UserId(user),
            session: "a session".into(),
            rank: Rank {
                is_manager,
                as_of: 1,
            },
            cut: Box::new(move || {
                cuts.fetch_add(1, Ordering::Relaxed);
            }),
        }
    }

    fn news(app: i64, version: i64) -> News {
        News {
            about: Some((AppId(app), version)),
            bytes: Bytes::from(format!("{app}.{version}")),
        }
    }

    async fn hears(reader: &mut Reader) -> Option<String> {
        let bytes = reader.next().await?;
        Some(String::from_utf8(bytes.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn what_is_hidden_is_for_managers_and_every_server_is_by_itself() {
        let (audience, cuts) = audience();
        let join = |server, user, is_manager| {
            let joined = audience.join(server, viewer(user, is_manager, &cuts));
            joined.expect("a seat")
        };
        let mut member = join(CLUB, 1, false);
        let mut manager = join(CLUB, 2, true);
        let mut elsewhere = join(ServerId(2), 3, true);

        audience.send(CLUB, &news(1, 1), false);
        audience.send(CLUB, &news(1, 2), true);
        audience.beat();

        assert_eq!(hears(&mut member).await.as_deref(), Some("1.2"));
        assert_eq!(hears(&mut manager).await.as_deref(), Some("1.1"));
        assert_eq!(hears(&mut manager).await.as_deref(), Some("1.2"));
        assert_eq!(hears(&mut elsewhere).await.as_deref(), Some(":\n\n"));

        let seat = audience.taken(CLUB)[1].seat;
        let (is_manager, as_of) = (false, 2);
        audience.renew(CLUB, seat, Rank { is_manager, as_of });
        audience.send(CLUB, &news(1, 3), false);
        audience.send(CLUB, &news(1, 4), true);
        assert_eq!(hears(&mut manager).await.as_deref(), Some(":\n\n"));
        assert_eq!(hears(&mut manager).await.as_deref(), Some("1.4"));
        assert_eq!(audience.taken(CLUB)[1].as_of, 2);
    }

    #[tokio::test]
    async fn a_stream_begins_with_what_there_is_and_goes_on_with_what_is_newer() {
        let (audience, cuts) = audience();
        let reader = audience.join(CLUB, viewer(1, false, &cuts));
        let reader = reader.expect("a seat");
        // Sent while the beginning was read.
        audience.send(CLUB, &news(1, 6), true);
        audience.send(CLUB, &news(1, 7), true);
        audience.send(CLUB, &news(2, 1), true);
        audience.send(CLUB, &news(1, 8), true);

        let first = Bytes::from_static(b"now");
        let mut reader = reader.beginning_with(first, vec![(AppId(1), 7)]);

        assert_eq!(hears(&mut reader).await.as_deref(), Some("now"));
        assert_eq!(hears(&mut reader).await.as_deref(), Some("2.1"));
        assert_eq!(hears(&mut reader).await.as_deref(), Some("1.8"));
    }

    #[tokio::test]
    async fn who_does_not_keep_up_is_cut_off_and_holds_nobody_else_up() {
        let (audience, cuts) = audience();
        let join = |user| audience.join(CLUB, viewer(user, false, &cuts));
        let (mut slow, mut fast) = (join(1).expect("a seat"), join(2).expect("a seat"));
        for version in 1..=WAITING {
            let version = i64::try_from(version).expect("small");
            audience.send(CLUB, &news(1, version), true);
            assert_eq!(hears(&mut fast).await, Some(format!("1.{version}")));
        }
        assert_eq!(cuts.load(Ordering::Relaxed), 0, "{WAITING} may wait");

        audience.send(CLUB, &news(1, 99), true);

        assert_eq!(cuts.load(Ordering::Relaxed), 1);
        assert_eq!(hears(&mut slow).await, None);
        assert_eq!(hears(&mut fast).await.as_deref(), Some("1.99"));
        assert_eq!(audience.taken(CLUB).len(), 1);
        // As long as the connection is there it is cut again.
        audience.cut_ended(CLUB);
        assert_eq!(cuts.load(Ordering::Relaxed), 2);
        drop(slow);
        audience.cut_ended(CLUB);
        assert_eq!(cuts.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn who_is_put_out_does_not_hear_what_waits() {
        let (audience, cuts) = audience();
        let mut reader = audience
            .join(CLUB, viewer(1, false, &cuts))
            .expect("a seat");
        audience.send(CLUB, &news(1, 1), true);

        audience.end(CLUB, audience.taken(CLUB)[0].seat);
        audience.send(CLUB, &news(1, 2), true);

        assert_eq!(hears(&mut reader).await, None);
        drop(reader);
        assert!(audience.servers().is_empty());
    }

    #[tokio::test]
    async fn a_person_has_ten_streams_and_another_one_once_one_has_ended() {
        let (audience, cuts) = audience();
        let join = |user: i64, server| audience.join(ServerId(server), viewer(user, true, &cuts));
        let streams = (0..i64::from(MAX_STREAMS)).map(|n| join(1, n % 3));
        let mut streams: Vec<_> = streams.map(|stream| stream.expect("a seat")).collect();
        assert_eq!(streams.len(), 10);

        let refused = join(1, 0).err().expect("refused");
        assert_eq!(refused.code(), "too_many_streams");
        let other = join(2, 0).expect("others have their own");

        streams.pop();
        streams.push(join(1, 0).expect("a seat"));
        assert!(join(1, 0).is_err());
        drop((streams, other));
        assert!(audience.0.streams.is_empty() && audience.0.seats.is_empty());
    }

    #[tokio::test]
    async fn at_the_end_all_streams_end_and_who_does_not_read_is_cut_off() {
        let (audience, cuts) = audience();
        let join = |user| audience.join(CLUB, viewer(user, false, &cuts));
        let (mut reading, stuck) = (join(1).expect("a seat"), join(2).expect("a seat"));
        audience.0.stop.cancel();

        assert_eq!(hears(&mut reading).await, None);
        drop(reading);
        audience.finish(std::time::Duration::ZERO).await;
        assert_eq!(cuts.load(Ordering::Relaxed), 1);

        drop(stuck);
        audience.finish(std::time::Duration::MAX).await;
    }
}
