//! Prometheus Alertmanager's groups of alerts.

use super::{alert, event::Event};
use crate::apps::webhooks::embed::Embed;

/// The card of a group.
pub(super) fn card(event: Event<'_>) -> Option<Embed> {
    alert::group(event, &alert::heading(event), event.text("externalURL"))
}
