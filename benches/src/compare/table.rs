//! The table of figures, ratios and targets.

use std::fmt::Write;

use super::{Record, Scenario};
use crate::{
    report::{median, short, spread},
    server::Kind,
};

/// A line of the table.
struct Measure {
    name: &'static str,
    scenario: Scenario,
    figure: &'static str,
    /// The server to compare with, or none where the figure itself has a target.
    against: Option<Kind>,
    goal: Goal,
}

/// What the ratio (or the figure) must be and is to be, if there is a target.
#[derive(Clone, Copy)]
enum Goal {
    AtLeast(f64, f64),
    AtMost(f64, f64),
    None,
}

const FULL: Option<Kind> = Some(Kind::NodeFull);
const NORMAL: Option<Kind> = Some(Kind::NodeNormal);

const fn measure(
    name: &'static str,
    scenario: Scenario,
    figure: &'static str,
    against: Option<Kind>,
    goal: Goal,
) -> Measure {
    Measure {
        name,
        scenario,
        figure,
        against,
        goal,
    }
}

#[rustfmt::skip]
const MEASURES: [Measure; 42] = [
    measure("durable DM/s, against A-full", Scenario::Dm, "messages_per_s", FULL, Goal::AtLeast(4.0, 8.0)),
    measure("durable DM/s, against A-normal", Scenario::Dm, "messages_per_s", NORMAL, Goal::AtLeast(1.2, 2.5)),
    measure("CPU us per DM, full load", Scenario::Dm, "cpu_us_per_message", FULL, Goal::AtMost(0.5, 0.25)),
    measure("CPU us per DM at 2,000/s", Scenario::DmRate, "cpu_us_per_message", FULL, Goal::AtMost(1.0, 0.6)),
    measure("p50 ms to ack at 2,000/s", Scenario::DmRate, "ack_p50_ms", FULL, Goal::None),
    measure("p99 ms to ack at 2,000/s", Scenario::DmRate, "ack_p99_ms", FULL, Goal::AtMost(1.0, 0.5)),
    measure("p50 ms to receiver at 2,000/s", Scenario::DmRate, "receiver_p50_ms", FULL, Goal::None),
    measure("p99 ms to receiver at 2,000/s", Scenario::DmRate, "receiver_p99_ms", FULL, Goal::AtMost(1.0, 0.5)),
    measure("deliveries/s, group of 10", Scenario::Fanout(10), "deliveries_per_s", NORMAL, Goal::None),
    measure("deliveries/s, group of 100", Scenario::Fanout(100), "deliveries_per_s", NORMAL, Goal::AtLeast(5.0, 8.0)),
    measure("deliveries/s, group of 1,000", Scenario::Fanout(1_000), "deliveries_per_s", NORMAL, Goal::AtLeast(5.0, 8.0)),
    measure("CPU us per 1,000 deliveries, group of 10", Scenario::Fanout(10), "cpu_us_per_1000_deliveries", NORMAL, Goal::None),
    measure("CPU us per 1,000 deliveries, group of 100", Scenario::Fanout(100), "cpu_us_per_1000_deliveries", NORMAL, Goal::None),
    measure("CPU us per 1,000 deliveries, group of 1,000", Scenario::Fanout(1_000), "cpu_us_per_1000_deliveries", NORMAL, Goal::None),
    measure("kB per idle connection, of 10,000", Scenario::Idle, "kb_per_connection", NORMAL, Goal::AtMost(1.6, 1.0)),
    measure("connects/s with a session look-up", Scenario::Idle, "connects_per_s", NORMAL, Goal::AtLeast(3.0, 4.0)),
    measure("CPU us per connect", Scenario::Idle, "cpu_us_per_connect", NORMAL, Goal::None),
    measure("history pages of 50 a second, of a million messages", Scenario::History, "pages_per_s", NORMAL, Goal::AtLeast(6.0, 10.0)),
    measure("history p99 ms, 16 connections", Scenario::History, "page_p99_ms", NORMAL, Goal::None),
    measure("CPU us per history page", Scenario::History, "cpu_us_per_page", NORMAL, Goal::None),
    measure("cold start to first answer, ms", Scenario::Start, "first_answer_ms", None, Goal::AtMost(300.0, 100.0)),
    measure("restart after kill -9, slowest, ms", Scenario::Crash, "slowest_restart_ms", None, Goal::None),
    measure("webhook: durable posts/s to 100 listeners, against A-full", Scenario::Webhook, "posts_per_s", FULL, Goal::None),
    measure("webhook: the same, against A-normal", Scenario::Webhook, "posts_per_s", NORMAL, Goal::None),
    measure("webhook: deliveries/s", Scenario::Webhook, "deliveries_per_s", FULL, Goal::None),
    measure("webhook: CPU us per post with its 100 deliveries, full load", Scenario::Webhook, "cpu_us_per_post", FULL, Goal::None),
    measure("webhook: the same at 200/s", Scenario::WebhookRate, "cpu_us_per_post", FULL, Goal::None),
    measure("webhook: p50 ms to the answer at 200/s", Scenario::WebhookRate, "answer_p50_ms", FULL, Goal::None),
    measure("webhook: p99 ms to the answer at 200/s", Scenario::WebhookRate, "answer_p99_ms", FULL, Goal::None),
    measure("webhook: p50 ms to the last of 100 at 200/s", Scenario::WebhookRate, "last_p50_ms", FULL, Goal::None),
    measure("webhook: p99 ms to the last of 100 at 200/s", Scenario::WebhookRate, "last_p99_ms", FULL, Goal::None),
    measure("widget: durable posts/s to 10 widgets with 1,000 viewers", Scenario::Widget, "posts_per_s", FULL, Goal::None),
    measure("widget: CPU us per 1,000 events told", Scenario::WidgetRate, "cpu_us_per_1000_events", FULL, Goal::None),
    measure("widget: p50 ms to the last of 1,000, 33 posts/s", Scenario::WidgetRate, "last_p50_ms", FULL, Goal::None),
    measure("widget: p99 ms to the last of 1,000, 33 posts/s", Scenario::WidgetRate, "last_p99_ms", FULL, Goal::None),
    measure("widget: p99 ms to the answer, 33 posts/s", Scenario::WidgetRate, "answer_p99_ms", FULL, Goal::None),
    measure("viewers: kB per stream, of 10,000", Scenario::Viewers, "kb_per_viewer", NORMAL, Goal::None),
    measure("viewers: streams opened a second, with a session look-up", Scenario::Viewers, "streams_per_s", NORMAL, Goal::None),
    measure("viewers: CPU us per stream opened", Scenario::Viewers, "cpu_us_per_stream", NORMAL, Goal::None),
    measure("membership: reads/s of one of 1,000 members", Scenario::Membership, "reads_per_s", NORMAL, Goal::None),
    measure("membership: CPU us per read", Scenario::Membership, "cpu_us_per_read", NORMAL, Goal::None),
    measure("membership: p99 ms, 16 connections", Scenario::Membership, "read_p99_ms", NORMAL, Goal::None),
];

