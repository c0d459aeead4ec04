//! Messages of every kind of conversation, deleted ones included as empty tombstones.
//!
//! Written only by the chat writer, so that `seq` and `rev` stay gapless.

use sea_orm::entity::prelude::*;

use crate::{AppId, ConversationId, MessageId, Timestamp, UserId};

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message")]
pub struct Model {
    /// Primary key, one sequence for all conversations.
    #[sea_orm(primary_key)]
    pub id: MessageId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// 1, 2, 3 ... within the conversation.
    pub seq: i64,
    /// The conversation's change counter when this message last changed.
    pub rev: i64,
    /// The author; none for System and for apps.
    pub sender_id: Option<UserId>,
    /// The app that wrote it.
    pub app_id: Option<AppId>,
    /// What the sender typed (Markdown).
    pub source: String,
    /// Sanitised HTML made from `source` when it was sent or edited.
    pub text: String,
    /// What an app gave it beside its text - a name, a picture, embeds - as JSON.
    pub card: Option<String>,
    /// Stored name of a file, relative to `/uploads/`.
    pub attachment: Option<String>,
    /// The message this one answers, in the same conversation.
    pub reply_to: Option<MessageId>,
    /// The author of that message.
    pub reply_user_id: Option<UserId>,
    /// The beginning of that message when this one was sent.
    pub reply_snippet: Option<String>,
    /// Ids of the people mentioned, as a JSON array; none when nobody is.
    pub mentions: Option<String>,
    /// Ids of the roles mentioned, likewise; in channels only.
    pub role_mentions: Option<String>,
    /// The sender's own key for this message: a resend with the same one stores nothing.
    pub nonce: Option<String>,
    /// Whether DM logging was on when it was sent.
    pub logged: bool,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Who last edited it.
    pub edited_by: Option<UserId>,
    /// Set on tombstones.
    pub deleted_at: Option<Timestamp>,
    /// 0: everybody in the conversation sees it. 1: its author alone ever did. 2: its author alone
    /// does, since they edited it; for others it is deleted.
    pub shadow: i16,
    /// How many rows of `reaction` it has.
    pub reactions: i64,
}

/// No relations are followed through the ORM: queries name their joins.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
