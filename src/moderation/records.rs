//! What was said and done, as admins see it. Reading what is not public is noted before it is
//! answered.

use std::{fmt::Write, sync::Arc};

use entity::{AuditEntryId, ConversationId, MessageId, UserId, conversation::Kind, message};
use serde_json::json;

use super::{
    Moderation,
    store_records::{self as store, Group},
};
use crate::{
    account::User,
    chat::event::SYSTEM,
    kernel::{Error, Result},
    settings::Key,
};

/// The most groups that are listed.
const GROUPS: u64 = 10_000;
/// Lines of the activity log.
const LINES: u64 = 500;

/// A message, with names.
pub(super) struct Recorded {
    pub(super) row: message::Model,
    pub(super) author: String,
    pub(super) editor: Option<String>,
}

impl Moderation {
    /// The newest messages of the public chat or of a group, the newest first.
    pub(super) async fn history(
        &self,
        actor: &Arc<User>,
        group: Option<ConversationId>,
        limit: u64,
    ) -> Result<Vec<Recorded>> {
        self.require_on(Key::McViewHistory)?;
        let reader = self.db.reader();
        let conversation = match group {
            Some(id) => {
                let found = store::find_group(reader, id).await?;
                found.ok_or_else(Error::not_found)?;
                let detail = json!({"limit": limit});
                self.note(actor, "group.read", id.to_string(), detail)
                    .await?;
                id
            }
            None => self.chat.public().id,
        };
        let rows = store::newest_messages(reader, conversation, None, limit).await?;
        self.named(rows).await
    }

    /// All groups with the names of their owners, deleted ones included.
    pub(super) async fn groups(&self) -> Result<Vec<(Group, String)>> {
        let mut groups = Vec::new();
        for group in store::list_groups(self.db.reader(), GROUPS).await? {
            let owner = self.name(group.owner_id).await?;
            groups.push((group, owner));
        }
        Ok(groups)
    }

    /// Messages of a group, oldest first: the newest of those older than `before`.
    pub(super) async fn group_messages(
        &self,
        actor: &Arc<User>,
        id: ConversationId,
        before: Option<MessageId>,
        limit: u64,
    ) -> Result<Vec<Recorded>> {
        let reader = self.db.reader();
        let found = store::find_group(reader, id).await?;
        found.ok_or_else(Error::not_found)?;
        let detail = json!({"before": before, "limit": limit});
        self.note(actor, "group.read", id.to_string(), detail)
            .await?;
        let mut rows = store::newest_messages(reader, id, before, limit).await?;
        rows.reverse();
        self.named(rows).await
    }

    /// What was done lately, a line for each thing, the newest first.
    pub(super) async fn activity(&self) -> Result<String> {
        self.require_on(Key::McViewHistory)?;
        let mut text = String::new();
        for entry in self.audit.list(None::<AuditEntryId>, LINES).await? {
            let actor = entry.actor.as_deref().unwrap_or("-");
            // Writing to a text does not fail.
            let _ = writeln!(
                text,
                "{} {actor} {} {}",
                entry.at, entry.action, entry.target
            );
        }
        Ok(text)
    }

    /// Gives a message another text. Noted before it is done.
    pub(super) async fn edit_message(
        &self,
        actor: &Arc<User>,
        id: MessageId,
        source: &str,
    ) -> Result<()> {
        self.note(actor, "message.edit", id.to_string(), json!({}))
            .await?;
        self.chat.edit_any(actor, id, source).await.map(drop)
    }

    /// Deletes a message. Noted before it is done.
    pub(super) async fn delete_message(
        &self,
        actor: &Arc<User>,
        id: MessageId,
        kind: Kind,
    ) -> Result<()> {
        let detail = json!({"kind": kind});
        self.note(actor, "message.delete", id.to_string(), detail)
            .await?;
        self.chat.delete_any(actor, id, kind).await.map(drop)
    }

    async fn named(&self, rows: Vec<message::Model>) -> Result<Vec<Recorded>> {
        let mut recorded = Vec::with_capacity(rows.len());
        for row in rows {
            recorded.push(Recorded {
                author: self.author(row.sender_id).await?,
                editor: match row.edited_by {
                    Some(id) => Some(self.name(id).await?),
                    None => None,
                },
                row,
            });
        }
        Ok(recorded)
    }

    async fn author(&self, id: Option<UserId>) -> Result<String> {
        match id {
            Some(id) => self.name(id).await,
            None => Ok(SYSTEM.to_owned()),
        }
    }
}
