//! A webhook that says something in a channel where a hundred people listen: how many posts a second are stored, told and
//! answered, and how long that takes.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use hdrhistogram::Histogram;

use super::{
    super::{Arrivals, Place, Reader, Target, excerpt, is_complaint, stored::Stored},
    Due, Load,
    course::{Course, Step},
};
use crate::{
    check::{Faults, Stream},
    community::Community,
    net::{Net, Turn},
    nonce::Mark,
    report::{Outcome, count, histogram, micros},
    rest::Rest,
    wire::{Driver, SocketIo, http::next_answer},
};

/// What the endpoint of channels answers at most.
const PAGE: usize = 200;

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Members of the server who are connected.
    pub(crate) listeners: usize,
    /// Kept-alive connections that post.
    pub(crate) connections: usize,
    pub(crate) load: Load,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, community: &Community, plan: Plan) -> Result<Outcome> {
    ensure!(
        plan.listeners <= target.accounts.len(),
        "there are only {} accounts",
        target.accounts.len()
    );
    let mut posts = Posts::new(target, community, plan);
    let cookies = target.cookies(plan.listeners);
    Net::new(target.address)?.run(&mut SocketIo::new(&mut posts, &target.host(), cookies))?;

    let path = format!(
        "/servers/{}/channels/{}/messages?",
        community.server, community.channel
    );
    let cookie = &target.accounts[0].cookie;
    let rest = Rest::new(target.address);
    let stored = Stored::read(&rest, cookie, (&path, PAGE), &mut posts.faults)?;
    for (number, poster) in posts.posters.iter().enumerate() {
        let number = u16::try_from(number)?;
        stored.agree(posts.reader.run, number, &poster.acks, &mut posts.faults);
    }
    posts.outcome.faults.add(&posts.faults);
    posts.outcome.scenario = format!(
        "webhook, {} listeners, {} connections, {}",
        plan.listeners,
        plan.connections,
        plan.load.text()
    );
    Ok(posts.outcome)
}

/// A post on its way to its answer and to everybody.
struct Flight {
    /// When it left, or should have left in an open loop.
    at: Instant,
    answered: bool,
    /// Listeners who have not received it.
    missing: usize,
}

/// A connection that posts. Its next post leaves when everybody has the last one.
#[derive(Default)]
struct Poster {
    sent: u32,
    flight: Option<Flight>,
    acks: Vec<(u32, Place)>,
}

/// Listener `l` is connection `l`; the posters come after the listeners.
struct Posts {
    plan: Plan,
    host: String,
    path: String,
    reader: Reader,
    arrivals: Arrivals,
    course: Course,
    posters: Vec<Poster>,
    streams: Vec<Stream>,
    due: Option<Due>,
    /// Posts whose time has come while every connection was busy.
    waiting: VecDeque<Instant>,
    answered: u64,
    delivered: u64,
    /// Both as of the beginning of the measurement.
    before: (u64, u64),
    to_answer: Histogram<u64>,
    to_last: Histogram<u64>,
    faults: Faults,
    outcome: Outcome,
}

impl Posts {
    fn new(target: &Target, community: &Community, plan: Plan) -> Self {
        Self {
            plan,
            host: target.host(),
            path: community.webhook.clone(),
            reader: Reader::new(),
            arrivals: Arrivals::new(plan.listeners),
            course: Course::new(target.pid, plan.warm_up, plan.measure),
            posters: (0..plan.connections).map(|_| Poster::default()).collect(),
            streams: vec![Stream::new(plan.connections); plan.listeners],
            due: None,
            waiting: VecDeque::new(),
            answered: 0,
            delivered: 0,
            before: (0, 0),
            to_answer: histogram(),
            to_last: histogram(),
            faults: Faults::default(),
            outcome: Outcome::default(),
        }
    }

