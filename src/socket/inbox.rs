//! One socket's incoming events, in order.
//!
//! socketioxide spawns a task for every event, so two quick events of one socket would run at once
//! and finish in any order, and one socket could start tasks without bound. Here an event is only
//! put into the socket's queue, synchronously and so in order of arrival; one task works the queue
//! off and ends when it is empty. An idle socket costs no task.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::value::RawValue;
use socketioxide::{
    adapter::LocalAdapter,
    extract::{AckSender, SocketRef},
    handler::{FromMessageParts, MessageHandler},
    socket::Socket,
};
use socketioxide_core::Value;
use tokio::sync::Semaphore;

use super::{Ack, Caller, Delivery, MAX_MESSAGE_BYTES, Routes, routes::Payload};
use crate::kernel::{Error, Tasks, metrics};

/// Events of one socket that may wait. Beyond that they are refused with `busy`.
const CAPACITY: usize = 16_384;
/// Bytes of events of one socket that may wait.
const CAPACITY_BYTES: usize = 4 * MAX_MESSAGE_BYTES;
/// Events of one socket that may be under way at once: a client that sends faster than its answers
/// can be delivered waits in its own queue instead of filling its own buffer.
const UNANSWERED: usize = 128;
/// An unknown event's name is quoted back, but no more of it than this many characters.
const MAX_QUOTED: usize = 64;

/// One socket's queue. See the module's description.
pub(super) struct Inbox {
    caller: Caller,
    routes: Arc<Routes>,
    delivery: Delivery,
    tasks: Tasks,
    unanswered: Arc<Semaphore>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(Value, Ack)>,
    bytes: usize,
    closed: bool,
    being_worked_off: bool,
}

impl Inbox {
    pub(super) fn new(
        caller: Caller,
        routes: Arc<Routes>,
        delivery: Delivery,
        tasks: Tasks,
    ) -> Arc<Self> {
        Arc::new(Self {
            caller,
            routes,
            delivery,
            tasks,
            unanswered: Arc::new(Semaphore::new(UNANSWERED)),
            queue: Mutex::default(),
        })
    }

    fn receive(self: &Arc<Self>, packet: Value, ack: Ack) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let size = size(&packet);
        if queue.closed {
            return;
        }
        if queue.waiting.len() >= CAPACITY || queue.bytes + size > CAPACITY_BYTES {
            drop(queue);
            metrics::refused();
            ack.fail(&Error::busy());
            return;
        }
        queue.bytes += size;
        queue.waiting.push_back((packet, ack));
        if !queue.being_worked_off {
            queue.being_worked_off = true;
            drop(queue);
            self.tasks.spawn(self.clone().work_off());
        }
    }

    /// Forgets what waits and takes nothing more: the socket was put out.
    pub(super) fn close(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.closed = true;
        queue.waiting.clear();
        queue.bytes = 0;
    }

    async fn work_off(self: Arc<Self>) {
        while let Some((packet, mut ack)) = self.next() {
            // Never closed; without a permit the event would merely not be counted.
            ack.under_way = self.unanswered.clone().acquire_owned().await.ok();
            // A bug in one handler must not leave the socket deaf.
            let handled = std::panic::AssertUnwindSafe(self.handle(&packet, ack));
            if handled.catch_unwind().await.is_err() {
                tracing::error!("a socket event handler panicked");
            }
        }
    }

    fn next(&self) -> Option<(Value, Ack)> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let next = queue.waiting.pop_front();
        queue.bytes -= next.as_ref().map_or(0, |(packet, _)| size(packet));
        queue.being_worked_off = next.is_some();
        next
    }

    async fn handle(&self, packet: &Value, mut ack: Ack) {
        let Some((event, json)) = packet.as_str().and_then(|text| split(text)) else {
            ack.fail(&Error::bad_params());
            return;
        };
        ack.event = event.clone().into_boxed_str();
        if let Some(handler) = self.routes.get(&event) {
            let attachment = attachment(packet);
            handler(self.caller.clone(), Payload { json, attachment }, ack).await;
        } else {
            ack.event = event.chars().take(MAX_QUOTED).collect();
            ack.fail(&Error::invalid("unknown_event", "unknown event"));
        }
    }
}

/// Bytes that a packet occupies, its binary attachments included.
fn size(packet: &Value) -> usize {
    match packet {
        Value::Str(text, attachments) => {
            let attachments = attachments.iter().flatten();
            text.len() + attachments.map(Bytes::len).sum::<usize>()
        }
        Value::Bytes(bytes) => bytes.len(),
    }
}

/// The packet's binary attachment; the transport takes one at most.
fn attachment(packet: &Value) -> Option<Bytes> {
    match packet {
        Value::Str(_, attachments) => attachments.as_ref()?.front().cloned(),
        Value::Bytes(_) => None,
    }
}

/// `["event", payload?, ...]` as the event's name and the payload's text.
fn split(packet: &str) -> Option<(String, &str)> {
    let parts: Vec<&RawValue> = serde_json::from_str(packet).ok()?;
    let event = serde_json::from_str(parts.first()?.get()).ok()?;
    Some((event, parts.get(1).map_or("null", |payload| payload.get())))
}

/// Puts every event of a socket into its inbox.
pub(super) struct IntoInbox(pub(super) Arc<Inbox>);

/// Marks [`IntoInbox`] as a handler that takes the packet as it came.
pub(super) enum Unparsed {}

impl MessageHandler<LocalAdapter, Unparsed> for IntoInbox {
    fn call(&self, socket: Arc<Socket<LocalAdapter>>, mut packet: Value, ack_id: Option<i64>) {
        let Ok(sender) = AckSender::from_message_parts(&socket, &mut packet, &ack_id);
        let ack = Ack {
            sender: Some(sender),
            socket: SocketRef::from(socket),
            wanted: ack_id.is_some(),
            event: Box::default(),
            under_way: None,
            delivery: self.0.delivery.clone(),
        };
        self.0.receive(packet, ack);
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_packet_is_its_event_and_its_first_argument() {
        let packet = r#"["dm_send", {"to": "bob"}, 3]"#;
        assert_eq!(split(packet), Some(("dm_send".into(), r#"{"to": "bob"}"#)));
        assert_eq!(split(r#"["typing"]"#), Some(("typing".into(), "null")));
        assert_eq!(split("[]"), None);
        assert_eq!(split("[1]"), None);
        assert_eq!(split("{}"), None);
    }
}
