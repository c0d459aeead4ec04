//! Anti-spam: what one sender may send, how often, and what follows from not keeping to it.
//!
//! Owns: the checks in their documented order, their texts, the ladder of sanctions and the memory
//! of one sender. Does not own: who is exempt, whether limits are on at all, where states are kept.
//! Invariant: only an accepted message is remembered as sent, and one sender's memory is bounded
//! (about 10 KiB) whatever they send.
//!
//! Every refusal but those of a block or slow mode already running is a violation, see
//! [`AntispamState::check`]. Time is a [`Duration`] since any fixed moment, so tests own the clock.
//! Similarity is the Levenshtein distance over the first [`COMPARED_CHARS`] characters, behind two
//! cheap bounds that settle nearly every pair: an ordinary message costs a few microseconds.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use super::split::MessageLimits;

mod content;
mod settings;
#[cfg(test)]
mod tests;

pub use settings::AntispamSettings;

/// How long a sender is blocked after the third violation and each one after.
pub const BLOCK_DURATION: Duration = Duration::from_mins(5);

/// A violation after this much quiet makes one earlier violation forgotten.
pub const DECAY_AFTER: Duration = Duration::from_mins(5);

/// How long a text is remembered for the two duplicate checks.
pub const DUPLICATE_WINDOW: Duration = Duration::from_mins(1);

/// How much of a text takes part in the near-duplicate check.
pub const COMPARED_CHARS: usize = 256;

/// Texts up to this many characters may be repeated: "yes", "thank you".
const REPEATABLE_CHARS: usize = 10;
/// Shorter texts are never near-duplicates.
const COMPARABLE_CHARS: usize = 20;
/// Texts remembered for the exact check: more than the default rate admits within the window.
const REMEMBERED_DIGESTS: usize = 64;
/// Texts remembered for the near-duplicate check, which costs more in space and time.
const REMEMBERED_TEXTS: usize = 8;
/// Times remembered for the rate check, and thereby the highest rate that can be set.
const REMEMBERED_TIMES: usize = 1024;

/// Why a message is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code for programs: `blocked`, `rate_limited`, `too_long`, `too_large`,
    /// `duplicate_message` or `bad_params`.
    pub code: &'static str,
    /// The documented text for people.
    pub message: String,
    /// Seconds, rounded up, until trying again can succeed, where waiting helps.
    pub retry_after: Option<u64>,
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    fn waiting(mut self, wait: Duration) -> Self {
        self.retry_after = self.retry_after.max(Some(seconds_up(wait)));
        self
    }
}

/// What is remembered of one sender.
#[derive(Debug, Default)]
pub struct AntispamState {
    blocked_until: Duration,
    slow_until: Duration,
    violations: u32,
    last_violation: Duration,
    /// When messages were accepted, within the rate window.
    accepted: VecDeque<Duration>,
    /// Digests of accepted texts, within the duplicate window.
    digests: VecDeque<(Duration, u64)>,
    /// Beginnings of the latest accepted texts, within the duplicate window.
    texts: VecDeque<(Duration, Folded)>,
}

impl AntispamState {
    /// Accepts and remembers a message, or refuses it and climbs the ladder of sanctions.
    ///
    /// `text` is `None` (or blank) for a message that is only an attachment: it meets only a
    /// running sanction and the rate. The second violation brings slow mode, the third and later
    /// ones a block; the refusal then says how long in `retry_after`.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the first check that fails.
    pub fn check(
        &mut self,
        settings: &AntispamSettings,
        text: Option<&str>,
        now: Duration,
    ) -> Result<(), Refusal> {
        self.check_sanctions(now)?;
        self.forget_old(settings, now);
        let text = text.filter(|text| !text.trim().is_empty());
        let folded = text.map(Folded::new);
        match self.check_message(settings, text.zip(folded.as_ref()), now) {
            Ok(()) => {
                self.remember(folded, now);
                Ok(())
            }
            Err(refusal) => Err(self.punish(settings, refusal, now)),
        }
    }

    /// Takes back the latest accepted message, for a caller that then failed to store it: trying
    /// again must not be a duplicate. `text` is what was given to [`check`](Self::check).
    pub fn forget_last(&mut self, text: Option<&str>) {
        self.accepted.pop_back();
        if let Some(folded) = text.filter(|text| !text.trim().is_empty()).map(Folded::new) {
            self.digests
                .pop_back_if(|(_, digest)| *digest == folded.digest);
            self.texts
                .pop_back_if(|(_, text)| text.digest == folded.digest);
        }
    }

    /// Whether nothing remembered here can matter any more, so that the state may be dropped.
    #[must_use]
    pub fn is_idle(&self, settings: &AntispamSettings, now: Duration) -> bool {
        let quiet_since = self.accepted.back().copied().unwrap_or_default();
        let remembered = DUPLICATE_WINDOW
            .max(settings.rate_window)
            .max(settings.min_gap);
        let has_sent = !self.accepted.is_empty() || !self.digests.is_empty();
        now >= self.blocked_until.max(self.slow_until)
            && !(has_sent && now.saturating_sub(quiet_since) <= remembered)
            && (self.violations == 0
                || now.saturating_sub(self.last_violation) > DECAY_AFTER * self.violations)
    }

