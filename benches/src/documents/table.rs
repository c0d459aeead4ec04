//! The tables of figures about documents, beside the targets of the project.

use std::fmt::Write;

use super::{Case, Record};
use crate::{
    check::Faults,
    report::{median, spread},
    scenario::docs::Speaks,
};

/// Milliseconds within which the last receiver has 95 of 100 edits.
const TARGET: f64 = 100.0;

/// A line of the first table.
struct Line {
    name: &'static str,
    case: Case,
    /// Which latency figure, of those with `_p95_ms` and so on.
    receivers: &'static str,
    /// Whether the target is meant for it.
    has_target: bool,
}

const LINES: [Line; 6] = [
    Line {
        name: "20 Yjs editors",
        case: Case::Alike(Speaks::Yjs),
        receivers: "receiver",
        has_target: true,
    },
    Line {
        name: "20 with whole texts and `base_version`",
        case: Case::Alike(Speaks::Based),
        receivers: "receiver",
        has_target: false,
    },
    Line {
        name: "20 with whole texts",
        case: Case::Alike(Speaks::Plain),
        receivers: "receiver",
        has_target: false,
    },
    Line {
        name: "10 Yjs editors among 10 with whole texts: to the Yjs editors",
        case: Case::Mix,
        receivers: "yjs_receiver",
        has_target: true,
    },
    Line {
        name: "the same: to those with whole texts",
        case: Case::Mix,
        receivers: "text_receiver",
        has_target: false,
    },
    Line {
        name: "200 documents of 2 KB, 2 Yjs editors each, 2 edits/s",
        case: Case::Many,
        receivers: "receiver",
        has_target: true,
    },
];

/// The whole result as Markdown.
pub(super) fn markdown(records: &[Record]) -> String {
    let mut text = together(records);
    text.push_str(&growth(records));
    // Writing into a string cannot fail.
    if let Some(commits) = shown(records, Case::Many, "commits_per_s") {
        let edits = shown(records, Case::Many, "edits_per_s").unwrap_or_default();
        let _ = writeln!(
            text,
            "- {edits} edits/s in 200 documents: {commits} commits/s"
        );
    }
    let torn: f64 = records
        .iter()
        .filter_map(|record| record.outcome.figures.get("torn_words"))
        .sum();
    let mut faults = Faults::default();
    for record in records {
        faults.add(&record.outcome.faults);
    }
    let _ = writeln!(
        text,
        "- {} runs: {faults}; words whose characters are all there, but not in one piece: {torn}",
        records.len()
    );
    text
}

fn together(records: &[Record]) -> String {
    let lines: Vec<String> = LINES
        .iter()
        .filter_map(|line| {
            let figure = |name: &str| shown(records, line.case, name);
            let latency = |quantile: &str| figure(&format!("{}_{quantile}_ms", line.receivers));
            let p95 = median(&values(
                records,
                line.case,
                &format!("{}_p95_ms", line.receivers),
            ))?;
            Some(format!(
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                line.name,
                latency("p50")?,
                latency("p95")?,
                latency("p99")?,
                figure("ack_p95_ms")?,
                figure("cpu_us_per_edit")?,
                figure("server_mb")?,
                if line.has_target { "< 100 ms" } else { "-" },
                verdict(line.has_target, p95),
            ))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "| Who edits (200 KB, 5 edits/s each, unless said) | p50 ms to the last receiver | p95 | p99 | p95 ms to the \
         answer | CPU us per edit | server MB | target, p95 | |\n|---|---|---|---|---|---|---|---|---|\n{}\n",
        lines.concat()
    )
}

fn growth(records: &[Record]) -> String {
    let lines: Vec<String> = Case::all(true)
        .into_iter()
        .filter_map(|case| {
            let Case::Growth { bytes, edits } = case else {
                return None;
            };
            let figure = |name: &str| shown(records, case, name);
            let p95 = median(&values(records, case, "receiver_p95_ms"))?;
            let made = median(&values(records, case, "history"))?;
            let short_of = if made < crate::report::count(edits) {
                format!(" (of {edits}: out of time)")
            } else {
                String::new()
            };
            Some(format!(
                "| {} KB | {made:.0}{short_of} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
                bytes / 1_000,
                figure("open_ms")?,
                figure("sync_ms")?,
                figure("receiver_p95_ms")?,
                figure("cpu_us_per_edit")?,
                figure("document_mb")?,
                figure("server_mb")?,
                figure("built_server_mb")?,
                figure("disk_bytes_per_edit")?,
                figure("built_edits_per_s")?,
                verdict(true, p95),
            ))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "| Text | edits before | ms to open, cold | with its content | p95 ms to the last of 20 | CPU us per edit | \
         document MB | server MB | server MB after typing it all | bytes on disk per edit | edits/s while typing it all \
         | p95 < 100 ms |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n{}\n",
        lines.concat()
    )
}

fn verdict(has_target: bool, p95: f64) -> &'static str {
    match (has_target, p95 < TARGET) {
        (true, true) => "ok",
        (true, false) => "**missed**",
        (false, _) => "",
    }
}

fn values(records: &[Record], case: Case, figure: &str) -> Vec<f64> {
    records
        .iter()
        .filter(|record| record.case == case)
        .filter_map(|record| record.outcome.figures.get(figure).copied())
        .collect()
}

fn shown(records: &[Record], case: Case, figure: &str) -> Option<String> {
    spread(&values(records, case, figure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;

    fn record(case: Case, figures: &[(&str, f64)]) -> Record {
        let mut outcome = Outcome::new("documents");
        for &(figure, value) in figures {
            outcome.set(figure, value);
        }
        Record {
            round: 0,
            case,
            outcome,
        }
    }

    const LATENCIES: [(&str, f64); 9] = [
        ("receiver_p50_ms", 4.0),
        ("receiver_p95_ms", 99.0),
        ("receiver_p99_ms", 120.0),
        ("ack_p95_ms", 3.0),
        ("cpu_us_per_edit", 400.0),
        ("server_mb", 50.0),
        ("history", 100.0),
        ("open_ms", 2.0),
        ("sync_ms", 3.0),
    ];

    #[test]
    fn a_line_stands_beside_its_target() {
        let text = markdown(&[record(Case::Alike(Speaks::Yjs), &LATENCIES)]);
        assert!(
            text.contains("| 4.00 | 99.0 | 120 | 3.00 | 400 | 50.0 | < 100 ms | ok |"),
            "{text}"
        );
        let text = markdown(&[record(Case::Alike(Speaks::Plain), &LATENCIES)]);
        assert!(text.contains("| 50.0 | - |  |"), "{text}");
        assert!(!text.contains("edits before"), "{text}");
    }

    #[test]
    fn a_history_that_did_not_get_ready_says_so() {
        let case = Case::Growth {
            bytes: 10_000,
            edits: 10_000,
        };
        let mut figures = LATENCIES.to_vec();
        figures.extend([
            ("document_mb", 1.0),
            ("built_server_mb", 60.0),
            ("disk_bytes_per_edit", 80.0),
            ("built_edits_per_s", 5_000.0),
        ]);
        let text = markdown(&[record(case, &figures)]);
        assert!(
            text.contains("| 10 KB | 100 (of 10000: out of time) | 2.00 |"),
            "{text}"
        );
    }
}
