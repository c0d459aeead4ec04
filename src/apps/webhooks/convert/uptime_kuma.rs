//! Uptime Kuma's heartbeats, and its messages without one (tests, certificates that end soon).

use super::{
    event::Event,
    forge::{AMBER, GREEN, GREY, RED},
};
use crate::apps::webhooks::{
    embed::{Embed, MAX_TITLE, timestamp},
    markdown::{clip, escape, one_line, web_address},
    post::summary,
};

/// The longest reason, in characters.
const MAX_REASON: usize = 500;

/// The card of a change of state.
pub(super) fn card(event: Event<'_>) -> Option<Embed> {
    let said = one_line(event.text("msg"));
    if !event.has("heartbeat") {
        return (!said.is_empty()).then(|| Embed {
            fallback: summary(&said),
            title: Some(clip(&said, MAX_TITLE)),
            color: Some(AMBER),
            ..Embed::default()
        });
    }
    let (state, color) = match event.number("heartbeat.status")? {
        0 => ("🔴 Down", RED),
        1 => ("✅ Up", GREEN),
        2 => ("🟠 Pending", AMBER),
        3 => ("🔧 Maintenance", GREY),
        _ => return None,
    };
    let name = match event.first_text(&["monitor.pathName", "monitor.name"]) {
        "" => "Monitor",
        name => name,
    };
    let title = clip(&format!("{state}: {}", one_line(name)), MAX_TITLE);
    let reason = escape(&clip(event.text("heartbeat.msg"), MAX_REASON));
    Some(Embed {
        fallback: summary(&title),
        title: Some(title),
        // Monitors of other kinds have "https://" here.
        url: web_address(event.text("monitor.url")),
        description: Some(reason).filter(|reason| !reason.is_empty()),
        color: Some(color),
        timestamp: time(event.text("heartbeat.time")),
        ..Embed::default()
    })
}

/// `2025-01-15 10:30:00.123`, which is UTC.
fn time(text: &str) -> Option<String> {
    timestamp(&format!("{}Z", text.replacen(' ', "T", 1)))
}
