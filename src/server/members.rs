//! Changes to who is in a server, and as what.

use std::sync::Arc;

use entity::{RoleId, UserId, timestamp::millis};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Communities,
    audit::Entry,
    etag::{IfMatch, etag},
    membership::{MembershipPatch, RoleList, RolesPatch},
    patch::Patch,
    roles::require_other_administrator,
    store_members,
    view::MembershipView,
    work::{Applied, Change, Effects, Moves, Views, What, Work},
};
use crate::{
    access::Attempt,
    account::User,
    chat::servers::{Member, Role, Server},
    http::Answer,
    kernel::{Error, Result},
    permission::{Permission, Refusal, Standing},
};

/// Changes a membership: all of it or nothing.
pub(super) struct UpdateMember {
    /// For how the membership is shown.
    pub(super) communities: Communities,
    /// Whose membership it is.
    pub(super) user: Arc<User>,
    pub(super) patch: MembershipPatch,
    /// What is worth a warning already.
    pub(super) warnings: Vec<String>,
    pub(super) if_match: Option<IfMatch>,
    /// Where the answer is kept, for who may ask again.
    pub(super) attempt: Option<Attempt>,
}

/// A membership after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Membership {
    membership: MembershipView,
    /// What was not done, and why not: `unknown_field:<name>`, `role_kept:<id>`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

impl Change for UpdateMember {
    /// With the tag of what the member is now.
    type Answer = (Answer<Membership>, String);

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        let user = self.user.id;
        let old = work.member(user).await?;
        if let Some(condition) = &self.if_match {
            condition.require(&old)?;
        }
        let mut new = old.clone();
        let target = work.standing_of(&old);
        let is_self = work.is_self(user);
        if self.patch.nickname != Patch::Absent {
            new.nickname = self.patch.nickname.over(old.nickname.as_ref(), |nickname| {
                nickname.as_str().to_owned()
            });
            let is_change = new.nickname != old.nickname;
            require_renaming(work, &target, is_self, is_change).map_err(at("/nickname"))?;
        }
        let mut warnings = self.warnings;
        let mut moved = RoleMoves::default();
        if let Some(patch) = &self.patch.roles {
            moved = RoleMoves::plan(&work.server, &work.standing, &old.roles, patch)?;
            if moved.is_empty() {
                work.require(Permission::ManageMembers)?;
            } else {
                work.standing.may_change_roles_of(&target, is_self)?;
            }
            warnings.append(&mut moved.kept);
            new.roles.retain(|role| !moved.remove.contains(role));
            new.roles.extend(&moved.add);
            new.roles.sort_unstable();
        }
        if self.patch.timed_out_until != Patch::Absent {
            let until = &self.patch.timed_out_until;
            new.timed_out_until = until.over(old.timed_out_until.as_ref(), |until| *until);
            match new.timed_out_until {
                same if same == old.timed_out_until => work.standing.may_time_out_at_all(),
                Some(_) => work.standing.may_time_out(&target),
                None => work.standing.may_end_timeout(&target),
            }
            .map_err(at("/timedOutUntil"))?;
        }
        if is_self && !moved.remove.is_empty() {
            let after = work.server.standing(&new, work.now);
            require_other_administrator(work, &work.server, &after).await?;
        }
        let is_changed = new != old;
        if is_changed {
            store_members::update_member(&work.tx, work.id(), &new).await?;
            let (add, remove) = (&moved.add, &moved.remove);
            store_members::update_roles_of(&work.tx, work.id(), user, add, remove).await?;
        }
        let view = self
            .communities
            .membership_view(&work.server, &new, &self.user);
        let answer = Answer::new(Membership {
            membership: view,
            warnings,
        });
        if let Some(attempt) = &self.attempt {
            attempt.keep(&work.tx, StatusCode::OK, &answer).await?;
        }
        let effects = is_changed.then(|| effects(&old, &new));
        let answer = (answer, etag(&new));
        Ok(Applied { answer, effects })
    }
}

/// Has a refusal point to the field that asks for what is refused.
fn at(pointer: &'static str) -> impl Fn(Refusal) -> Error {
    move |refusal| Error::from(refusal).at(pointer)
}

/// Refuses to call a member something else, or to speak of it at all.
fn require_renaming(
    work: &Work,
    target: &Standing,
    is_self: bool,
    is_change: bool,
) -> Result<(), Refusal> {
    if is_self {
        work.standing.may_rename_self()
    } else if is_change {
        work.standing.may_act_on(target, Permission::ManageMembers)
    } else {
        work.standing.require(Permission::ManageMembers)
    }
}

/// What changed, and how it is recorded.
fn effects(old: &Member, new: &Member) -> Effects {
    let (mut before, mut after) = (json!({}), json!({}));
    let mut note = |key: &str, was: Value, is: Value| {
        if was != is {
            before[key] = was;
            after[key] = is;
        }
    };
    note("nickname", json!(old.nickname), json!(new.nickname));
    note("roleIds", json!(old.roles), json!(new.roles));
    let until = |member: &Member| json!(member.timed_out_until.map(millis::format));
    note("timedOutUntil", until(old), until(new));
    let entry = Entry {
        action: "member.update",
        target: format!("user:{}", new.user),
        before: Some(before),
        after: Some(after),
    };
    let views = if old.roles == new.roles {
        Views::Same
    } else {
        Views::Of(vec![new.user])
    };
    Effects::new(What::Members, entry).viewing(views)
}

