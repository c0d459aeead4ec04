//! Many streams of a server's widgets on which nothing happens: how fast they open and what each of them holds.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{
    super::{Arrivals, Meter, Target},
    sse::EventStream,
};
use crate::{
    check::Faults,
    community::Community,
    net::{Handler, Net, Turn},
    process,
    report::{Outcome, count},
};

/// Memory is read this long after the last stream of a stage was opened.
const SETTLE: Duration = Duration::from_secs(2);

/// Runs one measurement. Everybody's first stream comes before the clock starts: what the server then learns about its
/// people is not what a stream costs.
pub(crate) fn run(target: &Target, community: &Community, streams: usize) -> Result<Outcome> {
    let people = target.accounts.len();
    ensure!(
        streams > people,
        "more streams than the {people} accounts are needed"
    );
    let mut viewers = Viewers {
        pid: target.pid,
        host: target.host(),
        server: community.server,
        cookies: target.cookies(streams),
        arrivals: Arrivals::new(people),
        streams: vec![EventStream::default(); streams],
        opened: (streams - people) as u64,
        stage: Stage::First,
        faults: Faults::default(),
        outcome: Outcome::new(format!("{streams} viewers, {people} people")),
    };
    Net::new(target.address)?.run(&mut viewers)?;
    viewers.outcome.faults.add(&viewers.faults);
    Ok(viewers.outcome)
}

enum Stage {
    /// Everybody opens a stream.
    First,
    /// They are all open; memory is read then.
    Settling(Instant),
    /// The others are opened. Memory as it was before them.
    Opening(Meter, u64),
    /// They are all open; memory is read then, and compared.
    Settled(Instant, u64),
}

struct Viewers {
    pid: u32,
    host: String,
    server: u64,
    cookies: Vec<String>,
    arrivals: Arrivals,
    streams: Vec<EventStream>,
    /// Streams beside everybody's first.
    opened: u64,
    stage: Stage,
    faults: Faults,
    outcome: Outcome,
}

impl Handler for Viewers {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let request = super::watch_request(self.server, &self.host, &self.cookies[conn]);
        net.out(conn).extend_from_slice(request.as_bytes());
        Ok(())
    }

    fn bytes(&mut self, _net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let stream = &mut self.streams[conn];
        let was_open = stream.is_open();
        let used = stream.take(bytes, |_| {})?;
        if stream.is_open() && !was_open {
            self.arrivals.ready += 1;
        }
        Ok(used)
    }

    fn closed(&mut self, _net: &mut Net, conn: usize) -> Result<()> {
        self.faults.disconnected += 1;
        self.faults
            .note(|| format!("the server closed stream {conn}"));
        Ok(())
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        let all_open = self.arrivals.step(net)?;
        let until = match &self.stage {
            Stage::First | Stage::Opening(..) if !all_open => now + Duration::from_secs(1),
            &(Stage::Settling(until) | Stage::Settled(until, _)) if now < until => until,
            Stage::First => {
                let until = now + SETTLE;
                self.stage = Stage::Settling(until);
                until
            }
            Stage::Settling(_) => {
                let before = process::resident(self.pid)?;
                self.stage = Stage::Opening(Meter::start(self.pid)?, before);
                self.arrivals.wanted = self.cookies.len();
                now
            }
            Stage::Opening(meter, before) => {
                let reading = meter.stop(&mut self.outcome)?;
                let opened = self.opened;
                self.outcome.set("streams_per_s", reading.rate(opened));
                self.outcome
                    .set("cpu_us_per_stream", reading.micros_each(opened));
                let until = now + SETTLE;
                self.stage = Stage::Settled(until, *before);
                until
            }
            &Stage::Settled(_, before) => {
                let grown = process::resident(self.pid)?.saturating_sub(before);
                let each = count(grown) / 1024.0 / count(self.opened);
                self.outcome.set("kb_per_viewer", each);
                return Ok(Turn::Stop);
            }
        };
        Ok(Turn::Until(until))
    }
}
