//! Whether a body was sent by somebody who knows the webhook's signing secret.
//!
//! Three ways are taken, by which headers are there: Standard Webhooks, GitHub's
//! `X-Hub-Signature-256` (Gitea sends it too) and GitLab's `X-Gitlab-Token`. Only the first is safe
//! against replays, the last proves nothing about the body; they are what these services have.
//! Several secrets may hold at once, so that one can be replaced without a gap. Secrets are
//! compared in constant time.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::kernel::{Error, Result, error::ErrorKind};

/// How a signing secret begins; what follows is its key in base64.
pub const SECRET_PREFIX: &str = "whsec_";
/// How far the time of a signature may be from ours, in seconds.
pub const TOLERANCE: i64 = 5 * 60;

/// The longest list of signatures that is looked at.
const MAX_SIGNATURES: usize = 16;

/// Checks a body against the secrets of its webhook. `now` is in seconds since 1970.
///
/// # Errors
/// `signature_missing` without any of the headers, `timestamp_out_of_range` for a time more than
/// [`TOLERANCE`] away, `signature_invalid` otherwise.
pub fn verify(secrets: &[&str], headers: &HeaderMap, body: &[u8], now: i64) -> Result<()> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_valid = if let Some(signatures) = header("webhook-signature") {
        let (Some(id), Some(timestamp)) = (header("webhook-id"), header("webhook-timestamp"))
        else {
            return Err(missing());
        };
        require_recent(timestamp, now)?;
        let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        secrets
            .iter()
            .any(|secret| is_standard(secret, &signed, signatures))
    } else if let Some(signature) = header("x-hub-signature-256") {
        secrets.iter().any(|secret| is_hub(secret, body, signature))
    } else if let Some(token) = header("x-gitlab-token") {
        secrets.iter().any(|secret| is_same(secret, token))
    } else {
        return Err(missing());
    };
    if is_valid { Ok(()) } else { Err(invalid()) }
}

fn require_recent(timestamp: &str, now: i64) -> Result<()> {
    let timestamp: i64 = timestamp.parse().map_err(|_| invalid())?;
    if timestamp.abs_diff(now) <= TOLERANCE.unsigned_abs() {
        Ok(())
    } else {
        Err(Error::new(
            ErrorKind::Unauthenticated,
            "timestamp_out_of_range",
            "The webhook-timestamp is more than five minutes away from now.",
        ))
    }
}

/// Standard Webhooks: a list of `v1,<base64 of HMAC-SHA256>`, of which one is enough.
fn is_standard(secret: &str, signed: &[&[u8]], signatures: &str) -> bool {
    let key = secret.strip_prefix(SECRET_PREFIX);
    let Some(key) = key.and_then(|key| BASE64_STANDARD.decode(key).ok()) else {
        return false;
    };
    let signatures = signatures.split_ascii_whitespace().take(MAX_SIGNATURES);
    let signatures = signatures.filter_map(|signature| signature.strip_prefix("v1,"));
    signatures
        .filter_map(|signature| BASE64_STANDARD.decode(signature).ok())
        .any(|signature| is_signature(&key, signed, &signature))
}

/// GitHub: `sha256=<hex of HMAC-SHA256>` under the secret as it was typed there.
fn is_hub(secret: &str, body: &[u8], signature: &str) -> bool {
    let hex = signature.strip_prefix("sha256=");
    let signature = hex.and_then(from_hex);
    signature.is_some_and(|signature| is_signature(secret.as_bytes(), &[body], &signature))
}

fn is_signature(key: &[u8], parts: &[&[u8]], signature: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return false;
    };
    for part in parts {
        mac.update(part);
    }
    mac.verify_slice(signature).is_ok()
}

/// Whether two secrets are equal. Their hashes are compared, so not even the length is told.
fn is_same(secret: &str, token: &str) -> bool {
    let [secret, token] = [secret, token].map(|text| Sha256::digest(text.as_bytes()));
    secret.ct_eq(&token).into()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2).map(|at| &text[at..at + 2]);
    pairs
        .map(|pair| {
            u8::from_str_radix(pair, 16)
                .ok()
                .filter(|_| !pair.starts_with('+'))
        })
        .collect()
}

fn missing() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "signature_missing",
        "This webhook takes signed requests only: send webhook-id, webhook-timestamp and \
         webhook-signature, or X-Hub-Signature-256, or X-Gitlab-Token.",
    )
}

