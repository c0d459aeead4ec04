//! The scripts of custom channels, as they were read.

use sea_orm::entity::prelude::*;

use crate::CustomChannelId;

/// One script of one channel.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "custom_channel_script")]
pub struct Model {
    /// Whose script it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: CustomChannelId,
    /// SHA-256 of its bytes, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    /// Its text: these bytes and no others.
    pub script: String,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
