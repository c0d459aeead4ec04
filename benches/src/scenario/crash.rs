//! `kill -9` in the middle of a run: what was acknowledged is there afterwards, exactly once, and sending the rest again
//! stores nothing twice.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};

use super::{
    Arrivals, DRAIN, Reader, Target,
    dm::{Dm, Load, Plan, Sender, history_path},
    excerpt,
    stored::{self, Stored},
};
use crate::{
    accounts,
    check::Faults,
    net::{Net, Turn},
    report::{Outcome, count},
    server::{Kind, Programs, Server},
    wire::{Driver, SocketIo, send_text},
};

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crashes {
    pub(crate) pairs: usize,
    pub(crate) window: u32,
    pub(crate) times: u32,
}

/// Kills and restarts the server some times on the same data folder.
pub(crate) fn run(
    programs: &Programs,
    kind: Kind,
    folder: &Path,
    crashes: Crashes,
) -> Result<Outcome> {
    let mut outcome = Outcome::new(format!(
        "crash, {} times kill -9 of {}",
        crashes.times,
        kind.label()
    ));
    let (mut acked, mut unacked, mut restart) = (0_u64, 0_u64, Duration::ZERO);
    let mut server = Server::start(programs, kind, folder)?;
    let people = accounts::ensure(&server.rest(), folder, 2 * crashes.pairs)?;
    for cycle in 0..crashes.times {
        let target = Target {
            address: server.address,
            pid: server.pid(),
            accounts: people.clone(),
        };
        let plan = Plan {
            pairs: crashes.pairs,
            load: Load::Window(crashes.window),
            warm_up: Duration::ZERO,
            // The killing ends it long before.
            measure: Duration::from_mins(1),
        };
        let mut dm = Dm::new(&target, plan, true);
        // Not always at the same point of a write.
        let life = Duration::from_millis(700 + u64::from(cycle) * 137 % 900);
        thread::scope(|scope| {
            let killer = scope.spawn(move || {
                thread::sleep(life);
                server.kill()
            });
            dm.drive(&target)?;
            killer.join().map_err(|_| anyhow!("the killer panicked"))?
        })?;

        server = Server::start(programs, kind, folder)?;
        restart = restart.max(server.cold_start);
        let target = Target {
            address: server.address,
            pid: server.pid(),
            accounts: people.clone(),
        };
        let rest = server.rest();
        for pair in 0..crashes.pairs {
            dm.compare(&rest, &target, pair)?;
        }
        let mut again = Again::new(dm.senders.iter().map(Sender::unacked).collect());
        acked += dm
            .senders
            .iter()
            .map(|sender| sender.acks.len() as u64)
            .sum::<u64>();
        unacked += again.waiting as u64;
        let cookies = (0..crashes.pairs)
            .map(|pair| people[2 * pair].cookie.clone())
            .collect();
        Net::new(target.address)?.run(&mut SocketIo::new(
            &mut again,
            &target.address.to_string(),
            cookies,
        ))?;
        outcome.faults.add(&again.faults);

        // Everything that was ever sent is now there once, acked or not.
        for (pair, sender) in dm.senders.iter().enumerate() {
            let cookie = &people[2 * pair].cookie;
            let path = history_path(&target, pair);
            let after = Stored::read(&rest, cookie, (&path, stored::PAGE), &mut dm.faults)?;
            let marks = after
                .by_nonce
                .keys()
                .filter_map(|nonce| dm.run_tag().read(nonce));
            let present = marks
                .filter(|mark| usize::from(mark.sender) == pair)
                .count();
            if present != usize::try_from(sender.sent)? {
                dm.faults.lost += 1;
                dm.faults.note(|| {
                    format!(
                        "pair {pair} sent {} messages, {present} are stored",
                        sender.sent
                    )
                });
            }
        }
        outcome.faults.add(&dm.faults);
    }
    server.stop().context("after the crashes")?;
    outcome.set("acknowledged", count(acked));
    outcome.set("sent_again", count(unacked));
    outcome.set("slowest_restart_ms", restart.as_secs_f64() * 1000.0);
    Ok(outcome)
}

/// Sends again, nonce and all, what was under way when the server died.
struct Again {
    arrivals: Arrivals,
    /// By pair.
    packets: Vec<Vec<Vec<u8>>>,
    waiting: usize,
    until: Instant,
    reader: Reader,
    faults: Faults,
}

impl Again {
    fn new(packets: Vec<Vec<Vec<u8>>>) -> Self {
        Self {
            arrivals: Arrivals::new(packets.len()),
            waiting: packets.iter().map(Vec::len).sum(),
            packets,
            until: Instant::now() + DRAIN,
            reader: Reader::new(),
            faults: Faults::default(),
        }
    }
}

impl Driver for Again {
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.arrivals.ready += 1;
        for packet in &self.packets[conn] {
            send_text(net.out(conn), packet);
        }
        Ok(())
    }

    fn event(&mut self, _net: &mut Net, _conn: usize, _name: &[u8], _data: &[u8]) -> Result<()> {
        Ok(())
    }

    fn ack(&mut self, _net: &mut Net, _conn: usize, _id: u32, data: &[u8]) -> Result<()> {
        self.waiting = self.waiting.saturating_sub(1);
        if self.reader.accepted(data).is_none() {
            self.faults.refused += 1;
            self.faults.note(|| excerpt(data));
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
        let here = self.arrivals.step(net)?;
        if here && self.waiting == 0 {
            return Ok(Turn::Stop);
        }
        if now >= self.until {
            self.faults.lost += self.waiting as u64;
            self.faults
                .note(|| "repeated sends were not acked".to_owned());
            return Ok(Turn::Stop);
        }
        Ok(Turn::Until(self.until))
    }
}
