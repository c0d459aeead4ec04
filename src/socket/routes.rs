//! Which event goes where: a table that the features fill at start.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use super::{Ack, Caller};
use crate::kernel::Error;

type HandlerFuture = Pin<Box<dyn Future<Output = ()> + Send>>;
/// A handler with its payload type erased.
pub(super) type Handler = Arc<dyn Fn(Caller, Payload<'_>, Ack) -> HandlerFuture + Send + Sync>;

/// What an event carries.
pub(super) struct Payload<'a> {
    /// The payload's JSON text.
    pub(super) json: &'a str,
    /// The bytes that came with it, where the text has a placeholder.
    pub(super) attachment: Option<Bytes>,
}

/// The table of events.
#[derive(Default)]
pub struct Routes {
    handlers: HashMap<&'static str, Handler>,
}

impl Routes {
    /// Handles `event` with `handler(state, caller, payload)`, whose result is the answer.
    ///
    /// A payload that does not fit `P` is answered with `bad_params`; an absent one reads as null.
    ///
    /// # Panics
    /// When `event` has a handler already: the second would silently replace the first.
    pub fn on<S, P, R, F, Fut>(&mut self, event: &'static str, state: &S, handler: F)
    where
        S: Clone + Send + Sync + 'static,
        P: DeserializeOwned,
        R: Serialize,
        F: Fn(S, Caller, P) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let state = state.clone();
        self.insert(
            event,
            Arc::new(move |caller, payload, ack| match parse::<P>(&payload) {
                Ok(payload) => {
                    let answer = handler(state.clone(), caller, payload);
                    Box::pin(async move { ack.answer(answer.await) })
                }
                Err(error) => refuse(ack, error),
            }),
        );
    }

    /// Like [`Routes::on`] for handlers that answer later, after they have made way for the next
    /// event of the same socket: they take the [`Ack`] along.
    ///
    /// # Panics
    /// When `event` has a handler already.
    pub fn on_deferred<S, P, F, Fut>(&mut self, event: &'static str, state: &S, handler: F)
    where
        S: Clone + Send + Sync + 'static,
        P: DeserializeOwned,
        F: Fn(S, Caller, P, Ack) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let state = state.clone();
        self.insert(
            event,
            Arc::new(move |caller, payload, ack| match parse::<P>(&payload) {
                Ok(payload) => Box::pin(handler(state.clone(), caller, payload, ack)),
                Err(error) => refuse(ack, error),
            }),
        );
    }

    /// Like [`Routes::on`] for events with a binary field: the handler gets its bytes beside the rest
    /// of the payload. Without any the answer is `bad_params`.
    ///
    /// # Panics
    /// When `event` has a handler already.
    pub fn on_binary<S, P, R, F, Fut>(&mut self, event: &'static str, state: &S, handler: F)
    where
        S: Clone + Send + Sync + 'static,
        P: DeserializeOwned,
        R: Serialize,
        F: Fn(S, Caller, P, Bytes) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let state = state.clone();
        self.insert(
            event,
            Arc::new(move |caller, payload, ack| {
                let bytes = payload.attachment.clone().ok_or_else(no_attachment);
                match parse::<P>(&payload).and_then(|payload| Ok((payload, bytes?))) {
                    Ok((payload, bytes)) => {
                        let answer = handler(state.clone(), caller, payload, bytes);
                        Box::pin(async move { ack.answer(answer.await) })
                    }
                    Err(error) => refuse(ack, error),
                }
            }),
        );
    }

    /// The names of all events, sorted.
    pub fn events(&self) -> Vec<&'static str> {
        let mut events: Vec<_> = self.handlers.keys().copied().collect();
        events.sort_unstable();
        events
    }

    pub(super) fn get(&self, event: &str) -> Option<&Handler> {
        self.handlers.get(event)
    }

    fn insert(&mut self, event: &'static str, handler: Handler) {
        let previous = self.handlers.insert(event, handler);
        assert!(previous.is_none(), "BUG: two handlers for {event}");
    }
}

fn parse<P: DeserializeOwned>(payload: &Payload<'_>) -> Result<P, Error> {
    serde_json::from_str(payload.json)
        .map_err(|error| Error::invalid("bad_params", format!("bad params: {error}")))
}

fn no_attachment() -> Error {
    Error::invalid("bad_params", "bad params: message is not binary")
}

fn refuse(ack: Ack, error: Error) -> HandlerFuture {
    Box::pin(async move { ack.fail(&error) })
}
