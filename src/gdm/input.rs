//! What clients send: every spelling of a group and of people that is in use.

use entity::ConversationId;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::invites::InviteCode;
use crate::kernel::{Error, Result};

/// A group's id as a number or as text. What cannot be read is 0, which no group has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(value_type = i64)]
pub(super) struct Tid(i64);

impl<'de> Deserialize<'de> for Tid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        Ok(Self(id.unwrap_or_default()))
    }
}

/// Which group.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ThreadRef {
    /// The group's id, a number or its digits.
    #[param(value_type = Option<i64>)]
    #[schema(value_type = Option<i64>)]
    tid: Option<Tid>,
    /// The same under its other name.
    #[param(value_type = Option<i64>)]
    #[schema(value_type = Option<i64>)]
    thread_id: Option<Tid>,
}

impl ThreadRef {
    /// The group's id; 0 when none was named.
    pub(super) fn id(self) -> ConversationId {
        let names = [self.tid, self.thread_id].into_iter().flatten();
        let id = names.map(|tid| tid.0).find(|id| *id != 0);
        ConversationId(id.unwrap_or_default())
    }
}

/// A group and nothing else.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Thread {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewThread {
    /// Up to 100 characters; empty or absent: the server makes one up.
    pub(super) name: Option<String>,
    /// User names; the caller is added.
    #[serde(default)]
    pub(super) members: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Rename {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    pub(super) name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Update {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
}

/// A group and several people.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ThreadAndPeople {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    /// User names.
    #[serde(default)]
    users: Vec<String>,
    /// As `users`.
    #[serde(default)]
    members: Vec<String>,
    /// As `users`.
    #[serde(default)]
    usernames: Vec<String>,
    /// One user name.
    username: Option<String>,
    /// One user name.
    user: Option<String>,
}

impl ThreadAndPeople {
    /// The names, of which there must be one.
    pub(super) fn names(self) -> Result<Vec<String>> {
        let mut names = [self.users, self.members, self.usernames].concat();
        names.extend(self.username.into_iter().chain(self.user));
        if names.is_empty() {
            return Err(Error::bad_params());
        }
        Ok(names)
    }
}

/// A group and one person.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ThreadAndPerson {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    /// A user name.
    username: Option<String>,
    /// As `username`.
    user: Option<String>,
}

impl ThreadAndPerson {
    /// The name.
    pub(super) fn name(&self) -> Result<&str> {
        let name = self.username.as_deref().or(self.user.as_deref());
        name.ok_or_else(Error::bad_params)
    }
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Transfer {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    /// A user name.
    pub(super) new_owner: String,
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewInvite {
    #[serde(flatten)]
    pub(super) thread: ThreadRef,
    /// Seconds, 60 to 2592000; a day when absent.
    pub(super) expires_in: Option<i64>,
}

/// A code under any of its names.
#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CodeInput {
    code: Option<String>,
    /// As `code`.
    invite_code: Option<String>,
    /// As `code`.
    token: Option<String>,
}

impl CodeInput {
    /// The code, where one was sent.
    pub(super) fn code(&self, when_missing: &'static str) -> Result<InviteCode> {
        let sent = [&self.code, &self.invite_code, &self.token];
        let mut texts = sent.into_iter().flatten();
        let text = texts.find(|text| !text.trim().is_empty());
        let text = text.ok_or_else(|| Error::invalid("code_required", when_missing))?;
        InviteCode::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CodeInput, NewThread, ThreadAndPeople, ThreadRef};

    fn tid(value: Value) -> i64 {
        let thread: ThreadRef = serde_json::from_value(value).expect("read");
        thread.id().0
    }

    #[test]
    fn a_group_is_named_by_number_or_text_under_either_name() {
        assert_eq!(tid(json!({"tid": 456})), 456);
        assert_eq!(tid(json!({"tid": "456"})), 456);
        assert_eq!(tid(json!({"thread_id": " 456 "})), 456);
        assert_eq!(tid(json!({"tid": 456, "thread_id": 456})), 456);
        assert_eq!(tid(json!({"tid": null, "thread_id": 456})), 456);
        let query: ThreadRef = serde_urlencoded::from_str("thread_id=7&x=1").expect("read");
        assert_eq!(query.id().0, 7);
    }

    #[test]
    fn what_names_no_group_is_zero() {
        for value in [
            json!({}),
            json!({"tid": "NaN"}),
            json!({"tid": ""}),
            json!({"tid": "1e9"}),
            json!({"tid": 1.5}),
            json!({"tid": {"a": 1}}),
            json!({"tid": [1]}),
            json!({"tid": true}),
            json!({"tid": u64::MAX}),
        ] {
            assert_eq!(tid(value.clone()), 0, "{value}");
        }
    }

    #[test]
    fn people_are_named_in_every_way_in_use() {
        for value in [
            json!({"tid": 1, "users": ["carol"]}),
            json!({"tid": 1, "members": ["carol"]}),
            json!({"tid": 1, "usernames": ["carol"]}),
            json!({"tid": 1, "username": "carol"}),
            json!({"tid": 1, "user": "carol"}),
        ] {
            let input: ThreadAndPeople = serde_json::from_value(value).expect("read");
            assert_eq!(input.thread.id().0, 1);
            assert_eq!(input.names().expect("names"), ["carol"]);
        }
        let none: ThreadAndPeople = serde_json::from_value(json!({"tid": 1})).expect("read");
        assert_eq!(none.names().expect_err("no name").code(), "bad_params");
    }

    #[test]
    fn members_are_a_list_of_names() {
        for value in [
            json!({"members": "bob"}),
            json!({"members": [7]}),
            json!({"members": [null]}),
            json!({"members": {"0": "bob"}}),
            json!({"name": 7, "members": ["bob"]}),
        ] {
            assert!(
                serde_json::from_value::<NewThread>(value.clone()).is_err(),
                "{value}"
            );
        }
    }

    #[test]
    fn a_code_has_three_names_and_is_read_in_capitals() {
        for name in ["code", "invite_code", "token"] {
            let value = json!({name: "abc123xyz"});
            let input: CodeInput = serde_json::from_value(value).expect("read");
            let code = input.code("code required").expect("a code");
            assert_eq!(code.as_str(), "ABC123XYZ");
        }
        let empty: CodeInput = serde_json::from_value(json!({"code": " "})).expect("read");
        let error = empty.code("code required").expect_err("no code");
        assert_eq!(error.text(), "code required");
    }
}
