//! Queries on the roles of servers.

use entity::{AppId, RoleId, ServerId, server_role};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, QueryFilter, Set, sea_query::Expr,
};

use super::{
    names::{Color, Name},
    patch::Patch,
    store::{room_for, run},
};
use crate::{
    kernel::{Result, Tx},
    permission::Permissions,
};

/// What a role is made of or becomes.
#[derive(Clone, Debug, Default)]
pub(super) struct RoleColumns {
    pub(super) name: Option<Name>,
    pub(super) color: Patch<Color>,
    pub(super) permissions: Option<Permissions>,
}

impl RoleColumns {
    fn write_to(self, row: &mut server_role::ActiveModel) {
        if let Some(name) = self.name {
            row.name = Set(name.as_str().to_owned());
        }
        match self.color {
            Patch::Absent => {}
            Patch::Null => row.color = Set(None),
            Patch::Value(color) => row.color = Set(Some(color.as_str().to_owned())),
        }
        if let Some(permissions) = self.permissions {
            row.permissions = Set(permissions.bits());
        }
    }

    fn is_empty(&self) -> bool {
        self.name.is_none() && self.color == Patch::Absent && self.permissions.is_none()
    }
}

/// Makes a role at `position`; those at and above it move up.
pub(super) async fn insert_role(
    tx: &Tx,
    server: ServerId,
    position: i64,
    managed_by: Option<AppId>,
    columns: RoleColumns,
) -> Result<RoleId> {
    server_role::Entity::update_many()
        .col_expr(
            server_role::Column::Position,
            Expr::col(server_role::Column::Position).add(1),
        )
        .filter(server_role::Column::ServerId.eq(server))
        .filter(server_role::Column::Position.gte(position))
        .exec(tx)
        .await?;
    let mut role = server_role::ActiveModel {
        server_id: Set(server),
        color: Set(None),
        permissions: Set(0),
        position: Set(position),
        is_default: Set(false),
        managed_by: Set(managed_by),
        ..Default::default()
    };
    columns.write_to(&mut role);
    Ok(role.insert(tx).await?.id)
}

pub(super) async fn update_role(tx: &Tx, id: RoleId, columns: RoleColumns) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let mut change = server_role::ActiveModel {
        id: Set(id),
        ..Default::default()
    };
    columns.write_to(&mut change);
    change.update(tx).await?;
    Ok(())
}

/// Moves a role from one place to another; those in between make room.
pub(super) async fn move_role(
    tx: &Tx,
    server: ServerId,
    id: RoleId,
    from: i64,
    to: i64,
) -> Result<()> {
    let (step, low, high) = room_for(from, to);
    server_role::Entity::update_many()
        .col_expr(
            server_role::Column::Position,
            Expr::col(server_role::Column::Position).add(step),
        )
        .filter(server_role::Column::ServerId.eq(server))
        .filter(server_role::Column::Position.between(low, high))
        .exec(tx)
        .await?;
    let change = server_role::ActiveModel {
        id: Set(id),
        position: Set(to),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Deletes a role, and with it who had it; those above it move down.
pub(super) async fn delete_role(
    tx: &Tx,
    server: ServerId,
    id: RoleId,
    position: i64,
) -> Result<()> {
    delete_overwrites_of(tx, server, id).await?;
    server_role::Entity::delete_by_id(id).exec(tx).await?;
    server_role::Entity::update_many()
        .col_expr(
            server_role::Column::Position,
            Expr::col(server_role::Column::Position).sub(1),
        )
        .filter(server_role::Column::ServerId.eq(server))
        .filter(server_role::Column::Position.gt(position))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes a role out of the overwrites of all channels of its server.
async fn delete_overwrites_of(tx: &Tx, server: ServerId, role: RoleId) -> Result<()> {
    let sql = "DELETE FROM channel_overwrite WHERE kind = 'role' AND target_id = $1 \
               AND conversation_id IN \
               (SELECT conversation_id FROM server_channel WHERE server_id = $2)";
    run(tx, sql, [role.into(), server.into()]).await
}
