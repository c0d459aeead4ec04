//! Which servers browsers find each other through: STUN tells a browser its public address, TURN
//! relays where two cannot reach each other.

use base64::{Engine, prelude::BASE64_STANDARD};
use entity::{Timestamp, UserId};
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha1::Sha1;
use utoipa::ToSchema;

use crate::kernel::config;

/// An entry of `RTCConfiguration.iceServers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct IceServer {
    /// Where it is: `stun:` or `turn:` URLs.
    pub(super) urls: Vec<String>,
    /// TURN: who one is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) username: Option<String>,
    /// TURN: the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<String>,
}

/// The servers for `user`, as of `now`.
///
/// With a shared secret the credentials are those of coturn's `use-auth-secret`: the name is when
/// they end and whose they are, the password its HMAC. They are good for nobody else's time.
pub(super) fn servers(config: &config::Calls, user: UserId, now: Timestamp) -> Vec<IceServer> {
    let mut servers = Vec::new();
    if !config.stun_urls.is_empty() {
        servers.push(IceServer {
            urls: config.stun_urls.clone(),
            username: None,
            credential: None,
        });
    }
    if !config.turn_urls.is_empty() {
        let (username, credential) = if config.turn_secret.is_empty() {
            (config.turn_username.clone(), config.turn_password.clone())
        } else {
            let seconds = i64::from(config.turn_seconds.get());
            let until = now.plus_seconds(seconds).unix_seconds();
            let username = format!("{until}:{user}");
            let credential = password(&config.turn_secret, &username);
            (username, credential)
        };
        servers.push(IceServer {
            urls: config.turn_urls.clone(),
            username: Some(username),
            credential: Some(credential),
        });
    }
    servers
}

fn password(secret: &str, username: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .expect("BUG: HMAC takes keys of any length");
    mac.update(username.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use entity::{Timestamp, UserId};

    use super::{IceServer, password, servers};
    use crate::kernel::config;

    fn turn() -> config::Calls {
        config::Calls {
            turn_urls: vec!["turn:turn.example.org".into()],
            ..config::Calls::default()
        }
    }

    #[test]
    fn without_configuration_nobody_else_is_asked() {
        let none = servers(&config::Calls::default(), UserId(7), Timestamp(0));
        assert_eq!(none, []);
    }

    #[test]
    fn credentials_are_fixed_or_end() {
        let fixed = config::Calls {
            turn_username: "chatter".into(),
            turn_password: "secret".into(),
            ..turn()
        };
        let expected = IceServer {
            urls: vec!["turn:turn.example.org".into()],
            username: Some("chatter".into()),
            credential: Some("secret".into()),
        };
        assert_eq!(servers(&fixed, UserId(7), Timestamp(0)), [expected]);

        let shared = config::Calls {
            turn_secret: "north".into(),
            ..turn()
        };
        let of = |user, at| servers(&shared, UserId(user), Timestamp(at)).remove(0);
        let one = of(7, 1_000_000);
        assert_eq!(one.username.as_deref(), Some("44200:7"));
        assert_eq!(one.credential, Some(password("north", "44200:7")));
        assert_ne!(one.credential, of(8, 1_000_000).credential);
        assert_ne!(one.credential, of(7, 2_000_000).credential);
    }

    #[test]
    fn the_password_is_the_one_that_a_turn_server_computes() {
        // printf '1433895918:7' | openssl dgst -sha1 -hmac 'north' -binary | base64
        assert_eq!(
            password("north", "1433895918:7"),
            "/S7cxlFY9Lt98mSttaBpZXA7AQg="
        );
    }
}
