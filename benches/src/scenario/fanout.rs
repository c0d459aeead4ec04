//! One group, everybody connected: how many deliveries a second, and what a thousand of them cost.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;

use super::{
    Arrivals, DRAIN, Meter, Place, Reader, Target, excerpt, is_complaint,
    stored::{self, Stored},
};
use crate::{
    check::{Faults, Stream},
    net::{Net, Turn},
    nonce::Mark,
    report::{Outcome, histogram, micros},
    rest::Rest,
    wire::{Driver, SocketIo, send_text},
};

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) members: usize,
    pub(crate) senders: usize,
    /// Sends of one sender that not everybody has received yet.
    pub(crate) window: u32,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Makes a group and runs one measurement in it.
pub(crate) fn run(target: &Target, plan: Plan) -> Result<Outcome> {
    ensure!(
        plan.senders >= 1 && plan.senders <= plan.members,
        "there must be 1 to {} senders",
        plan.members
    );
    let rest = Rest::new(target.address);
    let people = &target.accounts[..plan.members];
    let members: Vec<&str> = people.iter().map(|account| account.name.as_str()).collect();
    let tid = rest.create_group(
        &people[0].cookie,
        &format!("fan-out {}", plan.members),
        &members,
    )?;

    let mut fanout = Fanout::new(target, plan, tid);
    let cookies = target.cookies(plan.members);
    Net::new(target.address)?.run(&mut SocketIo::new(&mut fanout, &target.host(), cookies))?;

    let path = format!("/api/gdm/messages?tid={tid}&");
    let stored = Stored::read(
        &rest,
        &people[0].cookie,
        (&path, stored::PAGE),
        &mut fanout.faults,
    )?;
    for (number, sender) in fanout.senders.iter().enumerate() {
        stored.agree(
            fanout.reader.run,
            u16::try_from(number)?,
            &sender.acks,
            &mut fanout.faults,
        );
    }
    fanout.outcome.faults.add(&fanout.faults);
    fanout.outcome.scenario = format!(
        "fan-out to {}, {} senders, window {}",
        plan.members, plan.senders, plan.window
    );
    Ok(fanout.outcome)
}

enum Phase {
    Arriving,
    Warming(Instant),
    Measuring(Meter, Instant),
    Draining(Instant),
}

/// A send on its way to everybody.
struct Flight {
    at: Instant,
    acked: Option<Place>,
    /// Members who have not received it.
    missing: usize,
}

#[derive(Default)]
struct Sender {
    sent: u32,
    acked: u32,
    /// The flights from counter `landed` on.
    flights: VecDeque<Flight>,
    landed: u32,
    acks: Vec<(u32, Place)>,
}

/// Member `m` is connection `m`; the first ones are the senders.
struct Fanout {
    pid: u32,
    plan: Plan,
    to: String,
    reader: Reader,
    arrivals: Arrivals,
    phase: Phase,
    senders: Vec<Sender>,
    streams: Vec<Stream>,
    delivered: u64,
    delivered_before: u64,
    to_receiver: Histogram<u64>,
    packet: Vec<u8>,
    faults: Faults,
    outcome: Outcome,
}

impl Fanout {
    fn new(target: &Target, plan: Plan, tid: u64) -> Self {
        Self {
            pid: target.pid,
            plan,
            to: format!("\"tid\":{tid}"),
            reader: Reader::new(),
            arrivals: Arrivals::new(plan.members),
            phase: Phase::Arriving,
            senders: (0..plan.senders).map(|_| Sender::default()).collect(),
            streams: vec![Stream::new(plan.senders); plan.members],
            delivered: 0,
            delivered_before: 0,
            to_receiver: histogram(),
            packet: Vec::new(),
            faults: Faults::default(),
            outcome: Outcome::default(),
        }
    }

    fn send(&mut self, net: &mut Net, number: usize) -> Result<()> {
        let sender = &mut self.senders[number];
        let mark = Mark {
            sender: u16::try_from(number)?,
            counter: sender.sent,
        };
        sender.sent += 1;
        sender.flights.push_back(Flight {
            at: Instant::now(),
            acked: None,
            missing: self.plan.members,
        });
        self.reader
            .write_send(&mut self.packet, "gdm_send", &self.to, mark);
        send_text(net.out(number), &self.packet);
        Ok(())
    }

    fn sending(&self) -> bool {
        matches!(self.phase, Phase::Warming(_) | Phase::Measuring(..))
    }

