//! What is measured: the scenarios, on which servers each of them runs, and with which load.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::{
    community,
    report::Outcome,
    scenario::{
        Target, dm, fanout, history, idle,
        platform::{Load, membership, viewers, webhook, widget},
    },
    server::{Kind, Server},
};

pub(super) const PAIRS: usize = 50;
pub(super) const WINDOW: u32 = 8;
const RATE: u32 = 2_000;
pub(super) const PEOPLE: usize = 1_000;
const SENDERS: usize = 4;
pub(super) const MESSAGES: u64 = 1_000_000;
pub(super) const CONVERSATIONS: u64 = 20;
/// Connections that ask or post over HTTP.
const CONNECTIONS: usize = 16;
const LISTENERS: usize = 100;
/// From one post of the webhook to the next: 200 a second.
const POST_EVERY: Duration = Duration::from_millis(5);
/// From one post of a widget to its next. Faster ones would be told together.
const SHOW_EVERY: Duration = Duration::from_millis(300);

/// A part of what is measured, with a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// People who write to each other.
    Conversations,
    /// Apps: webhooks, widgets, integrations.
    Platform,
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Platform => "platform",
        }
    }

    /// Where its table is in the document.
    pub(super) fn markers(self) -> (&'static str, &'static str) {
        match self {
            Self::Conversations => ("<!-- figures: begin -->", "<!-- figures: end -->"),
            Self::Platform => ("<!-- platform: begin -->", "<!-- platform: end -->"),
        }
    }
}

/// A kind of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Start,
    Dm,
    DmRate,
    Fanout(usize),
    Idle,
    History,
    Crash,
    Webhook,
    WebhookRate,
    Widget,
    WidgetRate,
    Viewers,
    Membership,
}

pub(super) const SCENARIOS: [Scenario; 15] = [
    Scenario::Start,
    Scenario::Dm,
    Scenario::DmRate,
    Scenario::Fanout(10),
    Scenario::Fanout(100),
    Scenario::Fanout(1_000),
    Scenario::Idle,
    Scenario::History,
    Scenario::Crash,
    Scenario::Webhook,
    Scenario::WebhookRate,
    Scenario::Widget,
    Scenario::WidgetRate,
    Scenario::Viewers,
    Scenario::Membership,
];

impl Scenario {
    pub(super) fn name(self) -> String {
        match self {
            Self::Start => "start".into(),
            Self::Dm => "dm".into(),
            Self::DmRate => "dm-rate".into(),
            Self::Fanout(members) => format!("fanout-{members}"),
            Self::Idle => "idle".into(),
            Self::History => "history".into(),
            Self::Crash => "crash".into(),
            Self::Webhook => "webhook".into(),
            Self::WebhookRate => "webhook-rate".into(),
            Self::Widget => "widget".into(),
            Self::WidgetRate => "widget-rate".into(),
            Self::Viewers => "viewers".into(),
            Self::Membership => "membership".into(),
        }
    }

    pub(super) fn part(self) -> Part {
        match self {
            Self::Webhook
            | Self::WebhookRate
            | Self::Widget
            | Self::WidgetRate
            | Self::Viewers
            | Self::Membership => Part::Platform,
            _ => Part::Conversations,
        }
    }

    /// The servers it runs on. Where a commit plays no part, one reference is enough.
    pub(super) fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Start
            | Self::Dm
            | Self::DmRate
            | Self::Webhook
            | Self::WebhookRate
            | Self::Widget
            | Self::WidgetRate => &[Kind::Chatter, Kind::NodeFull, Kind::NodeNormal],
            Self::Fanout(_) | Self::Idle | Self::History | Self::Viewers | Self::Membership => {
                &[Kind::Chatter, Kind::NodeNormal]
            }
            Self::Crash => &[Kind::Chatter],
        }
    }

    /// The accounts that take part.
    pub(super) fn people(self) -> usize {
        match self {
            Self::Fanout(members) => members,
            Self::Idle | Self::Widget | Self::WidgetRate | Self::Viewers | Self::Membership => {
                PEOPLE
            }
            Self::Webhook | Self::WebhookRate => LISTENERS,
            _ => 2 * PAIRS,
        }
    }

    /// Runs it on a server that was started on a copy of its template.
    pub(super) fn run(
        self,
        server: &Server,
        target: &Target,
        (connections, measure): (usize, Duration),
    ) -> Result<Outcome> {
        let warm_up = Duration::from_secs(1);
        let dm = |load| {
            let plan = dm::Plan {
                pairs: PAIRS,
                load,
                warm_up,
                measure,
            };
            dm::run(target, plan)
        };
        let community =
            || community::load(&server.folder)?.context("the template has no server in it");
        let webhook = |load| {
            let plan = webhook::Plan {
                listeners: LISTENERS,
                connections: CONNECTIONS,
                load,
                warm_up,
                measure,
            };
            webhook::run(target, &community()?, plan)
        };
        let widget = |load| {
            let plan = widget::Plan {
                viewers: PEOPLE,
                load,
                warm_up,
                measure,
            };
            widget::run(target, &community()?, plan)
        };
        match self {
            Self::Dm => dm(dm::Load::Window(WINDOW)),
            Self::DmRate => dm(dm::Load::Rate(RATE)),
            Self::Fanout(members) => fanout::run(
                target,
                fanout::Plan {
                    members,
                    senders: SENDERS,
                    window: WINDOW,
                    warm_up,
                    measure,
                },
            ),
            Self::Idle => idle::run(target, connections),
            Self::History => history::run(
                target,
                history::Plan {
                    messages: MESSAGES,
                    conversations: CONVERSATIONS,
                    page: 50,
                    connections: CONNECTIONS,
                    warm_up,
                    measure,
                },
            ),
            Self::Webhook => webhook(Load::Closed),
            Self::WebhookRate => webhook(Load::Every(POST_EVERY)),
            Self::Widget => widget(Load::Closed),
            Self::WidgetRate => widget(Load::Every(SHOW_EVERY)),
            Self::Viewers => viewers::run(target, &community()?, connections),
            Self::Membership => membership::run(
                target,
                &community()?,
                membership::Plan {
                    connections: CONNECTIONS,
                    warm_up,
                    measure,
                },
            ),
            Self::Start | Self::Crash => unreachable!("these start servers of their own"),
        }
    }
}
