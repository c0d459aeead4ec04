//! Bytes inside of what is sent.

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Bytes that a client gets as binary: the transport puts them beside the event's JSON.
#[derive(Clone, Debug)]
pub struct Binary(pub Bytes);

impl Serialize for Binary {
    // Not derived: what is declared transparent or a newtype would be sent as a list of numbers.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// What stands in an event's JSON for the bytes that came with it.
#[derive(Clone, Copy, Debug)]
pub struct Placeholder;

impl<'de> Deserialize<'de> for Placeholder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Form {
            #[serde(rename = "_placeholder")]
            is_placeholder: bool,
            num: u64,
        }
        let form = Form::deserialize(deserializer)?;
        // One event has one attachment at most.
        if form.is_placeholder && form.num == 0 {
            Ok(Self)
        } else {
            Err(de::Error::custom("this is not binary"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Placeholder;

    #[test]
    fn only_the_place_of_the_bytes_is_one() {
        let read = serde_json::from_str::<Placeholder>;
        assert!(read(r#"{"_placeholder":true,"num":0}"#).is_ok());
        for other in [
            r#"{"_placeholder":true,"num":1}"#,
            r#"{"_placeholder":false,"num":0}"#,
            r#"{"bytes":{"_placeholder":true,"num":0}}"#,
            r#""text""#,
            "null",
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
