//! The scenarios, and what they share.

pub(crate) mod crash;
pub(crate) mod dm;
pub(crate) mod docs;
pub(crate) mod fanout;
pub(crate) mod history;
pub(crate) mod idle;
pub(crate) mod platform;
mod reads;
mod stored;

use std::{
    io::Write,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::Result;
use memchr::memmem;

use crate::{
    accounts::Account,
    net::Net,
    nonce::{Mark, Run},
    process,
    report::{Outcome, count},
    wire::Fields,
};

/// How long deliveries may take after the last send before they count as lost.
const DRAIN: Duration = Duration::from_secs(30);
/// Handshakes under way at one time.
const HANDSHAKES: usize = 64;

/// A running server and the people who use it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) pid: u32,
    pub(crate) accounts: Vec<Account>,
}

impl Target {
    fn host(&self) -> String {
        self.address.to_string()
    }

    fn cookies(&self, count: usize) -> Vec<String> {
        self.accounts
            .iter()
            .cycle()
            .take(count)
            .map(|account| account.cookie.clone())
            .collect()
    }
}

/// Opens connections a few at a time.
struct Arrivals {
    wanted: usize,
    started: usize,
    ready: usize,
}

impl Arrivals {
    fn new(wanted: usize) -> Self {
        Self {
            wanted,
            started: 0,
            ready: 0,
        }
    }

    /// Starts what may start now; answers whether everybody is there.
    fn step(&mut self, net: &mut Net) -> Result<bool> {
        while self.started < self.wanted && self.started - self.ready < HANDSHAKES {
            net.connect()?;
            self.started += 1;
        }
        Ok(self.ready == self.wanted)
    }
}

/// Processor time of the server and of the generator over a stretch of time.
struct Meter {
    pid: u32,
    began: Instant,
    server: Duration,
    own: Duration,
}

/// What a [`Meter`] read.
struct Reading {
    seconds: f64,
    server_micros: f64,
}

impl Meter {
    fn start(pid: u32) -> Result<Self> {
        Ok(Self {
            pid,
            began: Instant::now(),
            server: process::cpu(pid)?,
            own: process::cpu(std::process::id())?,
        })
    }

    /// Notes both shares in the outcome, as per cent of one core.
    fn stop(&self, outcome: &mut Outcome) -> Result<Reading> {
        let seconds = self.began.elapsed().as_secs_f64();
        let server = process::cpu(self.pid)?
            .saturating_sub(self.server)
            .as_secs_f64();
        let own = process::cpu(std::process::id())?
            .saturating_sub(self.own)
            .as_secs_f64();
        outcome.set("server_cpu_percent", server / seconds * 100.0);
        outcome.set("generator_cpu_percent", own / seconds * 100.0);
        Ok(Reading {
            seconds,
            server_micros: server * 1e6,
        })
    }
}

impl Reading {
    fn rate(&self, events: u64) -> f64 {
        count(events) / self.seconds
    }

    fn micros_each(&self, events: u64) -> f64 {
        self.server_micros / count(events.max(1))
    }
}

/// Reads deliveries and acks of one run.
struct Reader {
    fields: Fields,
    accepted: memmem::Finder<'static>,
    run: Run,
}

/// Where the server put a message.
type Place = (u64, u64);

impl Reader {
    fn new() -> Self {
        Self {
            fields: Fields::default(),
            accepted: memmem::Finder::new(b"\"ok\":true"),
            run: Run::new(),
        }
    }

    /// Place and counters of a delivered message of this run.
    fn delivery(&self, data: &[u8]) -> Option<(Place, Mark)> {
        let mark = self.run.read(self.fields.nonce(data)?)?;
        Some(((self.fields.id(data)?, self.fields.seq(data)?), mark))
    }

    /// The place an ack names, or nothing where the send was refused.
    fn accepted(&self, data: &[u8]) -> Option<Place> {
        self.accepted.find(data)?;
        Some((self.fields.id(data)?, self.fields.seq(data)?))
    }

    /// Writes a send as a Socket.IO packet that asks for ack `mark.counter`.
    fn write_send(&self, out: &mut Vec<u8>, event: &str, to: &str, mark: Mark) {
        out.clear();
        // Writing into a vector cannot fail.
        let _ = write!(
            out,
            "42{counter}[\"{event}\",{{{to},\"text\":\"Message {counter} of this run: the quick brown fox jumps over \
             the lazy dog, and the dog sleeps on.\",\"nonce\":\"",
            counter = mark.counter
        );
        self.run.write(out, mark);
        out.extend_from_slice(b"\"}]");
    }
}

/// A rough reading of server-side refusals that come as events of their own.
fn is_complaint(name: &[u8]) -> bool {
    name == b"error" || name == b"system_message"
}

/// Data of an event, shortened for a message.
fn excerpt(data: &[u8]) -> String {
    String::from_utf8_lossy(&data[..data.len().min(200)]).into_owned()
}
