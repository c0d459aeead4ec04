//! Engine.IO 4 and Socket.IO 5 over a WebSocket, the client's side, reduced to what the scenarios need.

mod fields;
mod frame;
pub(crate) mod http;

use std::{io::Write, time::Instant};

use anyhow::{Result, bail, ensure};
use memchr::memmem;

pub(crate) use self::fields::Fields;
use self::frame::{BINARY, CLOSE, PING, PONG, TEXT, next_frame, send_frame};
use crate::net::{Handler, Net, Turn};

/// An event that carries one attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Binary<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) data: &'a [u8],
    pub(crate) bytes: &'a [u8],
}

/// A scenario as seen from the sockets.
pub(crate) trait Driver {
    /// The namespace accepted this connection.
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()>;
    /// An event arrived; `data` is its first argument as JSON.
    fn event(&mut self, net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()>;
    /// An event with bytes arrived; `data` is its first argument as JSON, with a placeholder where the bytes belong.
    /// Most scenarios know no such events.
    fn binary(&mut self, net: &mut Net, conn: usize, event: Binary<'_>) -> Result<()> {
        let _ = (net, conn, event);
        Ok(())
    }
    /// An acknowledgement arrived; `data` is its first argument as JSON.
    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()>;
    /// A connection beyond those with cookies stands. It is the driver's own and does not speak Socket.IO; most
    /// scenarios have none.
    fn plain_connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let _ = net;
        bail!("connection {conn} has no cookie")
    }
    /// Bytes arrived on such a connection; answers how many of them were used.
    fn plain_bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let _ = (net, bytes);
        bail!("connection {conn} has no cookie")
    }
    /// The server closed this connection.
    fn closed(&mut self, net: &mut Net, conn: usize) -> Result<()>;
    /// Called once per turn of the loop.
    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn>;
}

impl<D: Driver> Driver for &mut D {
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        (**self).ready(net, conn)
    }

    fn event(&mut self, net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()> {
        (**self).event(net, conn, name, data)
    }

    fn binary(&mut self, net: &mut Net, conn: usize, event: Binary<'_>) -> Result<()> {
        (**self).binary(net, conn, event)
    }

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        (**self).ack(net, conn, id, data)
    }

    fn plain_connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        (**self).plain_connected(net, conn)
    }

    fn plain_bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        (**self).plain_bytes(net, conn, bytes)
    }

    fn closed(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        (**self).closed(net, conn)
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        (**self).turn(net, now)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Upgrading,
    Opening,
    Joining,
    Ready,
}

/// Speaks the protocol for every connection and hands events and acks to the driver.
pub(crate) struct SocketIo<D> {
    driver: D,
    host: String,
    /// The `Cookie` header of each connection, by its number.
    cookies: Vec<String>,
    phases: Vec<Phase>,
    /// The event of each connection whose attachment is still to come.
    halves: Vec<Option<Vec<u8>>>,
}

impl<D: Driver> SocketIo<D> {
    pub(crate) fn new(driver: D, host: &str, cookies: Vec<String>) -> Self {
        let phases = vec![Phase::Upgrading; cookies.len()];
        let halves = vec![None; cookies.len()];
        Self {
            driver,
            host: host.to_owned(),
            cookies,
            phases,
            halves,
        }
    }

