//! Whom a post may notify: Discord's `allowed_mentions`. Roles and everybody only by webhooks that
//! may mention them, which then do unless a post says otherwise.

use serde_json::Value;

use super::{
    reader::{Fields, id},
    warnings::Warnings,
};
use crate::kernel::{Error, Result};

/// The most ids in a list.
const MAX_IDS: usize = 100;

/// Which of those named in a text are notified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// All of them.
    All,
    /// These alone, by id.
    Only(Vec<i64>),
}

/// Whom a post may notify.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentions {
    /// People named in it.
    pub users: Allowed,
    /// Roles named in it.
    pub roles: Allowed,
    /// Everybody, by `@everyone`.
    pub everyone: bool,
    /// The author of the message it answers.
    pub replied_user: bool,
}

impl Mentions {
    /// What a post notifies that does not say.
    pub fn unsaid(may_mention_everyone: bool) -> Self {
        let nobody = Self::none();
        Self {
            users: Allowed::All,
            roles: if may_mention_everyone {
                Allowed::All
            } else {
                nobody.roles
            },
            everyone: may_mention_everyone,
            replied_user: false,
        }
    }

    /// Notifies nobody.
    pub fn none() -> Self {
        Self {
            users: Allowed::Only(Vec::new()),
            roles: Allowed::Only(Vec::new()),
            everyone: false,
            replied_user: false,
        }
    }

    /// Reads `allowed_mentions`.
    ///
    /// # Errors
    /// `mention_not_allowed` for roles or everybody without `may_mention_everyone`;
    /// `allowed_mentions_...` for what is none.
    pub fn read(
        payload: &Fields<'_>,
        may_mention_everyone: bool,
        warnings: &mut Warnings,
    ) -> Result<Self> {
        let Some(fields) = payload.object("allowed_mentions")? else {
            return Ok(Self::unsaid(may_mention_everyone));
        };
        let mut mentions = Self {
            users: Allowed::Only(ids(&fields, "users")?),
            roles: Allowed::Only(ids(&fields, "roles")?),
            everyone: false,
            replied_user: fields.is_set("replied_user")?,
        };
        for (index, kind) in fields.list("parse")?.iter().enumerate() {
            match kind.as_str() {
                // A list of ids beside it is the narrower wish.
                Some("users") if mentions.users == Allowed::Only(Vec::new()) => {
                    mentions.users = Allowed::All;
                }
                Some("roles") if mentions.roles == Allowed::Only(Vec::new()) => {
                    mentions.roles = Allowed::All;
                }
                Some("everyone") => mentions.everyone = true,
                Some("users" | "roles") => {}
                _ => warnings.add(
                    &format!("/allowed_mentions/parse/{index}"),
                    "ignored, known are users, roles and everyone",
                ),
            }
        }
        if !may_mention_everyone {
            mentions.require_narrow(&fields)?;
        }
        Ok(mentions)
    }

    fn require_narrow(&self, fields: &Fields<'_>) -> Result<()> {
        let refused = if self.everyone {
            "everybody"
        } else if self.roles != Allowed::Only(Vec::new()) {
            "roles"
        } else {
            return Ok(());
        };
        let text = format!("This webhook may not mention {refused}.");
        Err(Error::invalid("mention_not_allowed", text).at(fields.pointer()))
    }
}

fn ids(fields: &Fields<'_>, name: &str) -> Result<Vec<i64>> {
    let list = fields.list(name)?;
    let ids: Option<Vec<i64>> = list.iter().map(|value: &Value| id(value)).collect();
    ids.filter(|ids| ids.len() <= MAX_IDS).ok_or_else(|| {
        let text = format!("{name} must be a list of at most {MAX_IDS} ids.");
        fields.refuse(name, &format!("{name}_invalid"), text)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Allowed, Mentions};
    use crate::{
        apps::webhooks::{reader::Fields, warnings::Warnings},
        kernel::Result,
    };

    fn read(allowed: &Value, may_mention_everyone: bool) -> Result<Mentions> {
        let payload = json!({ "allowed_mentions": allowed });
        let fields = Fields::of_payload(payload.as_object().expect("an object"));
        Mentions::read(&fields, may_mention_everyone, &mut Warnings::default())
    }

    #[test]
    fn by_default_people_are_notified_and_others_by_who_may() {
        let mentions = read(&Value::Null, false).expect("default");
        assert_eq!(mentions, Mentions::unsaid(false));
        assert_eq!(mentions.users, Allowed::All);
        assert_eq!(mentions.roles, Allowed::Only(vec![]));
        assert!(!mentions.everyone && !mentions.replied_user);
        let mentions = read(&Value::Null, true).expect("default");
        assert_eq!(
            (mentions.users, mentions.roles),
            (Allowed::All, Allowed::All)
        );
        assert!(mentions.everyone && !mentions.replied_user);
    }

    #[test]
    fn an_empty_object_notifies_nobody() {
        assert_eq!(read(&json!({}), false).ok(), Some(Mentions::none()));
        assert_eq!(
            read(&json!({"parse": []}), true).ok(),
            Some(Mentions::none())
        );
    }

    #[test]
    fn a_list_of_people_narrows_who_is_notified() {
        let mentions = read(&json!({"parse": ["users"], "users": [1, "2"]}), false);
        assert_eq!(mentions.expect("valid").users, Allowed::Only(vec![1, 2]));
        let mentions = read(&json!({"parse": ["users"], "replied_user": true}), false);
        let mentions = mentions.expect("valid");
        assert_eq!(mentions.users, Allowed::All);
        assert!(mentions.replied_user);
    }

    #[test]
    fn roles_and_everybody_need_the_permission() {
        for allowed in [
            json!({"parse": ["everyone"]}),
            json!({"parse": ["roles"]}),
            json!({"roles": [5]}),
        ] {
            let refused = read(&allowed, false).expect_err("refused");
            assert_eq!(refused.code(), "mention_not_allowed");
            assert_eq!(refused.pointer(), Some("/allowed_mentions"));
            assert!(read(&allowed, true).is_ok());
        }
        let mentions = read(&json!({"parse": ["everyone", "roles"]}), true).expect("allowed");
        assert!(mentions.everyone);
        assert_eq!(mentions.roles, Allowed::All);
    }

    #[test]
    fn what_is_no_list_of_ids_is_refused() {
        for (allowed, code) in [
            (json!("x"), "allowed_mentions_not_an_object"),
            (json!({"users": "x"}), "allowed_mentions_users_not_array"),
            (json!({"users": ["x"]}), "allowed_mentions_users_invalid"),
            (
                json!({"users": vec![1; 101]}),
                "allowed_mentions_users_invalid",
            ),
            (json!({"parse": {}}), "allowed_mentions_parse_not_array"),
            (
                json!({"replied_user": 1}),
                "allowed_mentions_replied_user_not_boolean",
            ),
        ] {
            assert_eq!(read(&allowed, true).expect_err("refused").code(), code);
        }
    }
}
