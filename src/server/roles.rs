//! Changes to the roles of a server.

use entity::{AppId, RoleId};
use serde_json::{Value, json};

use super::{
    audit::Entry,
    model::{MAX_ROLES, too_many},
    names::{Color, Name},
    patch::Patch,
    store_members,
    store_roles::{self, RoleColumns},
    work::{Applied, Change, Effects, Views, What, Work},
};
use crate::{
    chat::servers::{Role, Server},
    kernel::{Error, Result},
    permission::{Permission, Permissions, Refusal, Standing},
};

/// What the own role of an integration allows: what its tokens can be given scopes for.
const OF_INTEGRATIONS: Permissions = Permissions::of(&[
    Permission::ManageMembers,
    Permission::ModerateMembers,
    Permission::KickMembers,
    Permission::BanMembers,
    Permission::ViewAuditLog,
]);

/// Makes a role.
#[derive(Debug)]
pub(super) struct CreateRole {
    pub(super) name: Name,
    pub(super) color: Option<Color>,
    pub(super) permissions: Permissions,
    /// From 1, which is just above the default role; as low as possible when none is given.
    pub(super) position: Option<i64>,
}

impl Change for CreateRole {
    type Answer = Role;

    async fn apply(self, work: &Work) -> Result<Applied<Role>> {
        let position = self
            .position
            .unwrap_or(1)
            .clamp(1, highest(&work.server) + 1);
        // The new role pushes up what is at its place and above.
        let pushed = i64::from(work.standing.top >= position);
        let standing = Standing {
            top: work.standing.top + pushed,
            ..work.standing
        };
        let created = standing.may_create_role(self.permissions, position);
        created.map_err(refused)?;
        if work.server.roles.len() >= MAX_ROLES {
            return Err(too_many("roles", MAX_ROLES));
        }
        let columns = RoleColumns {
            name: Some(self.name.clone()),
            color: self.color.clone().map_or(Patch::Absent, Patch::Value),
            permissions: Some(self.permissions),
        };
        let id = store_roles::insert_role(&work.tx, work.id(), position, None, columns).await?;
        let role = Role {
            id,
            name: self.name.as_str().to_owned(),
            color: self.color.map(|color| color.as_str().to_owned()),
            permissions: self.permissions,
            position,
            is_default: false,
            managed_by: None,
        };
        let entry = Entry {
            action: "role.create",
            target: format!("role:{id}"),
            before: None,
            after: Some(record(&role)),
        };
        Ok(Applied::done(role, Effects::new(What::Roles, entry)))
    }
}

/// Changes a role: whatever is none stays.
#[derive(Debug)]
pub(super) struct UpdateRole {
    pub(super) id: RoleId,
    pub(super) name: Option<Name>,
    pub(super) color: Patch<Color>,
    pub(super) permissions: Option<Permissions>,
    pub(super) position: Option<i64>,
}

impl Change for UpdateRole {
    type Answer = Role;

    async fn apply(self, work: &Work) -> Result<Applied<Role>> {
        let old = work.role(self.id)?;
        let mut new = old.clone();
        if let Some(name) = &self.name {
            name.as_str().clone_into(&mut new.name);
        }
        new.color = self
            .color
            .over(old.color.as_ref(), |color| color.as_str().to_owned());
        if let Some(permissions) = self.permissions {
            new.permissions = permissions;
        }
        if let (Some(position), false) = (self.position, old.is_default) {
            new.position = position.clamp(1, highest(&work.server));
        }
        let standing = &work.standing;
        let edited = standing.may_edit_role(&old.rank(), new.permissions, new.position);
        edited.map_err(refused)?;
        if old.is_default {
            require_default(old, &new, self.position)?;
        }
        if new == *old {
            return Ok(Applied::unchanged(new));
        }
        let mut after = work.server.clone();
        for role in after.roles.iter_mut().filter(|role| role.id == new.id) {
            role.permissions = new.permissions;
        }
        require_administrator(work, &after).await?;
        let columns = RoleColumns {
            name: self.name.filter(|_| new.name != old.name),
            color: self.color,
            permissions: Some(new.permissions).filter(|to| *to != old.permissions),
        };
        store_roles::update_role(&work.tx, old.id, columns).await?;
        if new.position != old.position {
            let (tx, id) = (&work.tx, work.id());
            store_roles::move_role(tx, id, old.id, old.position, new.position).await?;
        }
        let entry = Entry {
            action: "role.update",
            target: format!("role:{}", old.id),
            before: Some(record(old)),
            after: Some(record(&new)),
        };
        let effects = Effects::new(What::Roles, entry).viewing(Views::All);
        Ok(Applied::done(new, effects))
    }
}

/// Refuses to call the default role something else, or to move it.
fn require_default(old: &Role, new: &Role, position: Option<i64>) -> Result<()> {
    let pointer = if new.name != old.name {
        "/name"
    } else if position.is_some_and(|to| to != 0) {
        "/position"
    } else {
        return Ok(());
    };
    let text = "the default role has its name and its place";
    Err(Error::invalid("role_is_default", text).at(pointer))
}

