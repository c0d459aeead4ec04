//! The append-only record of DMs that admins may read while `GD_SAVE_DM_LOGS` is on.
//!
//! History is not the log: later edits and deletions do not reach it, and messages sent while
//! logging was off are not in it.

use sea_orm::entity::prelude::*;

use crate::{ConversationId, MessageId, Timestamp, UserId};

/// One logged DM, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dm_log")]
pub struct Model {
    /// The message's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    /// The DM it was sent in; the other party is the recipient.
    pub conversation_id: ConversationId,
    /// Who sent it.
    pub sender_id: UserId,
    /// The HTML that was shown.
    pub text: String,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
