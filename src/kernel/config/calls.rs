//! What is configured of calls.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// What `calls.max_participants` can be: everybody sends to everybody else.
const PARTICIPANTS: std::ops::RangeInclusive<usize> = 2..=16;

/// `[calls]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Calls {
    /// `stun:` and `stuns:` URLs.
    pub stun_urls: Vec<String>,
    /// `turn:` and `turns:` URLs.
    pub turn_urls: Vec<String>,
    /// Who everybody is for the TURN server, where it has no shared secret.
    pub turn_username: String,
    /// The password with that.
    pub turn_password: String,
    /// The secret shared with the TURN server, for credentials that end.
    pub turn_secret: String,
    /// How long those are good, in seconds.
    pub turn_seconds: NonZeroU32,
    /// How long people are rung, in seconds.
    pub ring_seconds: NonZeroU32,
    /// How many can be in one call or voice channel.
    pub max_participants: usize,
}

impl Default for Calls {
    fn default() -> Self {
        let some = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            stun_urls: Vec::new(),
            turn_urls: Vec::new(),
            turn_username: String::new(),
            turn_password: String::new(),
            turn_secret: String::new(),
            turn_seconds: some(12 * 60 * 60),
            ring_seconds: some(45),
            max_participants: 8,
        }
    }
}

impl Calls {
    /// Refuses what cannot work.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        let begin = |urls: &[String], schemes: [&str; 2]| {
            let is_one = |url: &String| schemes.iter().any(|scheme| url.starts_with(scheme));
            urls.iter().all(is_one)
        };
        anyhow::ensure!(
            begin(&self.stun_urls, ["stun:", "stuns:"]),
            "configuration: calls.stun_urls must begin with stun: or stuns:"
        );
        anyhow::ensure!(
            begin(&self.turn_urls, ["turn:", "turns:"]),
            "configuration: calls.turn_urls must begin with turn: or turns:"
        );
        let has_secret = !self.turn_secret.is_empty();
        let has_password = !self.turn_username.is_empty() && !self.turn_password.is_empty();
        anyhow::ensure!(
            self.turn_urls.is_empty() || has_secret != has_password,
            "configuration: calls.turn_urls needs either calls.turn_secret, or calls.turn_username and calls.turn_password"
        );
        anyhow::ensure!(
            PARTICIPANTS.contains(&self.max_participants),
            "configuration: calls.max_participants must be between {} and {}",
            PARTICIPANTS.start(),
            PARTICIPANTS.end()
        );
        Ok(())
    }
}
