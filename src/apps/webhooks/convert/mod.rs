//! Fixed converters: the events that well-known services post, as one card each.
//!
//! Owns: which events are worth a message and what it says of them. Does not own: the card's shape.
//! Invariants: every text of a service is cut to a sane length and shown as it is - a commit message
//! neither formats nor mentions - and an event that is not supported is no error, so that no
//! service turns its webhook off.

mod alert;
mod alertmanager;
mod event;
mod forge;
mod gitea;
mod github;
mod gitlab;
mod grafana;
#[cfg(test)]
mod tests;
mod uptime_kuma;

use http::HeaderMap;
use serde_json::{Map, Value};

use self::event::Event;
use super::{embed::Embed, post::Post};

/// A service whose events are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea and Forgejo.
    Gitea,
    /// Prometheus Alertmanager.
    Alertmanager,
    /// Grafana's unified alerting.
    Grafana,
    /// Uptime Kuma.
    UptimeKuma,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 6] = [
        Self::Github,
        Self::Gitlab,
        Self::Gitea,
        Self::Alertmanager,
        Self::Grafana,
        Self::UptimeKuma,
    ];

    /// The last part of the address that the service posts to.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Gitea => "gitea",
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::UptimeKuma => "uptime-kuma",
        }
    }

    /// The service of an address.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|service| service.as_str() == text)
    }

    /// What the service's event says, as a post; none for an event that is not supported.
    pub fn convert(self, headers: &HeaderMap, payload: &Map<String, Value>) -> Option<Post> {
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default()
        };
        let payload = Value::Object(payload.clone());
        let event = Event::of(&payload);
        let card: Option<Embed> = match self {
            Self::Github => github::card(header("x-github-event"), event),
            Self::Gitlab => gitlab::card(event),
            Self::Gitea => gitea::card(header("x-gitea-event"), event),
            Self::Alertmanager => alertmanager::card(event),
            Self::Grafana => grafana::card(event),
            Self::UptimeKuma => uptime_kuma::card(event),
        };
        card.map(Post::of_card)
    }
}
