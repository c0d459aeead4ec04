//! The answer to an event: always exactly one.

use serde::Serialize;
use serde_json::value::to_raw_value;
use socketioxide::{
    SendError, SocketError,
    extract::{AckSender, SocketRef},
};

use tokio::sync::OwnedSemaphorePermit;

use super::delivery::Delivery;
use crate::kernel::Error;

/// The duty to answer one event.
///
/// Where the client asked for an acknowledgement it gets `{ok: true, ...}` or `{ok: false, error,
/// message, retry_after?}`; where it did not, only a failure is told, as the event `error`.
#[must_use = "every event is answered"]
pub struct Ack {
    /// Taken when it answers; what is dropped with it has not been answered.
    pub(super) sender: Option<AckSender>,
    pub(super) socket: SocketRef,
    pub(super) wanted: bool,
    pub(super) event: Box<str>,
    /// Counts the event as under way until it is answered.
    pub(super) under_way: Option<OwnedSemaphorePermit>,
    pub(super) delivery: Delivery,
}

#[derive(Serialize)]
struct Success<'a, T> {
    ok: bool,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct Failure<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    error: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
}

impl Ack {
    /// Answers with what came of it.
    pub fn answer<T: Serialize>(self, result: Result<T, Error>) {
        match result {
            Ok(body) => self.succeed(&body),
            Err(error) => self.fail(&error),
        }
    }

    /// Answers that it was done.
    pub fn succeed<T: Serialize>(mut self, body: &T) {
        let Some(sender) = self.sender.take().filter(|_| self.wanted) else {
            return;
        };
        match to_raw_value(&Success { ok: true, body }) {
            Ok(answer) if self.delivery.may_send(&self.socket, answer.get().len()) => {
                let sent = sender.send(&answer);
                after_sending(&self.delivery, &self.socket, sent, &self.event);
            }
            // It is cut off.
            Ok(_) => {}
            Err(error) => not_encoded(&self.event, &error),
        }
    }

    /// Answers that it was not done, and why.
    pub fn fail(mut self, error: &Error) {
        self.refuse(error);
    }

    fn refuse(&mut self, error: &Error) {
        let Some(sender) = self.sender.take() else {
            return;
        };
        error.log(&self.event);
        let mut failure = Failure {
            ok: Some(false),
            event: None,
            error: error.code(),
            message: error.text(),
            retry_after: error.retry_after(),
        };
        let sent = if self.wanted {
            sender.send(&failure)
        } else {
            failure.ok = None;
            failure.event = Some(&self.event);
            self.socket.emit("error", &failure)
        };
        after_sending(&self.delivery, &self.socket, sent, &self.event);
    }

    /// Sends an event to this socket alone, such as a private notice beside a refusal.
    pub fn emit<T: Serialize>(&self, event: &str, data: &T) {
        let sent = self.socket.emit(event, data);
        after_sending(&self.delivery, &self.socket, sent, event);
    }
}

impl Drop for Ack {
    /// A handler that panicked, or that was given up when the server stopped, answers nothing by
    /// itself.
    fn drop(&mut self) {
        self.refuse(&Error::busy());
    }
}

fn after_sending(
    delivery: &Delivery,
    socket: &SocketRef,
    sent: Result<(), SendError>,
    event: &str,
) {
    match sent {
        Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
        Err(SendError::Socket(SocketError::InternalChannelFull)) => delivery.cut_off(socket),
        Err(SendError::Serialize(error)) => not_encoded(event, &error),
    }
}

fn not_encoded(event: &str, error: &dyn std::error::Error) {
    tracing::error!(event, %error, "an answer could not be encoded");
}
