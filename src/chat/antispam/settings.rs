//! The adjustable part of anti-spam: the six `ANTISPAM_*` application settings.
//!
//! Owns: their names, defaults and reading. Does not own: the rules. Invariant: any stored text
//! yields usable settings; what cannot be read counts as unset.

use std::time::Duration;

use super::MessageLimits;

/// No setting means longer than this, whatever number somebody typed.
const LONGEST: Duration = Duration::from_hours(24);

/// Parameters of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AntispamSettings {
    /// `ANTISPAM_MAX_LENGTH` (1000) and `ANTISPAM_MAX_BYTES` (4000).
    pub limits: MessageLimits,
    /// `ANTISPAM_RATE_WINDOW` (10.0 seconds): the time over which messages are counted.
    pub rate_window: Duration,
    /// `ANTISPAM_RATE_MAX` (8): messages accepted within the window.
    pub rate_max: usize,
    /// `ANTISPAM_MIN_GAP` (0.7 seconds): the least time between two messages.
    pub min_gap: Duration,
    /// `ANTISPAM_SLOW_DURATION` (10.0 seconds): how long slow mode lasts.
    pub slow_duration: Duration,
}

impl Default for AntispamSettings {
    fn default() -> Self {
        Self {
            limits: MessageLimits::default(),
            rate_window: Duration::from_secs(10),
            rate_max: 8,
            min_gap: Duration::from_millis(700),
            slow_duration: Duration::from_secs(10),
        }
    }
}

impl AntispamSettings {
    /// Reads the settings from stored texts; absent and unreadable ones keep their default.
    #[must_use]
    pub fn read<'a>(stored: impl Fn(&str) -> Option<&'a str>) -> Self {
        let count = |key, default| {
            let value = stored(key).and_then(|text| text.trim().parse().ok());
            value.filter(|count| *count > 0).unwrap_or(default)
        };
        let seconds = |key, default| {
            let value = stored(key).and_then(|text| text.trim().parse().ok());
            value
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .map_or(default, |value: Duration| value.min(LONGEST))
        };
        let default = Self::default();
        Self {
            limits: MessageLimits {
                max_length: count("ANTISPAM_MAX_LENGTH", default.limits.max_length),
                max_bytes: count("ANTISPAM_MAX_BYTES", default.limits.max_bytes),
            },
            rate_window: seconds("ANTISPAM_RATE_WINDOW", default.rate_window),
            rate_max: count("ANTISPAM_RATE_MAX", default.rate_max),
            min_gap: seconds("ANTISPAM_MIN_GAP", default.min_gap),
            slow_duration: seconds("ANTISPAM_SLOW_DURATION", default.slow_duration),
        }
    }
}