    fn packet(&mut self, net: &mut Net, conn: usize, packet: &[u8]) -> Result<()> {
        match (self.phases[conn], packet) {
            (Phase::Opening, [b'0', ..]) => {
                self.phases[conn] = Phase::Joining;
                send_text(net.out(conn), b"40");
                Ok(())
            }
            (Phase::Joining, [b'4', b'0', ..]) => {
                self.phases[conn] = Phase::Ready;
                self.driver.ready(net, conn)
            }
            (Phase::Joining, [b'4', b'4', reason @ ..]) => {
                bail!(
                    "the namespace refused a connection: {}",
                    String::from_utf8_lossy(reason)
                )
            }
            (Phase::Ready, [b'4', b'2', event @ ..]) => {
                let (name, data) = split_event(event)?;
                self.driver.event(net, conn, name, data)
            }
            (Phase::Ready, [b'4', b'5', half @ ..]) => {
                let Some(event) = half.strip_prefix(b"1-") else {
                    bail!(
                        "an event with other than one attachment: {}",
                        String::from_utf8_lossy(half)
                    )
                };
                self.halves[conn] = Some(event.to_vec());
                Ok(())
            }
            (Phase::Ready, [b'4', b'3', ack @ ..]) => {
                let (id, data) = split_ack(ack)?;
                self.driver.ack(net, conn, id, data)
            }
            (_, [b'2', rest @ ..]) => {
                let mut pong = vec![b'3'];
                pong.extend_from_slice(rest);
                send_text(net.out(conn), &pong);
                Ok(())
            }
            // Nothing else is answered: a noop, or a goodbye that the closing of the connection follows.
            _ => Ok(()),
        }
    }

    /// Bytes belong to the event before them.
    fn attachment(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<()> {
        let Some(event) = self.halves[conn].take() else {
            bail!("bytes arrived that no event announced")
        };
        let (name, data) = split_event(&event)?;
        self.driver.binary(net, conn, Binary { name, data, bytes })
    }
}

impl<D: Driver> Handler for SocketIo<D> {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let Some(cookie) = self.cookies.get(conn) else {
            return self.driver.plain_connected(net, conn);
        };
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y2hhdHRlci1iZW5jaG1hcg==\r\n\
             Origin: http://{host}\r\nUser-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n",
            host = self.host,
        );
        net.out(conn).extend_from_slice(request.as_bytes());
        Ok(())
    }

    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let mut used = 0;
        if conn >= self.phases.len() {
            return self.driver.plain_bytes(net, conn, bytes);
        }
        if self.phases[conn] == Phase::Upgrading {
            let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
                return Ok(0);
            };
            ensure!(
                bytes.starts_with(b"HTTP/1.1 101"),
                "the upgrade was refused: {}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(400)])
            );
            self.phases[conn] = Phase::Opening;
            used = end + 4;
        }
        while let Some((opcode, payload, length)) = next_frame(&bytes[used..])? {
            match opcode {
                TEXT => self.packet(net, conn, payload)?,
                BINARY => self.attachment(net, conn, payload)?,
                PING => send_frame(net.out(conn), PONG, payload),
                CLOSE => {}
                other => bail!("a frame with opcode {other} arrived"),
            }
            used += length;
        }
        Ok(used)
    }

    fn closed(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        self.driver.closed(net, conn)
    }

    fn turn(&mut self, net: &mut Net, now: Instant) -> Result<Turn> {
        self.driver.turn(net, now)
    }
}

/// Appends a text frame.
pub(crate) fn send_text(out: &mut Vec<u8>, payload: &[u8]) {
    send_frame(out, TEXT, payload);
}

/// Appends an event with one attachment. `fields` is the inside of its JSON object; an answer is asked for where there is
/// an `ack`.
pub(crate) fn send_binary(
    out: &mut Vec<u8>,
    event: &str,
    ack: Option<u32>,
    fields: &str,
    bytes: &[u8],
) {
    let ack = ack.map(|id| id.to_string()).unwrap_or_default();
    let mut packet = Vec::with_capacity(128);
    // Writing into a vector cannot fail.
    let _ = write!(
        packet,
        "451-{ack}[\"{event}\",{{{fields},\"message\":{{\"_placeholder\":true,\"num\":0}}}}]"
    );
    send_frame(out, TEXT, &packet);
    send_frame(out, BINARY, bytes);
}

/// `["name",data]` into its two halves.
fn split_event(event: &[u8]) -> Result<(&[u8], &[u8])> {
    let Some(rest) = event.strip_prefix(b"[\"") else {
        bail!(
            "an event in a form this client does not read: {}",
            String::from_utf8_lossy(event)
        )
    };
    let Some(end) = memchr::memchr(b'"', rest) else {
        bail!("an event without a name")
    };
    let data = rest[end + 1..].strip_prefix(b",").unwrap_or_default();
    Ok((&rest[..end], data.strip_suffix(b"]").unwrap_or(data)))
}

