//! The composition root: builds the features, the router and the namespace, and serves.
//!
//! `main` and the tests share this path: [`App::build`], then [`App::serve`] until told to stop.

mod document;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use socketioxide::{SocketIo, layer::SocketIoLayer};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, set_header::SetResponseHeaderLayer,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;

use crate::{
    access::{self, Access, Declared, require_declared, write_envelope},
    account::{
        self, Accounts, Directory, FirstAccount, LoginThrottle, Passwords, SessionStore,
        identify_socket, session_layer,
    },
    admin::{self, Admin, Audit},
    apps::oauth::{self, Oauth},
    chat::{self, Chat, Groups, Servers},
    doc::{self, Docs},
    gdm::{self, Gdms},
    http::{
        self as plumbing, ClientAddress, MAX_BODY_BYTES, Origins, TrustedProxies, assets, cors,
        find_client_address, log_request, require_same_origin,
    },
    kernel::{Clock, Config, Db, Error, Tasks, metrics, token},
    presence::{self, Presence},
    server::{self, Communities},
    settings::Settings,
    socket::{self, Delivery, Gate, Handshake, LinkListener, Peer, Routes, handshake},
};

pub use document::openapi;

/// How long shutting down may take; service managers kill after ten seconds.
const DRAIN: Duration = Duration::from_secs(8);
/// How long closing the database may take.
const CLOSE: Duration = Duration::from_secs(1);
/// How often what has run out is removed.
const HOUSEKEEPING: Duration = Duration::from_mins(10);
/// How often figures are summed up.
const SUMMING_UP: Duration = Duration::from_secs(5);

/// A server that is ready to serve.
pub struct App {
    router: Router,
    listener: LinkListener,
    address: SocketAddr,
    accounts: Accounts,
    socket_events: Vec<&'static str>,
    db: Db,
    delivery: Delivery,
    tasks: Tasks,
    config: Config,
    setup_token: Option<Arc<str>>,
}

/// The features, wired together.
struct Features {
    access: Access,
    accounts: Accounts,
    chat: Chat,
    gdms: Gdms,
    communities: Communities,
    docs: Docs,
    presence: Presence,
    admin: Admin,
    oauth: Oauth,
}

