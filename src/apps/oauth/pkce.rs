//! Proof that whoever redeems a code is who asked for it (RFC 7636), with SHA-256 only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::{OAuthError, Result};

/// The length of challenges and verifiers, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 43..=128;

/// What a code was asked for with: the hash of a secret that its redeemer has to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// Reads the parameters `code_challenge` and `code_challenge_method`.
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>> {
        match (challenge, method) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(OAuthError::invalid_request(
                "code_challenge_method was sent without code_challenge",
            )),
            (Some(challenge), Some("S256")) if is_well_formed(challenge) => {
                Ok(Some(Self(challenge.to_owned())))
            }
            (Some(_), Some("S256")) => Err(OAuthError::invalid_request(
                "code_challenge has to be 43 to 128 characters of A-Z a-z 0-9 - . _ ~",
            )),
            (Some(_), _) => Err(OAuthError::invalid_request(
                "code_challenge_method has to be S256",
            )),
        }
    }

    /// A challenge that was taken before.
    pub fn stored(challenge: String) -> Self {
        Self(challenge)
    }

    /// The form in which it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `verifier` is the secret behind it.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        is_well_formed(verifier) && bool::from(hash.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

fn is_well_formed(text: &str) -> bool {
    LENGTH.contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::Challenge;

    /// The example of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn challenge(text: &str) -> Challenge {
        let parsed = Challenge::parse(Some(text), Some("S256"));
        parsed.expect("well-formed").expect("a challenge")
    }

    #[test]
    fn the_example_of_the_rfc_fits() {
        assert!(challenge(CHALLENGE).is_met_by(VERIFIER));
        assert!(!challenge(CHALLENGE).is_met_by(CHALLENGE));
        assert!(!challenge(CHALLENGE).is_met_by(""));
        assert!(!challenge(CHALLENGE).is_met_by(&format!("{VERIFIER}=")));
    }

    #[test]
    fn only_s256_of_the_right_length_is_taken() {
        let parse = Challenge::parse;
        assert_eq!(parse(None, None), Ok(None));
        assert!(parse(None, Some("S256")).is_err());
        for method in [None, Some("plain"), Some("s256"), Some("S512")] {
            assert!(parse(Some(CHALLENGE), method).is_err(), "{method:?}");
        }
        for (length, taken) in [(42, false), (43, true), (128, true), (129, false)] {
            let text = "x".repeat(length);
            assert_eq!(parse(Some(&text), Some("S256")).is_ok(), taken, "{length}");
        }
        for byte in ["+", "/", "=", " ", "é"] {
            let text = format!("{}{byte}", "x".repeat(43));
            assert!(parse(Some(&text), Some("S256")).is_err(), "{byte}");
        }
    }

    proptest! {
        #[test]
        fn no_other_verifier_fits(verifier in "[A-Za-z0-9._~-]{43,128}") {
            prop_assert!(!challenge(CHALLENGE).is_met_by(&verifier));
        }
    }
}
