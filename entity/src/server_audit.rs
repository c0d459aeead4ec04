//! What was done in a server, and by whom. Only ever appended to.

use sea_orm::entity::prelude::*;

use crate::{ServerAuditId, ServerId, Timestamp};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "server_audit")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: ServerAuditId,
    /// The server.
    pub server_id: ServerId,
    /// When.
    pub at: Timestamp,
    /// Who: `{"kind":"user","id":..}` or `{"kind":"integration","id":..,"token":..}`, as JSON.
    pub actor: String,
    /// What, as a stable name such as `role.update`.
    pub action: String,
    /// To whom or what, such as `role:7`.
    pub target: String,
    /// What was there before, as JSON.
    pub before: Option<String>,
    /// What is there now, as JSON.
    pub after: Option<String>,
    /// Why, as whoever did it says.
    pub reason: Option<String>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
