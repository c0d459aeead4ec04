//! People who edit documents at once: how long an edit takes to everybody, what it costs, and whether all of them see the
//! same in the end.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{
    super::{Arrivals, DRAIN, Meter, Target, excerpt, is_complaint},
    agreement::Agreement,
    plan::{Load, Plan},
    seat::{FIRST_EDIT, JOIN, SYNC, Seat},
    timeline::{Timeline, Told},
    typist::{Habit, STROKES_OF_A_WORD, Typist},
};
use crate::{
    check::Faults,
    net::{Net, Turn},
    process,
    report::{Outcome, count},
    rest::Rest,
    wire::{Binary, Driver, Fields, SocketIo},
};

/// Time between two looks at whether everybody sees the same.
const LOOK: Duration = Duration::from_millis(50);
/// Unanswered edits of one editor who builds.
const WINDOW: u32 = 4;
/// Words of one editor who builds that stand at one time.
const KEPT_WORDS: usize = 5;
/// The server's count of commits that stored edits.
const COMMITS: &str = "chatter_doc_commit_seconds_count";

/// Runs one measurement.
pub(crate) fn run(target: &Target, plan: Plan, name: impl Into<String>) -> Result<Outcome> {
    let cookies = plan
        .editors
        .iter()
        .map(|editor| target.accounts[editor.account].cookie.clone())
        .collect();
    let mut session = Session::new(target, plan, Outcome::new(name))?;
    Net::new(target.address)?.run(&mut SocketIo::new(&mut session, &target.host(), cookies))?;
    session.time();
    let torn = session
        .agreement
        .check(&mut session.seats, &mut session.faults)?;
    session.outcome.set("torn_words", count(torn));
    session.outcome.faults.add(&session.faults);
    Ok(session.outcome)
}

enum Phase {
    Arriving,
    Warming(Instant),
    Working(Meter, Instant, Option<f64>),
    /// Until everybody sees the same, or that time.
    Draining(Instant),
}

struct Session {
    pid: u32,
    plan: Plan,
    rest: Rest,
    fields: Fields,
    arrivals: Arrivals,
    ready: usize,
    seats: Vec<Seat>,
    /// By document.
    neighbours: Vec<Vec<(usize, Told)>>,
    agreement: Agreement,
    timeline: Timeline,
    due: BinaryHeap<Reverse<(Instant, usize)>>,
    /// Keys that are still to be pressed by those who build.
    left: u64,
    phase: Phase,
    /// The time of the measurement.
    window: Option<(Instant, Instant)>,
    faults: Faults,
    outcome: Outcome,
}

impl Session {
    fn new(target: &Target, plan: Plan, outcome: Outcome) -> Result<Self> {
        let rest = Rest::new(target.address);
        let mut neighbours = vec![Vec::new(); plan.documents.len()];
        let mut cookies = vec![String::new(); plan.documents.len()];
        let (habit, shows_cursor, left) = match plan.load {
            Load::Typing { rate, .. } => (
                Habit {
                    period: Duration::from_secs_f64(1.0 / rate),
                    keep: None,
                },
                true,
                0,
            ),
            Load::Building { keys, .. } => (
                Habit {
                    period: Duration::ZERO,
                    keep: Some(KEPT_WORDS),
                },
                false,
                keys,
            ),
        };
        let mut seats = Vec::with_capacity(plan.editors.len());
        for (number, editor) in plan.editors.iter().enumerate() {
            let id = plan.documents[editor.document];
            let own = plan.first_number + number;
            let typist = Typist::new(own, habit, Instant::now());
            let place = (editor.document, id);
            let seat = Seat::new(place, editor.speaks, own, typist, shows_cursor);
            neighbours[editor.document].push((number, seat.told()));
            cookies[editor.document].clone_from(&target.accounts[editor.account].cookie);
            seats.push(seat);
        }
        let documents = plan.documents.iter().copied().zip(cookies).collect();
        let agreement = Agreement::new(rest.clone(), documents, seats.len())?;
        Ok(Self {
            pid: target.pid,
            rest,
            fields: Fields::default(),
            arrivals: Arrivals::new(seats.len()),
            ready: 0,
            neighbours,
            agreement,
            timeline: Timeline::new(seats.len()),
            seats,
            due: BinaryHeap::new(),
            left,
            phase: Phase::Arriving,
            window: None,
            faults: Faults::default(),
            outcome,
            plan,
        })
    }

