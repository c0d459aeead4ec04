//! The binary messages of Yjs editors, as far as the server takes part: sync steps and updates.
//!
//! The format is that of y-protocols: a number for the kind, then a buffer with its length. State
//! vectors and updates stay bytes here; [`Text`](super::text::Text) looks into them.

use yrs::encoding::{
    read::{Cursor, Read},
    write::Write,
};

use crate::kernel::{Error, Result};

const STEP_1: u8 = 0;
const STEP_2: u8 = 1;
const UPDATE: u8 = 2;

/// A message of the sync protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyncMessage<'a> {
    /// "This is what I have": a state vector. Asks for the rest.
    Step1(&'a [u8]),
    /// The rest: an update.
    Step2(&'a [u8]),
    /// An update, unasked.
    Update(&'a [u8]),
}

impl<'a> SyncMessage<'a> {
    /// Reads one message.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self> {
        let mut cursor = Cursor::new(bytes);
        let kind = cursor.read_var::<u8>().map_err(|_| malformed())?;
        let length = cursor.read_var::<u32>().map_err(|_| malformed())?;
        let body = &bytes[cursor.next..];
        if usize::try_from(length) != Ok(body.len()) {
            return Err(malformed());
        }
        match kind {
            STEP_1 => Ok(Self::Step1(body)),
            STEP_2 => Ok(Self::Step2(body)),
            UPDATE => Ok(Self::Update(body)),
            _ => Err(malformed()),
        }
    }

    /// The message's bytes.
    pub(super) fn encode(self) -> Vec<u8> {
        let (kind, body) = match self {
            Self::Step1(body) => (STEP_1, body),
            Self::Step2(body) => (STEP_2, body),
            Self::Update(body) => (UPDATE, body),
        };
        let mut bytes = Vec::with_capacity(body.len() + 6);
        bytes.write_var(kind);
        bytes.write_buf(body);
        bytes
    }
}

fn malformed() -> Error {
    Error::invalid("malformed_update", "This is not a sync message")
}

#[cfg(test)]
mod tests {
    use yrs::updates::encoder::Encode;

    use super::*;

    #[test]
    fn messages_are_those_of_the_library() {
        let theirs = yrs::sync::SyncMessage::Update(vec![7; 300]).encode_v1();
        assert_eq!(SyncMessage::Update(&[7; 300]).encode(), theirs);
        assert_eq!(
            SyncMessage::decode(&theirs).expect("a message"),
            SyncMessage::Update(&[7; 300])
        );
        for message in [
            SyncMessage::Step1(&[0]),
            SyncMessage::Step2(&[]),
            SyncMessage::Update(&[1, 2]),
        ] {
            let bytes = message.encode();
            assert_eq!(SyncMessage::decode(&bytes).expect("a message"), message);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bytes in [
            &[][..],
            &[0],
            &[3, 1, 0],
            &[2, 2, 0],
            &[2, 1, 0, 0],
            &[2, 0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0xff; 12],
        ] {
            let refused = SyncMessage::decode(bytes).expect_err("refused");
            assert_eq!(refused.code(), "malformed_update");
        }
    }
}
