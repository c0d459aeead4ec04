//! Codes that let people into groups: what one looks like, and whom it lets in when.

use entity::{ConversationId, InviteId, Timestamp};

use crate::kernel::{Error, Result, error::ErrorKind};

/// How many letters and digits a single-use code has.
pub(super) const CODE_CHARS: usize = 10;
/// How long an invite lives unless it says otherwise, in seconds.
pub(super) const DEFAULT_LIFE: i64 = 86_400;
const MIN_LIFE: i64 = 60;
const MAX_LIFE: i64 = 30 * 86_400;
/// The longest text that could be a code.
const MAX_CODE_CHARS: usize = 64;

/// A code as somebody typed it: letters and digits, in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InviteCode(String);

impl InviteCode {
    /// Reads a code, whatever its letter case. A text that no code could be is refused as an
    /// unknown one.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let code = typed.trim();
        let is_possible = !code.is_empty()
            && code.len() <= MAX_CODE_CHARS
            && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_possible {
            Ok(Self(code.to_ascii_uppercase()))
        } else {
            Err(unknown())
        }
    }

    /// The code, safe in URLs and pages.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses a life that is too short to be of use or too long to be safe.
pub(super) fn require_life(seconds: i64) -> Result<i64> {
    if (MIN_LIFE..=MAX_LIFE).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(Error::invalid(
            "bad_params",
            "bad params: expires_in is 60 seconds to 30 days",
        ))
    }
}

/// A code that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) group: ConversationId,
    pub(super) made_at: Timestamp,
    pub(super) kind: CodeKind,
}

/// What sort of code it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CodeKind {
    /// Made for one person.
    Invite {
        id: InviteId,
        expires_at: Timestamp,
        is_used: bool,
    },
    /// The one that every group has, replaced when used.
    Standing(String),
}

/// What a code means for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// They are in already; the code stays as it is.
    AlreadyIn,
    /// The code lets them in.
    Granted,
}

/// Decides whether `code` lets a person in at `now`.
pub(super) fn judge(
    code: &Code,
    is_member: bool,
    kicked_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Admission> {
    if is_member {
        return Ok(Admission::AlreadyIn);
    }
    if kicked_at.is_some_and(|at| at >= code.made_at) {
        return Err(Error::refused("banned", "banned from this group"));
    }
    match code.kind {
        CodeKind::Invite { is_used: true, .. } => Err(used()),
        CodeKind::Invite { expires_at, .. } if expires_at <= now => Err(Error::new(
            ErrorKind::Gone,
            "invite_expired",
            "invite expired",
        )),
        CodeKind::Invite { .. } | CodeKind::Standing(_) => Ok(Admission::Granted),
    }
}

/// No such code.
pub(super) fn unknown() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "invalid_invite_code",
        "invalid invite code",
    )
}

/// Somebody was faster.
pub(super) fn used() -> Error {
    Error::new(ErrorKind::Gone, "invite_used", "invite already used")
}

#[cfg(test)]
mod tests {
    use entity::{ConversationId, InviteId, Timestamp};

    use super::{Admission, Code, CodeKind, InviteCode, judge, require_life};

    fn invite(is_used: bool) -> Code {
        Code {
            group: ConversationId(1),
            made_at: Timestamp(1000),
            kind: CodeKind::Invite {
                id: InviteId(1),
                expires_at: Timestamp(9000),
                is_used,
            },
        }
    }

    fn verdict(
        code: &Code,
        is_member: bool,
        kicked: Option<i64>,
        now: i64,
    ) -> std::borrow::Cow<'static, str> {
        match judge(code, is_member, kicked.map(Timestamp), Timestamp(now)) {
            Ok(Admission::AlreadyIn) => "already in".into(),
            Ok(Admission::Granted) => "granted".into(),
            Err(error) => error.into_code(),
        }
    }

    #[test]
    fn codes_are_read_in_any_letter_case_and_nothing_else_is_one() {
        let code = InviteCode::parse(" abC123xyz ").expect("a code");
        assert_eq!(code.as_str(), "ABC123XYZ");
        for text in ["", " ", "A B", "A\0B", "<script>", "ÄBC", &"X".repeat(65)] {
            let error = InviteCode::parse(text).expect_err(text);
            assert_eq!(error.code(), "invalid_invite_code");
        }
    }

    #[test]
    fn an_invite_lives_a_minute_to_a_month() {
        for (seconds, fits) in [(59, false), (60, true), (30 * 86_400, true)] {
            assert_eq!(require_life(seconds).is_ok(), fits, "{seconds}");
        }
        for seconds in [i64::MIN, -1, 0, 30 * 86_400 + 1, i64::MAX] {
            assert!(require_life(seconds).is_err(), "{seconds}");
        }
    }

    #[test]
    fn an_invite_lets_in_once_and_until_its_hour() {
        assert_eq!(verdict(&invite(false), false, None, 8999), "granted");
        assert_eq!(verdict(&invite(false), false, None, 9000), "invite_expired");
        assert_eq!(verdict(&invite(true), false, None, 5000), "invite_used");
        assert_eq!(verdict(&invite(true), false, None, 9999), "invite_used");
    }

    #[test]
    fn a_member_spends_nothing() {
        assert_eq!(verdict(&invite(false), true, None, 5000), "already in");
        assert_eq!(verdict(&invite(true), true, Some(2000), 9999), "already in");
    }

    #[test]
    fn the_kicked_need_a_code_made_later() {
        assert_eq!(verdict(&invite(false), false, Some(999), 5000), "granted");
        assert_eq!(verdict(&invite(false), false, Some(1000), 5000), "banned");
        assert_eq!(verdict(&invite(false), false, Some(2000), 5000), "banned");
        let standing = Code {
            kind: CodeKind::Standing("ABCDEFGH".into()),
            ..invite(false)
        };
        assert_eq!(verdict(&standing, false, Some(2000), 5000), "banned");
        assert_eq!(verdict(&standing, false, None, i64::MAX), "granted");
    }
}
