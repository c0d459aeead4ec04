//! The part of widgets that programs call. No cookie is looked at here: who knows the address of a
//! widget may post to it.

use std::time::Instant;

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Widgets,
    badge::Badge,
    convert::Service,
    http_events, http_members,
    model::{Posted, widget_not_found},
    service::{Address, Outcome, Post},
    snapshot::Row,
};
use crate::{
    access::{Keyed, Pace, Refused},
    apps::registry::Delivery as Received,
    http::{ClientAddress, Path, Query},
    kernel::{Error, Result, error::ErrorKind},
};

/// The largest body that is read, in bytes.
const MAX_BODY: usize = 32 * 1024;

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Widgets> {
    OpenApiRouter::new()
        .routes(routes!(post_widget))
        .routes(routes!(post_converted))
        .routes(routes!(widget_badge))
        .merge(http_members::routes())
        .merge(http_events::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(widgets: Widgets) -> OpenApiRouter {
    routes().with_state(widgets)
}

/// What a tile is to show.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the API document; the body is read by hand")]
struct NewSnapshot {
    /// One to six, in the order in which they are shown.
    rows: Vec<Row>,
    /// Seconds after which the rows are out of date, 30 to 86400.
    ttl_seconds: Option<u32>,
}

/// Replace what a widget shows.
///
/// Checked in this order: limits (30 a minute for each address, 60 for each widget), size (32 KB),
/// the token, suspension, visibility, and then what was posted. Nothing is stored unless all of it
/// holds. Every member who looks is told at once, four times a second at most.
#[utoipa::path(post, path = "/widgets/{appId}/{token}", tag = "widgets", params(
    ("appId" = String, Path), ("token" = String, Path),
    ("X-Widget-Sequence" = Option<i64>, Header, description = "Of two posts the one with the \
        higher number stays, whichever arrives first"),
    ("Idempotency-Key" = Option<String>, Header, description = "What is sent again with its key is \
        done once, and answered as it was"),
), request_body = NewSnapshot, responses(
    (status = 200, body = Posted),
    (status = 400, description = "invalid_json, rows_required, too_many_rows, row_N:..., \
        ttl_seconds_invalid, sequence_invalid, idempotency_key_invalid", body = Refused),
    (status = 403, description = "suspended, widget_invisible", body = Refused),
    (status = 404, description = "widget_not_found", body = Refused),
    (status = 409, description = "idempotency_in_progress", body = Refused),
    (status = 413, description = "payload_too_large", body = Refused),
    (status = 422, description = "idempotency_key_reused", body = Refused),
    (status = 429, description = "rate_limited", body = Refused),
), security(("url_token" = [])))]
async fn post_widget(State(widgets): State<Widgets>, incoming: Incoming) -> Result<Response> {
    incoming.take(&widgets, None).await
}

/// The same for what a well-known service sends: `prometheus` (the answer of its query API),
/// `alertmanager`, `statuspage` or `uptime-kuma`.
#[utoipa::path(post, path = "/widgets/{appId}/{token}/{service}", tag = "widgets", params(
    ("appId" = String, Path), ("token" = String, Path), ("service" = String, Path),
), request_body = serde_json::Value, responses(
    (status = 200, body = Posted),
    (status = 204, description = "There is nothing in it to show; nothing changed"),
    (status = 400, description = "invalid_json", body = Refused),
    (status = 403, description = "suspended, widget_invisible", body = Refused),
    (status = 404, description = "widget_not_found", body = Refused),
    (status = 413, description = "payload_too_large", body = Refused),
    (status = 429, description = "rate_limited", body = Refused),
), security(("url_token" = [])))]
async fn post_converted(State(widgets): State<Widgets>, incoming: Incoming) -> Result<Response> {
    let service = incoming.service.as_deref().and_then(Service::parse);
    match service {
        Some(_) => incoming.take(&widgets, service).await,
        None => Err(widget_not_found()),
    }
}

#[derive(Deserialize)]
struct ReadToken {
    token: Option<String>,
}

