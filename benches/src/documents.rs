//! All measurements of documents, on this server only, and their table.
//!
//! The reference of `compare` has no documents: a whole-text server in Node loses what two people type at once, and one
//! that relays Yjs does not store an edit before it is told, so neither promises what is measured here.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

mod table;

use crate::{
    accounts::{self, Account},
    report::{Outcome, insert},
    scenario::{
        Target,
        docs::{
            self, Speaks,
            growth::{self, Growth},
            plan::{Editor, Load, Plan},
            session,
        },
    },
    server::{Kind, Programs, Server, copy_folder},
};

const EDITORS: usize = 20;
const RATE: f64 = 5.0;
const BYTES: usize = 200_000;
const DOCUMENTS: usize = 200;
const RATE_OF_MANY: f64 = 2.0;
const BYTES_OF_MANY: usize = 2_000;
const PEOPLE: usize = 40;
const BEGIN: &str = "<!-- documents: begin -->";
const END: &str = "<!-- documents: end -->";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Settings {
    /// Longer measurements and all sizes and histories, up to 1 MB and 100,000 edits: about ten minutes instead of one.
    #[arg(long)]
    full: bool,
    /// Rounds; the figures are their medians.
    #[arg(long, default_value_t = 1)]
    rounds: usize,
    /// Seconds of each measurement instead of 5, or 10 with --full.
    #[arg(long)]
    seconds: Option<f64>,
    /// Only the cases whose name contains this: yjs, based, plain, mix, many, growth-10000-100 ...
    #[arg(long)]
    only: Option<String>,
    #[command(flatten)]
    programs: Programs,
    /// Scratch folder; emptied first unless --reuse is given.
    #[arg(long, default_value = "target/bench-documents")]
    work: PathBuf,
    /// Keep the accounts of an earlier run.
    #[arg(long)]
    reuse: bool,
    /// A line about the run, for the document: date, versions. May be repeated.
    #[arg(long)]
    about: Vec<String>,
    /// Put the table into this Markdown file, between its markers for documents.
    #[arg(long)]
    write: Option<PathBuf>,
}

/// A kind of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// Twenty editors in one document who all speak this.
    Alike(Speaks),
    /// Ten Yjs editors and five of each other kind in one document.
    Mix,
    /// Two Yjs editors in each of many documents.
    Many,
    /// Twenty Yjs editors in a document of so many bytes and so long a history.
    Growth { bytes: usize, edits: u64 },
}

const ALIKE: [Case; 5] = [
    Case::Alike(Speaks::Yjs),
    Case::Alike(Speaks::Based),
    Case::Alike(Speaks::Plain),
    Case::Mix,
    Case::Many,
];
const SIZES: [usize; 3] = [10_000, 200_000, 1_000_000];
const HISTORIES: [u64; 3] = [100, 10_000, 100_000];
/// The part of the grid that is quick.
const QUICK: [(usize, u64); 3] = [(10_000, 100), (200_000, 10_000), (1_000_000, 10_000)];

impl Case {
    fn all(full: bool) -> Vec<Self> {
        let mut cases = ALIKE.to_vec();
        for bytes in SIZES {
            for edits in HISTORIES {
                if full || QUICK.contains(&(bytes, edits)) {
                    cases.push(Self::Growth { bytes, edits });
                }
            }
        }
        cases
    }

    fn name(self) -> String {
        match self {
            Self::Alike(Speaks::Yjs) => "yjs".into(),
            Self::Alike(Speaks::Based) => "based".into(),
            Self::Alike(Speaks::Plain) => "plain".into(),
            Self::Mix => "mix".into(),
            Self::Many => "many".into(),
            Self::Growth { bytes, edits } => format!("growth-{bytes}-{edits}"),
        }
    }

    /// What the editor with this number speaks, in one document with others.
    fn speaks(self, editor: usize) -> Speaks {
        match self {
            Self::Alike(speaks) => speaks,
            Self::Mix => [Speaks::Yjs, Speaks::Based, Speaks::Yjs, Speaks::Plain][editor % 4],
            Self::Many | Self::Growth { .. } => Speaks::Yjs,
        }
    }
}

/// One run of one case.
pub(crate) struct Record {
    pub(crate) round: usize,
    pub(crate) case: Case,
    pub(crate) outcome: Outcome,
}

