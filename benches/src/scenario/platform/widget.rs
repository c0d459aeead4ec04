//! Widgets that a thousand people watch: how many posts a second are stored and answered, how long a post is on its way
//! to the last viewer, and what a viewer's stream holds in memory.
//!
//! A server tells of a widget four times a second at most, of what it shows by then; so a viewer has a post when it is
//! told of that one or of a later one.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use hdrhistogram::Histogram;

use super::{
    super::{Arrivals, Target, excerpt},
    Due, Load,
    course::{Course, Step},
    sse::EventStream,
};
use crate::{
    check::Faults,
    community::Community,
    net::{Handler, Net, Turn},
    process,
    report::{Outcome, count, histogram, micros},
    wire::{Fields, http::next_answer},
};

/// Memory is read this long after the last viewer has come.
const SETTLE: Duration = Duration::from_secs(2);

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Members of the server, each with a stream.
    pub(crate) viewers: usize,
    pub(crate) load: Load,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, community: &Community, plan: Plan) -> Result<Outcome> {
    ensure!(
        plan.viewers <= target.accounts.len(),
        "there are only {} accounts",
        target.accounts.len()
    );
    let mut watched = Watched::new(target, community, plan)?;
    Net::new(target.address)?.run(&mut watched)?;
    watched.outcome.faults.add(&watched.faults);
    watched.outcome.scenario = format!(
        "{} widgets, {} viewers, {}",
        watched.widgets.len(),
        plan.viewers,
        plan.load.text()
    );
    Ok(watched.outcome)
}

/// A widget and the connection that posts to it, one post after the other.
struct Widget {
    app: u64,
    path: String,
    /// Posts that were sent. The `n`th one shows the number `n`.
    sent: u64,
    /// When the post that is not answered yet left, or should have left.
    open: Option<Instant>,
    due: Option<Due>,
    /// When the posts left that not everybody has, the oldest first.
    flights: VecDeque<(u64, Instant)>,
    /// By viewer: the last number that they were shown, 0 before the first.
    shown: Vec<u64>,
    /// How many viewers were last shown which number.
    spread: BTreeMap<u64, usize>,
    /// What the server's version is ahead of the number, known from the first answer.
    ahead: Option<i128>,
}

impl Widget {
    /// Notes what the server says about a number and its version.
    fn agree(&mut self, number: u64, version: u64, faults: &mut Faults) {
        let ahead = i128::from(version) - i128::from(number);
        if *self.ahead.get_or_insert(ahead) != ahead {
            faults.disagreeing += 1;
            faults.note(|| format!("number {number} has version {version}"));
        }
    }

    /// Notes that a viewer is shown a number. What everybody has been shown by now is taken off the flights.
    fn show(&mut self, viewer: usize, number: u64, faults: &mut Faults) -> Vec<Instant> {
        let before = self.shown[viewer];
        if number <= before || number > self.sent {
            if number > self.sent {
                faults.disagreeing += 1;
            } else {
                faults.doubled += 1;
            }
            faults.note(|| format!("a viewer was shown {number} after {before}"));
            return Vec::new();
        }
        self.shown[viewer] = number;
        if let Some(count) = self.spread.get_mut(&before) {
            *count -= 1;
            if *count == 0 {
                self.spread.remove(&before);
            }
        }
        *self.spread.entry(number).or_default() += 1;
        let everybody = self.everybody();
        let landed = self.flights.iter().take_while(|(it, _)| *it <= everybody);
        let landed = landed.count();
        self.flights.drain(..landed).map(|(_, at)| at).collect()
    }

    /// The number that all viewers have been shown, it or a later one.
    fn everybody(&self) -> u64 {
        self.spread.first_key_value().map_or(0, |(least, _)| *least)
    }
}

/// Viewer `v` is connection `v`; the connections that post come after the viewers.
struct Watched {
    plan: Plan,
    pid: u32,
    host: String,
    server: u64,
    cookies: Vec<String>,
    fields: Fields,
    arrivals: Arrivals,
    course: Course,
    streams: Vec<EventStream>,
    widgets: Vec<Widget>,
    memory_before: u64,
    /// When memory is read.
    settled: Option<Instant>,
    answered: u64,
    shown: u64,
    /// Both as of the beginning of the measurement.
    before: (u64, u64),
    to_answer: Histogram<u64>,
    to_last: Histogram<u64>,
    faults: Faults,
    outcome: Outcome,
}

