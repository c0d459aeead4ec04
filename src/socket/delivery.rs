//! Events out to rooms, without silent skips.

use std::{collections::HashSet, net::IpAddr, sync::Arc, time::Duration};

use dashmap::DashMap;
use entity::UserId;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use socketioxide::{
    SendError, SocketError, SocketIo,
    extract::SocketRef,
    socket::{DisconnectReason, Sid},
};

use super::{Caller, MAX_MESSAGE_BYTES, Room, backlog::Backlog, link::Link};
use crate::kernel::metrics;

/// How many upgrades may be under way, and for how long, before their sockets are connected.
const EARLY_LINKS: u64 = 10_000;
const EARLY_LINK_LIFE: Duration = Duration::from_mins(1);
/// From this many bytes on a packet is counted; as many smaller ones as the buffer holds are little.
const MUCH: usize = 1024;
/// How often it is looked whether a client has caught up.
const LOOK: Duration = Duration::from_millis(20);

/// Sends events to rooms and ends sockets. Cheap to clone.
#[derive(Clone)]
pub struct Delivery {
    io: SocketIo,
    connections: Arc<DashMap<Sid, Connection>>,
    /// WebSockets of sockets that are not connected yet.
    early_links: moka::sync::Cache<Sid, Link>,
}

/// What is kept of a live socket beside what the transport keeps.
struct Connection {
    user: UserId,
    session: Arc<str>,
    address: IpAddr,
    /// The TCP connection of its WebSocket; none while it polls.
    link: Option<Link>,
    /// Without a WebSocket: whether the client has fetched something since the last
    /// [`Delivery::is_ready`].
    has_polled: bool,
    /// What it has not fetched yet.
    backlog: Backlog,
    /// Set once a packet did not fit: the socket gets nothing more and must come anew.
    cut_off: bool,
}

impl Connection {
    /// Notes what has been written since.
    fn look(&mut self) {
        if let Some(link) = &self.link {
            self.backlog.note_written(link.written());
        }
    }
}

impl Delivery {
    /// Delivery over `io`'s namespace.
    pub fn new(io: SocketIo) -> Self {
        Self {
            io,
            connections: Arc::default(),
            early_links: moka::sync::Cache::builder()
                .max_capacity(EARLY_LINKS)
                .time_to_live(EARLY_LINK_LIFE)
                .build(),
        }
    }