/// Which roles a member is given and loses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RoleMoves {
    pub(super) add: Vec<RoleId>,
    pub(super) remove: Vec<RoleId>,
    /// Warnings about roles that stay, since they are not for whoever asks to take.
    pub(super) kept: Vec<String>,
}

impl RoleMoves {
    /// What `patch` means for a member who has the roles `current`, if `actor` may do that.
    ///
    /// A whole set speaks of the roles that whoever asks can give and take: those above them stay.
    /// The default role and those of integrations are kept whatever it says.
    pub(super) fn plan(
        server: &Server,
        actor: &Standing,
        current: &[RoleId],
        patch: &RolesPatch,
    ) -> Result<Self> {
        match patch {
            RolesPatch::Replace(wanted) => {
                let mut moves = Self {
                    add: added(server, actor, current, wanted)?,
                    ..Self::default()
                };
                for id in current.iter().filter(|id| !wanted.contains(**id)) {
                    let Some(role) = server.role(*id).filter(|role| !is_kept(role)) else {
                        continue;
                    };
                    match actor.may_assign_role(&role.rank()) {
                        Ok(()) => moves.remove.push(*id),
                        Err(Refusal::RoleHierarchy(id)) => {
                            moves.kept.push(format!("role_kept:{id}"));
                        }
                        Err(refusal) => return Err(refusal.into()),
                    }
                }
                Ok(moves)
            }
            RolesPatch::Delta { add, remove } => {
                let mut moves = Self {
                    add: added(server, actor, current, add)?,
                    ..Self::default()
                };
                for id in remove.iter() {
                    let role = named(server, remove, id)?;
                    if is_kept(role) {
                        return Err(remove.refuse(id, managed(role)));
                    }
                    if current.contains(&id) {
                        require_assignable(actor, role, remove)?;
                        moves.remove.push(id);
                    }
                }
                Ok(moves)
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// The roles of `wanted` that are not among `current`.
fn added(
    server: &Server,
    actor: &Standing,
    current: &[RoleId],
    wanted: &RoleList,
) -> Result<Vec<RoleId>> {
    let mut add = Vec::new();
    for id in wanted.iter() {
        let role = named(server, wanted, id)?;
        if role.is_default || current.contains(&id) {
            continue;
        }
        if is_kept(role) {
            return Err(wanted.refuse(id, managed(role)));
        }
        require_assignable(actor, role, wanted)?;
        add.push(id);
    }
    Ok(add)
}

/// Refuses a role of `list` that is not for `actor` to give or take.
fn require_assignable(actor: &Standing, role: &Role, list: &RoleList) -> Result<()> {
    let assignable = actor.may_assign_role(&role.rank());
    assignable.map_err(|refusal| match refusal {
        Refusal::RoleHierarchy(id) => list.refuse(id, refusal.into()),
        _ => refusal.into(),
    })
}

/// Whether a role is nobody's to give or take.
const fn is_kept(role: &Role) -> bool {
    role.is_default || role.managed_by.is_some()
}

fn named<'a>(server: &'a Server, list: &RoleList, id: RoleId) -> Result<&'a Role> {
    server.role(id).ok_or_else(|| {
        let text = format!("the server has no role {id}");
        list.refuse(id, Error::invalid(format!("unknown_role:{id}"), text))
    })
}

fn managed(role: &Role) -> Error {
    let text = format!("the role {} is not given or taken by hand", role.id);
    Error::invalid(format!("role_managed:{}", role.id), text)
}

/// Takes somebody out of a server: oneself, who leaves, or another, who is kicked.
#[derive(Debug)]
pub(super) struct RemoveMember(pub(super) UserId);

impl Change for RemoveMember {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let user = self.0;
        let action = if work.is_self(user) {
            if work.standing.is_owner {
                return Err(Refusal::TargetIsOwner.into());
            }
            "member.leave"
        } else {
            work.require(Permission::KickMembers)?;
            "member.kick"
        };
        let member = work.member(user).await?;
        if !work.is_self(user) {
            let target = work.standing_of(&member);
            work.standing.may_act_on(&target, Permission::KickMembers)?;
        }
        let effects = remove(work, &member, action).await?;
        Ok(Applied::done((), effects))
    }
}

/// Takes a member out of the server. Should they return, what channels deny to them is denied still,
/// and a timeout goes on.
pub(super) async fn remove(work: &Work, member: &Member, action: &'static str) -> Result<Effects> {
    let (tx, server, user) = (&work.tx, work.id(), member.user);
    store_members::delete_member(tx, server, user).await?;
    if let Some(until) = member.timed_out_until.filter(|until| *until > work.now) {
        store_members::save_departure(tx, server, user, until).await?;
    }
    let entry = Entry {
        action,
        target: format!("user:{user}"),
        before: None,
        after: None,
    };
    let moves = Moves {
        left: vec![user],
        ..Moves::default()
    };
    Ok(Effects::new(What::Members, entry).with(moves))
}
