//! What a scenario found, as text for people and as JSON for scripts.

use std::{collections::BTreeMap, time::Duration};

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
        for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)] {
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
