//! What a scenario found, as text for people and as JSON for scripts.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

use crate::check::Faults;

/// The figures of one run of one scenario.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) scenario: String,
    pub(crate) figures: BTreeMap<String, f64>,
    pub(crate) faults: Faults,
}

impl Outcome {
    pub(crate) fn new(scenario: impl Into<String>) -> Self {
        Self {
            scenario: scenario.into(),
            ..Self::default()
        }
    }

    pub(crate) fn set(&mut self, figure: &str, value: f64) {
        self.figures.insert(figure.to_owned(), value);
    }

    /// The usual quantiles in milliseconds, as `<prefix>_p50_ms` and so on.
    pub(crate) fn set_latency(&mut self, prefix: &str, micros: &Histogram<u64>) {
        for (name, quantile) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)] {
            self.set(
                &format!("{prefix}_{name}_ms"),
                count(micros.value_at_quantile(quantile)) / 1000.0,
            );
        }
    }

    /// One line of figures, then the check.
    pub(crate) fn text(&self) -> String {
        let figures: Vec<String> = self
            .figures
            .iter()
            .map(|(name, value)| format!("{name} {}", short(*value)))
            .collect();
        format!(
            "{}: {}\n  check: {}",
            self.scenario,
            figures.join(", "),
            self.faults
        )
    }
}

/// A histogram of microseconds.
pub(crate) fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, 60_000_000, 3)
        .unwrap_or_else(|_| unreachable!("the bounds are constants within the crate's limits"));
    histogram.auto(true);
    histogram
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros())
        .unwrap_or(u64::MAX)
        .max(1)
}

/// A count as a figure.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts here stay far below 2^53"
)]
pub(crate) fn count(number: u64) -> f64 {
    number as f64
}

/// A number with three or four significant digits.
pub(crate) fn short(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 | 100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.decimals$}")
}

/// The middle of some values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// The median, and with more than one value the least and the most.
pub(crate) fn spread(values: &[f64]) -> Option<String> {
    let middle = median(values)?;
    if values.len() == 1 {
        return Some(short(middle));
    }
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(format!(
        "{} ({} to {})",
        short(middle),
        short(least),
        short(most)
    ))
}

/// Puts a text between two markers of a document, in place of what is there.
pub(crate) fn insert(path: &Path, (begin, end): (&str, &str), text: &str) -> Result<()> {
    let document = fs::read_to_string(path)?;
    let (head, rest) = document
        .split_once(begin)
        .context("the document has no begin marker")?;
    let (_, tail) = rest
        .split_once(end)
        .context("the document has no end marker")?;
    fs::write(path, format!("{head}{begin}\n{text}{end}{tail}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_of_values_lies_between_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn the_spread_of_a_single_value_is_the_value() {
        assert_eq!(spread(&[2.0]).as_deref(), Some("2.00"));
        assert_eq!(
            spread(&[30.0, 10.0, 20.0]).as_deref(),
            Some("20.0 (10.0 to 30.0)")
        );
        assert_eq!(spread(&[]), None);
    }
}
