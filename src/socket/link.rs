//! TCP connections that the server can cut.
//!
//! socketioxide cannot close a transport whose outgoing buffer is full: its goodbye does not fit
//! either, and a client told goodbye would not come back by itself. Cutting the connection
//! underneath does both: the memory is freed, and the client reconnects and catches up.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use futures_util::task::AtomicWaker;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpSocket, TcpStream},
};

/// Connections that may wait to be accepted: a reconnect storm arrives within a second.
const BACKLOG: u32 = 4096;

/// A handle that cuts one TCP connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Link(Arc<LinkState>);

#[derive(Debug, Default)]
struct LinkState {
    cut: AtomicBool,
    /// Set while the other end does not take what is written.
    stalled: AtomicBool,
    /// Bytes that were written.
    written: AtomicU64,
    reader: AtomicWaker,
    writer: AtomicWaker,
}

impl Link {
    /// Makes every further read and write on the connection fail.
    pub(super) fn cut(&self) {
        self.0.cut.store(true, Ordering::Release);
        self.0.reader.wake();
        self.0.writer.wake();
    }

    /// Whether the other end does not take what was written to it.
    pub(super) fn is_stalled(&self) -> bool {
        self.0.stalled.load(Ordering::Acquire)
    }

    /// How many bytes were written to the other end.
    pub(super) fn written(&self) -> u64 {
        self.0.written.load(Ordering::Relaxed)
    }

    fn note(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let is_stalled = written.is_pending();
        if let Poll::Ready(Ok(bytes)) = &written {
            self.0.written.fetch_add(*bytes as u64, Ordering::Relaxed);
        }
        // Almost always what it was: reading does not take the cache line from other cores.
        if self.is_stalled() != is_stalled {
            self.0.stalled.store(is_stalled, Ordering::Release);
        }
        written
    }

    fn check(&self) -> io::Result<()> {
        if self.0.cut.load(Ordering::Acquire) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }
}

/// What is known of a request's connection.
#[derive(Clone, Debug)]
pub struct Peer {
    /// The other end.
    pub address: SocketAddr,
    /// The means to cut it.
    pub(super) link: Link,
}

impl Peer {
    /// Cuts the connection: for whoever does not read what they asked for.
    pub fn cut(&self) {
        self.link.cut();
    }
}

impl Connected<IncomingStream<'_, LinkListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, LinkListener>) -> Self {
        Self {
            address: *stream.remote_addr(),
            link: stream.io().link.clone(),
        }
    }
}

/// Listens on one address, or on several that are one name (`localhost`).
#[derive(Debug)]
pub struct LinkListener {
    listeners: Vec<TcpListener>,
}

impl LinkListener {
    /// Binds `host:port`. `localhost` means IPv4 and, where the machine has it, IPv6 loopback.
    pub fn bind(bind: &str) -> io::Result<Self> {
        let listeners = match bind.strip_prefix("localhost:") {
            Some(port) => {
                let v4 = listen(parse(&format!("127.0.0.1:{port}"))?)?;
                let port = v4.local_addr()?.port();
                // A machine without IPv6 is no reason not to start.
                let v6 = listen(parse(&format!("[::1]:{port}"))?);
                std::iter::once(v4).chain(v6).collect()
            }
            None => vec![listen(parse(bind)?)?],
        };
        Ok(Self { listeners })
    }
}

fn parse(address: &str) -> io::Result<SocketAddr> {
    address.parse().map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("{address} is not ip:port"),
        )
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Listener for LinkListener {
    type Io = LinkedStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let accepted = std::future::poll_fn(|context| {
                self.listeners
                    .iter()
                    .find_map(|listener| match listener.poll_accept(context) {
                        Poll::Ready(accepted) => Some(Poll::Ready(accepted)),
                        Poll::Pending => None,
                    })
                    .unwrap_or(Poll::Pending)
            })
            .await;
            match accepted {
                Ok((stream, address)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "TCP_NODELAY was refused");
                    }
                    let link = Link::default();
                    return (LinkedStream { stream, link }, address);
                }
                // Only this one connection is gone.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionAborted
                            | io::ErrorKind::ConnectionReset
                            | io::ErrorKind::Interrupted
                    ) => {}
                Err(error) => {
                    // Mostly "too many open files": waiting is all that helps.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listeners
            .first()
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))?
            .local_addr()
    }
}

/// A TCP connection that its [`Link`] can cut.
#[derive(Debug)]
pub struct LinkedStream {
    stream: TcpStream,
    link: Link,
}

impl AsyncRead for LinkedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.link.0.reader.register(context.waker());
        self.link.check()?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for LinkedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.link.0.writer.register(context.waker());
        self.link.check()?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.link.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.link.0.writer.register(context.waker());
        self.link.check()?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.link.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
