//! A status page: as a whole, then what it consists of and what is going on, the worst first.
//!
//! A webhook tells of one component or one incident, a page's `summary.json` of all of them.

use serde::Deserialize;

use super::status;
use crate::apps::widgets::snapshot::{Row, State};

#[derive(Deserialize)]
pub(super) struct News {
    page: Page,
    /// Of a `summary.json`; webhooks have it in the page.
    status: Option<Overall>,
    component: Option<Component>,
    incident: Option<Incident>,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    incidents: Vec<Incident>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: String,
    status_indicator: Option<String>,
    status_description: Option<String>,
}

#[derive(Deserialize)]
struct Overall {
    indicator: String,
    description: String,
}

#[derive(Deserialize)]
struct Component {
    name: String,
    status: String,
    /// Whether it only holds others.
    #[serde(default)]
    group: bool,
}

#[derive(Deserialize)]
struct Incident {
    name: String,
    status: String,
    #[serde(default)]
    impact: String,
    #[serde(default)]
    shortlink: String,
}

/// A row for the page and one for each thing that is told of it.
pub(super) fn rows(news: &News) -> Option<Vec<Row>> {
    let News { page, status, .. } = news;
    let (indicator, description) = match (status, &page.status_indicator) {
        (Some(status), _) => (status.indicator.as_str(), status.description.as_str()),
        (None, Some(indicator)) => {
            let description = page.status_description.as_deref();
            (indicator.as_str(), description.unwrap_or_default())
        }
        (None, None) => return None,
    };
    let page = super::status(
        &page.name,
        "Status",
        of_page(indicator),
        description,
        &page.url,
    );
    let incidents = news
        .incident
        .iter()
        .chain(&news.incidents)
        .map(incident_row);
    let components = news.component.iter().chain(&news.components);
    let components = components.filter(|it| !it.group).map(component_row);
    let mut rest: Vec<_> = incidents.chain(components).collect();
    rest.sort_by_key(|(state, _)| urgency(*state));
    let rest = rest.into_iter().map(|(_, row)| row);
    Some(std::iter::once(page).chain(rest).collect())
}

fn component_row(component: &Component) -> (State, Row) {
    let state = match component.status.as_str() {
        "operational" => State::Ok,
        "major_outage" => State::Err,
        "under_maintenance" => State::Idle,
        _ => State::Warn,
    };
    let text = words(&component.status);
    (
        state,
        status(&component.name, "Component", state, &text, ""),
    )
}

fn incident_row(incident: &Incident) -> (State, Row) {
    let state = match (incident.status.as_str(), incident.impact.as_str()) {
        ("resolved" | "postmortem" | "completed", _) => State::Ok,
        (_, "major" | "critical") => State::Err,
        ("scheduled", _) | (_, "maintenance") => State::Idle,
        _ => State::Warn,
    };
    let text = words(&incident.status);
    let row = status(
        &incident.name,
        "Incident",
        state,
        &text,
        &incident.shortlink,
    );
    (state, row)
}

fn of_page(indicator: &str) -> State {
    match indicator {
        "none" => State::Ok,
        "major" | "critical" => State::Err,
        "maintenance" => State::Idle,
        _ => State::Warn,
    }
}

/// `degraded_performance` as people read it.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

const fn urgency(state: State) -> u8 {
    match state {
        State::Err => 0,
        State::Warn => 1,
        State::Idle => 2,
        State::Ok => 3,
    }
}
