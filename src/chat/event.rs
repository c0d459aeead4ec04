//! The chat feature's words on the wire: payloads of events, answers and history rows.
//!
//! One message has one shape wherever it appears. The documented fields stay as they are; `seq`,
//! `rev`, `source`, `conversation`, `kind`, `nonce`, `mentions` and `deleted` are added.

use entity::{ConversationId, MessageId, RoleId, ServerId, Timestamp, conversation::Kind};
use serde::Serialize;
use utoipa::ToSchema;

pub use super::typing::UserTyping;

/// The picture of the author "System".
pub const SYSTEM_AVATAR: &str = "/sys_pfp.png";
/// The name of the author "System".
pub const SYSTEM: &str = "System";

/// One message, as one person sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageOut {
    /// One sequence for all kinds of conversation.
    pub id: MessageId,
    /// `public`, `dm:<the other's name>`, `gdm:<id>` or `channel:<id>`.
    pub conversation: String,
    /// What the conversation is.
    pub kind: Kind,
    /// 1, 2, 3 ... within the conversation.
    pub seq: i64,
    /// The conversation's change counter when this message last changed.
    pub rev: i64,
    /// The author; 0 for System and for apps.
    pub user_id: i64,
    /// The author's name.
    pub username: String,
    /// DM: the author's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_user: Option<String>,
    /// DM: the recipient's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_user: Option<String>,
    /// Group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ConversationId>,
    /// Group: its id again, by its other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<ConversationId>,
    /// Channel: its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Channel: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ConversationId>,
    /// Channel: who wrote it, a person or an app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<AuthorOut>,
    /// Channel: what is shown below the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub embeds: Option<Vec<serde_json::Value>>,
    /// App: whether it comes without a sound.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Sanitised HTML.
    pub text: String,
    /// Markdown, as typed.
    pub source: String,
    /// A stored name such that `/uploads/<name>` is the file.
    pub attachment: Option<String>,
    /// When it was sent.
    pub created_at: Timestamp,
    /// 1 once it was edited.
    pub edited: u8,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// Who last edited it.
    pub edited_by: Option<String>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// That message's author.
    pub reply_username: Option<String>,
    /// How that message begins; none once it is deleted.
    pub reply_snippet: Option<String>,
    /// Names of the people mentioned.
    pub mentions: Vec<String>,
    /// Channel: whether everybody is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_everyone: Option<bool>,
    /// Channel: the roles mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_roles: Option<Vec<RoleId>>,
    /// Who reacted, and how.
    pub reactions: Vec<ReactionOut>,
    /// Only for System: its picture.
    pub avatar: Option<&'static str>,
    /// The sender's own key for it.
    pub nonce: Option<String>,
    /// Whether only this empty tombstone is left of it.
    pub deleted: bool,
}

/// Who wrote a message in a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuthorOut {
    /// Whether it is a person or an app.
    pub kind: AuthorKind,
    /// The person's or the app's id.
    pub id: i64,
    /// The name that people are shown. An app's is what the message says, not an account.
    pub name: String,
    /// App: the picture that the message gave it, at the address of another site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// App: the path at which this server shows that picture; absent where it shows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_avatar_url: Option<String>,
    /// App: the emoji that the message gave it for a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar_emoji: Option<String>,
}

/// What sort of author it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthorKind {
    /// A person.
    User,
    /// An app that posts messages.
    Webhook,
    /// The server itself.
    System,
}

/// One emoji under a message.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReactionOut {
    /// The emoji.
    pub emoji: String,
    /// Who chose it: the first 50 people, and the caller.
    pub users: Vec<String>,
    /// How many chose it.
    pub count: i64,
    /// Whether the caller did.
    pub me: bool,
}

/// A message that is pinned.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pinned {
    /// The message.
    #[serde(flatten)]
    pub message: MessageOut,
    /// When it was pinned.
    pub pinned_at: Timestamp,
    /// Who pinned it.
    pub pinned_by: String,
}

/// `pin_update`: another message is pinned, or one is not any more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PinUpdate {
    /// `public` or `gdm`.
    pub kind: Kind,
    /// `pin` or `unpin`.
    pub action: &'static str,
    /// The message's id.
    pub id: MessageId,
    /// Group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ConversationId>,
    /// The conversation's name.
    pub conversation: String,
    /// The message, when it was pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageOut>,
}

/// `reaction_added` and `reaction_removed`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReactionChanged {
    /// The message.
    pub id: MessageId,
    /// The emoji.
    pub emoji: &'static str,
    /// Who put it there or took it away.
    pub username: String,
    /// How many have chosen it now; 0 when it is gone.
    pub count: i64,
    /// Where the message is.
    #[serde(flatten)]
    pub at: ChangedAt,
}

/// `message_edited`, and the older `edit_message`, `dm_edit` and `gdm_edit`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageEdited {
    /// The message.
    pub id: MessageId,
    /// The new Markdown.
    pub content: String,
    /// The new HTML.
    pub text: String,
    /// The new Markdown again, by the name it has in messages.
    pub source: String,
    /// When.
    pub edited_at: Timestamp,
    /// Who.
    pub edited_by: String,
    /// Names of the people whom it mentions now.
    pub mentions: Vec<String>,
    /// Channel: whether it mentions everybody now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_everyone: Option<bool>,
    /// Channel: the roles that it mentions now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mention_roles: Option<Vec<RoleId>>,
    /// App: what is shown below the text now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub embeds: Option<Vec<serde_json::Value>>,
    /// Where it is.
    #[serde(flatten)]
    pub at: ChangedAt,
}

