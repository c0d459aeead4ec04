//! What a change to a membership says, read from its body.
//!
//! A body is taken as a whole or refused as a whole, by its first flaw. Keys that are not known are
//! ignored and named in warnings, since a typing error must not silently do nothing; a caller who
//! asks for strictness is refused instead.

use std::collections::BTreeMap;

use entity::{RoleId, Timestamp};
use serde_json::{Map, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{names::Nickname, patch::Patch};
use crate::kernel::{Error, Result};

/// The most roles that a change names.
const MAX_ROLES: usize = 250;
/// How far a clock may be behind ours, in milliseconds.
const SKEW_MS: i64 = 60_000;
/// The longest timeout, in milliseconds.
const MAX_TIMEOUT_MS: i64 = 28 * 86_400_000;
/// The longest name of an unknown key that is quoted.
const MAX_QUOTED_CHARS: usize = 64;
/// How many unknown keys are named.
const MAX_WARNINGS: usize = 20;

/// The keys of a body.
const KNOWN: [&str; 5] = [
    "nickname",
    "roleIds",
    "addRoleIds",
    "removeRoleIds",
    "timedOutUntil",
];

/// A change to a membership; whatever is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MembershipPatch {
    pub(super) nickname: Patch<Nickname>,
    pub(super) roles: Option<RolesPatch>,
    /// Null ends the timeout.
    pub(super) timed_out_until: Patch<Timestamp>,
}

/// Which roles a member is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RolesPatch {
    /// These, as far as the caller can give and take them.
    Replace(RoleList),
    /// These more and those less than they have when it is done, so that two changes do not undo
    /// each other.
    Delta { add: RoleList, remove: RoleList },
}

/// The roles that one list of a body names, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RoleList {
    /// What the list is called.
    key: &'static str,
    /// Where in the list each of them is first.
    places: BTreeMap<RoleId, usize>,
}

impl RoleList {
    fn new(key: &'static str, ids: impl IntoIterator<Item = RoleId>) -> Self {
        let mut places = BTreeMap::new();
        for (place, id) in ids.into_iter().enumerate() {
            places.entry(id).or_insert(place);
        }
        Self { key, places }
    }

    /// The roles, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = RoleId> {
        self.places.keys().copied()
    }

    pub(super) fn contains(&self, id: RoleId) -> bool {
        self.places.contains_key(&id)
    }

    /// `error`, as one about the role `id` where the list names it.
    pub(super) fn refuse(&self, id: RoleId, error: Error) -> Error {
        match self.places.get(&id) {
            Some(place) => error.at(format!("/{}/{place}", self.key)),
            None => error,
        }
    }
}

/// What to do about keys that are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handling {
    /// Ignore and name them.
    Lenient,
    /// Refuse them: `Prefer: handling=strict`.
    Strict,
}

impl Handling {
    /// What a `Prefer` header (RFC 7240) asks for.
    pub(super) fn of_header(prefer: &str) -> Self {
        let preferences = prefer.split([',', ';']).map(str::trim);
        let is_strict = preferences
            .filter_map(|preference| preference.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("handling")
                    && value
                        .trim()
                        .trim_matches('"')
                        .eq_ignore_ascii_case("strict")
            });
        if is_strict {
            Self::Strict
        } else {
            Self::Lenient
        }
    }
}

impl MembershipPatch {
    /// Reads a body, at the time `now`; also what is worth a warning.
    pub(super) fn parse(
        body: &Map<String, Value>,
        handling: Handling,
        now: Timestamp,
    ) -> Result<(Self, Vec<String>)> {
        let mut warnings = Vec::new();
        for key in body.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
            let quoted: String = key.chars().take(MAX_QUOTED_CHARS).collect();
            let code = format!("unknown_field:{quoted}");
            if handling == Handling::Strict {
                let text = format!("{quoted:?} is not a field of a membership");
                return Err(Error::invalid(code, text).at(pointer(key)));
            }
            if warnings.len() < MAX_WARNINGS {
                warnings.push(code);
            }
        }
        let patch = Self {
            nickname: nickname(body.get("nickname"))?,
            roles: roles(body)?,
            timed_out_until: until(body.get("timedOutUntil"), now)?,
        };
        Ok((patch, warnings))
    }
}

