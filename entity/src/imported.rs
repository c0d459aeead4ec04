//! What was brought over from the old server: its rows, and what they became here.

use sea_orm::entity::prelude::*;

/// One row of the old server.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imported")]
pub struct Model {
    /// What it is: `user`, `public`, `dm`, `gdm`, `group` ...
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    /// Its key there.
    #[sea_orm(primary_key, auto_increment = false)]
    pub old_key: String,
    /// When it was made there, as it is written there: that server gives some keys twice.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mark: String,
    /// Its id here; 0 for what has none.
    pub new_id: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
