//! What integrations ask, written down for those who manage them.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, header};

use crate::{
    access::Bearer,
    apps::registry::{Deliveries, Delivery},
    http::ClientAddress,
    kernel::Error,
};

/// Writes down each request that comes with an integration's token and is let in with it.
pub async fn record_integrations(
    State(deliveries): State<Deliveries>,
    request: Request,
    next: Next,
) -> Response {
    let extensions = request.extensions();
    let (Some(Bearer::Integration(integration)), Some(client)) = (
        extensions.get::<Bearer>().cloned(),
        extensions.get::<ClientAddress>().copied(),
    ) else {
        return next.run(request).await;
    };
    let (began, bytes) = (Instant::now(), length(request.headers()));
    let response = next.run(request).await;
    let error = response.extensions().get::<Arc<Error>>();
    deliveries.record(Delivery {
        app: integration.app,
        status: response.status().as_u16(),
        error: error.map(|error| error.code().to_owned()),
        latency: began.elapsed(),
        bytes,
        remote: client.0,
    });
    response
}

/// The length that a body says it has; of one that says nothing, 0.
fn length(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}
