//! Direct messages between pairs: a closed loop for throughput, an open loop for latency at a fixed rate.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::Result;
use hdrhistogram::Histogram;

use super::{
    Arrivals, DRAIN, Meter, Place, Reader, Target, excerpt, is_complaint,
    stored::{self, Stored},
};
use crate::{
    check::{Faults, Stream},
    net::{Net, Turn},
    nonce::{Mark, Run},
    report::{Outcome, histogram, micros},
    rest::Rest,
    wire::{Driver, SocketIo, send_text},
};

/// Conversations whose stored messages are compared with what was sent.
const READ_BACK: usize = 2;

/// When the next message leaves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// Each sender keeps this many sends unacknowledged.
    Window(u32),
    /// All senders together send this many a second, whatever comes back.
    Rate(u32),
}

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) pairs: usize,
    pub(crate) load: Load,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, plan: Plan) -> Result<Outcome> {
    let mut dm = Dm::new(target, plan, false);
    dm.drive(target)?;
    let rest = Rest::new(target.address);
    for pair in 0..plan.pairs.min(READ_BACK) {
        dm.compare(&rest, target, pair)?;
    }
    dm.outcome.faults.add(&dm.faults);
    dm.outcome.scenario = match plan.load {
        Load::Window(window) => format!("dm, {} pairs, window {window}", plan.pairs),
        Load::Rate(rate) => format!("dm at {rate}/s, {} pairs", plan.pairs),
    };
    Ok(dm.outcome)
}

/// The history endpoint of the conversation of a pair, as its sender sees it.
pub(super) fn history_path(target: &Target, pair: usize) -> String {
    format!(
        "/api/dm/messages?peer={}&",
        target.accounts[2 * pair + 1].name
    )
}

enum Phase {
    Arriving,
    Warming(Instant),
    Measuring(Meter, Instant),
    Draining(Instant),
}

/// A send on its way.
struct Flight {
    /// When it left, or should have left in an open loop.
    at: Instant,
    /// For sending it again after a crash; empty where none is planned.
    packet: Vec<u8>,
    acked: Option<Place>,
    echoed: Option<Place>,
    delivered: bool,
}

#[derive(Default)]
pub(super) struct Sender {
    pub(super) sent: u32,
    acked: u32,
    /// The flights from counter `landed` on.
    flights: VecDeque<Flight>,
    landed: u32,
    pub(super) acks: Vec<(u32, Place)>,
}

impl Sender {
    fn flight(&mut self, counter: u32) -> Option<&mut Flight> {
        let place = counter.checked_sub(self.landed)?;
        self.flights.get_mut(usize::try_from(place).ok()?)
    }

    /// The packets of the sends without an ack.
    pub(super) fn unacked(&self) -> Vec<Vec<u8>> {
        self.flights
            .iter()
            .filter(|flight| flight.acked.is_none())
            .map(|flight| flight.packet.clone())
            .collect()
    }

    fn land(&mut self) {
        while self
            .flights
            .front()
            .is_some_and(|f| f.delivered && f.acked.is_some() && f.echoed.is_some())
        {
            self.flights.pop_front();
            self.landed += 1;
        }
    }
}

/// Pair `p` sends on connection `2p` and receives on connection `2p + 1`.
pub(super) struct Dm {
    pid: u32,
    plan: Plan,
    names: Vec<String>,
    reader: Reader,
    arrivals: Arrivals,
    phase: Phase,
    pub(super) senders: Vec<Sender>,
    /// By connection: `dm_new`, then `new_dm`.
    streams: Vec<[Stream; 2]>,
    next_due: Instant,
    due: u32,
    counted: u64,
    to_ack: Histogram<u64>,
    to_receiver: Histogram<u64>,
    packet: Vec<u8>,
    /// The server is going to be killed: closed connections end the run and are no fault.
    doomed: bool,
    closed: usize,
    pub(super) faults: Faults,
    outcome: Outcome,
}