    fn press(&mut self, net: &mut Net, number: usize, at: Instant) -> Result<()> {
        let seat = &mut self.seats[number];
        let ledger = self.agreement.ledger(seat.document);
        seat.press(number, at, (&mut self.timeline, ledger), net.out(number))
            .with_context(|| format!("editor {number}"))
    }

    /// Presses the keys that are due and answers when the next one is.
    fn press_due(&mut self, net: &mut Net, now: Instant) -> Result<Instant> {
        while let Some(&Reverse((at, number))) = self.due.peek() {
            if at > now {
                return Ok(at);
            }
            self.due.pop();
            self.press(net, number, at)?;
            self.due
                .push(Reverse((self.seats[number].typist.due, number)));
        }
        Ok(now + LOOK)
    }

    /// Presses keys until the editor has enough edits under way.
    fn build(&mut self, net: &mut Net, number: usize) -> Result<()> {
        while self.left > 0 && self.seats[number].unanswered < WINDOW {
            self.left -= 1;
            self.press(net, number, Instant::now())?;
        }
        Ok(())
    }

    fn begin(&mut self, net: &mut Net, now: Instant) -> Result<Instant> {
        match self.plan.load {
            Load::Typing { rate, .. } => {
                let word = Duration::from_secs_f64(STROKES_OF_A_WORD / rate);
                let people = u32::try_from(self.seats.len())?;
                for (number, seat) in (0..people).zip(&mut self.seats) {
                    seat.typist.due = now + word * number / people;
                    self.due
                        .push(Reverse((seat.typist.due, usize::try_from(number)?)));
                }
                self.phase = Phase::Warming(now + word);
                Ok(now + word)
            }
            Load::Building { at_most, .. } => {
                self.phase = Phase::Working(Meter::start(self.pid)?, now + at_most, None);
                for number in 0..self.seats.len() {
                    self.build(net, number)?;
                }
                Ok(now + at_most)
            }
        }
    }

    fn report(&mut self, meter: &Meter, commits: Option<f64>) -> Result<()> {
        let reading = meter.stop(&mut self.outcome)?;
        let window = (meter.began, Instant::now());
        self.window = Some(window);
        let edits = self.timeline.between(window.0, window.1) as u64;
        self.outcome.set("edits", count(edits));
        self.outcome.set("edits_per_s", reading.rate(edits));
        self.outcome
            .set("cpu_us_per_edit", reading.micros_each(edits));
        let resident = process::resident(self.pid)?;
        self.outcome.set("server_mb", megabytes(resident));
        if let (Some(before), Some(after)) = (commits, self.rest.metric(COMMITS)) {
            let commits = after - before;
            self.outcome.set("commits_per_s", commits / reading.seconds);
            self.outcome
                .set("edits_per_commit", count(edits) / commits.max(1.0));
        }
        Ok(())
    }

    /// Adds the latencies, for which the last acknowledgements had to be waited for.
    fn time(&mut self) {
        if let (Some(window), Load::Typing { .. }) = (self.window, self.plan.load) {
            let neighbours = |seat: usize| self.neighbours[self.seats[seat].document].as_slice();
            let (outcome, faults) = (&mut self.outcome, &mut self.faults);
            self.timeline.report(window, neighbours, outcome, faults);
        }
    }

    fn refused(&mut self, what: &[u8], data: &[u8]) {
        self.faults.refused += 1;
        self.faults
            .note(|| format!("{}: {}", excerpt(what), excerpt(data)));
    }
}