/// A key as a JSON pointer (RFC 6901).
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn nickname(value: Option<&Value>) -> Result<Patch<Nickname>> {
    let nickname = match value {
        None => return Ok(Patch::Absent),
        Some(Value::Null) => Ok(None),
        Some(Value::String(typed)) => Nickname::parse(typed),
        Some(_) => Err(Error::invalid(
            "nickname_invalid",
            "nickname is a string or null",
        )),
    };
    let nickname = nickname.map_err(|error| error.at("/nickname"))?;
    Ok(nickname.map_or(Patch::Null, Patch::Value))
}

fn roles(body: &Map<String, Value>) -> Result<Option<RolesPatch>> {
    let all = role_ids(body, "roleIds")?;
    let add = role_ids(body, "addRoleIds")?;
    let remove = role_ids(body, "removeRoleIds")?;
    match (all, add, remove) {
        (None, None, None) => Ok(None),
        (Some(all), None, None) => Ok(Some(RolesPatch::Replace(all))),
        (None, add, remove) => {
            let (add, remove) = (add.unwrap_or_default(), remove.unwrap_or_default());
            if let Some(both) = remove.iter().find(|id| add.contains(*id)) {
                let text = "a role cannot be added and removed at once";
                let error = Error::invalid("role_ids_ambiguous", text);
                return Err(remove.refuse(both, error));
            }
            Ok(Some(RolesPatch::Delta { add, remove }))
        }
        (Some(_), ..) => {
            let text = "roleIds says which roles there are; addRoleIds and removeRoleIds say what \
                        changes";
            Err(Error::invalid("role_ids_ambiguous", text).at("/roleIds"))
        }
    }
}

/// The ids in a list of numbers and numeric strings.
fn role_ids(body: &Map<String, Value>, key: &'static str) -> Result<Option<RoleList>> {
    let ids = match body.get(key) {
        None => return Ok(None),
        Some(Value::Null) => {
            let text = format!("{key} is a list; [] is the empty one");
            return Err(Error::invalid("role_ids_null", text).at(pointer(key)));
        }
        Some(Value::Array(ids)) => ids,
        Some(_) => return Err(invalid_ids(key).at(pointer(key))),
    };
    if ids.len() > MAX_ROLES {
        let text = format!("{key} has more than {MAX_ROLES} entries");
        return Err(Error::invalid("role_ids_too_many", text).at(pointer(key)));
    }
    let read = ids.iter().enumerate().map(|(at, id)| {
        let number = match id {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()
            }
            _ => None,
        };
        let number = number.ok_or_else(|| invalid_ids(key).at(format!("/{key}/{at}")))?;
        Ok(RoleId(number))
    });
    let ids = read.collect::<Result<Vec<_>>>()?;
    Ok(Some(RoleList::new(key, ids)))
}

fn invalid_ids(key: &str) -> Error {
    Error::invalid("role_ids_invalid", format!("{key} is a list of ids"))
}

fn until(value: Option<&Value>, now: Timestamp) -> Result<Patch<Timestamp>> {
    let refused = |code, text| Error::invalid(code, text).at("/timedOutUntil");
    let invalid = || {
        refused(
            "timed_out_until_invalid",
            "timedOutUntil is null or a time with its offset, such as 2026-01-15T13:42:07Z",
        )
    };
    let text = match value {
        None => return Ok(Patch::Absent),
        Some(Value::Null) => return Ok(Patch::Null),
        Some(Value::String(text)) => text,
        Some(_) => return Err(invalid()),
    };
    let time = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| invalid())?;
    let ms = i64::try_from(time.unix_timestamp_nanos() / 1_000_000).map_err(|_| invalid())?;
    if ms < now.0 - SKEW_MS {
        return Err(refused(
            "timed_out_until_in_past",
            "timedOutUntil is in the past",
        ));
    }
    if ms > now.0 + MAX_TIMEOUT_MS + SKEW_MS {
        return Err(refused(
            "timed_out_until_too_far",
            "timedOutUntil is more than 28 days ahead",
        ));
    }
    Ok(Patch::Value(Timestamp(ms)))
}

