//! Integrations: the role that bounds what they can do.

use sea_orm::entity::prelude::*;

use crate::{AppId, RoleId, ServerId};

/// What an app is as an integration.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration")]
pub struct Model {
    /// The app.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// The server, here too.
    pub server_id: ServerId,
    /// Its own role.
    pub role_id: RoleId,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
