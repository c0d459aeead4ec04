//! Socket.IO plumbing on socketioxide: knows connections, rooms and events, and no feature.
//!
//! - [`Handshake`] turns away foreign origins and dead sessions, and slims what a socket keeps.
//! - [`Gate`] accepts or refuses a socket, joins its rooms and gives it an inbox.
//! - `inbox`: one bounded queue a socket, worked off in order of arrival.
//! - [`Routes`]: which event goes to which handler of which feature.
//! - [`Ack`]: the one answer every event gets.
//! - [`Delivery`]: events out to rooms. Invariant: a client is never silently skipped; one whose
//!   buffer is full, of packets or of bytes, is cut off, so that it reconnects and catches up by
//!   `sync`.
//!
//! Cost of an event in: one slot in the socket's queue and, when the queue was idle, one spawned
//! task. Cost of an event out: one JSON encoding, then a copy of those bytes for each socket.

mod ack;
mod backlog;
mod binary;
mod delivery;
mod gate;
mod handshake;
mod inbox;
mod link;
mod room;
mod routes;

pub use ack::Ack;
pub use binary::{Binary, Placeholder};
pub use delivery::Delivery;
pub use gate::{Arrival, Gate};
pub use handshake::{Handshake, handshake};
pub use link::{LinkListener, Peer};
pub use room::Room;
pub use routes::Routes;

use std::{net::IpAddr, sync::Arc, time::Duration};

use entity::UserId;
use socketioxide::{SocketIo, layer::SocketIoLayer};

pub use socketioxide::socket::Sid;

/// The largest message or frame taken from a client, in bytes. Documents need this much.
pub const MAX_MESSAGE_BYTES: usize = 2 * 1024 * 1024;
/// Packets that wait for one client. 128, the transport's default, loses packets in bursts even
/// with clients that read.
const OUTGOING_BUFFER: usize = 1024;

/// Who a socket belongs to. As old as its handshake: logging out disconnects it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// The stored hash of the session that the socket came with.
    pub session: Arc<str>,
    /// The socket itself; nil until it is connected.
    pub sid: Sid,
    /// Where it came from.
    pub address: IpAddr,
}

/// Builds the namespace's transport with limits on everything a client can make it hold.
pub fn layer() -> (SocketIoLayer, SocketIo) {
    SocketIo::builder()
        .max_buffer_size(OUTGOING_BUFFER)
        .max_payload(MAX_MESSAGE_BYTES as u64)
        .ws_max_message_size(MAX_MESSAGE_BYTES)
        .ws_max_frame_size(MAX_MESSAGE_BYTES)
        .ws_read_buffer_size(1024)
        .connect_timeout(Duration::from_secs(10))
        .with_parser(
            socketioxide::ParserConfig::common()
                .max_incoming_binaries(1)
                .max_incoming_binary_buf_size(MAX_MESSAGE_BYTES)
                .packet_completion_timeout(Duration::from_secs(10)),
        )
        .build_layer()
}
