//! What a token of an integration may be used for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    kernel::{Error, Result},
    permission::{Permission, Permissions},
};

/// One thing that a token may be used for, agreed to when it is made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Change members' nicknames, roles and timeouts.
    ManageMembers,
    /// Put members out, for now or for good, and time them out.
    ModerateMembers,
    /// Read what was changed by whom.
    ReadAuditLog,
    /// Read one member's profile.
    ReadMemberProfile,
    /// List the members.
    ReadMembers,
    /// List the roles.
    ReadRoles,
}

impl Scope {
    /// Every scope, in the order of their names.
    pub const ALL: [Self; 6] = [
        Self::ManageMembers,
        Self::ModerateMembers,
        Self::ReadAuditLog,
        Self::ReadMemberProfile,
        Self::ReadMembers,
        Self::ReadRoles,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ManageMembers => "manage_members",
            Self::ModerateMembers => "moderate_members",
            Self::ReadAuditLog => "read_audit_log",
            Self::ReadMemberProfile => "read_member_profile",
            Self::ReadMembers => "read_members",
            Self::ReadRoles => "read_roles",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }

    /// The permissions of the server that it needs somebody to have. Reading needs none but the
    /// audit log's.
    pub const fn permissions(self) -> Permissions {
        match self {
            Self::ManageMembers => Permissions::of(&[Permission::ManageMembers]),
            Self::ModerateMembers => Permissions::of(&[
                Permission::ModerateMembers,
                Permission::KickMembers,
                Permission::BanMembers,
            ]),
            Self::ReadAuditLog => Permissions::of(&[Permission::ViewAuditLog]),
            Self::ReadMemberProfile | Self::ReadMembers | Self::ReadRoles => Permissions::NONE,
        }
    }
}

/// What a token may be used for: at least one scope, each once, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// The scopes called `names`.
    ///
    /// # Errors
    /// `scopes_required` when there is none, `unknown_scope:<name>` for names that are no scope's.
    pub fn parse<S: AsRef<str>>(names: &[S]) -> Result<Self> {
        let mut scopes = Vec::with_capacity(names.len());
        for name in names {
            let name = name.as_ref();
            let scope = Scope::parse(name).ok_or_else(|| unknown(name))?;
            scopes.push(scope);
        }
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            let text = "choose at least one scope";
            return Err(Error::invalid("scopes_required", text).at("/scopes"));
        }
        Ok(Self(scopes))
    }

    /// The scopes as they are stored. What is no scope any more is left out.
    pub fn from_stored(json: &str) -> Result<Self> {
        let names: Vec<String> = serde_json::from_str(json)?;
        let scopes = names.iter().filter_map(|name| Scope::parse(name));
        Ok(Self(scopes.collect()))
    }

    /// As they are stored.
    pub fn to_stored(&self) -> Result<String> {
        Ok(serde_json::to_string(&self.0)?)
    }

    /// Whether `scope` is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|scope| scope.as_str())
    }

    /// What they allow together, of what a server's roles allow.
    pub fn permissions(&self) -> Permissions {
        let each = self.0.iter().map(|scope| scope.permissions());
        each.fold(Permissions::NONE, |all, more| all | more)
    }
}

fn unknown(name: &str) -> Error {
    // As far as a name of ours could be meant by it.
    let name: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-'))
        .take(40)
        .collect();
    let text = format!("there is no scope called {name:?}");
    Error::invalid(format!("unknown_scope:{name}"), text).at("/scopes")
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};
    use crate::permission::{Permission, Permissions};

    #[test]
    fn scopes_are_known_by_name_each_once() {
        let scopes = Scopes::parse(&["read_roles", "manage_members", "read_roles"]).expect("known");
        let names: Vec<_> = scopes.names().collect();
        assert_eq!(names, ["manage_members", "read_roles"]);
        let stored = scopes.to_stored().expect("JSON");
        assert_eq!(stored, r#"["manage_members","read_roles"]"#);
        assert_eq!(Scopes::from_stored(&stored).expect("read"), scopes);
        assert!(scopes.contains(Scope::ReadRoles));
        assert!(!scopes.contains(Scope::ReadMembers));

        let code = |names: &[&str]| {
            let refused = Scopes::parse(names).expect_err("refused");
            refused.code().to_owned()
        };
        assert_eq!(code(&[]), "scopes_required");
        assert_eq!(
            code(&["manage_members", "administrator"]),
            "unknown_scope:administrator"
        );
        assert_eq!(code(&["<b>\n"]), "unknown_scope:b");
    }

    #[test]
    fn no_scope_is_worth_more_than_it_says() {
        let all = Scopes::parse(&Scope::ALL.map(Scope::as_str)).expect("known");
        let expected = Permissions::of(&[
            Permission::ManageMembers,
            Permission::ModerateMembers,
            Permission::KickMembers,
            Permission::BanMembers,
            Permission::ViewAuditLog,
        ]);
        assert_eq!(all.permissions(), expected);
        assert_eq!(
            Scopes::parse(&["read_members"])
                .expect("known")
                .permissions(),
            Permissions::NONE
        );
    }
}