impl Dm {
    pub(super) fn new(target: &Target, plan: Plan, doomed: bool) -> Self {
        Self {
            pid: target.pid,
            plan,
            names: target
                .accounts
                .iter()
                .take(2 * plan.pairs)
                .map(|account| account.name.clone())
                .collect(),
            reader: Reader::new(),
            arrivals: Arrivals::new(2 * plan.pairs),
            phase: Phase::Arriving,
            senders: (0..plan.pairs).map(|_| Sender::default()).collect(),
            streams: vec![[Stream::new(1), Stream::new(1)]; 2 * plan.pairs],
            next_due: Instant::now(),
            due: 0,
            counted: 0,
            to_ack: histogram(),
            to_receiver: histogram(),
            packet: Vec::new(),
            doomed,
            closed: 0,
            faults: Faults::default(),
            outcome: Outcome::default(),
        }
    }

    pub(super) fn drive(&mut self, target: &Target) -> Result<()> {
        let cookies = target.cookies(2 * self.plan.pairs);
        Net::new(target.address)?.run(&mut SocketIo::new(self, &target.host(), cookies))
    }

    pub(super) fn run_tag(&self) -> Run {
        self.reader.run
    }

    /// Reads a conversation back and compares it with the acks.
    pub(super) fn compare(&mut self, rest: &Rest, target: &Target, pair: usize) -> Result<Stored> {
        let cookie = &target.accounts[2 * pair].cookie;
        let path = history_path(target, pair);
        let stored = Stored::read(rest, cookie, (&path, stored::PAGE), &mut self.faults)?;
        let sender = u16::try_from(pair)?;
        stored.agree(
            self.reader.run,
            sender,
            &self.senders[pair].acks,
            &mut self.faults,
        );
        Ok(stored)
    }

    fn send(&mut self, net: &mut Net, pair: usize, at: Instant) -> Result<()> {
        let sender = &mut self.senders[pair];
        let mark = Mark {
            sender: u16::try_from(pair)?,
            counter: sender.sent,
        };
        sender.sent += 1;
        let to = format!("\"to\":\"{}\"", self.names[2 * pair + 1]);
        self.reader
            .write_send(&mut self.packet, "dm_send", &to, mark);
        let packet = if self.doomed {
            self.packet.clone()
        } else {
            Vec::new()
        };
        sender.flights.push_back(Flight {
            at,
            packet,
            acked: None,
            echoed: None,
            delivered: false,
        });
        send_text(net.out(2 * pair), &self.packet);
        Ok(())
    }

    fn sending(&self) -> bool {
        matches!(self.phase, Phase::Warming(_) | Phase::Measuring(..))
    }

    fn measured_from(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Measuring(meter, _) => Some(meter.began),
            _ => None,
        }
    }

    /// Answers when the next message is due.
    fn send_due(&mut self, net: &mut Net, now: Instant, rate: u32) -> Result<Instant> {
        while self.next_due <= now {
            let pair = usize::try_from(self.due)? % self.plan.pairs;
            self.send(net, pair, self.next_due)?;
            self.due = self.due.wrapping_add(1);
            self.next_due += Duration::from_secs(1) / rate;
        }
        Ok(self.next_due)
    }

    fn complete(&self) -> bool {
        self.senders.iter().enumerate().all(|(pair, sender)| {
            sender.acked == sender.sent
                && self.streams[2 * pair..2 * pair + 2]
                    .iter()
                    .flatten()
                    .all(|stream| stream.complete(&[sender.sent]))
        })
    }

    fn report(&mut self, meter: &Meter) -> Result<()> {
        let reading = meter.stop(&mut self.outcome)?;
        self.outcome
            .set("messages_per_s", reading.rate(self.counted));
        self.outcome
            .set("cpu_us_per_message", reading.micros_each(self.counted));
        self.outcome.set_latency("ack", &self.to_ack);
        self.outcome.set_latency("receiver", &self.to_receiver);
        Ok(())
    }

    fn finish(&mut self) {
        for (pair, sender) in self.senders.iter().enumerate() {
            for stream in self.streams[2 * pair..2 * pair + 2].iter().flatten() {
                stream.finish(&[sender.sent], &mut self.faults);
            }
            if sender.acked < sender.sent {
                self.faults.lost += u64::from(sender.sent - sender.acked);
                self.faults.note(|| {
                    format!(
                        "{} of {} sends of pair {pair} were acked",
                        sender.acked, sender.sent
                    )
                });
            }
        }
    }
}

impl Driver for Dm {
    fn ready(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        Ok(())
    }