#[cfg(test)]
mod tests {
    use entity::{RoleId, Timestamp};
    use serde_json::{Value, json};

    use super::{Handling, MembershipPatch, Nickname, Patch, RoleList, RolesPatch};
    use crate::kernel::{Error, Result};

    /// 2026-01-15T13:42:07Z.
    const NOW: Timestamp = Timestamp(1_768_484_527_000);

    fn parse(body: &Value) -> Result<MembershipPatch> {
        let body = body.as_object().expect("an object");
        MembershipPatch::parse(body, Handling::Lenient, NOW).map(|(patch, _)| patch)
    }

    #[track_caller]
    fn refuses(body: &Value, code: &str, pointer: &str) {
        let error = parse(body).expect_err("a refusal");
        assert_eq!(
            (error.code(), error.pointer()),
            (code, Some(pointer)),
            "{body}"
        );
    }

    fn ids(key: &'static str, ids: &[i64]) -> RoleList {
        RoleList::new(key, ids.iter().copied().map(RoleId))
    }

    #[test]
    fn the_documented_bodies_are_understood() {
        let body = json!({"nickname": "VIP Player", "roleIds": [7, 9], "timedOutUntil": null});
        let vip = Nickname::parse("VIP Player").expect("fine");
        let expected = MembershipPatch {
            nickname: Patch::Value(vip.expect("a nickname")),
            roles: Some(RolesPatch::Replace(ids("roleIds", &[7, 9]))),
            timed_out_until: Patch::Null,
        };
        assert_eq!(parse(&body).expect("fine"), expected);
        let nothing = parse(&json!({})).expect("fine");
        assert_eq!(nothing, MembershipPatch::default());
    }

    #[test]
    fn a_nickname_is_absent_cleared_or_set() {
        let nickname = |body: Value| parse(&body).expect("fine").nickname;
        assert_eq!(nickname(json!({})), Patch::Absent);
        assert_eq!(nickname(json!({"nickname": null})), Patch::Null);
        assert_eq!(nickname(json!({"nickname": " "})), Patch::Null);
        refuses(&json!({"nickname": 7}), "nickname_invalid", "/nickname");
        let long = json!({"nickname": "a".repeat(33)});
        refuses(&long, "nickname_too_long", "/nickname");
        refuses(
            &json!({"nickname": "a\nb"}),
            "nickname_invalid",
            "/nickname",
        );
    }

    #[test]
    fn roles_are_a_whole_set_or_what_changes() {
        let roles = |body: Value| parse(&body).expect("fine").roles;
        let folded = json!({"roleIds": [9, "7", 9, 7]});
        let folded = roles(folded);
        assert_eq!(folded, Some(RolesPatch::Replace(ids("roleIds", &[9, 7]))));
        let none = Some(RolesPatch::Replace(ids("roleIds", &[])));
        assert_eq!(roles(json!({"roleIds": []})), none);
        let delta = RolesPatch::Delta {
            add: ids("addRoleIds", &[1]),
            remove: ids("removeRoleIds", &[2]),
        };
        assert_eq!(
            roles(json!({"addRoleIds": [1], "removeRoleIds": ["2"]})),
            Some(delta)
        );
        let most: Vec<_> = (0..250).collect();
        assert!(parse(&json!({"roleIds": most})).is_ok());

        refuses(&json!({"roleIds": null}), "role_ids_null", "/roleIds");
        refuses(&json!({"addRoleIds": null}), "role_ids_null", "/addRoleIds");
        refuses(&json!({"roleIds": "7"}), "role_ids_invalid", "/roleIds");
        for odd in [
            json!(1.5),
            json!("seven"),
            json!("-1"),
            json!(""),
            json!(null),
        ] {
            refuses(
                &json!({"roleIds": [7, odd]}),
                "role_ids_invalid",
                "/roleIds/1",
            );
        }
        let many: Vec<_> = (0..251).collect();
        refuses(&json!({"roleIds": many}), "role_ids_too_many", "/roleIds");
        let both = json!({"roleIds": [1], "addRoleIds": [2]});
        refuses(&both, "role_ids_ambiguous", "/roleIds");
        let contradiction = json!({"addRoleIds": [1], "removeRoleIds": [2, 1]});
        refuses(&contradiction, "role_ids_ambiguous", "/removeRoleIds/1");
    }

