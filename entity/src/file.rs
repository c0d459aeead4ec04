//! Uploaded files: what is known of them. Their bytes are in the object store.

use sea_orm::entity::prelude::*;

use crate::{FileId, Timestamp, UserId};

/// What a file was uploaded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Kind {
    /// To be sent with a message.
    #[sea_orm(string_value = "attachment")]
    Attachment,
    /// To be found by everybody for a while.
    #[sea_orm(string_value = "shared")]
    Shared,
    /// To be its owner's picture.
    #[sea_orm(string_value = "avatar")]
    Avatar,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: FileId,
    /// What `/api/files/<id>` calls it: eight characters, no secret.
    #[sea_orm(unique)]
    pub public_id: String,
    /// What `/uploads/<name>` calls it. Whoever has it may read the file: 128 random bits.
    #[sea_orm(unique)]
    pub stored_name: String,
    /// What the object store calls it; of no use to anybody else.
    #[sea_orm(unique)]
    pub blob_name: String,
    /// What it was uploaded for.
    pub kind: Kind,
    /// Who uploaded it.
    pub owner_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What its bytes are, whatever its name says.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// What its thumbnail's bytes are; none where the file needs no thumbnail.
    pub thumbnail_type: Option<String>,
    /// Bytes of the thumbnail.
    pub thumbnail_size: Option<i64>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// From when on it is gone; set for shared files.
    pub expires_at: Option<Timestamp>,
    /// When a message first named it.
    pub attached_at: Option<Timestamp>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