impl App {
    /// Opens the database, wires everything together and binds the address.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Self> {
        metrics::start();
        let tasks = Tasks::default();
        tasks.every(SUMMING_UP, || {
            metrics::sum_up();
            std::future::ready(())
        });
        let db = Db::open(&config.database.url).await?;
        let (socket_layer, io) = socket::layer();
        let delivery = Delivery::new(io.clone());
        let setup_token = (config.auth.first_user_is_superadmin && !config.binds_loopback())
            .then(|| Arc::from(token::secret()));
        let sessions = SessionStore::new(db.clone(), clock.clone());
        let features = features(
            &config,
            &clock,
            (&db, &sessions, &delivery, &tasks),
            setup_token.clone(),
        )
        .await?;
        let socket_events = open_namespace(&features, &io, &delivery, &tasks);
        let declared = Declared::read(&openapi())?;
        let router = router(
            &config,
            (&db, &clock, &delivery),
            &features,
            (sessions, declared),
            socket_layer,
        );
        let listener = LinkListener::bind(&config.server.bind)
            .map_err(|error| anyhow::anyhow!("server.bind {}: {error}", config.server.bind))?;
        let address = axum::serve::Listener::local_addr(&listener)?;
        Ok(Self {
            router,
            listener,
            address,
            accounts: features.accounts,
            socket_events,
            db,
            delivery,
            tasks,
            config,
            setup_token,
        })
    }

    /// The names of the events that clients can send, sorted.
    pub fn socket_events(&self) -> &[&'static str] {
        &self.socket_events
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` completes, then finishes what was begun: sends that were taken are
    /// stored and answered, clients are told to come back, the database is closed.
    pub async fn serve(self, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
        self.announce().await?;
        let stopping = self.tasks.stopping();
        let make_service = self.router.into_make_service_with_connect_info::<Peer>();
        let server = axum::serve(self.listener, make_service)
            .with_graceful_shutdown(stopping.cancelled_owned());
        let mut server = std::pin::pin!(server.into_future());
        tokio::select! {
            result = &mut server => result?,
            () = stop => {
                tracing::info!("stopping");
                self.tasks.stop();
                let drained = tokio::time::timeout(DRAIN, async {
                    // The writer and the inboxes first, so that every send is answered.
                    self.tasks.join(DRAIN / 2).await;
                    self.delivery.close().await;
                    server.await
                });
                if drained.await.is_err() {
                    tracing::warn!("some requests were cut off");
                }
            }
        }
        // A statement that waits for somebody else's lock must not keep the process.
        if let Ok(closed) = tokio::time::timeout(CLOSE, self.db.close()).await {
            closed?;
        } else {
            tracing::warn!("the database did not let go in time");
        }
        tracing::info!("stopped");
        Ok(())
    }

    async fn announce(&self) -> anyhow::Result<()> {
        if let Some(token) = &self.setup_token
            && self.accounts.count().await? == 0
        {
            // Not a log line: it is a secret, and logs are kept.
            eprintln!("The first account becomes superadmin. Its setup token is {token}");
        }
        let file = &self.config.server.port_file;
        if !file.is_empty() {
            let unfinished = format!("{file}.new");
            std::fs::write(&unfinished, self.address.to_string())?;
            std::fs::rename(&unfinished, file)?;
        }
        tracing::info!(address = %self.address, "listening");
        Ok(())
    }
}

async fn features(
    config: &Config,
    clock: &Clock,
    (db, sessions, delivery, tasks): (&Db, &SessionStore, &Delivery, &Tasks),
    setup_token: Option<Arc<str>>,
) -> anyhow::Result<Features> {
    let settings = Settings::load(db).await?;
    let directory = Directory::new(db.clone());
    let accounts = Accounts::new(account::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        sessions: sessions.clone(),
        passwords: Passwords::new()?,
        throttle: LoginThrottle::new(config.limits.enabled),
        settings: settings.clone(),
        delivery: delivery.clone(),
        first_account: match setup_token {
            Some(token) => FirstAccount::SuperadminWithToken(token),
            None if config.auth.first_user_is_superadmin => FirstAccount::Superadmin,
            None => FirstAccount::Ordinary,
        },
        tasks: tasks.clone(),
    });
    let access = Access::start(access::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        tasks: tasks.clone(),
        limits: config.limits.enabled,
    });
    let groups = Groups::new(db.clone());
    let servers = Servers::new(db.clone(), clock.clone());
    let gdms = Gdms::new(gdm::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        settings: settings.clone(),
        groups: groups.clone(),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        public_url: config.server.public_url.as_str().into(),
    });
    let chat = Chat::start(chat::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        groups,
        servers: servers.clone(),
        settings: settings.clone(),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        files: config.storage.dir.clone().into(),
        limits: config.limits.enabled,
    })
    .await?;
    let docs = Docs::start(doc::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        limits: config.limits.enabled,
    });
    keep_house(&accounts, tasks);
    let admin = Admin::new(admin::Parts {
        db: db.clone(),
        clock: clock.clone(),
        accounts: accounts.clone(),
        settings: settings.clone(),
        audit: Audit::new(db.clone(), clock.clone(), directory.clone()),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
    });
    let presence = Presence::start(presence::Parts {
        db: db.clone(),
        accounts: accounts.clone(),
        delivery: delivery.clone(),
        clock: clock.clone(),
        tasks: tasks.clone(),
        public_origin: config.public_origin().into(),
    });
    let oauth = Oauth::start(oauth::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        tasks: tasks.clone(),
        limits: access.limits().clone(),
        public_url: config.server.public_url.clone(),
    });
    let communities = Communities::new(server::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory,
        presence: presence.clone(),
        access: access.clone(),
        servers,
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        public_url: config.server.public_url.as_str().into(),
    });
    Ok(Features {
        access,
        accounts,
        chat,
        gdms,
        communities,
        docs,
        presence,
        admin,
        oauth,
    })
}

/// Has what has run out forgotten.
fn keep_house(accounts: &Accounts, tasks: &Tasks) {
    let sweeping = accounts.clone();
    tasks.every(HOUSEKEEPING, move || {
        let accounts = sweeping.clone();
        async move {
            if let Err(error) = accounts.sweep().await {
                error.log("housekeeping");
            }
        }
    });
}

/// Opens the namespace; returns the names of the events that clients can send, sorted.
fn open_namespace(
    features: &Features,
    io: &SocketIo,
    delivery: &Delivery,
    tasks: &Tasks,
) -> Vec<&'static str> {
    let mut routes = Routes::default();
    chat::register(&mut routes, &features.chat);
    doc::register(&mut routes, &features.docs);
    let events = routes.events();
    let gate = Gate {
        routes: Arc::new(routes),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
    };
    let (joining, chat, presence) = (
        features.chat.clone(),
        features.chat.clone(),
        features.presence.clone(),
    );
    let (accounts, rechecks) = (features.accounts.clone(), tasks.clone());
    let admitting = accounts.clone();
    let (still_typing, leaving) = (chat.typing().clone(), presence.clone());
    let editing = features.docs.clone();
    gate.open(
        io,
        move |arrival| {
            let (accounts, chat) = (admitting.clone(), joining.clone());
            async move {
                accounts.require_live(&arrival.caller).await?;
                chat.join_rooms(&arrival, chat::Joined::default()).await
            }
        },
        move |arrival, joined| {
            presence.arrived(&arrival.caller);
            let (accounts, caller) = (accounts.clone(), arrival.caller.clone());
            rechecks.spawn(async move { accounts.recheck(&caller).await });
            chat.join_again(arrival, joined);
        },
        move |caller| {
            still_typing.left(caller.user);
            editing.left(caller);
            leaving.left(caller);
        },
    );
    events
}

fn router(
    config: &Config,
    (db, clock, delivery): (&Db, &Clock, &Delivery),
    features: &Features,
    (sessions, declared): (SessionStore, Declared),
    socket_layer: SocketIoLayer,
) -> Router {
    let origins = Origins::new(config);
    let api = OpenApiRouter::<()>::new()
        .merge(account::router(features.accounts.clone()))
        .merge(chat::router(features.chat.clone()))
        .merge(chat::channel_router(features.chat.clone()))
        .merge(gdm::router(features.gdms.clone(), origins.clone()))
        .merge(server::router(features.communities.clone()))
        .merge(doc::router(features.docs.clone()))
        .merge(presence::router(features.presence.clone()))
        .merge(admin::router(features.admin.clone()))
        .merge(oauth::router(features.oauth.clone()))
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
            features.accounts.clone(),
            account::provide,
        ))
        .layer(session_layer(sessions, config))
        .layer(middleware::from_fn_with_state(
            origins.clone(),
            require_same_origin,
        ))
        .layer(middleware::from_fn_with_state(
            (declared.clone(), features.access.bearers().clone()),
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