    #[test]
    fn what_is_wrong_with_a_role_points_to_where_it_was_named() {
        let list = ids("roleIds", &[9, 7, 9, 8]);
        let pointer = |id| {
            let refused = list.refuse(RoleId(id), Error::invalid("odd", "odd"));
            refused.pointer().map(str::to_owned)
        };
        assert_eq!(pointer(9).as_deref(), Some("/roleIds/0"));
        assert_eq!(pointer(8).as_deref(), Some("/roleIds/3"));
        assert_eq!(pointer(1), None, "it was not named");
    }

    #[test]
    fn a_timeout_ends_within_28_days_at_a_time_with_an_offset() {
        let until = |text: &str| {
            let patch = parse(&json!({"timedOutUntil": text})).expect(text);
            match patch.timed_out_until {
                Patch::Value(until) => until.0 - NOW.0,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(until("2026-01-15T14:42:07Z"), 3_600_000);
        assert_eq!(until("2026-01-15T14:42:07.250+00:00"), 3_600_250);
        assert_eq!(until("2026-01-15T15:42:07+01:00"), 3_600_000);
        assert_eq!(until("2026-01-15T13:41:07Z"), -60_000, "clocks differ");
        assert_eq!(until("2026-02-12T13:43:07Z"), 28 * 86_400_000 + 60_000);

        let refused = |value: Value, reason: &str| {
            let code = format!("timed_out_until_{reason}");
            refuses(&json!({"timedOutUntil": value}), &code, "/timedOutUntil");
        };
        refused(json!("2026-01-15T13:41:06Z"), "in_past");
        refused(json!("2026-02-12T13:43:08Z"), "too_far");
        refused(json!("9999-12-31T23:59:59Z"), "too_far");
        for odd in [
            json!("2026-01-15T14:42:07"),
            json!("2026-01-15"),
            json!("tomorrow"),
            json!(""),
            json!(1_768_484_527),
            json!(false),
        ] {
            refused(odd, "invalid");
        }
    }

    #[test]
    fn unknown_keys_are_named_or_refused() {
        let body = json!({"nickName": "x", "nickname": "y"});
        let body = body.as_object().expect("an object");
        let (patch, warnings) =
            MembershipPatch::parse(body, Handling::Lenient, NOW).expect("lenient");
        assert!(matches!(patch.nickname, Patch::Value(_)));
        assert_eq!(warnings, ["unknown_field:nickName"]);
        let error = MembershipPatch::parse(body, Handling::Strict, NOW).expect_err("strict");
        assert_eq!(error.code(), "unknown_field:nickName");
        assert_eq!(error.pointer(), Some("/nickName"));
    }

    #[test]
    fn strictness_is_a_preference_among_others() {
        for strict in [
            "handling=strict",
            "respond-async, Handling = \"strict\"",
            "return=minimal; foo=bar, handling=strict",
        ] {
            assert_eq!(Handling::of_header(strict), Handling::Strict, "{strict}");
        }
        for lenient in ["", "handling=lenient", "strict", "return=minimal"] {
            assert_eq!(Handling::of_header(lenient), Handling::Lenient, "{lenient}");
        }
    }
}
