//! Accepting sockets.
//!
//! A socket gets its inbox and its rooms in a connect middleware, before its client hears that it
//! is connected: an event that a client sends at once must find its inbox, and a message that is
//! published at once must find it in its rooms. It is counted only afterwards, in the connect
//! handler, since a socket that dies during the middleware is never reported as gone.

use std::{
    future::{Future, Ready, ready},
    sync::{Arc, Mutex, PoisonError},
};

use socketioxide::{
    SocketIo,
    extract::{MaybeHttpExtension, SocketRef},
    handler::ConnectHandler,
    socket::DisconnectReason,
};

use super::{
    Caller, Delivery, Room, Routes,
    handshake::Identified,
    inbox::{Inbox, IntoInbox},
    link::Link,
};
use crate::kernel::{Result, Tasks, error::ErrorKind};

/// What accepting a socket needs.
#[derive(Clone)]
pub struct Gate {
    /// The table of events.
    pub routes: Arc<Routes>,
    /// Where events go out.
    pub delivery: Delivery,
    /// Where inboxes are worked off.
    pub tasks: Tasks,
}

/// A socket that can be put into rooms.
pub struct Arrival {
    /// Whose it is.
    pub caller: Caller,
    socket: SocketRef,
}

impl Arrival {
    /// Puts the socket into `room`.
    pub fn join(&self, room: Room<'_>) {
        self.socket.join(room.name());
    }

    /// Takes the socket out of `room`.
    pub fn leave(&self, room: Room<'_>) {
        self.socket.leave(room.name());
    }
}

/// What the middleware leaves for the connect handler.
#[derive(Clone)]
struct Admission<T> {
    caller: Caller,
    link: Option<Link>,
    life: Life,
    joined: T,
}

/// Whether a socket has arrived and left, so that each is reported once and in this order. The
/// reports are made under the lock: they neither wait nor end sockets.
#[derive(Clone, Default)]
struct Life(Arc<Mutex<Stage>>);

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    New,
    Here,
    Gone,
}

impl Life {
    fn arrives(&self, report: impl FnOnce()) {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *stage == Stage::New {
            *stage = Stage::Here;
            report();
        }
    }

    fn leaves(&self, report: impl FnOnce()) {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *stage, Stage::Gone) == Stage::Here {
            report();
        }
    }
}

impl Gate {
    /// Opens the one namespace, `/`; every other one is refused by the transport.
    ///
    /// `join` puts a socket into the rooms of what its person is a member of, before its client
    /// hears that it is connected. What it returns is given to `arrived`, once the socket is
    /// there for good. `left` is called once for each `arrived`.
    pub fn open<T, J, Fut, A, L>(self, io: &SocketIo, join: J, arrived: A, left: L)
    where
        T: Clone + Send + Sync + 'static,
        J: Fn(Arrival) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<T>> + Send + 'static,
        A: Fn(Arrival, T) + Clone + Send + Sync + 'static,
        L: Fn(&Caller) + Clone + Send + Sync + 'static,
    {
        let delivery = self.delivery.clone();
        let admit = move |socket: SocketRef,
                          MaybeHttpExtension(identified): MaybeHttpExtension<Identified>,
                          MaybeHttpExtension(link): MaybeHttpExtension<Link>| {
            let (gate, join, left) = (self.clone(), join.clone(), left.clone());
            async move { gate.admit(socket, identified, link, join, left).await }
        };
        let connected = move |socket: SocketRef| -> Ready<()> {
            if let Some(admission) = socket.extensions.get::<Admission<T>>() {
                let Admission {
                    caller,
                    link,
                    life,
                    joined,
                } = admission;
                life.arrives(|| {
                    delivery.opened(socket.id, &caller, link);
                    arrived(Arrival { caller, socket }, joined);
                });
            }
            ready(())
        };
        io.ns("/", connected.with(admit));
    }

    /// Gives a socket with a valid session its inbox and its rooms.
    async fn admit<T, J, Fut, L>(
        self,
        socket: SocketRef,
        identified: Option<Identified>,
        link: Option<Link>,
        join: J,
        left: L,
    ) -> Result<(), &'static str>
    where
        T: Clone + Send + Sync + 'static,
        J: Fn(Arrival) -> Fut,
        Fut: Future<Output = Result<T>>,
        L: Fn(&Caller) + Clone + Send + Sync + 'static,
    {
        let Some(Identified(caller)) = identified else {
            return Err("unauthorized");
        };
        let caller = Caller {
            sid: socket.id,
            ..caller
        };
        let life = Life::default();
        let (delivery, leaving, its_life) = (self.delivery.clone(), caller.clone(), life.clone());
        let inbox = Inbox::new(caller.clone(), self.routes, self.delivery, self.tasks);
        let unread = inbox.clone();
        socket.on_disconnect(async move |socket: SocketRef, reason: DisconnectReason| {
            // A client may send and go; one that the server put out has nothing more to say.
            if reason == DisconnectReason::ServerNSDisconnect {
                unread.close();
            }
            its_life.leaves(|| {
                delivery.closed(socket.id, reason);
                left(&leaving);
            });
        });
        socket.on_fallback(IntoInbox(inbox));
        socket.join(vec![
            Room::Everyone.name(),
            Room::User(caller.user).name(),
            Room::Session(&caller.session).name(),
        ]);
        let arrival = Arrival {
            caller: caller.clone(),
            socket: socket.clone(),
        };
        let joined = join(arrival).await.map_err(|error| {
            error.log("connect");
            match error.kind() {
                ErrorKind::Unauthenticated | ErrorKind::Forbidden => "unauthorized",
                _ => "unavailable",
            }
        })?;
        socket.extensions.insert(Admission {
            caller,
            link,
            life,
            joined,
        });
        Ok(())
    }
}
