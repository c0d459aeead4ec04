//! The commands that measure apps on one server: webhooks, widgets, integrations.

use std::time::Duration;

use anyhow::Result;
use clap::Subcommand;

use crate::{
    scenario::platform::{Load, membership, viewers, webhook, widget},
    single::{At, Time},
};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Posts of a webhook to a channel: posts a second, or at a pace the time to the answer and to the last listener.
    Webhook {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 100)]
        listeners: usize,
        #[arg(long, default_value_t = 16)]
        connections: usize,
        /// Milliseconds from one post to the next, instead of as many as are taken.
        #[arg(long)]
        every: Option<u64>,
        #[command(flatten)]
        time: Time,
    },
    /// Posts to ten widgets with viewers: posts a second, or at a pace the time to the last viewer.
    Widget {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 1_000)]
        viewers: usize,
        /// Milliseconds from one post of a widget to its next, instead of as many as are taken.
        #[arg(long)]
        every: Option<u64>,
        #[command(flatten)]
        time: Time,
    },
    /// Streams of a server's widgets on which nothing happens: memory of the server for each, streams a second.
    Viewers {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 10_000)]
        streams: usize,
    },
    /// Members of a server, read by an integration.
    Membership {
        #[command(flatten)]
        at: At,
        #[arg(long, default_value_t = 16)]
        connections: usize,
        #[command(flatten)]
        time: Time,
    },
}

/// Answers the number of faults.
pub(crate) fn run(command: Command) -> Result<u64> {
    match command {
        Command::Webhook {
            at,
            listeners,
            connections,
            every,
            time,
        } => at.measure_platform(|target, community| {
            let plan = webhook::Plan {
                listeners,
                connections,
                load: load(every),
                warm_up: time.warm_up(),
                measure: time.measure(),
            };
            webhook::run(target, community, plan)
        }),
        Command::Widget {
            at,
            viewers,
            every,
            time,
        } => at.measure_platform(|target, community| {
            let plan = widget::Plan {
                viewers,
                load: load(every),
                warm_up: time.warm_up(),
                measure: time.measure(),
            };
            widget::run(target, community, plan)
        }),
        Command::Viewers { at, streams } => {
            at.measure_platform(|target, community| viewers::run(target, community, streams))
        }
        Command::Membership {
            at,
            connections,
            time,
        } => at.measure_platform(|target, community| {
            let plan = membership::Plan {
                connections,
                warm_up: time.warm_up(),
                measure: time.measure(),
            };
            membership::run(target, community, plan)
        }),
    }
}

fn load(every: Option<u64>) -> Load {
    every.map_or(Load::Closed, |millis| {
        Load::Every(Duration::from_millis(millis))
    })
}