/// The whole result as Markdown. Where nothing has a target there are no columns for them.
pub(super) fn markdown(records: &[Record]) -> String {
    let has_goals = MEASURES
        .iter()
        .filter(|measure| records.iter().any(|it| it.scenario == measure.scenario))
        .any(|measure| !matches!(measure.goal, Goal::None));
    let mut text =
        String::from("| Measure (median, least to most) | Chatter | A-full | A-normal | ratio |");
    text.push_str(if has_goals {
        " must | aim | |\n|---|---|---|---|---|---|---|---|\n"
    } else {
        "\n|---|---|---|---|---|\n"
    });
    for measure in &MEASURES {
        let Some(ours) = spread(&values(records, measure, Kind::Chatter)) else {
            continue;
        };
        let theirs = |kind| spread(&values(records, measure, kind)).unwrap_or_else(|| "-".into());
        let ratios = ratios(records, measure);
        let reached = median(&ratios);
        let shown = match (measure.against, reached) {
            (Some(kind), Some(ratio)) => format!("{} x {}", short(ratio), kind.label()),
            _ => "-".into(),
        };
        let (must, aim, verdict) = match (measure.goal, reached) {
            (Goal::AtLeast(must, aim), Some(ratio)) => (
                format!("≥ {must}"),
                format!("≥ {aim}"),
                verdict(ratio >= must, ratio >= aim),
            ),
            (Goal::AtMost(must, aim), Some(ratio)) => (
                format!("≤ {must}"),
                format!("≤ {aim}"),
                verdict(ratio <= must, ratio <= aim),
            ),
            _ => ("-".into(), "-".into(), ""),
        };
        // Writing into a string cannot fail.
        let _ = write!(
            text,
            "| {} | {ours} | {} | {} | {shown} |",
            measure.name,
            theirs(Kind::NodeFull),
            theirs(Kind::NodeNormal),
        );
        if has_goals {
            let _ = write!(text, " {must} | {aim} | {verdict} |");
        }
        text.push('\n');
    }
    text.push('\n');
    for kind in [Kind::Chatter, Kind::NodeFull, Kind::NodeNormal] {
        let runs: Vec<&Record> = records
            .iter()
            .filter(|record| record.kind == kind)
            .collect();
        if runs.is_empty() {
            continue;
        }
        let mut faults = crate::check::Faults::default();
        for record in &runs {
            faults.add(&record.outcome.faults);
        }
        let _ = writeln!(text, "- {} runs of {}: {faults}", runs.len(), kind.label());
    }
    for record in records
        .iter()
        .filter(|record| record.scenario == Scenario::Crash)
    {
        let figure = |name| {
            record
                .outcome
                .figures
                .get(name)
                .copied()
                .unwrap_or_default()
        };
        let _ = writeln!(
            text,
            "- {}: {} acknowledged messages all there once, {} unacknowledged ones sent again and then there once",
            record.outcome.scenario,
            figure("acknowledged"),
            figure("sent_again")
        );
    }
    text
}

