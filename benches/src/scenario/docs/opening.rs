//! The first to open a document that nobody has open: how long it takes, and what memory the document then holds.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::{
    super::{Arrivals, Target, excerpt},
    seat::{JOIN, SYNC, Seat, Speaks},
    session::megabytes,
    typist::{Habit, Typist},
};
use crate::{
    net::{Net, Turn},
    process,
    report::Outcome,
    wire::{Binary, Driver, SocketIo},
};

const PATIENCE: Duration = Duration::from_mins(1);

/// Opens the document `id` with a Yjs editor.
pub(super) fn run(target: &Target, id: u64, outcome: &mut Outcome) -> Result<()> {
    let habit = Habit {
        period: Duration::from_secs(1),
        keep: None,
    };
    let typist = Typist::new(0, habit, Instant::now());
    let mut opening = Opening {
        pid: target.pid,
        arrivals: Arrivals::new(1),
        seat: Seat::new((0, id), Speaks::Yjs, 0, typist, false),
        before: 0,
        asked: Instant::now(),
        joined: None,
        has_state: false,
        synced: None,
    };
    Net::new(target.address)?.run(&mut SocketIo::new(
        &mut opening,
        &target.host(),
        target.cookies(1),
    ))?;
    let (joined, synced) = opening.joined.zip(opening.synced).context("not opened")?;
    outcome.set("open_ms", joined.as_secs_f64() * 1000.0);
    outcome.set("sync_ms", synced.as_secs_f64() * 1000.0);
    let grown = process::resident(target.pid)?.saturating_sub(opening.before);
    outcome.set("document_mb", megabytes(grown));
    Ok(())
}

struct Opening {
    pid: u32,
    arrivals: Arrivals,
    seat: Seat,
    /// Memory of the server before.
    before: u64,
    asked: Instant,
    joined: Option<Duration>,
    has_state: bool,
    synced: Option<Duration>,
}

impl Driver for Opening {
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        self.before = process::resident(self.pid)?;
        self.asked = Instant::now();
        self.seat.join(net.out(conn));
        Ok(())
    }

    fn event(&mut self, _net: &mut Net, _conn: usize, _name: &[u8], _data: &[u8]) -> Result<()> {
        Ok(())
    }

    fn binary(&mut self, net: &mut Net, conn: usize, event: Binary<'_>) -> Result<()> {
        if event.name == b"doc_sync" {
            // The first one holds the state; taking it is the client's work and not counted.
            if !self.has_state {
                self.has_state = true;
                self.synced = Some(self.asked.elapsed());
            }
            self.seat.heard(event.bytes, net.out(conn))?;
        }
        Ok(())
    }

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        ensure!(data.starts_with(b"{\"ok\":true"), "{}", excerpt(data));
        match id {
            JOIN => {
                self.joined = Some(self.asked.elapsed());
                self.seat.joined(net.out(conn), data)?;
            }
            SYNC => ensure!(self.has_state, "synced without the document's state"),
            _ => {}
        }
        Ok(())
    }

    fn closed(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
        anyhow::bail!("the server closed the connection of the first editor")
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        self.arrivals.step(net)?;
        if self.synced.is_some() {
            return Ok(Turn::Stop);
        }
        ensure!(
            self.asked.elapsed() < PATIENCE,
            "the document does not open"
        );
        Ok(Turn::Until(now + Duration::from_secs(1)))
    }
}
