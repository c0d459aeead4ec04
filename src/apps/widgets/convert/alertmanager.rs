//! A group of alerts: what it is about, then one row for each alert, the firing ones first.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::status;
use crate::apps::widgets::snapshot::{Row, State};

type Labels = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    #[serde(default, rename = "groupLabels")]
    labels: Labels,
    #[serde(default)]
    common_labels: Labels,
    #[serde(default)]
    receiver: String,
    #[serde(default, rename = "externalURL")]
    external_url: String,
    #[serde(default)]
    truncated_alerts: u64,
    alerts: Vec<Alert>,
}

#[derive(Deserialize)]
struct Alert {
    status: Phase,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    #[serde(default, rename = "generatorURL")]
    generator_url: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Phase {
    Firing,
    Resolved,
}

/// A row for the group and one for each of its alerts.
pub(super) fn rows(mut group: Group) -> Option<Vec<Row>> {
    if group.alerts.is_empty() {
        return None;
    }
    group.alerts.sort_by_key(|alert| alert.status);
    let is_firing = |alert: &&Alert| alert.status == Phase::Firing;
    let firing = group.alerts.iter().filter(is_firing).count();
    let resolved = group.alerts.len() - firing;
    let more = match group.truncated_alerts {
        0 => String::new(),
        more => format!(", {more} more"),
    };
    let about = first(&[&group.labels, &group.common_labels], &["alertname"]);
    let about = if about.is_empty() {
        &group.receiver
    } else {
        about
    };
    let text = format!("{firing} firing, {resolved} resolved{more}");
    let state = if firing > 0 { State::Err } else { State::Ok };
    let mut rows = vec![status(about, "Alerts", state, &text, &group.external_url)];
    rows.extend(group.alerts.iter().map(row));
    Some(rows)
}

fn row(alert: &Alert) -> Row {
    let name = first(&[&alert.labels], &["alertname"]);
    let place = first(&[&alert.labels], &["instance", "service", "job"]);
    let says = first(
        &[&alert.annotations],
        &["summary", "description", "message"],
    );
    let label = format!("{name} {place}");
    status(&label, "Alert", state(alert), says, &alert.generator_url)
}

fn state(alert: &Alert) -> State {
    let severity = first(&[&alert.labels], &["severity"]);
    match (alert.status, severity) {
        (Phase::Resolved, _) => State::Ok,
        (_, "warning" | "warn") => State::Warn,
        (_, "info" | "none") => State::Idle,
        _ => State::Err,
    }
}

/// The first of these labels that is there.
fn first<'a>(places: &[&'a Labels], names: &[&str]) -> &'a str {
    let values = places
        .iter()
        .flat_map(|labels| names.iter().filter_map(|name| labels.get(*name)));
    values.map(String::as_str).next().unwrap_or_default()
}