    fn post(&mut self, net: &mut Net, number: usize, at: Instant) -> Result<()> {
        let poster = &mut self.posters[number];
        let mark = Mark {
            sender: u16::try_from(number)?,
            counter: poster.sent,
        };
        poster.sent += 1;
        poster.flight = Some(Flight {
            at,
            answered: false,
            missing: self.plan.listeners,
        });
        let mut body = format!(
            "{{\"content\":\"Build {} of this run: the quick brown fox jumps over the lazy dog, and the dog sleeps \
             on.\",\"nonce\":\"",
            mark.counter
        )
        .into_bytes();
        self.reader.run.write(&mut body, mark);
        body.extend_from_slice(b"\"}");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: chatter-bench\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n",
            path = self.path,
            host = self.host,
            length = body.len()
        );
        let out = net.out(self.plan.listeners + number);
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&body);
        Ok(())
    }

    /// Posts again if the last post of a connection is answered and everybody has it.
    fn land(&mut self, net: &mut Net, number: usize) -> Result<()> {
        let poster = &mut self.posters[number];
        let landed = |flight: &mut Flight| flight.answered && flight.missing == 0;
        if poster.flight.take_if(landed).is_none() || !self.course.is_sending() {
            return Ok(());
        }
        match self.plan.load {
            Load::Closed => self.post(net, number, Instant::now()),
            Load::Every(_) => match self.waiting.pop_front() {
                Some(at) => self.post(net, number, at),
                None => Ok(()),
            },
        }
    }

    /// Posts what is due; answers when the next one is.
    fn post_due(&mut self, net: &mut Net, now: Instant) -> Result<Option<Instant>> {
        let Some(due) = &mut self.due else {
            return Ok(None);
        };
        while let Some(at) = due.take(now) {
            self.waiting.push_back(at);
        }
        let upcoming = due.next;
        for number in 0..self.posters.len() {
            if self.posters[number].flight.is_some() {
                continue;
            }
            let Some(at) = self.waiting.pop_front() else {
                break;
            };
            self.post(net, number, at)?;
        }
        Ok(Some(upcoming))
    }

    fn begin(&mut self, net: &mut Net, now: Instant) -> Result<()> {
        self.course.begin(now);
        match self.plan.load {
            Load::Closed => (0..self.posters.len()).try_for_each(|it| self.post(net, it, now)),
            Load::Every(period) => {
                self.due = Some(Due::new(period, now));
                Ok(())
            }
        }
    }

    fn sent(&self) -> Vec<u32> {
        self.posters.iter().map(|poster| poster.sent).collect()
    }

    fn is_complete(&self) -> bool {
        let sent = self.sent();
        self.posters.iter().all(|poster| poster.flight.is_none())
            && self.streams.iter().all(|stream| stream.complete(&sent))
    }

    fn finish(&mut self) {
        let sent = self.sent();
        for stream in &self.streams {
            stream.finish(&sent, &mut self.faults);
        }
        for poster in &self.posters {
            let missing = u64::from(poster.sent) - poster.acks.len() as u64;
            if missing > 0 {
                self.faults.lost += missing;
                self.faults
                    .note(|| format!("{missing} of {} posts were not answered", poster.sent));
            }
        }
    }

    fn turn_of(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        if self.course.is_arriving() {
            let everybody = self.plan.listeners + self.plan.connections;
            if self.arrivals.step(net)? && self.arrivals.wanted == everybody {
                self.begin(net, now)?;
            } else if self.arrivals.ready == self.plan.listeners {
                self.arrivals.wanted = everybody;
                self.arrivals.step(net)?;
            }
        }
        if self.course.is_draining() && self.is_complete() {
            self.finish();
            return Ok(Turn::Stop);
        }
        let mut until = match self.course.step(now)? {
            Step::On(until) => until,
            Step::Measure(until) => {
                self.before = (self.answered, self.delivered);
                until
            }
            Step::Report(meter) => {
                let reading = meter.stop(&mut self.outcome)?;
                let posts = self.answered - self.before.0;
                let deliveries = self.delivered - self.before.1;
                let outcome = &mut self.outcome;
                outcome.set("posts_per_s", reading.rate(posts));
                outcome.set("deliveries_per_s", reading.rate(deliveries));
                outcome.set("cpu_us_per_post", reading.micros_each(posts));
                outcome.set("posts", count(posts));
                outcome.set_latency("answer", &self.to_answer);
                outcome.set_latency("last", &self.to_last);
                now
            }
            Step::Over => {
                self.finish();
                return Ok(Turn::Stop);
            }
        };
        if self.course.is_sending()
            && let Some(next) = self.post_due(net, now)?
        {
            until = until.min(next);
        }
        Ok(Turn::Until(until))
    }
}

impl Driver for Posts {
    fn ready(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        Ok(())
    }

    fn event(&mut self, net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()> {
        if name != b"channel_new" {
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
        let Some(poster) = self.posters.get_mut(number) else {
            return Ok(());
        };
        // A poster has one post under way: an earlier one that comes again is a fault noted above.
        if mark.counter + 1 != poster.sent {
            return Ok(());
        }
        let Some(flight) = &mut poster.flight else {
            return Ok(());
        };
        flight.missing = flight.missing.saturating_sub(1);
        if flight.missing == 0 {
            if self.course.measures(flight.at) {
                self.to_last.saturating_record(micros(flight.at.elapsed()));
            }
            self.land(net, number)?;
        }
        Ok(())
    }

    fn ack(&mut self, _net: &mut Net, conn: usize, _id: u32, _data: &[u8]) -> Result<()> {
        bail!("listener {conn} was answered and had asked nothing")
    }

    fn plain_connected(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        Ok(())
    }

    fn plain_bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let Some(answer) = next_answer(bytes)? else {
            return Ok(0);
        };
        let number = conn - self.plan.listeners;
        let poster = &mut self.posters[number];
        let Some(flight) = poster.flight.as_mut().filter(|flight| !flight.answered) else {
            bail!("an answer that nobody asked for")
        };
        flight.answered = true;
        match self.reader.accepted(answer.body) {
            Some(place) if answer.status == 200 => {
                poster.acks.push((poster.sent - 1, place));
                self.answered += 1;
                if self.course.measures(flight.at) {
                    self.to_answer
                        .saturating_record(micros(flight.at.elapsed()));
                }
            }
            _ => {
                self.faults.refused += 1;
                self.faults.note(|| excerpt(answer.body));
            }
        }
        let used = answer.length;
        self.land(net, number)?;
        Ok(used)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed connection {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        self.turn_of(net, now)
    }
}
