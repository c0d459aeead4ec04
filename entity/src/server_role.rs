//! Roles: what their holders may do in a server, and in which order they stand.

use sea_orm::entity::prelude::*;

use crate::{AppId, RoleId, ServerId};

/// One role.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_role")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: RoleId,
    /// The server.
    pub server_id: ServerId,
    /// 1-100 characters.
    pub name: String,
    /// `#rrggbb`.
    pub color: Option<String>,
    /// Bits of `permission::Permissions`.
    pub permissions: i64,
    /// Its place: higher stands above lower; 0 is the default role, and its alone.
    pub position: i64,
    /// Whether everybody has it.
    pub is_default: bool,
    /// The integration whose own role it is.
    pub managed_by: Option<AppId>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
