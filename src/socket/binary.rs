//! Bytes inside of what is sent.

use bytes::Bytes;
use serde::{Serialize, Serializer};

/// Bytes that a client gets as binary: the transport puts them beside the event's JSON.
#[derive(Clone, Debug)]
pub struct Binary(pub Bytes);

impl Serialize for Binary {
    // Not derived: what is declared transparent or a newtype would be sent as a list of numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}
