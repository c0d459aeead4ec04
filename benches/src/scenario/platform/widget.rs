//! Widgets that a thousand people watch: how many posts a second are stored and answered, and how long a post is on its
//! way to the last viewer.
//!
//! A server tells of a widget four times a second at most, of what it shows by then; so a viewer has a post when it is
//! told of that one or of a later one.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use hdrhistogram::Histogram;

use super::{
    super::{Arrivals, Target, excerpt},
    Due, Load,
    course::{Course, Step},
    sse::EventStream,
    tile::Widget,
};
use crate::{
    check::Faults,
    community::Community,
    net::{Handler, Net, Turn},
    report::{Outcome, histogram, micros},
    wire::{Fields, http::next_answer},
};

/// Posts begin this long after the last viewer has come.
const SETTLE: Duration = Duration::from_secs(1);

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
    let mut watched = Watched::new(target, community, plan);
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

/// Viewer `v` is connection `v`; the connections that post come after the viewers.
struct Watched {
    plan: Plan,
    host: String,
    server: u64,
    cookies: Vec<String>,
    fields: Fields,
    arrivals: Arrivals,
    course: Course,
    streams: Vec<EventStream>,
    widgets: Vec<Widget>,
    /// When that is.
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
    fn new(target: &Target, community: &Community, plan: Plan) -> Self {
        let widgets = community.widgets.iter();
        let widgets = widgets.map(|widget| Widget::new(widget, plan.viewers));
        Self {
            plan,
            host: target.host(),
            server: community.server,
            cookies: target.cookies(plan.viewers),
            fields: Fields::default(),
            arrivals: Arrivals::new(plan.viewers),
            course: Course::new(target.pid, plan.warm_up, plan.measure),
            streams: vec![EventStream::default(); plan.viewers],
            widgets: widgets.collect(),
            settled: None,
            answered: 0,
            shown: 0,
            before: (0, 0),
            to_answer: histogram(),
            to_last: histogram(),
            faults: Faults::default(),
            outcome: Outcome::default(),
        }
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

    /// Lets the connections that post come once all viewers are there, then begins.
    fn arrive(&mut self, net: &mut Net, now: Instant) -> Result<Instant> {
        let everybody = self.plan.viewers + self.widgets.len();
        if self.arrivals.step(net)? && self.arrivals.wanted == everybody {
            self.begin(net, now);
            return Ok(now);
        }
        if self.arrivals.ready < self.plan.viewers || self.arrivals.wanted == everybody {
            return Ok(now + Duration::from_secs(1));
        }
        // What the widgets show already has been told by then.
        let settled = *self.settled.get_or_insert(now + SETTLE);
        if now >= settled {
            self.arrivals.wanted = everybody;
        }
        Ok(settled)
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
        let request = super::watch_request(self.server, &self.host, cookie);
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