impl Watched {
    fn new(target: &Target, community: &Community, plan: Plan) -> Result<Self> {
        let widgets = community.widgets.iter().map(|widget| Widget {
            app: widget.app,
            path: widget.path.clone(),
            sent: 0,
            open: None,
            due: None,
            flights: VecDeque::new(),
            shown: vec![0; plan.viewers],
            spread: BTreeMap::from([(0, plan.viewers)]),
            ahead: None,
        });
        Ok(Self {
            plan,
            pid: target.pid,
            host: target.host(),
            server: community.server,
            cookies: target.cookies(plan.viewers),
            fields: Fields::default(),
            arrivals: Arrivals::new(plan.viewers),
            course: Course::new(target.pid, plan.warm_up, plan.measure),
            streams: vec![EventStream::default(); plan.viewers],
            widgets: widgets.collect(),
            memory_before: process::resident(target.pid)?,
            settled: None,
            answered: 0,
            shown: 0,
            before: (0, 0),
            to_answer: histogram(),
            to_last: histogram(),
            faults: Faults::default(),
            outcome: Outcome::default(),
        })
    }

    fn post(&mut self, net: &mut Net, number: usize, at: Instant) {
        let widget = &mut self.widgets[number];
        widget.sent += 1;
        widget.open = Some(at);
        widget.flights.push_back((widget.sent, at));
        let body = format!(
            "{{\"rows\":[{{\"kind\":\"counter\",\"label\":\"Players online\",\"value\":{}}},\
             {{\"kind\":\"text\",\"label\":\"Map\",\"value\":\"The quick brown fox\"}}]}}",
            widget.sent
        );
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: chatter-bench\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}",
            path = widget.path,
            host = self.host,
            length = body.len()
        );
        net.out(self.plan.viewers + number)
            .extend_from_slice(request.as_bytes());
    }

    /// Posts what is due where the last post is answered; answers when the next one is.
    fn post_due(&mut self, net: &mut Net, now: Instant) -> Option<Instant> {
        let mut upcoming: Option<Instant> = None;
        for number in 0..self.widgets.len() {
            let widget = &mut self.widgets[number];
            let due = widget.due.as_mut()?;
            let at = if widget.open.is_none() {
                due.take(now)
            } else {
                None
            };
            // One that is late waits for its answer, which wakes this loop.
            if widget.open.is_none() || due.next > now {
                upcoming = Some(upcoming.map_or(due.next, |first| first.min(due.next)));
            }
            if let Some(at) = at {
                self.post(net, number, at);
            }
        }
        upcoming
    }

    fn begin(&mut self, net: &mut Net, now: Instant) {
        self.course.begin(now);
        let widgets = u32::try_from(self.widgets.len()).unwrap_or(u32::MAX);
        for number in 0..self.widgets.len() {
            match self.plan.load {
                Load::Closed => self.post(net, number, now),
                Load::Every(period) => {
                    // One after the other, not all at once.
                    let first = now + period / widgets * u32::try_from(number).unwrap_or(0);
                    self.widgets[number].due = Some(Due::new(period, first));
                }
            }
        }
    }

    /// Reads memory once all viewers are there, then lets the connections that post come, then begins.
    fn arrive(&mut self, net: &mut Net, now: Instant) -> Result<Instant> {
        let everybody = self.plan.viewers + self.widgets.len();
        if self.arrivals.step(net)? && self.arrivals.wanted == everybody {
            self.begin(net, now);
            return Ok(now);
        }
        if self.arrivals.ready < self.plan.viewers {
            return Ok(now + Duration::from_secs(1));
        }
        let settled = *self.settled.get_or_insert(now + SETTLE);
        if now < settled || self.arrivals.wanted == everybody {
            return Ok(settled.max(now + Duration::from_millis(1)));
        }
        let grown = process::resident(self.pid)?.saturating_sub(self.memory_before);
        let each = count(grown) / 1024.0 / count(self.plan.viewers as u64);
        self.outcome.set("kb_per_viewer", each);
        self.arrivals.wanted = everybody;
        Ok(now)
    }

    /// An event of a stream. What comes before the first post is what the widgets showed before.
    fn hear(&mut self, viewer: usize, event: &[u8]) {
        if self.course.is_arriving() {
            return;
        }
        let read = (
            self.fields.app(event),
            self.fields.version(event),
            self.fields.value(event),
        );
        // Everything else is a sign of life.
        let (Some(app), Some(version), Some(number)) = read else {
            return;
        };
        let Some(widget) = self.widgets.iter_mut().find(|widget| widget.app == app) else {
            self.faults.disagreeing += 1;
            self.faults
                .note(|| format!("an unknown widget: {}", excerpt(event)));
            return;
        };
        widget.agree(number, version, &mut self.faults);
        for at in widget.show(viewer, number, &mut self.faults) {
            if self.course.measures(at) {
                self.to_last.saturating_record(micros(at.elapsed()));
            }
        }
        self.shown += 1;
    }

    fn answer(&mut self, net: &mut Net, number: usize, bytes: &[u8]) -> Result<usize> {
        let Some(answer) = next_answer(bytes)? else {
            return Ok(0);
        };
        let widget = &mut self.widgets[number];
        let Some(at) = widget.open.take() else {
            bail!("an answer that nobody asked for")
        };
        match self.fields.version(answer.body) {
            Some(version) if answer.status == 200 => {
                widget.agree(widget.sent, version, &mut self.faults);
                self.answered += 1;
                if self.course.measures(at) {
                    self.to_answer.saturating_record(micros(at.elapsed()));
                }
            }
            _ => {
                self.faults.refused += 1;
                self.faults.note(|| excerpt(answer.body));
            }
        }
        if self.course.is_sending() && matches!(self.plan.load, Load::Closed) {
            self.post(net, number, Instant::now());
        }
        Ok(answer.length)
    }

    fn report(&mut self, reading: &super::super::Reading) {
        let posts = self.answered - self.before.0;
        let shown = self.shown - self.before.1;
        let outcome = &mut self.outcome;
        outcome.set("posts_per_s", reading.rate(posts));
        outcome.set("cpu_us_per_post", reading.micros_each(posts));
        outcome.set("events_per_s", reading.rate(shown));
        outcome.set(
            "cpu_us_per_1000_events",
            reading.micros_each(shown) * 1000.0,
        );
        outcome.set_latency("answer", &self.to_answer);
        outcome.set_latency("last", &self.to_last);
    }

    fn is_complete(&self) -> bool {
        let is_done = |widget: &Widget| widget.open.is_none() && widget.flights.is_empty();
        self.widgets.iter().all(is_done)
    }

    fn finish(&mut self) {
        for widget in &self.widgets {
            let late = widget.shown.iter().filter(|shown| **shown < widget.sent);
            let late = late.count() as u64;
            if late > 0 {
                self.faults.lost += late;
                self.faults
                    .note(|| format!("{late} viewers were not shown number {}", widget.sent));
            }
            if widget.open.is_some() {
                self.faults.lost += 1;
                self.faults
                    .note(|| format!("number {} was not answered", widget.sent));
            }
        }
    }
}

