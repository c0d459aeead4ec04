//! Who called, for the signatures of handlers.

use std::{sync::Arc, time::Duration};

use axum::extract::FromRequestParts;
use entity::{AppId, AppTokenId, GrantId, RoleId, ServerId, Timestamp, UserId};
use http::request::Parts;

use super::{
    limits::{Limit, Limits, Subject},
    pace::Pace,
    scope::{Scope, Scopes},
};
use crate::{
    account::{CurrentUser, User},
    kernel::{Error, Result},
    permission::{Permission, Permissions, Role, Standing},
};

/// A token of an integration that is good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// The app.
    pub app: AppId,
    /// What the app is called.
    pub name: String,
    /// The token.
    pub token: AppTokenId,
    /// What the token is called.
    pub token_name: String,
    /// The one server that it is for.
    pub server: ServerId,
    /// What the token may be used for.
    pub scopes: Scopes,
    /// The integration's own role.
    pub role: RoleId,
    /// Who made the token, or took it over.
    pub creator: UserId,
    /// Until when it is good; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// Whether an admin has suspended the app.
    pub(super) is_suspended: bool,
}

/// How often one token may read.
const READS: Limit = Limit::new(
    "integration_read",
    |limits| limits.integration_reads,
    Duration::from_mins(1),
);
/// How often one token may change something.
const WRITES: Limit = Limit::new(
    "integration_write",
    |limits| limits.integration_writes,
    Duration::from_mins(1),
);
/// How often all integrations of a server together may change something.
const WRITES_IN_SERVER: Limit = Limit::new(
    "integration_server",
    |limits| limits.integration_server_writes,
    Duration::from_secs(1),
)
.shared();

impl Integration {
    /// Counts a request that reads.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn count_read(&self, limits: &Limits, pace: &Pace) -> Result<()> {
        limits.check(pace, &[(READS, Subject::Token(self.token))])
    }

    /// Counts a request that changes something.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn count_write(&self, limits: &Limits, pace: &Pace) -> Result<()> {
        let server = (WRITES_IN_SERVER, Subject::Server(self.server));
        limits.check(pace, &[server, (WRITES, Subject::Token(self.token))])
    }

    /// Refuses what needs `scope` when the token does not have it.
    ///
    /// # Errors
    /// `insufficient_scope`.
    pub fn require(&self, scope: Scope) -> Result<()> {
        if self.scopes.contains(scope) {
            return Ok(());
        }
        let text = format!("the token needs the scope {}", scope.as_str());
        Err(Error::refused("insufficient_scope", text))
    }

    /// What the token may do in its server: no more than its scopes say, than its own `role` may,
    /// and than its `creator` may at the moment. `creator` is none when they are no member.
    ///
    /// # Errors
    /// `creator_lost_permission` unless its creator may manage the server.
    pub fn standing(&self, role: &Role, creator: Option<&Standing>) -> Result<Standing> {
        let creator = creator.filter(|creator| creator.require(Permission::ManageServer).is_ok());
        let creator = creator.ok_or_else(creator_lost_permission)?;
        let allowed = if role.permissions.contains(Permission::Administrator) {
            Permissions::ALL
        } else {
            role.permissions
        };
        let top = if creator.is_owner {
            role.position
        } else {
            role.position.min(creator.top)
        };
        Ok(Standing {
            is_owner: false,
            timed_out: false,
            top,
            base: self
                .scopes
                .permissions()
                .intersect(allowed)
                .intersect(creator.effective()),
        })
    }
}

/// The token pauses until another manager takes it over.
pub(super) fn creator_lost_permission() -> Error {
    Error::refused(
        "creator_lost_permission",
        "whoever made this token does not manage the server any more; another manager can adopt it",
    )
}

/// An OAuth client's access to an account, good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OauthAccess {
    /// The client.
    pub app: AppId,
    /// What the person allowed it.
    pub grant: GrantId,
    /// The person.
    pub user: UserId,
    /// The scopes of the token.
    pub scopes: Vec<String>,
}

/// The token that a request came with; in the request's extensions.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// An integration's.
    Integration(Arc<Integration>),
    /// An OAuth client's.
    Oauth(Arc<OauthAccess>),
}

