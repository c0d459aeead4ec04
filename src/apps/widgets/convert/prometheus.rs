//! The answer of `/api/v1/query`: one row for each series, with its last value.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{clip, label_of};
use crate::apps::widgets::snapshot::{MAX_TEXT_CHARS, Number, Row};

#[derive(Deserialize)]
pub(super) struct Answer {
    data: Data,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Sample>),
    Matrix(Vec<Series>),
    Scalar(Point),
    String(Point),
}

#[derive(Deserialize)]
struct Sample {
    metric: BTreeMap<String, String>,
    value: Point,
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    values: Vec<Point>,
}

/// When, in seconds, and what.
#[derive(Deserialize)]
struct Point(
    #[expect(dead_code, reason = "the wire has it first")] f64,
    String,
);

/// A row for each series; none when the query itself failed.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of several converters, which can have nothing to show"
)]
pub(super) fn rows(answer: Answer) -> Option<Vec<Row>> {
    let rows = match answer.data {
        Data::Vector(samples) => samples
            .into_iter()
            .map(|sample| row(&name(&sample.metric), &sample.value.1))
            .collect(),
        Data::Matrix(series) => series
            .into_iter()
            .filter_map(|mut series| Some(row(&name(&series.metric), &series.values.pop()?.1)))
            .collect(),
        Data::Scalar(point) | Data::String(point) => vec![row("", &point.1)],
    };
    Some(rows)
}

/// What tells a series from the others: its labels, best those that people gave.
fn name(metric: &BTreeMap<String, String>) -> String {
    let is_own = |label: &str| !matches!(label, "__name__" | "job" | "instance");
    let own: Vec<_> = metric
        .iter()
        .filter(|(label, _)| is_own(label))
        .map(|(_, value)| value.as_str())
        .collect();
    if !own.is_empty() {
        return own.join(" ");
    }
    let known = ["instance", "job", "__name__"].map(|label| metric.get(label));
    let known = known.into_iter().flatten().next();
    known.cloned().unwrap_or_default()
}

/// A number as one, and what is none (`NaN`, `+Inf`, a text) as a text.
fn row(label: &str, value: &str) -> Row {
    let label = label_of(label, "Value");
    match Number::from_text(value) {
        Some(value) => Row::Counter {
            label,
            value,
            url: None,
        },
        None => Row::Text {
            label,
            value: clip(value, MAX_TEXT_CHARS),
            url: None,
        },
    }
}
