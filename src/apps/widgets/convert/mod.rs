//! Fixed converters: what well-known services say, as the rows of a tile.
//!
//! Pure. A service's body is never refused for what it says: what there is no tile for leaves the
//! last one as it is, so that no service turns its sending off. Texts are cut to what a row holds.

mod alertmanager;
mod prometheus;
mod statuspage;
#[cfg(test)]
mod tests;
mod uptime_kuma;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::snapshot::{
    MAX_LABEL_CHARS, MAX_ROWS, MAX_TEXT_CHARS, Problem, Problems, Row, Snapshot, State, web_address,
};

/// A service that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    /// The answer of Prometheus' query API, sent on by a script.
    Prometheus,
    /// Prometheus Alertmanager's groups of alerts.
    Alertmanager,
    /// Atlassian Statuspage: its webhooks, or a page's `summary.json`.
    Statuspage,
    /// Uptime Kuma's heartbeats.
    UptimeKuma,
}

impl Service {
    /// The service that posts to an address that ends so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "prometheus" => Some(Self::Prometheus),
            "alertmanager" => Some(Self::Alertmanager),
            "statuspage" => Some(Self::Statuspage),
            "uptime-kuma" => Some(Self::UptimeKuma),
            _ => None,
        }
    }

    /// What a service's body says; none when there is nothing in it to show.
    pub(super) fn convert(self, body: &[u8]) -> Result<Option<Snapshot>, Problems> {
        let payload: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
            vec![Problem {
                error: "invalid_json".to_owned(),
                message: format!("the body has to be a JSON object: {error}"),
                pointer: String::new(),
            }]
        })?;
        let payload = Value::Object(payload);
        let rows = match self {
            Self::Prometheus => read(payload).and_then(prometheus::rows),
            Self::Alertmanager => read(payload).and_then(alertmanager::rows),
            Self::Statuspage => read(payload).and_then(|news| statuspage::rows(&news)),
            Self::UptimeKuma => read(payload).and_then(uptime_kuma::rows),
        };
        Ok(rows.filter(|rows| !rows.is_empty()).map(snapshot))
    }
}

/// The payload, if it has the shape of what is looked for.
fn read<T: DeserializeOwned>(payload: Value) -> Option<T> {
    serde_json::from_value(payload).ok()
}

/// As many rows as there is room for.
fn snapshot(mut rows: Vec<Row>) -> Snapshot {
    let left_out = rows.len().saturating_sub(MAX_ROWS);
    rows.truncate(MAX_ROWS);
    let warnings = (left_out > 0).then(|| format!("rows_left_out:{left_out}"));
    Snapshot {
        rows,
        ttl_seconds: None,
        warnings: warnings.into_iter().collect(),
    }
}

/// A row that says how something is. `label` is called `otherwise` where it is empty.
fn status(label: &str, otherwise: &str, state: State, text: &str, url: &str) -> Row {
    Row::Status {
        label: label_of(label, otherwise),
        state,
        text: Some(clip(text, MAX_TEXT_CHARS)).filter(|text| !text.is_empty()),
        url: web_address(url),
    }
}

fn label_of(label: &str, otherwise: &str) -> String {
    match clip(label, MAX_LABEL_CHARS) {
        label if label.is_empty() => otherwise.to_owned(),
        label => label,
    }
}

/// `text` on one line, with at most `max` characters.
fn clip(text: &str, max: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= max {
        return line;
    }
    let kept: String = line.chars().take(max - 1).collect();
    format!("{}…", kept.trim_end())
}