    fn event(&mut self, _net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()> {
        let spelling = match name {
            b"dm_new" => 0,
            b"new_dm" => 1,
            _ => {
                if is_complaint(name) {
                    self.faults.refused += 1;
                    self.faults
                        .note(|| format!("{}: {}", excerpt(name), excerpt(data)));
                }
                return Ok(());
            }
        };
        let Some((place, mark)) = self.reader.delivery(data) else {
            return Ok(());
        };
        let pair = conn / 2;
        if usize::from(mark.sender) != pair {
            self.faults.disagreeing += 1;
            self.faults
                .note(|| format!("pair {pair} received a message of pair {}", mark.sender));
            return Ok(());
        }
        self.streams[conn][spelling].take(place, 0, mark.counter, &mut self.faults);
        if spelling != 0 {
            return Ok(());
        }
        let measured = self.measured_from();
        let sender = &mut self.senders[pair];
        let Some(flight) = sender.flight(mark.counter) else {
            return Ok(());
        };
        if conn.is_multiple_of(2) {
            flight.echoed = Some(place);
        } else {
            flight.delivered = true;
            if measured.is_some_and(|from| flight.at >= from) {
                self.to_receiver
                    .saturating_record(micros(flight.at.elapsed()));
            }
        }
        if let (Some(acked), Some(echoed)) = (flight.acked, flight.echoed)
            && acked != echoed
        {
            self.faults.disagreeing += 1;
            self.faults
                .note(|| format!("ack says {acked:?}, event says {echoed:?}"));
        }
        sender.land();
        Ok(())
    }

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        let pair = conn / 2;
        let measured = self.measured_from();
        let place = self.reader.accepted(data);
        let sender = &mut self.senders[pair];
        match (place, sender.flight(id)) {
            (Some(place), Some(flight)) if flight.acked.is_none() => {
                flight.acked = Some(place);
                if measured.is_some_and(|from| flight.at >= from) {
                    self.to_ack.saturating_record(micros(flight.at.elapsed()));
                }
                sender.acked += 1;
                sender.acks.push((id, place));
                sender.land();
                if measured.is_some() {
                    self.counted += 1;
                }
            }
            (Some(_), _) => {
                self.faults.doubled += 1;
                self.faults
                    .note(|| format!("send {id} of pair {pair} was acked again"));
            }
            (None, _) => {
                self.faults.refused += 1;
                self.faults.note(|| excerpt(data));
            }
        }
        if matches!(self.plan.load, Load::Window(_)) && self.sending() {
            self.send(net, pair, Instant::now())?;
        }
        Ok(())
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.closed += 1;
        if !self.doomed {
            self.faults.disconnected += 1;
            self.faults
                .note(|| format!("the server closed connection {conn}"));
        }
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        if self.closed == self.arrivals.wanted {
            return Ok(Turn::Stop);
        }
        let mut until = match &self.phase {
            Phase::Arriving => {
                if !self.arrivals.step(net)? {
                    return Ok(Turn::Until(now + Duration::from_secs(1)));
                }
                self.next_due = now;
                if let Load::Window(window) = self.plan.load {
                    for pair in 0..self.plan.pairs {
                        for _ in 0..window {
                            self.send(net, pair, now)?;
                        }
                    }
                }
                let until = now + self.plan.warm_up;
                self.phase = Phase::Warming(until);
                until
            }
            &(Phase::Warming(until) | Phase::Measuring(_, until)) if now < until => until,
            Phase::Warming(_) => {
                let until = now + self.plan.measure;
                self.phase = Phase::Measuring(Meter::start(self.pid)?, until);
                until
            }
            Phase::Measuring(..) => {
                let until = now + DRAIN;
                if let Phase::Measuring(meter, _) =
                    std::mem::replace(&mut self.phase, Phase::Draining(until))
                {
                    self.report(&meter)?;
                }
                until
            }
            &Phase::Draining(until) => {
                if now >= until || self.complete() {
                    self.finish();
                    return Ok(Turn::Stop);
                }
                until
            }
        };
        if let Load::Rate(rate) = self.plan.load
            && self.sending()
        {
            until = until.min(self.send_due(net, now, rate)?);
        }
        Ok(Turn::Until(until))
    }
}
