//! A single-threaded event loop over many TCP connections to one address.
//!
//! One thread on purpose: the generator shares its cores with the server, so it must cost as little as it can and must
//! not take part in the scheduling it measures.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    os::fd::{AsFd, AsRawFd},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use mio::{Events, Interest, Poll, Token, net::TcpStream, unix::SourceFd};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};

/// Grows where a frame is longer.
const READ_BUFFER: usize = 256 * 1024;
const MAX_FRAME: usize = 64 * 1024 * 1024;
const TIMER: Token = Token(usize::MAX);

/// What runs on top of the loop: a protocol, or a scenario behind one.
pub(crate) trait Handler {
    /// The TCP connection stands; the first bytes may be queued.
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()>;
    /// Bytes arrived. Answers how many of them were used; the rest is offered again together with the next ones.
    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize>;
    /// The server closed the connection.
    fn closed(&mut self, net: &mut Net, conn: usize) -> Result<()>;
    /// Called once per turn of the loop. Answers when it wants to be called at the latest.
    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn>;
}

/// What the loop is to do next.
pub(crate) enum Turn {
    /// Wait for the sockets, at most until then.
    Until(Instant),
    /// Leave [`Net::run`].
    Stop,
}

struct Conn {
    stream: TcpStream,
    connecting: bool,
    open: bool,
    /// Received bytes that did not make a whole frame yet.
    partial: Vec<u8>,
    out: Vec<u8>,
    written: usize,
    dirty: bool,
}

/// The connections and the queue of those with something to write.
pub(crate) struct Net {
    poll: Poll,
    address: SocketAddr,
    conns: Vec<Conn>,
    dirty: Vec<usize>,
    timer: rustix::fd::OwnedFd,
    /// What the timer is set to; setting it again for the same time would cost a system call per turn.
    armed: Option<Instant>,
    scratch: Vec<u8>,
}

impl Net {
    pub(crate) fn new(address: SocketAddr) -> Result<Self> {
        let poll = Poll::new()?;
        // epoll waits in whole milliseconds; an open loop at 2,000 messages a second needs finer steps.
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK)?;
        poll.registry().register(
            &mut SourceFd(&timer.as_fd().as_raw_fd()),
            TIMER,
            Interest::READABLE,
        )?;
        Ok(Self {
            poll,
            address,
            conns: Vec::new(),
            dirty: Vec::new(),
            timer,
            armed: None,
            scratch: vec![0; READ_BUFFER],
        })
    }

    /// Starts one more connection and answers its number: 0, 1, 2 ...
    pub(crate) fn connect(&mut self) -> Result<usize> {
        let mut stream = TcpStream::connect(self.address).context("connect")?;
        let conn = self.conns.len();
        self.poll.registry().register(
            &mut stream,
            Token(conn),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        self.conns.push(Conn {
            stream,
            connecting: true,
            open: true,
            partial: Vec::new(),
            out: Vec::new(),
            written: 0,
            dirty: false,
        });
        Ok(conn)
    }

    /// The outgoing buffer of a connection. What is put there leaves at the end of the current callback.
    pub(crate) fn out(&mut self, conn: usize) -> &mut Vec<u8> {
        let peer = &mut self.conns[conn];
        if !peer.dirty {
            peer.dirty = true;
            self.dirty.push(conn);
        }
        &mut peer.out
    }

    /// Runs until the handler stops it.
    pub(crate) fn run(&mut self, handler: &mut impl Handler) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        let mut scratch = std::mem::take(&mut self.scratch);
        let result = self.turns(handler, &mut events, &mut scratch);
        self.scratch = scratch;
        result
    }

    fn turns(
        &mut self,
        handler: &mut impl Handler,
        events: &mut Events,
        scratch: &mut Vec<u8>,
    ) -> Result<()> {
        loop {
            let now = Instant::now();
            let turn = handler.turn(self, now)?;
            self.flush()?;
            let Turn::Until(wake) = turn else {
                return Ok(());
            };
            let timeout = self.arm(now, wake)?;
            match self.poll.poll(events, timeout) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            }
            for event in events.iter() {
                if event.token() == TIMER {
                    continue;
                }
                let conn = event.token().0;
                if event.is_writable() {
                    self.writable(handler, conn)?;
                }
                if event.is_readable() || event.is_read_closed() {
                    self.readable(handler, conn, scratch)?;
                }
                self.flush()?;
            }
        }
    }

    /// Sets the timer and answers the timeout for the poll, which is zero where there is nothing to wait for.
    fn arm(&mut self, now: Instant, wake: Instant) -> Result<Option<Duration>> {
        if wake <= now {
            return Ok(Some(Duration::ZERO));
        }
        if self.armed == Some(wake) {
            return Ok(None);
        }
        self.armed = Some(wake);
        let value = Timespec::try_from(wake - now)?;
        let interval = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        timerfd_settime(
            &self.timer,
            TimerfdTimerFlags::empty(),
            &Itimerspec {
                it_interval: interval,
                it_value: value,
            },
        )?;
        Ok(None)
    }

    fn writable(&mut self, handler: &mut impl Handler, conn: usize) -> Result<()> {
        let peer = &mut self.conns[conn];
        if peer.connecting {
            if let Some(error) = peer.stream.take_error()? {
                return Err(error).context("connect");
            }
            if peer.stream.peer_addr().is_err() {
                return Ok(());
            }
            peer.connecting = false;
            peer.stream.set_nodelay(true)?;
            handler.connected(self, conn)?;
        } else if peer.written < peer.out.len() {
            peer.flush()?;
        }
        Ok(())
    }

    fn readable(
        &mut self,
        handler: &mut impl Handler,
        conn: usize,
        scratch: &mut Vec<u8>,
    ) -> Result<()> {
        loop {
            let peer = &mut self.conns[conn];
            if !peer.open {
                return Ok(());
            }
            let mut carried = peer.partial.len();
            if carried >= scratch.len() {
                ensure!(
                    carried < MAX_FRAME,
                    "a frame of more than {MAX_FRAME} bytes arrived"
                );
                scratch.resize(2 * carried, 0);
            }
            scratch[..carried].copy_from_slice(&peer.partial);
            peer.partial.clear();
            let read = match peer.stream.read(&mut scratch[carried..]) {
                Ok(0) => None,
                Ok(read) => Some(read),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    peer.partial.extend_from_slice(&scratch[..carried]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    peer.partial.extend_from_slice(&scratch[..carried]);
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => None,
                Err(error) => return Err(error).context("read"),
            };
            let Some(read) = read else {
                peer.open = false;
                return handler.closed(self, conn);
            };
            // A short read means that the socket is empty, which saves asking once more.
            let drained = carried + read < scratch.len();
            carried += read;
            let used = handler.bytes(self, conn, &scratch[..carried])?;
            self.conns[conn]
                .partial
                .extend_from_slice(&scratch[used..carried]);
            if drained {
                return Ok(());
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        while let Some(conn) = self.dirty.pop() {
            let peer = &mut self.conns[conn];
            peer.dirty = false;
            if !peer.connecting && peer.open {
                peer.flush()?;
            }
        }
        Ok(())
    }
}

impl Conn {
    fn flush(&mut self) -> Result<()> {
        while self.written < self.out.len() {
            match self.stream.write(&self.out[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The read side reports the end of the connection.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
                    ) =>
                {
                    break;
                }
                Err(error) => return Err(error).context("write"),
            }
        }
        self.out.clear();
        self.written = 0;
        Ok(())
    }
}
