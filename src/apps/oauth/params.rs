//! The parameters of a query string or a submitted form, as OAuth reads them.
//!
//! Stricter than a web form: a value has to be UTF-8, so that what is returned is what was sent,
//! and a parameter that has a meaning must not come twice (RFC 6749, 3.1). An empty one counts as
//! not sent.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::error::{OAuthError, Result};

/// Decoded parameters in the order they came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes `application/x-www-form-urlencoded`.
    pub fn parse(encoded: &[u8]) -> Result<Self> {
        let pairs = encoded.split(|byte| *byte == b'&');
        pairs
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let equals = pair.iter().position(|byte| *byte == b'=');
                let (name, value) = pair.split_at(equals.unwrap_or(pair.len()));
                let value = value.strip_prefix(b"=").unwrap_or_default();
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The value of `name`, if it was sent; refused if it was sent more than once.
    pub fn get(&self, name: &str) -> Result<Option<&str>> {
        let mut values = self.0.iter().filter(|(known, _)| known == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(OAuthError::invalid_request(format!(
                "the parameter {name} was sent more than once"
            )));
        }
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The value of `name`, which has to be there.
    pub fn require(&self, name: &str) -> Result<&str> {
        self.get(name)?
            .ok_or_else(|| OAuthError::invalid_request(format!("the parameter {name} is missing")))
    }
}

/// Decodes one name or value; `+` is a space.
pub(super) fn decode(encoded: &[u8]) -> Result<String> {
    let spaced: Cow<'_, [u8]> = if encoded.contains(&b'+') {
        let bytes = encoded.iter();
        bytes
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect()
    } else {
        encoded.into()
    };
    percent_decode(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| OAuthError::invalid_request("a parameter is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Params;

    #[test]
    fn what_has_a_meaning_comes_once() {
        let params = Params::parse(b"a=1&b=&c&d=x%20y+z&e=1&e=1&&f=%F0%9F%A6%80").expect("params");

        assert_eq!(params.get("a"), Ok(Some("1")));
        assert_eq!(params.get("b"), Ok(None));
        assert_eq!(params.get("c"), Ok(None));
        assert_eq!(params.get("d"), Ok(Some("x y z")));
        assert_eq!(params.get("f"), Ok(Some("🦀")));
        assert_eq!(params.get("absent"), Ok(None));
        assert!(params.get("e").is_err());
        assert!(params.require("b").is_err());
        assert!(Params::parse(b"state=%FF").is_err());
    }

    proptest! {
        #[test]
        fn what_a_browser_encodes_is_read_back(value in ".{1,40}") {
            let encoded = serde_urlencoded::to_string([("state", &value)]).expect("a form");
            let params = Params::parse(encoded.as_bytes()).expect("params");
            prop_assert_eq!(params.get("state"), Ok(Some(value.as_str())));
        }
    }
}