/// The first row of a widget as a badge, in the schema of a Shields endpoint.
#[utoipa::path(get, path = "/widgets/{appId}/badge.json", tag = "widgets", params(
    ("appId" = String, Path),
    ("token" = String, Query, description = "The badge's own token, which cannot be posted with"),
), responses(
    (status = 200, body = Badge),
    (status = 404, description = "widget_not_found, also while it is hidden", body = Refused),
    (status = 429, description = "rate_limited", body = Refused),
), security(("url_token" = [])))]
async fn widget_badge(
    State(widgets): State<Widgets>,
    axum::Extension(client): axum::Extension<ClientAddress>,
    pace: Pace,
    Path(app): Path<String>,
    Query(read): Query<ReadToken>,
) -> Result<axum::Json<Badge>> {
    let token = read.token.unwrap_or_default();
    let address = Address::parse(&app, &token);
    widgets.badge(&pace, client, address).await.map(axum::Json)
}

/// A post before anything of it was looked at. Nothing about it is refused here: what is wrong with
/// it is told in its turn.
struct Incoming {
    client: ClientAddress,
    pace: Pace,
    address: Option<Address>,
    service: Option<String>,
    keyed: Result<Keyed>,
    headers: HeaderMap,
    body: Body,
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (mut parts, body) = request.into_parts();
        let client = parts.extensions.get::<ClientAddress>().copied();
        let client =
            client.ok_or_else(|| Error::internal(anyhow::anyhow!("BUG: no client address")))?;
        let path = Path::<Vec<String>>::from_request_parts(&mut parts, state).await;
        let path = path.map_or_else(|_| Vec::new(), |Path(path)| path);
        let address = match path.as_slice() {
            [app, token, ..] => Address::parse(app, token),
            _ => None,
        };
        Ok(Self {
            client,
            pace: Pace::from_request_parts(&mut parts, state).await?,
            address,
            service: path.into_iter().nth(2),
            keyed: Keyed::from_request_parts(&mut parts, state).await,
            headers: parts.headers,
            body,
        })
    }
}

impl Incoming {
    /// Stores what was posted, if it may be. Of what came to a widget it is written down how it was
    /// answered, also when none of it was read.
    async fn take(mut self, widgets: &Widgets, service: Option<Service>) -> Result<Response> {
        let began = Instant::now();
        let announced = self.body.size_hint().lower();
        let body = match self.admitted(widgets).await {
            Ok(body) => body,
            Err(error) => {
                let name = error.code().to_owned();
                let response = unread(error);
                let traced = widgets.trace(self.client, self.address.as_ref()).await;
                if let Some(app) = traced {
                    widgets.record(Received {
                        app,
                        status: response.status().as_u16(),
                        error: Some(name),
                        latency: began.elapsed(),
                        bytes: announced,
                        remote: self.client.0,
                    });
                }
                return Ok(response);
            }
        };
        let address = self.address.ok_or_else(widget_not_found)?;
        let widget = widgets.find(&address).await?;
        let (app, bytes) = (widget.id, body.len() as u64);
        let sequence = self.headers.get("x-widget-sequence");
        let sequence = sequence.map(|value| value.to_str().unwrap_or_default().to_owned());
        let post = Post {
            pace: self.pace,
            service,
            keyed: self.keyed,
            sequence,
            body,
        };
        let outcome = widgets.post(&widget, address, post).await;
        let error = outcome.as_ref().err().map(|error| error.code().to_owned());
        let response = match outcome {
            Ok(Outcome::Posted(posted)) => axum::Json(posted).into_response(),
            Ok(Outcome::Again(kept)) => kept.into_response(),
            Ok(Outcome::Nothing) => StatusCode::NO_CONTENT.into_response(),
            Err(error) => error.into_response(),
        };
        widgets.record(Received {
            app,
            status: response.status().as_u16(),
            error,
            latency: began.elapsed(),
            bytes,
            remote: self.client.0,
        });
        Ok(response)
    }

    /// The body, once the limits allow to read it.
    async fn admitted(&mut self, widgets: &Widgets) -> Result<Bytes> {
        widgets.admit(&self.pace, self.client, self.address.as_ref())?;
        read(std::mem::take(&mut self.body)).await
    }
}

/// A refusal of what was not read. The connection ends with it: the rest of the body is on its way,
/// and a client that sent its next request after it would lose that.
fn unread(error: Error) -> Response {
    let mut response = error.into_response();
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// The body, if it is not too large; then no more of it is read.
async fn read(body: Body) -> Result<Bytes> {
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let mut request = Request::new(body);
    DefaultBodyLimit::max(MAX_BODY).apply(&mut request);
    let bytes = Bytes::from_request(request, &()).await;
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Error::bad_params(),
    })
}

fn too_large() -> Error {
    let text = format!("the body has more than {MAX_BODY} bytes");
    Error::new(ErrorKind::TooLarge, "payload_too_large", text)
}
