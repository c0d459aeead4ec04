//! A document that has grown: its history is typed through the real server, which is then started anew, and the document
//! opened and edited.

use std::{fs, path::Path, time::Duration};

use anyhow::Result;

use super::{
    create, opening,
    plan::{Editor, Load, Plan},
    seat::Speaks,
    session,
};
use crate::{
    accounts::Account,
    report::{Outcome, count},
    scenario::Target,
    server::{Kind, Programs, Server},
};

/// Those who type the history.
const BUILDERS: usize = 8;
/// No history may take longer than that.
const AT_MOST: Duration = Duration::from_mins(4);
/// The limit of a document is 1,000,000 bytes, and it has to have room for what is typed.
const ROOM: usize = 20_000;

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) bytes: usize,
    pub(crate) edits: u64,
    pub(crate) editors: usize,
    pub(crate) rate: f64,
    pub(crate) measure: Duration,
}

/// Runs one measurement in a data folder that has accounts.
pub(crate) fn run(
    programs: &Programs,
    folder: &Path,
    people: &[Account],
    growth: Growth,
) -> Result<Outcome> {
    let Growth { bytes, edits, .. } = growth;
    let start = || -> Result<(Server, Target)> {
        let server = Server::start(programs, Kind::Chatter, folder)?;
        let target = Target {
            address: server.address,
            pid: server.pid(),
            accounts: people.to_vec(),
        };
        Ok((server, target))
    };
    let (server, target) = start()?;
    let size = bytes.min(1_000_000 - ROOM);
    let id = create(&target, size, (0, growth.editors))?;
    server.stop()?;
    let before = on_disk(folder)?;

    let (server, target) = start()?;
    let building = Load::Building {
        keys: edits,
        at_most: AT_MOST,
    };
    let built = session::run(&target, plan(id, BUILDERS, building, 0), "building")?;
    server.stop()?;
    let grown = on_disk(folder)?.saturating_sub(before);

    let (server, target) = start()?;
    let mut opened = Outcome::default();
    opening::run(&target, id, &mut opened)?;
    let typing = Load::Typing {
        rate: growth.rate,
        measure: growth.measure,
    };
    let made = built.figures.get("edits").copied().unwrap_or_default();
    let name = format!("documents, {bytes} bytes after {made:.0} edits");
    let mut outcome = session::run(&target, plan(id, growth.editors, typing, BUILDERS), name)?;
    server.stop()?;

    outcome.figures.extend(opened.figures);
    outcome.set("history", made);
    outcome.set("disk_bytes_per_edit", count(grown) / made.max(1.0));
    for (figure, as_built) in [
        ("edits_per_s", "built_edits_per_s"),
        ("cpu_us_per_edit", "built_cpu_us_per_edit"),
        ("server_mb", "built_server_mb"),
    ] {
        if let Some(&value) = built.figures.get(figure) {
            outcome.set(as_built, value);
        }
    }
    outcome.faults.add(&built.faults);
    Ok(outcome)
}

fn plan(id: u64, editors: usize, load: Load, first_number: usize) -> Plan {
    let editors = (0..editors).map(|account| Editor {
        document: 0,
        account,
        speaks: Speaks::Yjs,
    });
    Plan {
        documents: vec![id],
        editors: editors.collect(),
        load,
        first_number,
    }
}

/// Bytes of the database and what belongs to it.
fn on_disk(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(Kind::Chatter.database())
        {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}
