//! Figures about the running server, for Prometheus.
//!
//! Owns the names, so that one page lists them all. Recording one costs an atomic operation or two;
//! the hot path records once a batch, not once a message.

use std::{sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Messages that were stored.
const STORED: &str = "chatter_messages_stored_total";
/// Messages of one commit.
const BATCH: &str = "chatter_batch_messages";
/// Seconds that storing a batch took.
const COMMIT: &str = "chatter_commit_seconds";
/// Updates of documents that were stored.
const UPDATES: &str = "chatter_doc_updates_stored_total";
/// Seconds that storing a batch of them took.
const UPDATES_COMMIT: &str = "chatter_doc_commit_seconds";
/// Documents that are open.
const DOCS: &str = "chatter_docs_open";
/// Sockets that are connected.
const SOCKETS: &str = "chatter_sockets_connected";
/// Clients that were cut off because they did not keep up.
const CUT_OFF: &str = "chatter_sockets_cut_off_total";
/// Events that were refused because their socket's queue was full.
const REFUSED: &str = "chatter_events_refused_total";
/// Requests that were answered, by the class of their status.
const REQUESTS: &str = "chatter_http_requests_total";

static EXPORTER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts recording, once for the process.
pub fn start() {
    EXPORTER.get_or_init(|| match exporter() {
        Ok(handle) => Some(handle),
        Err(error) => {
            tracing::error!("metrics are not recorded: {error:#}");
            None
        }
    });
}

fn exporter() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full(BATCH.to_owned()),
            &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0],
        )?
        .set_buckets_for_metric(
            Matcher::Suffix("commit_seconds".to_owned()),
            &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0],
        )?
        .install_recorder()?;
    metrics::describe_counter!(STORED, "Messages that were stored");
    metrics::describe_histogram!(BATCH, "Messages of one commit");
    metrics::describe_histogram!(COMMIT, "Seconds that storing a batch took");
    metrics::describe_counter!(UPDATES, "Updates of documents that were stored");
    metrics::describe_histogram!(UPDATES_COMMIT, "Seconds that storing updates took");
    metrics::describe_gauge!(DOCS, "Documents that are open");
    metrics::describe_gauge!(SOCKETS, "Sockets that are connected");
    metrics::describe_counter!(CUT_OFF, "Clients that were cut off for not keeping up");
    metrics::describe_counter!(REFUSED, "Events refused because their queue was full");
    metrics::describe_counter!(REQUESTS, "Requests by the class of their status");
    Ok(handle)
}

/// Sums up what was recorded; called every few seconds, since single values are kept until then.
pub fn sum_up() {
    if let Some(Some(handle)) = EXPORTER.get() {
        handle.run_upkeep();
    }
}

/// Everything that was recorded, as Prometheus text; none when recording could not start.
pub fn render(sockets: usize) -> Option<String> {
    let handle = EXPORTER.get()?.as_ref()?;
    metrics::gauge!(SOCKETS).set(f64::from(u32::try_from(sockets).unwrap_or(u32::MAX)));
    Some(handle.render())
}

/// A batch of `messages` was stored, and it took `time`.
pub(crate) fn stored(messages: usize, time: Duration) {
    let messages = u32::try_from(messages).unwrap_or(u32::MAX);
    metrics::counter!(STORED).increment(messages.into());
    metrics::histogram!(BATCH).record(messages);
    metrics::histogram!(COMMIT).record(time);
}

/// A batch of `updates` of documents was stored, and it took `time`.
pub(crate) fn updates_stored(updates: usize, time: Duration) {
    let updates = u64::try_from(updates).unwrap_or(u64::MAX);
    metrics::counter!(UPDATES).increment(updates);
    metrics::histogram!(UPDATES_COMMIT).record(time);
}

/// As many documents are `open` now.
pub(crate) fn docs_open(open: usize) {
    metrics::gauge!(DOCS).set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
}

/// A client was cut off.
pub(crate) fn cut_off() {
    metrics::counter!(CUT_OFF).increment(1);
}

/// An event was refused because its socket's queue was full.
pub(crate) fn refused() {
    metrics::counter!(REFUSED).increment(1);
}

/// A request was answered with `status`.
pub(crate) fn answered(status: u16) {
    let class = match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    };
    metrics::counter!(REQUESTS, "status" => class).increment(1);
}
