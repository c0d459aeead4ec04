//! What the texts in the old database's columns mean.

use entity::Timestamp;
use time::{
    OffsetDateTime,
    format_description::well_known::{Rfc2822, Rfc3339},
};

/// The largest id that is kept: far below what clients can tell apart (2^53), so that there is room.
pub(super) const LARGEST_ID: i64 = 1 << 40;
/// Numbers of seconds end here, in the year 5138; above it are milliseconds.
const LARGEST_SECONDS: f64 = 1e11;
/// 2100-01-01: nothing was said later.
const LATEST: i64 = 4_102_444_800_000;

/// A whole number, also one that was stored with a fraction of nothing.
pub(super) fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// Whether a value says yes.
pub(super) fn is_true(text: &str) -> bool {
    let no = ["0", "0.0", "false", "no", "none", "null", "f", "n"];
    !no.contains(&text.trim().to_ascii_lowercase().as_str())
}

/// A point in time in any of the forms that the old server wrote: ISO 8601 with an offset or, in
/// UTC, without; the date of HTTP; seconds or milliseconds since 1970.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let milliseconds = match text.parse::<f64>() {
        Ok(number) => of_number(number)?,
        Err(_) => of_text(text)?,
    };
    (0..LATEST)
        .contains(&milliseconds)
        .then_some(Timestamp(milliseconds))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "compared with the bounds of what is meant before"
)]
fn of_number(number: f64) -> Option<i64> {
    if !number.is_finite() || number.abs() > LARGEST_SECONDS * 1000.0 {
        return None;
    }
    let milliseconds = if number.abs() < LARGEST_SECONDS {
        number * 1000.0
    } else {
        number
    };
    Some(milliseconds.round() as i64)
}

fn of_text(text: &str) -> Option<i64> {
    if let Ok(time) = OffsetDateTime::parse(text, &Rfc2822) {
        return milliseconds(time);
    }
    let mut iso = text.replacen(' ', "T", 1);
    let clock = iso.split_once('T').map_or("", |(_, clock)| clock);
    if !clock.ends_with(['Z', 'z']) && !clock.contains(['+', '-']) {
        iso.push('Z');
    }
    milliseconds(OffsetDateTime::parse(&iso, &Rfc3339).ok()?)
}

fn milliseconds(time: OffsetDateTime) -> Option<i64> {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::{integer, is_true, time};

    #[test]
    fn times_are_read_in_every_form_that_was_written() {
        let at = Some(1_736_937_000_123);
        for text in [
            "2025-01-15T10:30:00.123Z",
            "2025-01-15T05:30:00.123456-05:00",
            "2025-01-15 05:30:00.123456-05:00",
            "2025-01-15 10:30:00.123",
            "1736937000.123",
            "1736937000123",
        ] {
            assert_eq!(time(text).map(|time| time.0), at, "{text}");
        }
        let whole = Some(1_736_937_000_000);
        for text in [
            "2025-01-15 10:30:00",
            "Wed, 15 Jan 2025 10:30:00 GMT",
            "1736937000",
            " 2025-01-15T10:30:00 ",
        ] {
            assert_eq!(time(text).map(|time| time.0), whole, "{text}");
        }
        for text in [
            "",
            "soon",
            "2025-01-15",
            "-5",
            "1e30",
            "NaN",
            "9999-01-01 00:00:00",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_however_they_were_stored() {
        assert_eq!(integer("7"), Some(7));
        assert_eq!(integer(" 7.0"), Some(7));
        assert_eq!(integer("7.5"), None);
        assert_eq!(integer("x"), None);
        for yes in ["1", "true", "2025-01-15T10:30:00Z", "yes"] {
            assert!(is_true(yes), "{yes}");
        }
        for no in ["0", "False", "0.0", "no"] {
            assert!(!is_true(no), "{no}");
        }
    }
}
