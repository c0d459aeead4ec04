//! Groups of alerts, as Alertmanager and, after its model, Grafana post them.

use super::{
    event::Event,
    forge::{GREEN, RED},
};
use crate::apps::webhooks::{
    embed::{Embed, MAX_TITLE, timestamp},
    markdown::{clip, escape, link, one_line, web_address},
    post::summary,
};

/// The most alerts of a group that are listed.
const MAX_ALERTS: usize = 10;
/// The longest text about one alert, in characters.
const MAX_ALERT: usize = 200;
/// The most labels that are named.
const MAX_LABELS: usize = 6;

/// The card of a group; `title` and `url` are its heading.
pub(super) fn group(event: Event<'_>, title: &str, url: &str) -> Option<Embed> {
    let is_firing = match event.text("status") {
        "firing" => true,
        "resolved" => false,
        _ => return None,
    };
    let alerts = event.list("alerts");
    let truncated = event.number("truncatedAlerts").unwrap_or_default();
    let total = alerts.len() + usize::try_from(truncated).unwrap_or_default();
    let times: Vec<_> = event
        .list("alerts")
        .filter_map(|alert| timestamp(alert.text(if is_firing { "startsAt" } else { "endsAt" })))
        .collect();
    let mut lines: Vec<_> = alerts.take(MAX_ALERTS).map(line).collect();
    if total > lines.len() {
        lines.push(format!("and {} more", total - lines.len()));
    }
    let title = clip(&one_line(title), MAX_TITLE);
    Some(Embed {
        fallback: summary(&title),
        title: Some(title),
        url: web_address(url),
        description: Some(lines.join("\n")).filter(|text| !text.is_empty()),
        color: Some(if is_firing { RED } else { GREEN }),
        // Zero is Go's time of what has not happened yet.
        timestamp: times
            .into_iter()
            .filter(|time| !time.starts_with("0001"))
            .max(),
        ..Embed::default()
    })
}

/// `FIRING 2: HighLoad`, from the labels that a group has in common.
pub(super) fn heading(event: Event<'_>) -> String {
    let status = event.text("status").to_uppercase();
    let count = event.list("alerts").len();
    let name = event.first_text(&["groupLabels.alertname", "commonLabels.alertname"]);
    let others = event
        .pairs("groupLabels")
        .filter(|(label, _)| *label != "alertname");
    let others: Vec<_> = others.take(MAX_LABELS).map(|(_, value)| value).collect();
    let what = match (name, others.join(" ")) {
        ("", others) if others.is_empty() => "alerts".to_owned(),
        ("", others) => others,
        (name, others) if others.is_empty() => name.to_owned(),
        (name, others) => format!("{name} ({others})"),
    };
    format!("{status} {count}: {what}")
}

/// One alert: what it says, where it was raised, which labels tell it from others.
fn line(alert: Event<'_>) -> String {
    let sign = match alert.text("status") {
        "resolved" => "✅",
        _ => "🔥",
    };
    let name = alert.text("labels.alertname");
    let says = alert.first_text(&[
        "annotations.summary",
        "annotations.description",
        "annotations.message",
    ]);
    let says = if says.is_empty() { name } else { says };
    let says = clip(&one_line(says), MAX_ALERT);
    let page = alert.first_text(&["panelURL", "dashboardURL", "generatorURL"]);
    let labels: Vec<_> = alert
        .pairs("labels")
        .filter(|(label, _)| !matches!(*label, "alertname" | "grafana_folder"))
        .take(MAX_LABELS)
        .map(|(label, value)| format!("{}={}", clip(label, 40), clip(value, 60)))
        .collect();
    let labels = escape(&one_line(&labels.join(", ")));
    let says = link(&says, page);
    if labels.is_empty() {
        format!("{sign} {says}")
    } else {
        format!("{sign} {says} ({labels})")
    }
}
