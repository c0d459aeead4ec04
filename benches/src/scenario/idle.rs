//! Many connections that do nothing: how fast they come in and what each of them holds.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{Arrivals, Meter, Target};
use crate::{
    check::Faults,
    net::{Net, Turn},
    process,
    report::{Outcome, count},
    wire::{Driver, SocketIo},
};

/// Memory is read this long after the last arrival.
const SETTLE: Duration = Duration::from_secs(3);

/// Runs one measurement. The first connection of each account comes in before the clock starts, because a person's
/// coming online is announced to everybody and the rate is to be that of connections.
pub(crate) fn run(target: &Target, connections: usize) -> Result<Outcome> {
    let people = target.accounts.len();
    ensure!(
        connections > people,
        "more connections than the {people} accounts are needed"
    );
    let mut idle = Idle {
        pid: target.pid,
        people,
        connections,
        arrivals: Arrivals::new(people),
        meter: None,
        before: process::resident(target.pid)?,
        read_at: None,
        faults: Faults::default(),
        outcome: Outcome::new(format!(
            "idle, {connections} connections of {people} people"
        )),
    };
    Net::new(target.address)?.run(&mut SocketIo::new(
        &mut idle,
        &target.host(),
        target.cookies(connections),
    ))?;
    idle.outcome.faults.add(&idle.faults);
    Ok(idle.outcome)
}

struct Idle {
    pid: u32,
    people: usize,
    connections: usize,
    arrivals: Arrivals,
    meter: Option<Meter>,
    before: u64,
    read_at: Option<Instant>,
    faults: Faults,
    outcome: Outcome,
}

impl Driver for Idle {
    fn ready(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        Ok(())
    }

    fn event(&mut self, _net: &mut Net, _conn: usize, _name: &[u8], _data: &[u8]) -> Result<()> {
        Ok(())
    }

    fn ack(&mut self, _net: &mut Net, _conn: usize, _id: u32, _data: &[u8]) -> Result<()> {
        Ok(())
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed connection {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        if let Some(at) = self.read_at {
            if now < at {
                return Ok(Turn::Until(at));
            }
            let grown = process::resident(self.pid)?.saturating_sub(self.before);
            self.outcome.set(
                "kb_per_connection",
                count(grown) / 1024.0 / count(self.connections as u64),
            );
            return Ok(Turn::Stop);
        }
        if !self.arrivals.step(net)? {
            return Ok(Turn::Until(now + Duration::from_secs(1)));
        }
        match &self.meter {
            None => {
                self.meter = Some(Meter::start(self.pid)?);
                self.arrivals.wanted = self.connections;
                Ok(Turn::Until(now))
            }
            Some(meter) => {
                let arrived = (self.connections - self.people) as u64;
                let reading = meter.stop(&mut self.outcome)?;
                self.outcome.set("connects_per_s", reading.rate(arrived));
                self.outcome
                    .set("cpu_us_per_connect", reading.micros_each(arrived));
                self.read_at = Some(now + SETTLE);
                Ok(Turn::Until(now + SETTLE))
            }
        }
    }
}
