//! A stream of server-sent events in a chunked answer, as far as the scenarios read it.

use anyhow::{Result, ensure};
use memchr::memmem;

use crate::wire::http::{next_chunk, next_head};

const END: &[u8] = b"\n\n";

/// One stream.
#[derive(Clone, Debug, Default)]
pub(super) struct EventStream {
    is_open: bool,
    /// The beginning of an event whose end has not come.
    partial: Vec<u8>,
}

impl EventStream {
    /// Whether the answer has begun.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Takes what arrived and answers how many bytes of it were used; `to` gets each whole event.
    pub(super) fn take(&mut self, bytes: &[u8], mut to: impl FnMut(&[u8])) -> Result<usize> {
        let mut used = 0;
        if !self.is_open {
            let Some(head) = next_head(bytes)? else {
                return Ok(0);
            };
            ensure!(
                head.status == 200,
                "a stream was refused: {}",
                String::from_utf8_lossy(bytes)
            );
            self.is_open = true;
            used = head.length;
        }
        while let Some((chunk, length)) = next_chunk(&bytes[used..])? {
            self.chunk(chunk, &mut to);
            used += length;
        }
        Ok(used)
    }

    fn chunk(&mut self, chunk: &[u8], to: &mut impl FnMut(&[u8])) {
        // Nearly always a chunk is whole events, and is not copied.
        if self.partial.is_empty() {
            let used = split(chunk, to);
            self.partial.extend_from_slice(&chunk[used..]);
        } else {
            self.partial.extend_from_slice(chunk);
            let used = split(&self.partial, to);
            self.partial.drain(..used);
        }
    }
}

/// Passes on the whole events at the front; answers how many bytes they are.
fn split(bytes: &[u8], to: &mut impl FnMut(&[u8])) -> usize {
    let mut used = 0;
    while let Some(end) = memmem::find(&bytes[used..], END) {
        to(&bytes[used..used + end]);
        used += end + END.len();
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_chunks_of_any_size() -> Result<()> {
        let mut stream = EventStream::default();
        let mut heard = Vec::new();
        let mut take = |stream: &mut EventStream, bytes: &[u8]| {
            stream.take(bytes, |event| {
                heard.push(String::from_utf8_lossy(event).into_owned());
            })
        };
        assert_eq!(take(&mut stream, b"HTTP/1.1 200 OK\r\n")?, 0);
        assert!(!stream.is_open());
        let first = b"HTTP/1.1 200 OK\r\n\r\n9\r\nretry: 3\n\r\n";
        assert_eq!(take(&mut stream, first)?, first.len());
        assert!(stream.is_open());
        let rest = b"15\r\n\ndata: 1\n\ndata: 2\n\nda\r\n7\r\nta: 3\n\n\r\n5\r\n:";
        assert_eq!(take(&mut stream, rest)?, rest.len() - 4);
        assert_eq!(heard, ["retry: 3", "data: 1", "data: 2", "data: 3"]);
        let refused = EventStream::default().take(b"HTTP/1.1 404 Not Found\r\n\r\n", |_| {});
        assert!(refused.is_err());
        Ok(())
    }
}