/// Whoever calls a route that is for people and for integrations.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A signed-in person.
    User(Arc<User>),
    /// An integration. That its scopes suffice was seen to; what it may do beyond them,
    /// [`Integration::standing`] says.
    Integration(Arc<Integration>),
}

impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        if let Some(Bearer::Integration(integration)) = parts.extensions.get() {
            return Ok(Self::Integration(integration.clone()));
        }
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        Ok(Self::User(user))
    }
}

/// The integration that calls, at routes for integrations alone.
impl<S: Sync> FromRequestParts<S> for Integration {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        match parts.extensions.get() {
            Some(Bearer::Integration(integration)) => Ok(integration.as_ref().clone()),
            _ => Err(Error::unauthenticated()),
        }
    }
}

/// The OAuth client that calls, at routes for these.
impl<S: Sync> FromRequestParts<S> for OauthAccess {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        match parts.extensions.get() {
            Some(Bearer::Oauth(access)) => Ok(access.as_ref().clone()),
            _ => Err(Error::unauthenticated()),
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{AppId, AppTokenId, RoleId, ServerId, UserId};

    use super::{Integration, Scope, Scopes};
    use crate::permission::{Permission, Permissions, Role, Standing};

    fn integration(scopes: &[&str]) -> Integration {
        Integration {
            app: AppId(1),
            name: "Roles".into(),
            token: AppTokenId(2),
            token_name: "CI".into(),
            server: ServerId(3),
            scopes: Scopes::parse(scopes).expect("scopes"),
            role: RoleId(4),
            creator: UserId(5),
            expires_at: None,
            is_suspended: false,
        }
    }

    fn role(permissions: &[Permission]) -> Role {
        Role {
            id: RoleId(4),
            position: 5,
            permissions: Permissions::of(permissions),
        }
    }

    fn creator(permissions: &[Permission]) -> Standing {
        Standing {
            top: 3,
            base: Permissions::of(permissions),
            ..Standing::default()
        }
    }

    const MANAGER: [Permission; 2] = [Permission::ManageServer, Permission::ManageMembers];

    #[test]
    fn a_token_can_do_no_more_than_its_scopes_its_role_and_its_creator() {
        let token = integration(&["manage_members", "moderate_members"]);
        let all = role(&[Permission::Administrator]);
        let power = |role: &Role, creator: &Standing| {
            let standing = token.standing(role, Some(creator)).expect("a standing");
            assert!(!standing.is_admin());
            (standing.effective().names(), standing.top)
        };
        let owner = Standing {
            is_owner: true,
            ..Standing::default()
        };
        let whole = vec![
            "ban_members",
            "kick_members",
            "manage_members",
            "moderate_members",
        ];
        assert_eq!(power(&all, &owner), (whole, 5));
        assert_eq!(
            power(&all, &creator(&MANAGER)),
            (vec!["manage_members"], 3),
            "no higher than its creator"
        );
        let kicks = role(&[Permission::KickMembers, Permission::ManageRoles]);
        assert_eq!(power(&kicks, &owner), (vec!["kick_members"], 5));
        assert_eq!(power(&kicks, &creator(&MANAGER)), (vec![], 3));
    }

    #[test]
    fn it_pauses_when_its_creator_is_no_manager_any_more() {
        let token = integration(&["read_members"]);
        let role = role(&[]);
        let mut late = creator(&MANAGER);
        late.timed_out = true;
        for lost in [
            None,
            Some(&creator(&[Permission::ManageMembers])),
            Some(&late),
        ] {
            let refused = token.standing(&role, lost).expect_err("paused");
            assert_eq!(refused.code(), "creator_lost_permission");
        }
        assert!(token.standing(&role, Some(&creator(&MANAGER))).is_ok());
    }

    #[test]
    fn a_scope_it_does_not_have_is_refused() {
        let token = integration(&["read_members"]);
        assert!(token.require(Scope::ReadMembers).is_ok());
        let refused = token.require(Scope::ManageMembers).expect_err("refused");
        assert_eq!(refused.code(), "insufficient_scope");
    }
}