    /// Sends `event` to every socket in any of `rooms`, each once.
    pub fn emit<T: Serialize>(&self, rooms: &[Room<'_>], event: &str, data: &T) {
        match to_raw_value(data) {
            Ok(data) => self.emit_raw(rooms, &[event], &data, None),
            Err(error) => tracing::error!(event, %error, "an event could not be encoded"),
        }
    }

    /// Like [`Delivery::emit`], but not to the socket that `caller` speaks through.
    pub fn emit_to_others<T: Serialize>(
        &self,
        rooms: &[Room<'_>],
        event: &str,
        data: &T,
        caller: &Caller,
    ) {
        match to_raw_value(data) {
            Ok(data) => self.emit_raw(rooms, &[event], &data, Some(caller.sid)),
            Err(error) => tracing::error!(event, %error, "an event could not be encoded"),
        }
    }

    /// Like [`Delivery::emit`], but to no socket in `except`.
    pub fn emit_except<T: Serialize>(
        &self,
        rooms: &[Room<'_>],
        except: Room<'_>,
        event: &str,
        data: &T,
    ) {
        let left_out: Vec<Sid> = self
            .sockets(&[except])
            .iter()
            .map(|socket| socket.id)
            .collect();
        match to_raw_value(data) {
            Ok(data) => {
                let sockets = self.sockets(rooms).into_iter();
                for socket in sockets.filter(|socket| !left_out.contains(&socket.id)) {
                    self.emit_to(&socket, &[event], &data, data.get().len());
                }
            }
            Err(error) => tracing::error!(event, %error, "an event could not be encoded"),
        }
    }

    /// Sends data that is encoded already, as each of `events`: the names that different clients
    /// know one piece of news by.
    pub fn emit_raw(
        &self,
        rooms: &[Room<'_>],
        events: &[&str],
        data: &RawValue,
        except: Option<Sid>,
    ) {
        for socket in self.sockets(rooms) {
            if except != Some(socket.id) {
                self.emit_to(&socket, events, data, data.get().len());
            }
        }
    }

    /// Sends data of about so many `bytes` to the one socket `sid`, as each of `events`. What it
    /// encodes may hold [`Binary`](super::Binary).
    pub fn emit_to_socket<T: Serialize>(&self, sid: Sid, events: &[&str], data: &T, bytes: usize) {
        // Whoever was cut off has a hole already, and must not see behind it.
        if self.connections.get(&sid).is_some_and(|it| it.cut_off) {
            return;
        }
        if let Some(socket) = self.socket(sid) {
            self.emit_to(&socket, events, data, bytes);
        }
    }

    /// Whether the socket `sid` takes what it is sent, so that something large can be sent to it now
    /// rather than a newer version of it later. One that polls is ready once for each poll.
    pub fn is_ready(&self, sid: Sid) -> bool {
        let Some(mut connection) = self.connections.get_mut(&sid) else {
            return true;
        };
        match &connection.link {
            Some(link) => !link.is_stalled(),
            None => std::mem::take(&mut connection.has_polled),
        }
    }

    /// Waits until the socket `sid` has fetched most of what it was sent, or is gone: before it is
    /// given something large that it has asked for. So its own questions never have it cut off.
    pub async fn catches_up(&self, sid: Sid) {
        while self.is_behind(sid) {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn is_behind(&self, sid: Sid) -> bool {
        self.connections
            .get_mut(&sid)
            .is_some_and(|mut connection| {
                connection.look();
                !connection.cut_off && connection.backlog.is_long()
            })
    }

    /// Whether the socket `sid` is connected.
    pub fn is_connected(&self, sid: Sid) -> bool {
        self.socket(sid).is_some_and(|socket| socket.connected())
    }

    /// Puts the one socket `sid` into `room`; whether it is still connected.
    pub fn join_socket(&self, sid: Sid, room: Room<'_>) -> bool {
        let Some(socket) = self.socket(sid) else {
            return false;
        };
        socket.join(room.name());
        // It may be on its way out, and have been taken out of its rooms before it was put into this.
        let is_connected = socket.connected();
        if !is_connected {
            socket.leave(room.name());
        }
        is_connected
    }

    /// Takes the one socket `sid` out of `room`.
    pub fn leave_socket(&self, sid: Sid, room: Room<'_>) {
        if let Some(socket) = self.socket(sid) {
            socket.leave(room.name());
        }
    }

    /// Puts every socket of `of` into `room`.
    pub fn join(&self, of: Room<'_>, room: Room<'_>) {
        for socket in self.sockets(&[of]) {
            socket.join(room.name());
        }
    }

    /// Takes every socket of `of` out of `room`.
    pub fn leave(&self, of: Room<'_>, room: Room<'_>) {
        for socket in self.sockets(&[of]) {
            socket.leave(room.name());
        }
    }

    /// Ends every socket in `room`, telling the clients that it was meant: they stay away until
    /// they sign in again.
    pub fn disconnect(&self, room: Room<'_>) {
        for socket in self.sockets(&[room]) {
            if socket.clone().disconnect().is_err() {
                self.cut_off(&socket);
            }
        }
    }

    /// Cuts the connection of the one socket `sid`, so that its client comes anew.
    pub fn cut(&self, sid: Sid) {
        if let Some(socket) = self.socket(sid) {
            self.cut_off(&socket);
        }
    }

    /// Cuts the connections of every socket in `room`, so that their clients come anew: when it is
    /// not certain any more which rooms they belong in.
    pub fn reconnect(&self, room: Room<'_>) {
        for socket in self.sockets(&[room]) {
            self.cut_off(&socket);
        }
    }

    /// Whose sockets are in `room`, each once.
    pub fn people(&self, room: Room<'_>) -> Vec<UserId> {
        let sockets = self.sockets(&[room]).into_iter();
        let people = sockets.filter_map(|socket| {
            let connection = self.connections.get(&socket.id)?;
            Some(connection.user)
        });
        let each_once: HashSet<_> = people.collect();
        each_once.into_iter().collect()
    }

    /// Who is connected, and from where: a pair for each socket.
    pub fn addresses(&self) -> Vec<(UserId, IpAddr)> {
        let connections = self.connections.iter();
        connections.map(|it| (it.user, it.address)).collect()
    }

    /// Ends every socket of whom `ends` says so, as [`Delivery::disconnect`] does; how many.
    pub fn disconnect_where(&self, ends: impl Fn(UserId, IpAddr) -> bool) -> usize {
        // Ending a socket takes it out of the map, which must not be held then.
        let chosen: Vec<Sid> = self
            .connections
            .iter()
            .filter(|it| ends(it.user, it.address))
            .map(|it| *it.key())
            .collect();
        let sockets: Vec<_> = chosen.iter().filter_map(|sid| self.socket(*sid)).collect();
        for socket in &sockets {
            if socket.clone().disconnect().is_err() {
                self.cut_off(socket);
            }
        }
        sockets.len()
    }

    /// Ends every connection as a server does that will be back: clients reconnect by themselves.
    pub async fn close(&self) {
        self.io.close().await;
    }

    /// How many sockets are connected.
    pub fn connected(&self) -> usize {
        self.connections.len()
    }

    /// Ends a socket that did not take what it was sent. It gets nothing more, so that what it
    /// missed stays a clean end and not a hole; its connection is cut, so that it comes back.
    pub(super) fn cut_off(&self, socket: &SocketRef) {
        let Some(mut connection) = self.connections.get_mut(&socket.id) else {
            return;
        };
        if std::mem::replace(&mut connection.cut_off, true) {
            return;
        }
        tracing::warn!(sid = %socket.id, "a client does not keep up; its connection is cut");
        metrics::cut_off();
        socket.leave_all();
        if let Some(link) = &connection.link {
            link.cut();
        }
    }

    /// Counts so many `bytes` that are about to be sent to a socket; whether they may be. One that
    /// has not fetched what waits for it is cut off.
    pub(super) fn may_send(&self, socket: &SocketRef, bytes: usize) -> bool {
        if bytes < MUCH {
            return true;
        }
        let Some(mut connection) = self.connections.get_mut(&socket.id) else {
            return true;
        };
        connection.look();
        let may_send = !connection.cut_off && connection.backlog.add(bytes);
        drop(connection);
        if !may_send {
            self.cut_off(socket);
        }
        may_send
    }

    pub(super) fn opened(&self, sid: Sid, caller: &Caller, link: Option<Link>) {
        let link = self.early_links.remove(&sid).or(link);
        self.connections.insert(
            sid,
            Connection {
                user: caller.user,
                session: caller.session.clone(),
                address: caller.address,
                backlog: Backlog::new(link.as_ref().map_or(0, Link::written)),
                link,
                has_polled: true,
                cut_off: false,
            },
        );
    }

    pub(super) fn upgraded(&self, sid: Sid, link: Link) {
        match self.connections.get_mut(&sid) {
            Some(mut connection) => {
                if connection.cut_off {
                    link.cut();
                }
                // What it had not fetched by polling goes over the new connection as well.
                connection.backlog = Backlog::new(link.written());
                connection.link = Some(link);
            }
            None => self.early_links.insert(sid, link),
        }
    }

    pub(super) fn closed(&self, sid: Sid, reason: DisconnectReason) {
        tracing::debug!(%sid, ?reason, "socket closed");
        self.connections.remove(&sid);
    }

    pub(super) fn polled(&self, sid: Sid) {
        if let Some(mut connection) = self.connections.get_mut(&sid) {
            connection.has_polled = true;
            connection.backlog.note_fetched(MAX_MESSAGE_BYTES);
        }
    }

    /// Whether a request for the live socket `sid` may go on: it comes with no other session, and the
    /// socket was not cut off. Some clients send their cookie with the first request only; the
    /// socket's id, 96 random bits, is then what proves that it is theirs.
    pub(super) fn admits(&self, sid: Sid, session: Option<&str>) -> bool {
        self.connections.get(&sid).is_none_or(|connection| {
            !connection.cut_off && session.is_none_or(|session| session == &*connection.session)
        })
    }

    fn emit_to<T: Serialize + ?Sized>(
        &self,
        socket: &SocketRef,
        events: &[&str],
        data: &T,
        bytes: usize,
    ) {
        for event in events {
            if !self.may_send(socket, bytes) {
                return;
            }
            match socket.emit(event, data) {
                Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
                Err(SendError::Socket(SocketError::InternalChannelFull)) => {
                    return self.cut_off(socket);
                }
                Err(SendError::Serialize(error)) => {
                    tracing::error!(event, %error, "an event could not be encoded");
                }
            }
        }
    }

    fn socket(&self, sid: Sid) -> Option<SocketRef> {
        self.io.of("/")?.get_socket(sid)
    }

    /// The sockets in any of `rooms`, each once; none before the namespace is open and after it was
    /// closed, when sockets that are on their way out still have news of each other.
    fn sockets(&self, rooms: &[Room<'_>]) -> Vec<SocketRef> {
        let Some(namespace) = self.io.of("/") else {
            return Vec::new();
        };
        // To the transport, no room at all means everybody.
        if rooms.is_empty() {
            return Vec::new();
        }
        let names: Vec<_> = rooms.iter().map(|room| room.name()).collect();
        namespace.within(names).sockets()
    }
}

#[cfg(test)]
mod tests {
    use super::{Delivery, Room};

    #[tokio::test]
    async fn news_after_the_end_reaches_nobody_and_harms_nobody() {
        let (_layer, io) = crate::socket::layer();
        io.ns("/", async || {});
        let delivery = Delivery::new(io);
        delivery.emit(&[Room::Everyone], "news", &"before");

        delivery.close().await;

        delivery.emit(&[Room::Everyone], "news", &"after");
        delivery.emit_except(&[Room::Everyone], Room::Everyone, "news", &"after");
        delivery.leave(Room::Everyone, Room::Everyone);
        assert_eq!(delivery.connected(), 0);
    }
}