    /// Frees the places of the messages that everybody has, and fills them.
    fn land(&mut self, net: &mut Net, number: usize) -> Result<()> {
        let sending = self.sending();
        let sender = &mut self.senders[number];
        let mut free = 0;
        while sender
            .flights
            .front()
            .is_some_and(|flight| flight.missing == 0 && flight.acked.is_some())
        {
            sender.flights.pop_front();
            sender.landed += 1;
            free += 1;
        }
        if sending {
            for _ in 0..free {
                self.send(net, number)?;
            }
        }
        Ok(())
    }

    fn sent(&self) -> Vec<u32> {
        self.senders.iter().map(|sender| sender.sent).collect()
    }

    fn report(&mut self, meter: &Meter) -> Result<()> {
        let reading = meter.stop(&mut self.outcome)?;
        let deliveries = self.delivered - self.delivered_before;
        self.outcome
            .set("deliveries_per_s", reading.rate(deliveries));
        self.outcome.set(
            "cpu_us_per_1000_deliveries",
            reading.micros_each(deliveries) * 1000.0,
        );
        self.outcome.set_latency("receiver", &self.to_receiver);
        Ok(())
    }

    fn finish(&mut self) {
        let sent = self.sent();
        for stream in &self.streams {
            stream.finish(&sent, &mut self.faults);
        }
        for sender in &self.senders {
            if sender.acked < sender.sent {
                self.faults.lost += u64::from(sender.sent - sender.acked);
                self.faults
                    .note(|| format!("{} of {} sends were acked", sender.acked, sender.sent));
            }
        }
    }
}

impl Driver for Fanout {
    fn ready(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        Ok(())
    }

    fn event(&mut self, net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()> {
        if name != b"gdm_new" {
            if is_complaint(name) {
                self.faults.refused += 1;
                self.faults
                    .note(|| format!("{}: {}", excerpt(name), excerpt(data)));
            }
            return Ok(());
        }
        let Some((place, mark)) = self.reader.delivery(data) else {
            return Ok(());
        };
        let number = usize::from(mark.sender);
        self.streams[conn].take(place, number, mark.counter, &mut self.faults);
        self.delivered += 1;
        let Some(sender) = self.senders.get_mut(number) else {
            return Ok(());
        };
        let Some(ahead) = mark.counter.checked_sub(sender.landed) else {
            return Ok(());
        };
        let Some(flight) = sender.flights.get_mut(usize::try_from(ahead)?) else {
            return Ok(());
        };
        flight.missing = flight.missing.saturating_sub(1);
        // The last receiver's time is the one that a person in a big group may see.
        if flight.missing == 0 {
            if let Phase::Measuring(meter, _) = &self.phase
                && flight.at >= meter.began
            {
                self.to_receiver
                    .saturating_record(micros(flight.at.elapsed()));
            }
            self.land(net, number)?;
        }
        Ok(())
    }

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        let place = self.reader.accepted(data);
        let sender = &mut self.senders[conn];
        let ahead = usize::try_from(id.wrapping_sub(sender.landed))?;
        match (place, sender.flights.get_mut(ahead)) {
            (Some(place), Some(flight)) if flight.acked.is_none() => {
                flight.acked = Some(place);
                sender.acked += 1;
                sender.acks.push((id, place));
            }
            (Some(_), _) => {
                self.faults.doubled += 1;
                self.faults
                    .note(|| format!("send {id} of sender {conn} was acked again"));
            }
            (None, _) => {
                self.faults.refused += 1;
                self.faults.note(|| excerpt(data));
            }
        }
        self.land(net, conn)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed connection {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        Ok(Turn::Until(match &self.phase {
            Phase::Arriving => {
                if !self.arrivals.step(net)? {
                    return Ok(Turn::Until(now + Duration::from_secs(1)));
                }
                for number in 0..self.plan.senders {
                    for _ in 0..self.plan.window {
                        self.send(net, number)?;
                    }
                }
                let until = now + self.plan.warm_up;
                self.phase = Phase::Warming(until);
                until
            }
            &(Phase::Warming(until) | Phase::Measuring(_, until)) if now < until => until,
            Phase::Warming(_) => {
                let until = now + self.plan.measure;
                self.delivered_before = self.delivered;
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
                let sent = self.sent();
                let acked = self
                    .senders
                    .iter()
                    .all(|sender| sender.acked == sender.sent);
                if now >= until || acked && self.streams.iter().all(|stream| stream.complete(&sent))
                {
                    self.finish();
                    return Ok(Turn::Stop);
                }
                until
            }
        }))
    }
}
