//! Nonces that are valid `UUIDv7`s and carry the generator's own counters, so that a delivery can be checked by itself.
//!
//! `tttttttt-tttt-7rrr-8000-sssscccccccc`: time in milliseconds, run, sender, counter.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

/// A run's tag: deliveries of another run are recognised and not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run(u16);

/// The counters inside a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) sender: u16,
    pub(crate) counter: u32,
}

impl Run {
    /// Takes the tag from the clock: two runs on one database do not share it unless 4,096 lie between them.
    pub(crate) fn new() -> Self {
        use std::sync::atomic::{AtomicU16, Ordering};
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let seconds = millis() / 1000;
        let started = u16::try_from(seconds & 0xFFF).unwrap_or(0);
        Self(started.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) & 0xFFF)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>, mark: Mark) {
        let millis = millis();
        // Writing into a vector cannot fail.
        let _ = write!(
            out,
            "{:08x}-{:04x}-7{:03x}-8000-{:04x}{:08x}",
            (millis >> 16) & 0xFFFF_FFFF,
            millis & 0xFFFF,
            self.0,
            mark.sender,
            mark.counter
        );
    }

    /// The counters, if the nonce is one of this run.
    pub(crate) fn read(self, nonce: &[u8]) -> Option<Mark> {
        if nonce.len() != 36 || hex(&nonce[15..18])? != u64::from(self.0) {
            return None;
        }
        Some(Mark {
            sender: u16::try_from(hex(&nonce[24..28])?).ok()?,
            counter: u32::try_from(hex(&nonce[28..36])?).ok()?,
        })
    }
}

fn millis() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(0)
}

fn hex(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number, &digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_by_the_same_run_only() {
        let (run, mark) = (
            Run(0x7ab),
            Mark {
                sender: 49,
                counter: 1_000_000,
            },
        );
        let mut nonce = Vec::new();
        run.write(&mut nonce, mark);
        assert_eq!(nonce.len(), 36);
        assert_eq!(nonce[14], b'7');
        assert_eq!(run.read(&nonce), Some(mark));
        assert_eq!(Run(0x7ac).read(&nonce), None);
    }
}
