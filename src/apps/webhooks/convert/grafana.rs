//! Grafana's unified alerting: Alertmanager's groups with links to dashboards.

use super::{alert, event::Event};
use crate::apps::webhooks::embed::{Embed, Picture};

/// The card of a group. The title is Grafana's default or what somebody made of its template.
pub(super) fn card(event: Event<'_>) -> Option<Embed> {
    let title = match event.text("title") {
        "" => alert::heading(event),
        title => title.to_owned(),
    };
    let mut card = alert::group(event, &title, event.text("externalURL"))?;
    let image = event
        .list("alerts")
        .find_map(|alert| alert.picture("imageURL"));
    card.image = image.map(|url| Picture { url });
    Some(card)
}
