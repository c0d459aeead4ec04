//! A heartbeat of one monitor: whether it is up, and how long the answer took.

use serde::Deserialize;
use serde_json::Number as Json;

use super::status;
use crate::apps::widgets::snapshot::{Number, Row, State};

/// Tests, and certificates that end soon, come without a heartbeat.
#[derive(Deserialize)]
pub(super) struct Message {
    heartbeat: Heartbeat,
    monitor: Monitor,
}

#[derive(Deserialize)]
struct Heartbeat {
    status: u8,
    msg: Option<String>,
    /// Milliseconds.
    ping: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Monitor {
    name: String,
    path_name: Option<String>,
    /// `https://` alone for monitors of what has no address.
    url: Option<String>,
}

/// A row for the monitor and one for its answer.
pub(super) fn rows(message: Message) -> Option<Vec<Row>> {
    let Message { heartbeat, monitor } = message;
    let (state, word) = match heartbeat.status {
        0 => (State::Err, "down"),
        1 => (State::Ok, "up"),
        2 => (State::Warn, "pending"),
        3 => (State::Idle, "maintenance"),
        _ => return None,
    };
    let name = monitor.path_name.unwrap_or(monitor.name);
    let said = heartbeat.msg.filter(|said| !said.trim().is_empty());
    let text = said.as_deref().unwrap_or(word);
    let url = monitor.url.unwrap_or_default();
    let mut rows = vec![status(&name, "Monitor", state, text, &url)];
    let ping = heartbeat
        .ping
        .and_then(|ping| Number::from_text(&ping.to_string()));
    rows.extend(ping.map(|value| Row::Counter {
        label: "Ping, ms".to_owned(),
        value,
        url: None,
    }));
    Some(rows)
}
