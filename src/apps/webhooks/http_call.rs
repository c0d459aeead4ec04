//! One request to a webhook: from finding it, over what holds for all of them, to writing down what
//! became of it.

use std::time::Instant;

use axum::{extract::Request, response::Response};

use super::{
    Webhooks,
    http_answer::refused,
    http_body::Unread,
    model::{Address, Caller, Counted, Webhook},
};
use crate::{
    access::Pace,
    apps::registry::Delivery,
    http::ClientAddress,
    kernel::{Error, Result},
};

/// A request whose body nobody has read yet.
pub(super) struct Call {
    webhooks: Webhooks,
    /// App and token, as in the path.
    path: (String, String),
    client: ClientAddress,
    pace: Pace,
    address: Address,
    began: Instant,
}

impl Call {
    /// A request to a webhook's own address.
    pub(super) fn new(
        webhooks: Webhooks,
        path: (String, String),
        client: ClientAddress,
        pace: Pace,
    ) -> Self {
        Self {
            webhooks,
            path,
            client,
            pace,
            address: Address::Native,
            began: Instant::now(),
        }
    }

    /// The same to another one of its addresses.
    pub(super) fn at(self, address: Address) -> Self {
        Self { address, ..self }
    }

    /// Does `work` for the webhook that is meant, unless the request is refused before: whoever
    /// has no token is told so before their body is read, and what is not signed is not looked at.
    pub(super) async fn run<Work>(
        self,
        counted: Counted,
        request: Request,
        work: impl FnOnce(Webhooks, (Caller, Webhook), Unread) -> Work,
    ) -> Response
    where
        Work: Future<Output = Result<Response>>,
    {
        let webhooks = self.webhooks.clone();
        let path = (self.path.0.as_str(), self.path.1.as_str());
        let found = webhooks.find(path, self.client, &self.pace).await;
        let (caller, webhook) = match found {
            Ok(found) => found,
            Err(error) => return refused(error, self.address),
        };
        let app = webhook.app;
        let mut bytes = 0;
        let received = self.receive((&caller, &webhook), counted, request);
        let outcome = match received.await {
            Ok(unread) => {
                bytes = unread.body().len();
                match webhooks.require_signed(&webhook, unread.headers(), unread.body()) {
                    Ok(()) => work(webhooks.clone(), (caller, webhook), unread).await,
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        let code = outcome.as_ref().err().map(name);
        let response = outcome.unwrap_or_else(|error| refused(error, self.address));
        webhooks.record(Delivery {
            app,
            status: response.status().as_u16(),
            error: code,
            latency: self.began.elapsed(),
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            remote: self.client.0,
        });
        response
    }

    async fn receive(
        &self,
        (caller, webhook): (&Caller, &Webhook),
        counted: Counted,
        request: Request,
    ) -> Result<Unread> {
        webhook.require_open(caller.from)?;
        self.webhooks.count(webhook, counted, &self.pace)?;
        Unread::receive(request).await
    }
}

/// A refusal's name, as its answer has it.
fn name(error: &Error) -> String {
    match error.code() {
        "busy" => "unavailable".to_owned(),
        code => code.to_owned(),
    }
}