/// Has a refusal point to the field that it is about, if it is about what a role is to be.
fn refused(refusal: Refusal) -> Error {
    let error = Error::from(refusal);
    match refusal {
        Refusal::PermissionNotHeld(_) => error.at("/permissions"),
        Refusal::PositionAboveYou => error.at("/position"),
        _ => error,
    }
}

/// Deletes a role; who had it has one less.
#[derive(Debug)]
pub(super) struct DeleteRole(pub(super) RoleId);

impl Change for DeleteRole {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let role = work.role(self.0)?;
        work.standing.may_delete_role(&role.rank())?;
        if role.is_default {
            let text = "the default role cannot be deleted";
            return Err(Error::invalid("role_is_default", text));
        }
        if role.managed_by.is_some() {
            let text = "the role goes with the integration that it belongs to";
            return Err(Error::invalid(format!("role_managed:{}", role.id), text));
        }
        let effects = delete(work, role, "role.delete").await?;
        Ok(Applied::done((), effects))
    }
}

async fn delete(work: &Work, role: &Role, action: &'static str) -> Result<Effects> {
    let mut after = work.server.clone();
    after.roles.retain(|other| other.id != role.id);
    require_administrator(work, &after).await?;
    store_roles::delete_role(&work.tx, work.id(), role.id, role.position).await?;
    let entry = Entry {
        action,
        target: format!("role:{}", role.id),
        before: Some(record(role)),
        after: None,
    };
    Ok(Effects::new(What::Roles, entry).viewing(Views::All))
}

/// Makes the own role of an integration, which nobody can be given: directly below whoever makes
/// it, so that it stands above all they can change, and nothing else. For the change that makes the
/// integration, which needs [`Permission::ManageServer`].
pub async fn create_managed_role(work: &Work, app: AppId, name: &str) -> Result<RoleId> {
    if work.server.roles.len() >= MAX_ROLES {
        return Err(too_many("roles", MAX_ROLES));
    }
    let position = if work.standing.is_owner {
        highest(&work.server) + 1
    } else {
        work.standing.top.max(1)
    };
    let columns = RoleColumns {
        name: Some(Name::parse(name)?),
        color: Patch::Absent,
        permissions: Some(OF_INTEGRATIONS.intersect(work.standing.effective())),
    };
    store_roles::insert_role(&work.tx, work.id(), position, Some(app), columns).await
}

/// Calls the own role of an integration what the integration is called now.
pub async fn rename_managed_role(work: &Work, app: AppId, name: &str) -> Result<()> {
    let roles = work.server.roles.iter();
    for role in roles.filter(|role| role.managed_by == Some(app)) {
        let columns = RoleColumns {
            name: Some(Name::parse(name)?),
            color: Patch::Absent,
            permissions: None,
        };
        store_roles::update_role(&work.tx, role.id, columns).await?;
    }
    Ok(())
}

/// Deletes the own role of an integration, for the change that deletes it.
pub async fn delete_managed_role(work: &Work, app: AppId) -> Result<()> {
    let roles = work.server.roles.iter();
    for role in roles.filter(|role| role.managed_by == Some(app)) {
        store_roles::delete_role(&work.tx, work.id(), role.id, role.position).await?;
    }
    Ok(())
}

/// The highest place that a role has.
fn highest(server: &Server) -> i64 {
    let positions = server.roles.iter().map(|role| role.position);
    positions.max().unwrap_or_default()
}

/// Refuses a change of roles, to what `after` says, by which the last administrator steps down.
async fn require_administrator(work: &Work, after: &Server) -> Result<()> {
    let Some(actor) = &work.actor else {
        return Ok(());
    };
    require_other_administrator(work, after, &after.standing(actor, work.now)).await
}

/// Refuses that whoever makes a change becomes what `standing` says when they were the last
/// administrator; who else is one, the roles of `after` say.
pub(super) async fn require_other_administrator(
    work: &Work,
    after: &Server,
    standing: &Standing,
) -> Result<()> {
    if work.standing.may_become(standing, 0).is_ok() {
        return Ok(());
    }
    let admin = Permission::Administrator;
    let roles = after.roles.iter();
    let roles: Vec<_> = roles
        .filter(|role| role.permissions.contains(admin))
        .map(|role| role.id)
        .collect();
    let (id, owner) = (work.id(), work.server.owner);
    let others =
        store_members::count_others_with(&work.tx, id, &roles, work.person(), owner).await?;
    Ok(work.standing.may_become(standing, others)?)
}

/// A role as the audit log has it.
fn record(role: &Role) -> Value {
    json!({
        "name": role.name,
        "color": role.color,
        "permissions": role.permissions,
        "position": role.position,
    })
}
