//! The routes of all features, and the layers around them, the innermost first.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use socketioxide::layer::SocketIoLayer;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use super::{features::Features, openapi};
use crate::{
    access::{Declared, count_people, require_declared, write_envelope},
    account::{self, SessionStore, identify_socket, session_layer},
    admin,
    apps::{integrations, oauth, registry, webhooks, widgets},
    call, chat, custom_channel, doc, file, gdm,
    http::{
        self as plumbing, ClientAddress, MAX_BODY_BYTES, Origins, TrustedProxies, assets, cors,
        find_client_address, log_request, require_same_origin,
    },
    kernel::{Clock, Config, Db, Error, metrics},
    moderation::{self, Gate, gate},
    presence, server,
    socket::{Delivery, Handshake, handshake},
};

/// All routes, and what every request passes through.
pub(super) fn router(
    config: &Config,
    (db, clock, delivery): (&Db, &Clock, &Delivery),
    features: &Features,
    (sessions, declared): (SessionStore, Declared),
    socket_layer: SocketIoLayer,
) -> Router {
    let origins = Origins::new(config);
    let api = OpenApiRouter::<()>::new()
        .merge(account::router(features.accounts.clone()))
        .merge(file::router(features.files.clone()))
        .merge(chat::router(features.chat.clone()))
        .merge(chat::channel_router(features.chat.clone()))
        .merge(gdm::router(features.gdms.clone(), origins.clone()))
        .merge(server::router(features.communities.clone()))
        .merge(doc::router(features.docs.clone()))
        .merge(presence::router(features.presence.clone()))
        .merge(call::router(features.calls.clone()))
        .merge(admin::router(features.admin.clone()))
        .merge(moderation::router(features.moderation.clone()))
        .merge(custom_channel::router(features.custom_channels.clone()))
        .merge(oauth::router(features.apps.oauth.clone()))
        .merge(registry::router(features.apps.registry.clone()))
        .merge(integrations::router(features.apps.integrations.clone()))
        .merge(webhooks::router(features.apps.webhooks.clone()))
        .merge(widgets::router(features.apps.widgets.clone()))
        .split_for_parts()
        .0;
    let sockets = Router::new()
        .route("/socket.io/", routing::any(plumbing::not_found))
        .layer(socket_layer)
        .layer(middleware::from_fn_with_state(
            Handshake {
                delivery: delivery.clone(),
            },
            handshake,
        ))
        .layer(middleware::from_fn(identify_socket));
    Router::new()
        .merge(api)
        .merge(sockets)
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", openapi()))
        .route("/readyz", routing::get(ready).with_state(db.clone()))
        .route("/api/{*path}", routing::any(plumbing::not_found))
        .route(
            "/metrics",
            routing::get(figures).with_state(delivery.clone()),
        )
        .fallback_service(
            Router::new()
                .fallback(assets::serve)
                .layer(CompressionLayer::new()),
        )
        .method_not_allowed_fallback(plumbing::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(
            features.apps.deliveries.clone(),
            integrations::record_integrations,
        ))
        .layer(middleware::from_fn_with_state(
            (declared.clone(), features.access.limits().clone()),
            count_people,
        ))
        .layer(middleware::from_fn_with_state(
            Gate {
                bans: features.accounts.bans().clone(),
                settings: features.settings.clone(),
            },
            gate,
        ))
        .layer(middleware::from_fn_with_state(
            features.accounts.clone(),
            account::provide,
        ))
        .layer(session_layer(sessions, config))
        .layer(middleware::from_fn_with_state(
            origins.clone(),
            require_same_origin,
        ))
        .layer(middleware::from_fn_with_state(
            (declared.clone(), features.access.clone()),
            require_declared,
        ))
        .layer(middleware::from_fn_with_state(
            TrustedProxies::new(&config.server.trusted_proxies),
            find_client_address,
        ))
        // Outside of everything that needs the database or the session: it says "up".
        .layer(SetResponseHeaderLayer::overriding(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .route(
            "/healthz",
            routing::get(|| async { axum::Json(json!({"ok": true})) }),
        )
        .layer(middleware::from_fn_with_state(origins.cors(), cors))
        .layer(CatchPanicLayer::custom(plumbing::panicked))
        .layer(middleware::from_fn_with_state(
            (declared, clock.clone()),
            write_envelope,
        ))
        .layer(middleware::from_fn(log_request))
}

/// Figures for Prometheus, for this machine alone. A request that a proxy on this machine forwards
/// comes from somewhere else, whether or not the proxy is trusted to say from where.
async fn figures(
    axum::extract::State(delivery): axum::extract::State<Delivery>,
    axum::Extension(client): axum::Extension<ClientAddress>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    if forwarded || !client.0.is_loopback() {
        return Err(Error::not_found());
    }
    let text = metrics::render(delivery.connected()).ok_or_else(Error::not_found)?;
    let kind = "text/plain; version=0.0.4";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Whether the database answers.
async fn ready(
    axum::extract::State(db): axum::extract::State<Db>,
) -> (StatusCode, axum::Json<serde_json::Value>) {
    match db.ping().await {
        Ok(()) => (StatusCode::OK, axum::Json(json!({"ok": true}))),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                axum::Json(json!({"ok": false, "error": "the database does not answer"})),
            )
        }
    }
}
