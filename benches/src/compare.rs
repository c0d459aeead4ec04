//! All scenarios against all servers, alternately within one run, and the table of ratios.
//!
//! The machine's speed drifts, so a figure means something only beside another one taken minutes before or after. Each
//! round runs a scenario on every server before it goes on to the next scenario, and a ratio is taken within its round.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

mod cases;
mod table;

use self::cases::{CONVERSATIONS, MESSAGES, PAIRS, PEOPLE, Part, SCENARIOS, Scenario, WINDOW};
use crate::{
    accounts,
    report::{Outcome, insert},
    scenario::{Target, crash},
    server::{Kind, Programs, Server, copy_folder},
};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// What is measured.
    #[arg(long, value_enum, default_value_t = Part::Conversations)]
    part: Part,
    /// One short round.
    #[arg(long)]
    quick: bool,
    /// Rounds; the figures are their medians.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// No new measurement begins after this many seconds.
    #[arg(long, default_value_t = 840)]
    budget: u64,
    /// Only the scenarios whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Idle connections, and streams of viewers.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    #[command(flatten)]
    programs: Programs,
    /// Scratch folder; emptied first unless --reuse is given.
    #[arg(long, default_value = "target/bench")]
    work: PathBuf,
    /// Keep the accounts and the seeded histories of an earlier run.
    #[arg(long)]
    reuse: bool,
    /// A line about the run, for the document: date, versions. May be repeated.
    #[arg(long)]
    about: Vec<String>,
    /// Put the table into this Markdown file, between its figure markers.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// One run of one scenario on one server.
pub(crate) struct Record {
    pub(crate) round: usize,
    pub(crate) scenario: Scenario,
    pub(crate) kind: Kind,
    pub(crate) outcome: Outcome,
}

/// Answers the number of faults and failed runs.
pub(crate) fn run(settings: &Settings) -> Result<u64> {
    let began = Instant::now();
    if !settings.reuse && settings.work.exists() {
        fs::remove_dir_all(&settings.work)?;
    }
    fs::create_dir_all(&settings.work)?;
    let wanted: Vec<Scenario> = SCENARIOS
        .into_iter()
        .filter(|scenario| scenario.part() == settings.part)
        .filter(|scenario| {
            settings
                .only
                .as_ref()
                .is_none_or(|only| scenario.name().contains(only))
        })
        .collect();
    ensure!(!wanted.is_empty(), "no scenario has such a name");
    for kind in [Kind::Chatter, Kind::NodeFull] {
        prepare(settings, kind, &wanted)?;
    }
    eprintln!("prepared after {} s", began.elapsed().as_secs());

    let mut records = Vec::new();
    let mut failures = 0;
    let rounds = if settings.quick { 1 } else { settings.rounds };
    'rounds: for round in 0..rounds {
        for &scenario in &wanted {
            if round > 0
                && (scenario == Scenario::Crash || began.elapsed().as_secs() > settings.budget)
            {
                if scenario == Scenario::Crash {
                    continue;
                }
                eprintln!(
                    "out of time after {} s, in round {}",
                    began.elapsed().as_secs(),
                    round + 1
                );
                break 'rounds;
            }
            let mut kinds = scenario.kinds().to_vec();
            let turn = round % kinds.len();
            kinds.rotate_left(turn);
            for kind in kinds {
                match measure(settings, scenario, kind) {
                    Ok(outcome) => {
                        eprintln!("[round {} {}] {}", round + 1, kind.label(), outcome.text());
                        records.push(Record {
                            round,
                            scenario,
                            kind,
                            outcome,
                        });
                    }
                    Err(error) => {
                        failures += 1;
                        eprintln!(
                            "[round {} {}] {} FAILED: {error:#}",
                            round + 1,
                            kind.label(),
                            scenario.name()
                        );
                    }
                }
            }
        }
    }

    let faults: u64 = records
        .iter()
        .map(|record| record.outcome.faults.total())
        .sum();
    let mut text = table::markdown(&records);
    if failures > 0 {
        let _ = writeln!(text, "\n{failures} runs failed and are missing above.");
    }
    let about: String = settings
        .about
        .iter()
        .fold(String::new(), |mut lines, line| {
            let _ = writeln!(lines, "- {line}");
            lines
        });
    let took = began.elapsed().as_secs();
    let text = format!(
        "{about}- {rounds} round(s) of {} s each, {took} s in all\n\n{text}",
        seconds(settings)
    );
    println!("{text}");
    save(settings, &records)?;
    if let Some(path) = &settings.write {
        insert(path, settings.part.markers(), &text)?;
    }
    Ok(faults + failures)
}

