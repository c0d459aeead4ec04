//! Engine.IO 4 and Socket.IO 5 over a WebSocket, the client's side, reduced to what the scenarios need.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use memchr::memmem;

use crate::net::{Handler, Net, Turn};

/// Set in the first byte of a frame that is whole, and in the second of one that is masked.
const FLAG: u8 = 0x80;
const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// A scenario as seen from the sockets.
pub(crate) trait Driver {
    /// The namespace accepted this connection.
    fn ready(&mut self, net: &mut Net, conn: usize) -> Result<()>;
    /// An event arrived; `data` is its first argument as JSON.
    fn event(&mut self, net: &mut Net, conn: usize, name: &[u8], data: &[u8]) -> Result<()>;
    /// An acknowledgement arrived; `data` is its first argument as JSON.
    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()>;
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

    fn ack(&mut self, net: &mut Net, conn: usize, id: u32, data: &[u8]) -> Result<()> {
        (**self).ack(net, conn, id, data)
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
}

impl<D: Driver> SocketIo<D> {
    pub(crate) fn new(driver: D, host: &str, cookies: Vec<String>) -> Self {
        let phases = vec![Phase::Upgrading; cookies.len()];
        Self {
            driver,
            host: host.to_owned(),
            cookies,
            phases,
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
}

impl<D: Driver> Handler for SocketIo<D> {
    fn connected(&mut self, net: &mut Net, conn: usize) -> Result<()> {
        let request = format!(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: Y2hhdHRlci1iZW5jaG1hcg==\r\n\
             Origin: http://{host}\r\nUser-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n",
            host = self.host,
            cookie = self.cookies[conn],
        );
        net.out(conn).extend_from_slice(request.as_bytes());
        Ok(())
    }

    fn bytes(&mut self, net: &mut Net, conn: usize, bytes: &[u8]) -> Result<usize> {
        let mut used = 0;
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

/// Cuts one whole frame from the front: opcode, payload, length of the frame.
fn next_frame(bytes: &[u8]) -> Result<Option<(u8, &[u8], usize)>> {
    let &[first, second, ref rest @ ..] = bytes else {
        return Ok(None);
    };
    ensure!(first & FLAG != 0, "a fragmented frame arrived");
    ensure!(first & 0x70 == 0, "a compressed frame arrived");
    ensure!(second & FLAG == 0, "a masked frame arrived from the server");
    let (length, head) = match second {
        126 => {
            let Some(&field) = rest.first_chunk::<2>() else {
                return Ok(None);
            };
            (usize::from(u16::from_be_bytes(field)), 2)
        }
        127 => {
            let Some(&field) = rest.first_chunk::<8>() else {
                return Ok(None);
            };
            (usize::try_from(u64::from_be_bytes(field))?, 8)
        }
        short => (usize::from(short), 0),
    };
    let Some(payload) = rest.get(head..head + length) else {
        return Ok(None);
    };
    Ok(Some((first & 0x0F, payload, 2 + head + length)))
}

/// Appends a text frame.
pub(crate) fn send_text(out: &mut Vec<u8>, payload: &[u8]) {
    send_frame(out, TEXT, payload);
}

fn send_frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(FLAG | opcode);
    // Truncation cannot happen: each arm has checked the range.
    match payload.len() {
        short @ 0..126 => out.push(FLAG | u8::try_from(short).unwrap_or(0)),
        middle @ 126..65_536 => {
            out.push(FLAG | 0x7E);
            out.extend_from_slice(&u16::try_from(middle).unwrap_or(0).to_be_bytes());
        }
        long => {
            out.push(FLAG | 0x7F);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    // A zero key leaves the payload as it is. Random keys protect proxies, and there is none on the loopback.
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
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

/// Finds numbers and strings by their key without parsing the JSON around them.
pub(crate) struct Fields {
    id: memmem::Finder<'static>,
    seq: memmem::Finder<'static>,
    nonce: memmem::Finder<'static>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            id: memmem::Finder::new(b"\"id\":"),
            seq: memmem::Finder::new(b"\"seq\":"),
            nonce: memmem::Finder::new(b"\"nonce\":\""),
        }
    }
}

impl Fields {
    pub(crate) fn id(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.id, json)
    }

    pub(crate) fn seq(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.seq, json)
    }

    pub(crate) fn nonce<'a>(&self, json: &'a [u8]) -> Option<&'a [u8]> {
        let start = self.nonce.find(json)? + self.nonce.needle().len();
        json.get(start..start + 36)
    }
}

fn number_after(key: &memmem::Finder<'_>, json: &[u8]) -> Option<u64> {
    let start = key.find(json)? + key.needle().len();
    let digits = json[start..].iter().take_while(|b| b.is_ascii_digit());
    let mut any = false;
    let number = digits.fold(0_u64, |number, digit| {
        any = true;
        number
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit - b'0'))
    });
    any.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_only_when_whole() -> Result<()> {
        let mut bytes = vec![0x81, 3, b'a', b'b', b'c', 0x81, 126, 1, 0];
        assert_eq!(next_frame(&bytes)?, Some((TEXT, &b"abc"[..], 5)));
        assert_eq!(next_frame(&bytes[5..])?, None);
        bytes.extend([b'x'; 256]);
        assert_eq!(
            next_frame(&bytes[5..])?.map(|(_, _, length)| length),
            Some(260)
        );
        Ok(())
    }

    #[test]
    fn a_client_frame_carries_its_length_and_a_zero_mask() {
        let mut out = Vec::new();
        send_text(&mut out, b"40");
        assert_eq!(out, [0x81, 0x82, 0, 0, 0, 0, b'4', b'0']);
    }

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
    fn fields_are_found_by_their_whole_key() {
        let fields = Fields::default();
        let json =
            br#"{"user_id":3,"id":41,"seq":9,"nonce":"018f0000-0000-7000-8000-000100000002"}"#;
        assert_eq!(fields.id(json), Some(41));
        assert_eq!(fields.seq(json), Some(9));
        assert_eq!(fields.nonce(json).map(<[u8]>::len), Some(36));
        assert_eq!(fields.seq(br#"{"seq":null}"#), None);
    }
}