fn invalid() -> Error {
    Error::new(
        ErrorKind::Unauthenticated,
        "signature_invalid",
        "The signature is not right.",
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::verify;

    /// The example of the Standard Webhooks specification.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const AT: i64 = 1_614_265_330;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let headers = list.iter().map(|(name, value)| {
            let value = HeaderValue::from_str(value).expect("a value");
            (HeaderName::from_static(name), value)
        });
        headers.collect()
    }

    fn standard(signature: &str, timestamp: &str) -> HeaderMap {
        headers(&[
            ("webhook-id", ID),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ])
    }

    fn code(secrets: &[&str], headers: &HeaderMap, body: &[u8], now: i64) -> String {
        match verify(secrets, headers, body, now) {
            Ok(()) => "ok".to_owned(),
            Err(refused) => refused.code().to_owned(),
        }
    }

    #[test]
    fn the_published_example_of_standard_webhooks_is_valid() {
        let sent = standard(SIGNATURE, "1614265330");
        assert_eq!(code(&[SECRET], &sent, BODY, AT), "ok");
        assert_eq!(code(&["whsec_AAAA", SECRET], &sent, BODY, AT), "ok");
        let list = format!("v1a,x v1,AAAA {SIGNATURE}");
        assert_eq!(
            code(&[SECRET], &standard(&list, "1614265330"), BODY, AT),
            "ok"
        );
    }

    #[test]
    fn nothing_that_is_signed_may_change() {
        let sent = standard(SIGNATURE, "1614265330");
        assert_eq!(code(&[SECRET], &sent, b"{}", AT), "signature_invalid");
        assert_eq!(code(&["whsec_AAAA"], &sent, BODY, AT), "signature_invalid");
        assert_eq!(code(&["not base64"], &sent, BODY, AT), "signature_invalid");
        assert_eq!(code(&[], &sent, BODY, AT), "signature_invalid");
        let moved = standard(SIGNATURE, "1614265331");
        assert_eq!(code(&[SECRET], &moved, BODY, AT), "signature_invalid");
        for signature in [
            "",
            "v1,",
            "v1,AAAA",
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ] {
            let sent = standard(signature, "1614265330");
            assert_eq!(
                code(&[SECRET], &sent, BODY, AT),
                "signature_invalid",
                "{signature}"
            );
        }
    }

    #[test]
    fn old_and_future_signatures_are_refused() {
        let sent = standard(SIGNATURE, "1614265330");
        for (away, expected) in [
            (300, "ok"),
            (-300, "ok"),
            (301, "timestamp_out_of_range"),
            (-301, "timestamp_out_of_range"),
        ] {
            assert_eq!(code(&[SECRET], &sent, BODY, AT + away), expected, "{away}");
        }
        let sent = standard(SIGNATURE, "soon");
        assert_eq!(code(&[SECRET], &sent, BODY, AT), "signature_invalid");
    }

    #[test]
    fn what_is_not_signed_at_all_is_told_so() {
        assert_eq!(
            code(&[SECRET], &headers(&[]), BODY, AT),
            "signature_missing"
        );
        let sent = headers(&[("webhook-signature", SIGNATURE), ("webhook-id", ID)]);
        assert_eq!(code(&[SECRET], &sent, BODY, AT), "signature_missing");
    }

    /// The example of GitHub's documentation.
    #[test]
    fn the_published_example_of_github_is_valid() {
        const HASH: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let secret = "It's a Secret to Everybody";
        let body = b"Hello, World!";
        let sent = headers(&[("x-hub-signature-256", &format!("sha256={HASH}"))]);
        assert_eq!(code(&[secret], &sent, body, AT), "ok");
        assert_eq!(code(&[secret], &sent, b"Hello", AT), "signature_invalid");
        assert_eq!(code(&["other"], &sent, body, AT), "signature_invalid");
        for bad in [HASH, "sha256=", "sha256=75", "sha256=zz", "sha1=757107ea"] {
            let sent = headers(&[("x-hub-signature-256", bad)]);
            assert_eq!(
                code(&[secret], &sent, body, AT),
                "signature_invalid",
                "{bad}"
            );
        }
    }

    #[test]
    fn gitlab_sends_the_secret_itself() {
        let sent = headers(&[("x-gitlab-token", SECRET)]);
        assert_eq!(code(&[SECRET], &sent, BODY, AT), "ok");
        for bad in ["", "whsec_", "x"] {
            let sent = headers(&[("x-gitlab-token", bad)]);
            assert_eq!(code(&[SECRET], &sent, BODY, AT), "signature_invalid");
        }
    }
}