fn seconds(settings: &Settings) -> f64 {
    if settings.quick {
        2.5
    } else {
        settings.seconds
    }
}

/// The folder whose copy a scenario starts on.
fn template(settings: &Settings, kind: Kind, scenario: Scenario) -> PathBuf {
    let name = if kind == Kind::Chatter {
        "chatter"
    } else {
        "reference"
    };
    let with = match scenario {
        Scenario::History => "-history",
        _ if scenario.part() == Part::Platform => "-platform",
        _ => "",
    };
    settings.work.join(format!("template-{name}{with}"))
}

/// Makes the accounts, and the stored messages or the server of the platform where those are measured.
fn prepare(settings: &Settings, kind: Kind, wanted: &[Scenario]) -> Result<()> {
    let plain = template(settings, kind, Scenario::Dm);
    if accounts::load(&plain)?.len() < PEOPLE {
        crate::prepare(&settings.programs, kind, &plain, PEOPLE)?;
    }
    for &scenario in wanted {
        let seeded = template(settings, kind, scenario);
        if seeded.exists() {
            continue;
        }
        copy_folder(&plain, &seeded)?;
        let filled = match scenario {
            Scenario::History => seed(settings, kind, &seeded),
            _ => crate::prepare_platform(&settings.programs, kind, &seeded),
        };
        if filled.is_err() {
            // A half-filled database would be taken for a whole one with --reuse.
            fs::remove_dir_all(&seeded)?;
        }
        filled?;
    }
    Ok(())
}

fn seed(settings: &Settings, kind: Kind, folder: &Path) -> Result<()> {
    let status = Command::new("node")
        .arg(settings.programs.reference.join("seed.mjs"))
        .arg(folder.join(kind.database()))
        .args([MESSAGES.to_string(), CONVERSATIONS.to_string()])
        .status()
        .context("node")?;
    ensure!(status.success(), "seeding {} failed", kind.label());
    Ok(())
}

fn measure(settings: &Settings, scenario: Scenario, kind: Kind) -> Result<Outcome> {
    let folder = settings.work.join(format!("run-{}", kind.label()));
    if scenario == Scenario::Start {
        return cold_start(&settings.programs, kind, &folder);
    }
    copy_folder(&template(settings, kind, scenario), &folder)?;
    if scenario == Scenario::Crash {
        let crashes = crash::Crashes {
            pairs: PAIRS,
            window: WINDOW,
            times: if settings.quick { 3 } else { 10 },
        };
        return crash::run(&settings.programs, kind, &folder, crashes);
    }
    let server = Server::start(&settings.programs, kind, &folder)?;
    let mut accounts = accounts::load(&server.folder)?;
    accounts.truncate(scenario.people());
    let target = Target {
        address: server.address,
        pid: server.pid(),
        accounts,
    };
    let measure = Duration::from_secs_f64(seconds(settings));
    let outcome = scenario.run(&server, &target, (settings.connections, measure))?;
    server.stop()?;
    fs::remove_dir_all(&folder)?;
    Ok(outcome)
}

/// From nothing to the first answer, on an empty folder.
fn cold_start(programs: &Programs, kind: Kind, folder: &Path) -> Result<Outcome> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let server = Server::start(programs, kind, folder)?;
    let mut outcome = Outcome::new("cold start, empty database");
    outcome.set("first_answer_ms", server.cold_start.as_secs_f64() * 1000.0);
    server.stop()?;
    fs::remove_dir_all(folder)?;
    Ok(outcome)
}

/// Every single figure, for a closer look.
fn save(settings: &Settings, records: &[Record]) -> Result<()> {
    let lines: Vec<serde_json::Value> = records
        .iter()
        .map(|record| {
            serde_json::json!({
                "round": record.round + 1,
                "server": record.kind.label(),
                "scenario": record.scenario.name(),
                "outcome": record.outcome,
            })
        })
        .collect();
    fs::write(
        settings
            .work
            .join(format!("results-{}.json", settings.part.name())),
        serde_json::to_string_pretty(&lines)?,
    )?;
    Ok(())
}