/// Answers the number of faults and failed runs.
pub(crate) fn run(settings: &Settings) -> Result<u64> {
    let began = Instant::now();
    if !settings.reuse && settings.work.exists() {
        fs::remove_dir_all(&settings.work)?;
    }
    fs::create_dir_all(&settings.work)?;
    let cases: Vec<Case> = Case::all(settings.full)
        .into_iter()
        .filter(|case| {
            let only = settings.only.as_ref();
            only.is_none_or(|only| case.name().contains(only))
        })
        .collect();
    ensure!(!cases.is_empty(), "no case has such a name");
    let template = settings.work.join("template");
    if accounts::load(&template)?.len() < PEOPLE {
        crate::prepare(&settings.programs, Kind::Chatter, &template, PEOPLE)?;
    }
    let people = accounts::load(&template)?;

    let (mut records, mut failures) = (Vec::new(), 0);
    for round in 0..settings.rounds {
        for &case in &cases {
            match measure(settings, case, &template, &people) {
                Ok(outcome) => {
                    eprintln!("[round {}] {}", round + 1, outcome.text());
                    records.push(Record {
                        round,
                        case,
                        outcome,
                    });
                }
                Err(error) => {
                    failures += 1;
                    eprintln!("[round {}] {} FAILED: {error:#}", round + 1, case.name());
                }
            }
        }
    }

    let mut text = String::new();
    for line in &settings.about {
        writeln!(text, "- {line}")?;
    }
    writeln!(
        text,
        "- {} round(s) of {} s each, {} s in all\n",
        settings.rounds,
        seconds(settings).as_secs_f64(),
        began.elapsed().as_secs()
    )?;
    text.push_str(&table::markdown(&records));
    if failures > 0 {
        writeln!(text, "\n{failures} runs failed and are missing above.")?;
    }
    println!("{text}");
    save(settings, &records)?;
    if let Some(path) = &settings.write {
        insert(path, (BEGIN, END), &text)?;
    }
    let faults: u64 = records
        .iter()
        .map(|record| record.outcome.faults.total())
        .sum();
    Ok(faults + failures)
}

fn seconds(settings: &Settings) -> Duration {
    let usual = if settings.full { 10.0 } else { 5.0 };
    Duration::from_secs_f64(settings.seconds.unwrap_or(usual))
}

fn measure(
    settings: &Settings,
    case: Case,
    template: &Path,
    people: &[Account],
) -> Result<Outcome> {
    let folder = settings.work.join("run");
    copy_folder(template, &folder)?;
    let measure = seconds(settings);
    if let Case::Growth { bytes, edits } = case {
        let growth = Growth {
            bytes,
            edits,
            editors: EDITORS,
            rate: RATE,
            measure,
        };
        return growth::run(&settings.programs, &folder, people, growth);
    }
    let server = Server::start(&settings.programs, Kind::Chatter, &folder)?;
    let target = Target {
        address: server.address,
        pid: server.pid(),
        accounts: people.to_vec(),
    };
    let (plan, name) = if case == Case::Many {
        many(&target, measure)?
    } else {
        together(&target, case, measure)?
    };
    let outcome = session::run(&target, plan, name)?;
    server.stop()?;
    Ok(outcome)
}

/// Everybody in one document.
fn together(target: &Target, case: Case, measure: Duration) -> Result<(Plan, String)> {
    let document = docs::create(target, BYTES, (0, EDITORS))?;
    let editors = (0..EDITORS).map(|account| Editor {
        document: 0,
        account,
        speaks: case.speaks(account),
    });
    let plan = Plan {
        documents: vec![document],
        editors: editors.collect(),
        load: Load::Typing {
            rate: RATE,
            measure,
        },
        first_number: 0,
    };
    let name = format!(
        "documents, {EDITORS} editors ({}) at {RATE} edits/s on {BYTES} bytes",
        case.name()
    );
    Ok((plan, name))
}

/// Two in each of many documents. People have several open.
fn many(target: &Target, measure: Duration) -> Result<(Plan, String)> {
    let mut plan = Plan {
        documents: Vec::with_capacity(DOCUMENTS),
        editors: Vec::with_capacity(2 * DOCUMENTS),
        load: Load::Typing {
            rate: RATE_OF_MANY,
            measure,
        },
        first_number: 0,
    };
    for document in 0..DOCUMENTS {
        let first = 2 * document % PEOPLE;
        plan.documents
            .push(docs::create(target, BYTES_OF_MANY, (first, 2))?);
        for account in [first, first + 1] {
            plan.editors.push(Editor {
                document,
                account,
                speaks: Speaks::Yjs,
            });
        }
    }
    let name = format!("documents, {DOCUMENTS} with 2 editors each at {RATE_OF_MANY} edits/s");
    Ok((plan, name))
}

/// Every single figure, for a closer look.
fn save(settings: &Settings, records: &[Record]) -> Result<()> {
    let lines: Vec<serde_json::Value> = records
        .iter()
        .map(|record| {
            serde_json::json!({
                "round": record.round + 1,
                "case": record.case.name(),
                "outcome": record.outcome,
            })
        })
        .collect();
    fs::write(
        settings.work.join("results.json"),
        serde_json::to_string_pretty(&lines)?,
    )?;
    Ok(())
}