    fn check_sanctions(&self, now: Duration) -> Result<(), Refusal> {
        let refuse = |code, text: fn(u64) -> String, until: Duration| {
            let wait = until.saturating_sub(now);
            Err(Refusal::new(code, text(seconds_up(wait))).waiting(wait))
        };
        if self.blocked_until > now {
            return refuse(
                "blocked",
                |n| format!("You are temporarily blocked. Time remaining: {n} seconds."),
                self.blocked_until,
            );
        }
        if self.slow_until > now {
            return refuse(
                "rate_limited",
                |n| {
                    format!(
                        "Slow mode active. Please wait {n} seconds before sending another message."
                    )
                },
                self.slow_until,
            );
        }
        Ok(())
    }

    /// The checks that make a violation, in the documented order.
    fn check_message(
        &self,
        settings: &AntispamSettings,
        text: Option<(&str, &Folded)>,
        now: Duration,
    ) -> Result<(), Refusal> {
        let Some((text, folded)) = text else {
            return self.check_rate(settings, now);
        };
        content::check_size(text, &settings.limits)?;
        self.check_gap(settings, now)?;
        self.check_rate(settings, now)?;
        self.check_repetition(folded)?;
        content::check_patterns(text)
    }

    fn check_gap(&self, settings: &AntispamSettings, now: Duration) -> Result<(), Refusal> {
        let wait = self.accepted.back().map_or(Duration::ZERO, |last| {
            (*last + settings.min_gap).saturating_sub(now)
        });
        if wait.is_zero() {
            return Ok(());
        }
        let gap = settings.min_gap.as_secs_f64();
        Err(Refusal::new(
            "rate_limited",
            format!("Please wait {gap:?} seconds between messages."),
        )
        .waiting(wait))
    }

    fn check_rate(&self, settings: &AntispamSettings, now: Duration) -> Result<(), Refusal> {
        let most = settings.rate_max.clamp(1, REMEMBERED_TIMES);
        let Some(oldest) = self
            .accepted
            .len()
            .checked_sub(most)
            .and_then(|index| self.accepted.get(index))
        else {
            return Ok(());
        };
        let wait = (*oldest + settings.rate_window).saturating_sub(now);
        if wait.is_zero() {
            return Ok(());
        }
        let window = settings.rate_window.as_secs_f64();
        let message = format!("Too many messages in {window:?} seconds. Please slow down.");
        Err(Refusal::new("rate_limited", message).waiting(wait))
    }

    fn check_repetition(&self, folded: &Folded) -> Result<(), Refusal> {
        if folded.characters > REPEATABLE_CHARS
            && self
                .digests
                .iter()
                .any(|(_, digest)| *digest == folded.digest)
        {
            return Err(Refusal::new(
                "duplicate_message",
                "Duplicate message detected. Please do not send the same message again.",
            ));
        }
        if folded.characters >= COMPARABLE_CHARS
            && self.texts.iter().any(|(_, text)| text.resembles(folded))
        {
            return Err(Refusal::new(
                "duplicate_message",
                "Very similar message detected. Please do not repeat your messages.",
            ));
        }
        Ok(())
    }

    fn punish(&mut self, settings: &AntispamSettings, refusal: Refusal, now: Duration) -> Refusal {
        if now.saturating_sub(self.last_violation) > DECAY_AFTER {
            self.violations = self.violations.saturating_sub(1);
        }
        self.violations = self.violations.saturating_add(1);
        self.last_violation = now;
        match self.violations {
            ..=1 => refusal,
            2 => {
                self.slow_until = now + settings.slow_duration;
                refusal.waiting(settings.slow_duration)
            }
            _ => {
                self.blocked_until = now + BLOCK_DURATION;
                refusal.waiting(BLOCK_DURATION)
            }
        }
    }

    fn remember(&mut self, folded: Option<Folded>, now: Duration) {
        push_bounded(&mut self.accepted, now, REMEMBERED_TIMES);
        let Some(folded) = folded else { return };
        if folded.characters > REPEATABLE_CHARS {
            push_bounded(&mut self.digests, (now, folded.digest), REMEMBERED_DIGESTS);
        }
        if folded.characters >= COMPARABLE_CHARS {
            push_bounded(&mut self.texts, (now, folded), REMEMBERED_TEXTS);
        }
    }

    fn forget_old(&mut self, settings: &AntispamSettings, now: Duration) {
        // The gap may be set longer than the window, so the latest time stays for it.
        let window = settings.rate_window.max(settings.min_gap);
        while self
            .accepted
            .pop_front_if(|at| *at + window <= now)
            .is_some()
        {}
        while self
            .digests
            .pop_front_if(|(at, _)| *at + DUPLICATE_WINDOW <= now)
            .is_some()
        {}
        while self
            .texts
            .pop_front_if(|(at, _)| *at + DUPLICATE_WINDOW <= now)
            .is_some()
        {}
    }
}

/// A text as the duplicate checks see it: without case, its white space folded.
#[derive(Debug)]
struct Folded {
    /// The first [`COMPARED_CHARS`] characters.
    start: Box<[char]>,
    characters: usize,
    /// Of the whole text. Collisions can be made, but only against oneself.
    digest: u64,
}

impl Folded {
    fn new(text: &str) -> Self {
        let folded = text
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase();
        let mut hasher = DefaultHasher::new();
        folded.hash(&mut hasher);
        Self {
            start: folded.chars().take(COMPARED_CHARS).collect(),
            characters: folded.chars().count(),
            digest: hasher.finish(),
        }
    }

    fn resembles(&self, other: &Self) -> bool {
        content::too_similar_lengths(self.characters, other.characters)
            && content::too_similar(&self.start, &other.start)
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, value: T, most: usize) {
    if queue.len() >= most {
        queue.pop_front();
    }
    queue.push_back(value);
}

/// Whole seconds, rounded up, so that waiting that long is long enough.
fn seconds_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}
