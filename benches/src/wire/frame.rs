//! WebSocket frames, the client's side.

use anyhow::{Result, ensure};

/// Set in the first byte of a frame that is whole, and in the second of one that is masked.
const FLAG: u8 = 0x80;
pub(super) const TEXT: u8 = 0x1;
pub(super) const BINARY: u8 = 0x2;
pub(super) const CLOSE: u8 = 0x8;
pub(super) const PING: u8 = 0x9;
pub(super) const PONG: u8 = 0xA;

/// Cuts one whole frame from the front: opcode, payload, length of the frame.
pub(super) fn next_frame(bytes: &[u8]) -> Result<Option<(u8, &[u8], usize)>> {
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

/// Appends a frame.
pub(super) fn send_frame(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
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
        send_frame(&mut out, TEXT, b"40");
        assert_eq!(out, [0x81, 0x82, 0, 0, 0, 0, b'4', b'0']);
    }
}