pub(super) fn megabytes(bytes: u64) -> f64 {
    count(bytes) / 1024.0 / 1024.0
}

impl Driver for Session {
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        self.seats[conn].join(net.out(conn));
        Ok(())
    }

    fn event(&mut self, _net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()> {
        match name {
            b"doc_updated" => {
                if let Some(version) = self.seats[conn].text_arrived(0, data)? {
                    self.timeline.told(conn, version);
                }
            }
            b"doc_content_updated" => {
                self.seats[conn].text_arrived(1, data)?;
            }
            _ if is_complaint(name) => self.refused(name, data),
            _ => {}
        }
        Ok(())
    }

    fn binary(&mut self, net: &mut Net, conn: usize, event: Binary<'_>) -> Result<()> {
        if event.name != b"doc_sync" || !self.seats[conn].heard(event.bytes, net.out(conn))? {
            return Ok(());
        }
        let version = self.fields.version(event.data);
        let version = version.context("doc_sync without a version")?;
        if !self.timeline.told(conn, i64::try_from(version)?) {
            self.faults.reordered += 1;
            self.faults
                .note(|| format!("editor {conn} was told of version {version} after a later one"));
        }
        Ok(())
    }

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        if !data.starts_with(b"{\"ok\":true") {
            ensure!(id >= FIRST_EDIT, "not let in: {}", excerpt(data));
            self.seats[conn].unanswered -= 1;
            self.refused(b"edit", data);
            return Ok(());
        }
        let seat = &mut self.seats[conn];
        match id {
            JOIN => self.ready += usize::from(seat.joined(net.out(conn), data)?),
            SYNC => {
                seat.synced()?;
                self.ready += 1;
            }
            edit => {
                let ledger = self.agreement.ledger(seat.document);
                let kept = (&mut self.timeline, ledger);
                let version = seat.answered(conn, data, kept, net.out(conn))?;
                let edit = usize::try_from(edit - FIRST_EDIT)?;
                if !self.timeline.stored(edit, version) {
                    self.faults.doubled += 1;
                    self.faults
                        .note(|| format!("an edit of editor {conn} was answered again"));
                }
                self.build(net, conn)?;
            }
        }
        Ok(())
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed connection {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        let mut until = match &self.phase {
            Phase::Arriving => {
                let has_arrived = self.arrivals.step(net)?;
                if !has_arrived || self.ready < self.seats.len() {
                    return Ok(Turn::Until(now + Duration::from_secs(1)));
                }
                self.begin(net, now)?
            }
            &Phase::Warming(until) if now < until => until,
            Phase::Warming(_) => {
                let Load::Typing { measure, .. } = self.plan.load else {
                    unreachable!("who builds does not warm up")
                };
                let commits = self.rest.metric(COMMITS);
                let until = Instant::now() + measure;
                self.phase = Phase::Working(Meter::start(self.pid)?, until, commits);
                until
            }
            &Phase::Working(_, until, _) => {
                let is_built = matches!(self.plan.load, Load::Building { .. }) && self.left == 0;
                if now < until && !is_built {
                    until
                } else {
                    self.left = 0;
                    let draining = Phase::Draining(now + DRAIN);
                    if let Phase::Working(meter, _, commits) =
                        std::mem::replace(&mut self.phase, draining)
                    {
                        self.report(&meter, commits)?;
                    }
                    now
                }
            }
            &Phase::Draining(until) => {
                if self.agreement.is_reached(&mut self.seats)? || now >= until {
                    return Ok(Turn::Stop);
                }
                now + LOOK
            }
        };
        if matches!(self.phase, Phase::Warming(_) | Phase::Working(..))
            && matches!(self.plan.load, Load::Typing { .. })
        {
            until = until.min(self.press_due(net, now)?);
        }
        Ok(Turn::Until(until))
    }
}
