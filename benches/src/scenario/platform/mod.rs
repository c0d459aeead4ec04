//! Servers with webhooks, widgets and integrations, and what their scenarios share.

mod course;
pub(crate) mod membership;
mod sse;
mod tile;
pub(crate) mod viewers;
pub(crate) mod webhook;
pub(crate) mod widget;

use std::time::{Duration, Instant};

/// When the next post leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// Each connection posts again as soon as it may.
    Closed,
    /// Each of the things posted to is posted to once in this time, whatever comes back.
    Every(Duration),
}

impl Load {
    fn text(self) -> String {
        match self {
            Self::Closed => "full load".into(),
            Self::Every(period) => format!("every {} ms", period.as_millis()),
        }
    }
}

/// The request that opens a stream of a server's widgets.
fn watch_request(server: u64, host: &str, cookie: &str) -> String {
    format!(
        "GET /servers/{server}/events HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\
         User-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n"
    )
}

/// The times at which posts are due in an open loop.
struct Due {
    period: Duration,
    next: Instant,
}

impl Due {
    fn new(period: Duration, first: Instant) -> Self {
        Self {
            period,
            next: first,
        }
    }

    /// The next time, if it has come.
    fn take(&mut self, now: Instant) -> Option<Instant> {
        let due = (self.next <= now).then_some(self.next)?;
        self.next += self.period;
        Some(due)
    }
}
