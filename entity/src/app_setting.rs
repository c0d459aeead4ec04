//! The installation's settings ("toggles") that differ from their defaults.

use sea_orm::entity::prelude::*;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_setting")]
pub struct Model {
    /// Its name, as on the wire.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Its value; booleans are `"1"` and `"0"`.
    pub value: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