fn verdict(must: bool, aim: bool) -> &'static str {
    match (must, aim) {
        (true, true) => "aim reached",
        (true, false) => "ok",
        (false, _) => "**missed**",
    }
}

fn value(records: &[Record], measure: &Measure, kind: Kind, round: usize) -> Option<f64> {
    let record = records.iter().find(|record| {
        record.round == round && record.kind == kind && record.scenario == measure.scenario
    })?;
    record.outcome.figures.get(measure.figure).copied()
}

fn values(records: &[Record], measure: &Measure, kind: Kind) -> Vec<f64> {
    (0..=last_round(records))
        .filter_map(|round| value(records, measure, kind, round))
        .collect()
}

/// Ours divided by theirs, round by round; the figure itself where there is nothing to divide by.
fn ratios(records: &[Record], measure: &Measure) -> Vec<f64> {
    let Some(against) = measure.against else {
        return values(records, measure, Kind::Chatter);
    };
    (0..=last_round(records))
        .filter_map(|round| {
            let ours = value(records, measure, Kind::Chatter, round)?;
            let theirs = value(records, measure, against, round)?;
            (theirs > 0.0).then_some(ours / theirs)
        })
        .collect()
}

fn last_round(records: &[Record]) -> usize {
    records.iter().map(|record| record.round).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Outcome;

    fn record(round: usize, kind: Kind, rate: f64) -> Record {
        let mut outcome = Outcome::new("dm");
        outcome.set("messages_per_s", rate);
        Record {
            round,
            scenario: Scenario::Dm,
            kind,
            outcome,
        }
    }

    #[test]
    fn ratios_are_taken_within_a_round() {
        // The machine was twice as fast in the second round; the ratio stays.
        let records = [
            record(0, Kind::Chatter, 40.0),
            record(0, Kind::NodeFull, 10.0),
            record(1, Kind::NodeFull, 20.0),
            record(1, Kind::Chatter, 80.0),
        ];
        assert_eq!(ratios(&records, &MEASURES[0]), [4.0, 4.0]);
        let text = markdown(&records);
        assert!(
            text.contains("| 4.00 x A-full | ≥ 4 | ≥ 8 | ok |"),
            "{text}"
        );
    }

    #[test]
    fn without_targets_there_are_no_columns_for_them() {
        let mut reads = record(0, Kind::Chatter, 1.0);
        reads.scenario = Scenario::Membership;
        reads.outcome.set("reads_per_s", 30.0);
        let mut theirs = record(0, Kind::NodeNormal, 1.0);
        theirs.scenario = Scenario::Membership;
        theirs.outcome.set("reads_per_s", 20.0);
        let text = markdown(&[reads, theirs]);
        assert!(
            text.contains("| 30.0 | - | 20.0 | 1.50 x A-normal |\n"),
            "{text}"
        );
        assert!(!text.contains("must"), "{text}");
    }
}
