//! Proof that whoever answers the question of a consent page was asked it.
//!
//! The page carries a MAC over what it asks, keyed with the person's session. Another site can make
//! a browser submit a form, but cannot read the session, so it cannot make the MAC; and the MAC of
//! one request is no good for another.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::authorize::Request;

/// The MAC of `request`, as asked in the session whose secret id is `session`.
pub fn token(session: &str, request: &Request) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(mac(session, request).finalize().into_bytes())
}

/// Whether `token` is the MAC of `request` in that session. Takes the same time for any token.
pub fn is_valid(token: &str, session: &str, request: &Request) -> bool {
    let Ok(token) = BASE64_URL_SAFE_NO_PAD.decode(token) else {
        return false;
    };
    mac(session, request).verify_slice(&token).is_ok()
}

fn mac(session: &str, request: &Request) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(session.as_bytes())
        .expect("BUG: HMAC takes keys of any length");
    for (name, value) in request.params() {
        for part in [name, &value] {
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
    }
    mac
}

#[cfg(test)]
mod tests {
    use entity::oauth_client::ClientType;

    use super::{is_valid, token};
    use crate::apps::oauth::{authorize::Request, client::Client, params::Params};

    fn request(query: &str) -> Request {
        let client = Client::example(ClientType::Confidential, &["https://a.example/cb"]);
        let params = Params::parse(query.as_bytes()).expect("params");
        Request::read(&params, &client).expect("a request")
    }

    #[test]
    fn it_is_good_for_one_session_and_one_request() {
        let asked = request("response_type=code&state=a");
        let good = token("session", &asked);

        assert!(is_valid(&good, "session", &asked));
        assert!(!is_valid(&good, "another", &asked));
        assert!(!is_valid(
            &good,
            "session",
            &request("response_type=code&state=b")
        ));
        assert!(!is_valid(&good, "session", &request("response_type=code")));
        for forged in ["", "AAAA", "!", &good[1..]] {
            assert!(!is_valid(forged, "session", &asked), "{forged}");
        }
    }
}