/// `12[data]` into the id and the data.
fn split_ack(ack: &[u8]) -> Result<(u32, &[u8])> {
    let digits = ack.iter().take_while(|b| b.is_ascii_digit()).count();
    let id = std::str::from_utf8(&ack[..digits])?.parse()?;
    let data = ack[digits..]
        .strip_prefix(b"[")
        .and_then(|rest| rest.strip_suffix(b"]"))
        .unwrap_or_default();
    Ok((id, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_acks_are_split() -> Result<()> {
        let (name, data) = split_event(br#"["dm_new",{"id":7}]"#)?;
        assert_eq!((name, data), (&b"dm_new"[..], &br#"{"id":7}"#[..]));
        assert_eq!(
            split_event(br#"["clear_all"]"#)?,
            (&b"clear_all"[..], &b""[..])
        );
        assert_eq!(
            split_ack(br#"12[{"ok":true}]"#)?,
            (12, &br#"{"ok":true}"#[..])
        );
        Ok(())
    }
    #[test]
    fn an_event_with_bytes_is_two_frames() {
        let mut out = Vec::new();
        send_binary(&mut out, "doc_sync", Some(7), "\"doc_id\":1", &[2, 0]);
        let text =
            br#"451-7["doc_sync",{"doc_id":1,"message":{"_placeholder":true,"num":0}}]"#.as_slice();
        assert_eq!(out[..2], [0x81, 0xC6]);
        assert_eq!(&out[6..76], text);
        assert_eq!(out[76..], [0x82, 0x82, 0, 0, 0, 0, 2, 0]);
    }

    /// Keeps what it hears of events.
    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Driver for Heard {
        fn ready(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
            Ok(())
        }

        fn event(&mut self, _net: &mut Net, _conn: usize, name: &[u8], _: &[u8]) -> Result<()> {
            self.0.push(String::from_utf8(name.to_vec())?);
            Ok(())
        }

        fn binary(&mut self, _net: &mut Net, conn: usize, event: Binary<'_>) -> Result<()> {
            let name = String::from_utf8(event.name.to_vec())?;
            self.0.push(format!("{conn} {name} {:?}", event.bytes));
            Ok(())
        }

        fn ack(&mut self, _net: &mut Net, _conn: usize, _id: u32, _data: &[u8]) -> Result<()> {
            Ok(())
        }

        fn closed(&mut self, _net: &mut Net, _conn: usize) -> Result<()> {
            Ok(())
        }

        fn turn(&mut self, _net: &mut Net, _now: Instant) -> Result<Turn> {
            Ok(Turn::Stop)
        }
    }

    fn server_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x80 | opcode, u8::try_from(payload.len()).unwrap_or(0)];
        frame.extend_from_slice(payload);
        frame
    }

    #[test]
    fn bytes_belong_to_the_event_before_them_on_the_same_connection() -> Result<()> {
        let mut net = Net::new(([127, 0, 0, 1], 9).into())?;
        let mut heard = Heard::default();
        let mut protocol = SocketIo::new(&mut heard, "host", vec![String::new(); 2]);
        protocol.phases = vec![Phase::Ready; 2];

        let announced = server_frame(TEXT, br#"451-["doc_sync",{"doc_id":1}]"#);
        let bytes = server_frame(BINARY, &[2, 0]);
        // The frames come in pieces, and another connection talks in between.
        let mut first = announced.clone();
        first.extend_from_slice(&bytes[..2]);
        assert_eq!(protocol.bytes(&mut net, 0, &first)?, announced.len());
        protocol.bytes(&mut net, 1, &server_frame(TEXT, br#"42["doc_updated",{}]"#))?;
        assert_eq!(protocol.bytes(&mut net, 0, &bytes)?, bytes.len());
        assert!(protocol.bytes(&mut net, 0, &bytes).is_err(), "unannounced");

        assert_eq!(heard.0, ["doc_updated", "0 doc_sync [2, 0]"]);
        Ok(())
    }
}
