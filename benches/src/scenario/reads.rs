//! Questions over kept-alive HTTP connections that each wait for their answer: how many are answered in a second, how
//! fast, and what one costs.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use hdrhistogram::Histogram;

use super::Meter;
use crate::{
    check::Faults,
    net::{Handler, Net, Turn},
    report::{Outcome, histogram, micros},
    wire::http::next_answer,
};

/// What is asked.
pub(super) trait Questions {
    /// What an answer has to fit.
    type Asked;
    /// Writes the next request.
    fn ask(&mut self, out: &mut Vec<u8>) -> Result<Self::Asked>;
    /// Notes what is wrong with the answer to it, without parsing all of it.
    fn check(&self, asked: &Self::Asked, body: &[u8], faults: &mut Faults);
}

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) connections: usize,
    pub(super) warm_up: Duration,
    pub(super) measure: Duration,
}

/// How the server is reached, and what a question and its figures are called.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    pub(super) address: SocketAddr,
    pub(super) pid: u32,
    /// As in `pages_per_s` and `cpu_us_per_page`.
    pub(super) name: &'static str,
}

/// Runs one measurement.
pub(super) fn run(
    subject: Subject,
    plan: Plan,
    questions: impl Questions,
    scenario: String,
) -> Result<Outcome> {
    let mut reads = Reads {
        subject,
        plan,
        questions,
        open: Vec::new(),
        meter: None,
        until: Instant::now() + plan.warm_up,
        answered: 0,
        latency: histogram(),
        faults: Faults::default(),
        outcome: Outcome::new(scenario),
    };
    let mut net = Net::new(subject.address)?;
    for _ in 0..plan.connections {
        net.connect()?;
        reads.open.push(None);
    }
    net.run(&mut reads)?;
    reads.outcome.faults.add(&reads.faults);
    Ok(reads.outcome)
}

struct Reads<Q: Questions> {
    subject: Subject,
    plan: Plan,
    questions: Q,
    /// By connection: the question that waits for its answer, and since when.
    open: Vec<Option<(Q::Asked, Instant)>>,
    meter: Option<Meter>,
    until: Instant,
    answered: u64,
    latency: Histogram<u64>,
    faults: Faults,
    outcome: Outcome,
}

impl<Q: Questions> Reads<Q> {
    fn ask(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let asked = self.questions.ask(net.out(conn))?;
        self.open[conn] = Some((asked, Instant::now()));
        Ok(())
    }
}

impl<Q: Questions> Handler for Reads<Q> {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.ask(net, conn)
    }

    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let Some(answer) = next_answer(bytes)? else {
            return Ok(0);
        };
        ensure!(
            answer.status == 200,
            "a question was refused: {}",
            String::from_utf8_lossy(bytes)
        );
        let Some((asked, at)) = self.open[conn].take() else {
            bail!("an answer that nobody asked for")
        };
        let latency = at.elapsed();
        self.questions.check(&asked, answer.body, &mut self.faults);
        if self.meter.is_some() {
            self.answered += 1;
            self.latency.saturating_record(micros(latency));
        }
        self.ask(net, conn)?;
        Ok(answer.length)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        bail!("the server closed kept-alive connection {conn}")
    }

    fn turn(&mut self, _net: &mut Net, now: Instant) -> Result<Turn> {
        if now < self.until {
            return Ok(Turn::Until(self.until));
        }
        let Some(meter) = &self.meter else {
            self.meter = Some(Meter::start(self.subject.pid)?);
            self.until = now + self.plan.measure;
            return Ok(Turn::Until(self.until));
        };
        let reading = meter.stop(&mut self.outcome)?;
        let name = self.subject.name;
        self.outcome
            .set(&format!("{name}s_per_s"), reading.rate(self.answered));
        self.outcome.set(
            &format!("cpu_us_per_{name}"),
            reading.micros_each(self.answered),
        );
        self.outcome.set_latency(name, &self.latency);
        Ok(Turn::Stop)
    }
}

/// Numbers in no particular order. Any even spread will do, and the same one in every run is an advantage.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// A number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