/// `message_deleted`; the older `delete_message`, `dm_delete` and `gdm_delete` carry the bare id.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageDeleted {
    /// The message.
    pub id: MessageId,
    /// Who.
    pub deleted_by: String,
    /// Where it was.
    #[serde(flatten)]
    pub at: ChangedAt,
}

/// Where a changed message is, and in which order the change came.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChangedAt {
    /// What the conversation is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// DM: the other person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<ConversationId>,
    /// Channel: its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Channel: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ConversationId>,
    /// The conversation's name.
    pub conversation: String,
    /// The message's place in it.
    pub seq: i64,
    /// The conversation's change counter.
    pub rev: i64,
}

/// The answer to a send.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Sent {
    /// The message's id; of a message sent in parts, the last one's.
    pub id: MessageId,
    /// Its place in the conversation.
    pub seq: i64,
    /// The conversation's change counter.
    pub rev: i64,
    /// The conversation's name.
    pub conversation: String,
    /// When it was stored.
    pub created_at: Timestamp,
    /// The ids of all parts, where it was too long for one message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<MessageId>>,
}

/// The answer to an edit or a deletion.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Changed {
    /// The message.
    pub id: MessageId,
    /// The conversation's change counter.
    pub rev: i64,
    /// The conversation's name; absent when an admin changed something in a DM of others, for which
    /// they have no name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// How far a person has read a conversation: the answer to `mark_read` and the event `read_state`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadState {
    /// The conversation's name.
    pub conversation: String,
    /// `seq` up to which it is read.
    pub read_seq: i64,
    /// Messages after that, tombstones left out.
    pub unread: i64,
    /// How many of them mention the person.
    pub mentions: i64,
}

/// One conversation in the list of one's conversations.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationOut {
    /// Its name for programs.
    pub conversation: String,
    /// What it is.
    pub kind: Kind,
    /// Its name for people.
    pub name: String,
    /// DM: the other person's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<String>,
    /// Group: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<ConversationId>,
    /// Channel: its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// Channel: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ConversationId>,
    /// Group: whether only its owner may send. Channel: whether only those may who manage channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// Group: its owner's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Group: its members' names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
    /// `seq` of the newest message.
    pub last_seq: i64,
    /// `rev` of the newest change.
    pub last_rev: i64,
    /// `seq` up to which it is read.
    pub read_seq: i64,
    /// Messages after that, tombstones left out.
    pub unread: i64,
    /// How many of them mention the caller.
    pub mentions: i64,
    /// The newest message that is not deleted.
    pub last_message: Option<MessageOut>,
}

/// What changed in one conversation since the caller last looked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SyncedConversation {
    /// The conversation's name.
    pub conversation: String,
    /// Channel: its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// `seq` of the newest message.
    pub last_seq: i64,
    /// `rev` of the newest change.
    pub last_rev: i64,
    /// `seq` up to which it is read.
    pub read_seq: i64,
    /// Messages after that, tombstones left out.
    pub unread: i64,
    /// How many of them mention the caller.
    pub mentions: i64,
    /// What to send as `since` next time.
    pub rev: i64,
    /// Whether these are simply its newest messages, since the caller did not name it.
    pub snapshot: bool,
    /// Whether there is more to ask for with `rev`.
    pub more: bool,
    /// Changed messages by ascending `rev`, tombstones included.
    pub messages: Vec<MessageOut>,
}

/// The answer to `sync`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Synced {
    /// Conversations with changes, the one with the newest message first.
    pub conversations: Vec<SyncedConversation>,
    /// Named conversations that the caller can no longer see.
    pub gone: Vec<String>,
    /// Whether to call again with the new `rev`s.
    pub more: bool,
}

/// `system_message`: a notice, private ones included.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SystemMessage {
    /// Unique; above every message's id, since private notices are not stored.
    pub id: i64,
    /// Always 0.
    pub user_id: i64,
    /// Always `System`.
    pub username: &'static str,
    /// Sanitised HTML.
    pub text: String,
    /// Always none.
    pub attachment: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// Always 0.
    pub edited: u8,
    /// Its picture.
    pub avatar: &'static str,
    /// Always none.
    pub reply_to: Option<MessageId>,
    /// Always none.
    pub reply_username: Option<String>,
    /// Always none.
    pub reply_snippet: Option<String>,
    /// Always empty.
    pub reactions: Vec<ReactionOut>,
}

impl SystemMessage {
    /// A notice of `text` (plain, not HTML) at `now`.
    pub fn new(text: &str, now: Timestamp) -> Self {
        use std::sync::atomic::{AtomicI64, Ordering};
        /// 2^52: above the ids of messages and still exact in JavaScript.
        static NEXT: AtomicI64 = AtomicI64::new(1 << 52);
        // The time keeps ids apart across restarts, the counter within a millisecond.
        let floor = (1 << 52) + now.0 * 1000;
        let previous = NEXT.fetch_max(floor, Ordering::Relaxed);
        let id = if previous < floor {
            floor
        } else {
            NEXT.fetch_add(1, Ordering::Relaxed) + 1
        };
        Self {
            id,
            user_id: 0,
            username: SYSTEM,
            text: html_escape::encode_text(text).into_owned(),
            attachment: None,
            created_at: now,
            edited: 0,
            avatar: SYSTEM_AVATAR,
            reply_to: None,
            reply_username: None,
            reply_snippet: None,
            reactions: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use entity::Timestamp;

    use super::SystemMessage;

    #[test]
    fn notices_have_unique_ids_that_javascript_can_hold() {
        let ids: HashSet<i64> = (0..1000)
            .map(|n| SystemMessage::new("x", Timestamp(1_700_000_000_000 + n / 300)).id)
            .collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| (1 << 52..1 << 53).contains(id)));
    }
}
