//! What people have reported to the admins.

use sea_orm::entity::prelude::*;

use crate::{MessageId, ReportId, Timestamp, UserId};

/// What is reported.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    utoipa::ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A message.
    #[sea_orm(string_value = "message")]
    Message,
    /// A person.
    #[sea_orm(string_value = "user")]
    User,
}

/// What has become of a report.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    EnumIter,
    DeriveActiveEnum,
    serde::Serialize,
    serde::Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody has looked at it.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// Somebody has looked at it.
    #[sea_orm(string_value = "reviewed")]
    Reviewed,
    /// Something was done.
    #[sea_orm(string_value = "resolved")]
    Resolved,
    /// Nothing is to be done.
    #[sea_orm(string_value = "dismissed")]
    Dismissed,
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key)]
    pub id: ReportId,
    /// What is reported.
    pub kind: Kind,
    /// The message, where it is one.
    pub message_id: Option<MessageId>,
    /// How the message began when it was reported, as typed.
    pub excerpt: Option<String>,
    /// Who is reported, or whose message is.
    pub target_id: UserId,
    /// Who reports.
    pub reporter_id: UserId,
    /// Why: `spam`, `harassment`, `hate_speech`, `inappropriate`, `impersonation` or `other`.
    pub reason: String,
    /// In the reporter's words.
    pub details: String,
    /// When.
    pub created_at: Timestamp,
    /// What has become of it.
    pub status: Status,
    /// In the admins' words.
    pub admin_notes: String,
    /// When it was resolved or dismissed.
    pub resolved_at: Option<Timestamp>,
    /// Who resolved or dismissed it.
    pub resolved_by: Option<UserId>,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