impl Handler for Watched {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let Some(cookie) = self.cookies.get(conn) else {
            self.arrivals.ready += 1;
            return Ok(());
        };
        let request = format!(
            "GET /servers/{server}/events HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\
             User-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n",
            server = self.server,
            host = self.host,
        );
        net.out(conn).extend_from_slice(request.as_bytes());
        Ok(())
    }

    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        if conn >= self.plan.viewers {
            return self.answer(net, conn - self.plan.viewers, bytes);
        }
        let mut stream = std::mem::take(&mut self.streams[conn]);
        let was_open = stream.is_open();
        let used = stream.take(bytes, |event| self.hear(conn, event))?;
        if stream.is_open() && !was_open {
            self.arrivals.ready += 1;
        }
        self.streams[conn] = stream;
        Ok(used)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed connection {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        if self.course.is_arriving() {
            return Ok(Turn::Until(self.arrive(net, now)?));
        }
        if self.course.is_draining() && self.is_complete() {
            self.finish();
            return Ok(Turn::Stop);
        }
        let mut until = match self.course.step(now)? {
            Step::On(until) => until,
            Step::Measure(until) => {
                self.before = (self.answered, self.shown);
                until
            }
            Step::Report(meter) => {
                let reading = meter.stop(&mut self.outcome)?;
                self.report(&reading);
                now
            }
            Step::Over => {
                self.finish();
                return Ok(Turn::Stop);
            }
        };
        if self.course.is_sending()
            && let Some(next) = self.post_due(net, now)
        {
            until = until.min(next);
        }
        Ok(Turn::Until(until))
    }
}
