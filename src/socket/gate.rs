//! Accepting sockets.
//!
//! All of it happens in a connect middleware, before the client hears that it is connected: an
//! event that a client sends at once must find its inbox, and a message that is published at once
//! must find it in its rooms.

use std::{future::Future, sync::Arc};

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
use crate::kernel::{Result, Tasks};

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

/// A socket on its way in, which can still be put into rooms.
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

impl Gate {
    /// Opens the one namespace, `/`; every other one is refused by the transport.
    ///
    /// `arrived` is called for each socket before its client hears that it is connected, and joins
    /// the rooms of what its person is a member of. `left` is called once for each such call.
    pub fn open<A, Fut, L>(self, io: &SocketIo, arrived: A, left: L)
    where
        A: Fn(Arrival) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<()>> + Send + 'static,
        L: Fn(&Caller) + Clone + Send + Sync + 'static,
    {
        let admit = move |socket: SocketRef,
                          MaybeHttpExtension(identified): MaybeHttpExtension<Identified>,
                          MaybeHttpExtension(link): MaybeHttpExtension<Link>| {
            let accepted = self.accept(&socket, identified, link, left.clone());
            let arrived = arrived.clone();
            let (delivery, left) = (self.delivery.clone(), left.clone());
            async move {
                let caller = accepted?;
                let joined = arrived(Arrival {
                    caller: caller.clone(),
                    socket,
                });
                if let Err(error) = joined.await {
                    error.log("connect");
                    delivery.closed(caller.sid, DisconnectReason::ServerNSDisconnect);
                    left(&caller);
                    return Err("unavailable");
                }
                Ok(())
            }
        };
        io.ns("/", (async || {}).with(admit));
    }

    /// Gives a socket with a valid session its inbox and the rooms that need no look-up.
    fn accept(
        &self,
        socket: &SocketRef,
        identified: Option<Identified>,
        link: Option<Link>,
        left: impl Fn(&Caller) + Send + Sync + Clone + 'static,
    ) -> Result<Caller, &'static str> {
        let Some(Identified(caller)) = identified else {
            return Err("unauthorized");
        };
        let caller = Caller {
            sid: socket.id,
            ..caller
        };
        let inbox = Inbox::new(
            caller.clone(),
            self.routes.clone(),
            self.delivery.clone(),
            self.tasks.clone(),
        );
        socket.on_fallback(IntoInbox(inbox));
        self.delivery.opened(socket.id, &caller, link);
        let (delivery, leaving) = (self.delivery.clone(), caller.clone());
        socket.on_disconnect(async move |socket: SocketRef, reason: DisconnectReason| {
            delivery.closed(socket.id, reason);
            left(&leaving);
        });
        // From here on a change of membership reaches this socket through its person's room,
        // whatever the look-up of memberships that follows still sees.
        socket.join(vec![
            Room::Everyone.name(),
            Room::User(caller.user).name(),
            Room::Session(&caller.session).name(),
        ]);
        Ok(caller)
    }
}
