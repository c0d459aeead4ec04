//! Pages of history at random places, over kept-alive HTTP connections that each wait for their answer.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use hdrhistogram::Histogram;
use memchr::memmem;

use super::{Meter, Target};
use crate::{
    accounts,
    check::Faults,
    net::{Handler, Net, Turn},
    report::{Outcome, histogram, micros},
};

/// Settings of a run. The database was filled by `seed.mjs`: message `i` belongs to the conversation of the first account
/// with account `1 + i % conversations`, ids from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) messages: u64,
    pub(crate) conversations: u64,
    pub(crate) page: u64,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, plan: Plan) -> Result<Outcome> {
    ensure!(
        plan.messages / plan.conversations > 2 * plan.page,
        "too few messages in each conversation"
    );
    let mut history = History {
        pid: target.pid,
        plan,
        host: target.host(),
        cookie: target
            .accounts
            .first()
            .context("no account")?
            .cookie
            .clone(),
        readers: Vec::new(),
        random: 0x9E37_79B9_7F4A_7C15,
        meter: None,
        until: Instant::now() + plan.warm_up,
        pages: 0,
        latency: histogram(),
        faults: Faults::default(),
        outcome: Outcome::new(format!(
            "history, pages of {} among {} messages in {} conversations, {} connections",
            plan.page, plan.messages, plan.conversations, plan.connections
        )),
    };
    let mut net = Net::new(target.address)?;
    for _ in 0..plan.connections {
        net.connect()?;
        history.readers.push(Reader {
            before: 0,
            at: Instant::now(),
        });
    }
    net.run(&mut history)?;
    history.outcome.faults.add(&history.faults);
    Ok(history.outcome)
}

/// A connection and the page it waits for.
struct Reader {
    before: u64,
    at: Instant,
}

struct History {
    pid: u32,
    plan: Plan,
    host: String,
    cookie: String,
    readers: Vec<Reader>,
    random: u64,
    meter: Option<Meter>,
    until: Instant,
    pages: u64,
    latency: Histogram<u64>,
    faults: Faults,
    outcome: Outcome,
}

impl History {
    /// A number below `limit`. Any even spread will do, and the same one in every run is an advantage.
    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    fn ask(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let Plan {
            messages,
            conversations,
            page,
            ..
        } = self.plan;
        let number = self.below(conversations);
        let peer = 1 + number;
        // A message of that conversation, as a client asks for what is older than its oldest one; far enough from the
        // beginning for the page to be full.
        let rounds = messages / conversations;
        let before = number + conversations * (page + 1 + self.below(rounds - page - 1));
        let request = format!(
            "GET /api/dm/messages?peer={peer}&limit={page}&before={before} HTTP/1.1\r\nHost: {host}\r\n\
             Accept: application/json\r\nUser-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n",
            peer = accounts::name(usize::try_from(peer)?),
            host = self.host,
            cookie = self.cookie,
        );
        self.readers[conn] = Reader {
            before,
            at: Instant::now(),
        };
        net.out(conn).extend_from_slice(request.as_bytes());
        Ok(())
    }

    /// Checks the length, the limits and the gaplessness of a page without parsing all of it.
    fn check(&mut self, conn: usize, body: &[u8]) {
        let numbers = |key: &'static [u8]| -> Vec<u64> {
            memmem::find_iter(body, key)
                .map(|at| {
                    let digits = body[at + key.len()..]
                        .iter()
                        .take_while(|b| b.is_ascii_digit());
                    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
                })
                .collect()
        };
        let (ids, seqs) = (numbers(b"\"id\":"), numbers(b"\"seq\":"));
        let before = self.readers[conn].before;
        let whole = seqs.len() as u64 == self.plan.page && ids.len() == seqs.len();
        let gapless = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        // The newest row is the message just before the asked one in its conversation.
        let placed = ids
            .last()
            .is_some_and(|&last| last + self.plan.conversations == before);
        if !(whole && gapless && placed) {
            self.faults.disagreeing += 1;
            self.faults.note(|| {
                format!(
                    "before {before}: {} rows, last id {:?}",
                    seqs.len(),
                    ids.last()
                )
            });
        }
    }
}

impl Handler for History {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.ask(net, conn)
    }

    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
            return Ok(0);
        };
        let head = std::str::from_utf8(&bytes[..end])?;
        ensure!(
            head.starts_with("HTTP/1.1 200"),
            "a page was refused: {}",
            String::from_utf8_lossy(bytes)
        );
        let Some(length) = head.lines().find_map(content_length) else {
            bail!("a page without content-length: {head}")
        };
        let whole = end + 4 + length?;
        let Some(body) = bytes.get(end + 4..whole) else {
            return Ok(0);
        };
        let latency = self.readers[conn].at.elapsed();
        self.check(conn, body);
        if self.meter.is_some() {
            self.pages += 1;
            self.latency.saturating_record(micros(latency));
        }
        self.ask(net, conn)?;
        Ok(whole)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        bail!("the server closed kept-alive connection {conn}")
    }

    fn turn(&mut self, _net: &mut Net, now: Instant) -> Result<Turn> {
        if now < self.until {
            return Ok(Turn::Until(self.until));
        }
        let Some(meter) = &self.meter else {
            self.meter = Some(Meter::start(self.pid)?);
            self.until = now + self.plan.measure;
            return Ok(Turn::Until(self.until));
        };
        let reading = meter.stop(&mut self.outcome)?;
        self.outcome.set("pages_per_s", reading.rate(self.pages));
        self.outcome
            .set("cpu_us_per_page", reading.micros_each(self.pages));
        self.outcome.set_latency("page", &self.latency);
        Ok(Turn::Stop)
    }
}

fn content_length(line: &str) -> Option<Result<usize>> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-length")
        .then(|| Ok(value.trim().parse()?))
}
