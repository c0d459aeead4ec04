//! The composition root: builds the features, the router and the namespace, and serves.
//!
//! `main` and the tests share this path: [`App::build`], then [`App::serve`] until told to stop.

mod document;
mod features;
mod router;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use socketioxide::SocketIo;

use self::features::{Features, Shared, features};
use crate::{
    access::Declared,
    account::{Accounts, SessionStore},
    call, chat, doc,
    kernel::{Clock, Config, Db, Tasks, metrics, token},
    moderation,
    socket::{self, Delivery, Gate, LinkListener, Peer, Routes},
};

pub use document::openapi;

/// How long shutting down may take; service managers kill after ten seconds.
const DRAIN: Duration = Duration::from_secs(8);
/// How long closing the database may take.
const CLOSE: Duration = Duration::from_secs(1);
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
        let shared = Shared {
            config: &config,
            clock: &clock,
            db: &db,
            sessions: &sessions,
            delivery: &delivery,
            tasks: &tasks,
        };
        let features = features(shared, setup_token.clone()).await?;
        let socket_events = open_namespace(&features, &io, &delivery, &tasks);
        let declared = Declared::read(&openapi())?;
        let router = router::router(
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
    moderation::register(&mut routes, &features.moderation);
    call::register(&mut routes, &features.calls);
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
    let (editing, calling) = (features.docs.clone(), features.calls.clone());
    let moderation = features.moderation.clone();
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
            let moderation = moderation.clone();
            rechecks.spawn(async move {
                accounts.recheck(&caller).await;
                moderation.arrived(&caller).await;
            });
            chat.join_again(arrival, joined);
        },
        move |caller| {
            still_typing.left(caller.user);
            editing.left(caller);
            calling.left(caller);
            leaving.left(caller);
        },
    );
    events
}
