//! Messages of all three kinds, in the order in which they were sent.
//!
//! Each kind counted its ids by itself there; here there is one sequence, and within a conversation
//! ids rise. So an id is kept where it is free and above those before it in its conversation; from
//! the first that cannot be kept on, a conversation's messages get new ones, above all old ones.

use std::collections::{HashMap, HashSet};

use entity::{ConversationId, MessageId, Timestamp, UserId, conversation, mention, message};

use super::{
    Import,
    people::Who,
    source::{Cursor, Row, Source},
    spec::{DIRECT_MESSAGES, GROUP_MESSAGES, MESSAGES, Table},
    store::{Answered, Kind, OldKey},
    store_messages::Standing,
    texts::{MessageText, TextForm},
    values::LARGEST_ID,
};
use crate::chat::{
    mentions::{self, RoleNames},
    render,
};

/// How HTML of the old server begins.
const PARAGRAPH: &str = "<p>";

/// The conversations that messages went to in this run.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    standings: HashMap<ConversationId, Standing>,
    dms: HashMap<(UserId, UserId), ConversationId>,
    members: HashMap<ConversationId, HashSet<UserId>>,
    /// What groups there became, none for those that are not here.
    pub(super) groups: HashMap<String, Option<ConversationId>>,
    /// The next id of a conversation, and of a message.
    pub(super) next_id: i64,
    next_message: i64,
}

impl Conversations {
    /// Those that something was added to.
    pub(super) fn touched(&self) -> Vec<ConversationId> {
        self.standings.keys().copied().collect()
    }
}

/// How texts are stored: as HTML, if most of them begin as that server's HTML does.
pub(super) async fn text_form(source: &Source) -> anyhow::Result<TextForm> {
    let (mut all, mut html) = (0, 0);
    for table in [&MESSAGES, &DIRECT_MESSAGES, &GROUP_MESSAGES] {
        let (texts, paragraphs) = source.texts_beginning_with(table, PARAGRAPH).await?;
        all += texts;
        html += paragraphs;
    }
    Ok(if html * 2 >= all && html > 0 {
        TextForm::Html
    } else {
        TextForm::Markdown
    })
}

/// No time, but a flag, in milliseconds.
const FLAG: i64 = 1000;

/// A message that is to be stored.
struct Draft<'a> {
    row: &'a Row,
    key: OldKey,
    who: Who,
    conversation: ConversationId,
}

/// What was stored of this page, for messages further down that answer it.
type Page = HashMap<String, Answered>;

impl Import {
    /// Brings the messages over.
    pub(super) async fn messages(&mut self) -> anyhow::Result<()> {
        let tables = [
            (&MESSAGES, Kind::Public),
            (&DIRECT_MESSAGES, Kind::Dm),
            (&GROUP_MESSAGES, Kind::Gdm),
        ];
        let mut largest = 0;
        for (table, _) in tables {
            largest = largest.max(self.source.largest(table, "id", LARGEST_ID).await?);
        }
        self.conversations.next_message = self.target.next_id("message").await?.max(largest + 1);
        let form = match self.texts {
            TextForm::Html => "HTML",
            TextForm::Markdown => "Markdown",
        };
        self.report
            .note(format!("texts of messages were read as {form} (--texts)"));
        let said = self.target.standing(self.public).await?.seq;
        if said > 0 {
            self.report.note(format!(
                "the public chat here had {said} messages: those that came over stand behind them"
            ));
        }
        for (table, kind) in tables {
            self.messages_of(table, kind).await?;
        }
        Ok(())
    }

    async fn messages_of(&mut self, table: &Table, kind: Kind) -> anyhow::Result<()> {
        if !self.source.has_table(table) {
            self.report
                .note(format!("there is no table {}", table.name));
            return Ok(());
        }
        self.report.read(table.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(table, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            self.page(table, kind, &rows).await?;
        }
    }

    async fn page(&mut self, table: &Table, kind: Kind, rows: &[Row]) -> anyhow::Result<()> {
        let keys: Vec<OldKey> = rows.iter().map(|row| (row.key(), row.mark())).collect();
        let known = self.target.known(kind, &keys).await?;
        let mut drafts = Vec::new();
        for (row, key) in rows.iter().zip(keys) {
            if known.contains_key(&key) {
                self.report.already_here(table.name);
                continue;
            }
            let who = self.who(row, "user_id", "username").await?;
            if let Some(conversation) = self.place(table, kind, row, who).await? {
                drafts.push(Draft {
                    row,
                    key,
                    who,
                    conversation,
                });
            }
        }
        let ids: Vec<i64> = drafts.iter().filter_map(|draft| draft.row.id()).collect();
        let mut taken = self.target.taken(&ids).await?;
        let answered: Vec<String> = drafts
            .iter()
            .filter_map(|draft| draft.row.text("reply_to").map(str::to_owned))
            .collect();
        let mut page = self.target.messages_of(kind, &answered).await?;
        let (mut messages, mut mentioned, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for draft in drafts {
            let Some((message, people)) = self.message(table, &draft, &mut taken, &page).await?
            else {
                continue;
            };
            note(&mut page, &draft.key.0, &message);
            mentioned.extend(people.into_iter().map(|user| mention::Model {
                message_id: message.id,
                user_id: user,
                conversation_id: message.conversation_id,
                seq: message.seq,
            }));
            made.push((draft.key, message.id.0));
            messages.push(message);
            self.report.imported(table.name);
        }
        self.target.insert_messages(messages, mentioned).await?;
        self.target.remember(kind, made).await
    }

    /// Where a message belongs; none, and said so, when that is nowhere.
    async fn place(
        &mut self,
        table: &Table,
        kind: Kind,
        row: &Row,
        who: Who,
    ) -> anyhow::Result<Option<ConversationId>> {
        match kind {
            Kind::Dm => {
                let Some(to) = row.text("to_user").map(str::to_owned) else {
                    self.report.skipped(table.name, "to nobody", row.key());
                    return Ok(None);
                };
                let to = self.named(&to).await?;
                if (who, to) == (Who::System, Who::System) {
                    self.report
                        .skipped(table.name, "from System to System", row.key());
                    return Ok(None);
                }
                let at = row.time("created_at").unwrap_or(self.target.now);
                Ok(Some(self.dm(who.account(), to.account(), at).await?))
            }
            Kind::Gdm => {
                let thread = row.text("thread_id").unwrap_or_default();
                let group = self.conversations.groups.get(thread).copied().flatten();
                if group.is_none() {
                    self.report
                        .skipped(table.name, "in a group that is not there", row.key());
                }
                Ok(group)
            }
            _ => Ok(Some(self.public)),
        }
    }

    /// The DM of two people, made if they have none.
    async fn dm(
        &mut self,
        one: UserId,
        other: UserId,
        at: Timestamp,
    ) -> anyhow::Result<ConversationId> {
        let pair = (one.min(other), one.max(other));
        if let Some(id) = self.conversations.dms.get(&pair) {
            return Ok(*id);
        }
        let id = if let Some(id) = self.target.find_dm(pair).await? {
            id
        } else {
            let id = self.next_conversation();
            let kind = conversation::Kind::Dm;
            self.target
                .insert_conversation(id, kind, Some(pair), at)
                .await?;
            for person in [pair.0, pair.1] {
                // System keeps no place of its own in a conversation.
                if person != UserId::SYSTEM {
                    self.target.join(id, person, at).await?;
                }
            }
            id
        };
        self.conversations.dms.insert(pair, id);
        Ok(id)
    }

    pub(super) fn next_conversation(&mut self) -> ConversationId {
        self.conversations.next_id += 1;
        ConversationId(self.conversations.next_id - 1)
    }

    /// The message itself, with whom it mentions; none, and said so, when there is nothing in it.
    async fn message(
        &mut self,
        table: &Table,
        draft: &Draft<'_>,
        taken: &mut HashSet<i64>,
        page: &Page,
    ) -> anyhow::Result<Option<(message::Model, Vec<UserId>)>> {
        let row = draft.row;
        let is_deleted = row.is("deleted");
        let stored = row.text("text").unwrap_or_default();
        let mut text = MessageText::of(stored, self.texts);
        let mut attachment = None;
        let created_at = if let Some(at) = row.time("created_at") {
            at
        } else {
            self.report.changed(
                "messages without a time, which get that of the import",
                row.key(),
            );
            self.target.now
        };
        if let Some(named) = row.text("attachment").filter(|_| !is_deleted) {
            let attached = self
                .attached(named, draft.who.account(), created_at)
                .await?;
            attachment = attached.attachment;
            for name in attached.missing {
                text = with_missing(&text, &name);
            }
        }
        if text.html.is_empty() && attachment.is_none() && !is_deleted {
            self.report.skipped(table.name, "empty", row.key());
            return Ok(None);
        }
        if is_deleted {
            text = MessageText::default();
        }
        let people = self.mentioned(&text.source, draft.conversation).await?;
        let answered = row
            .text("reply_to")
            .filter(|key| *key != "0" && !is_deleted);
        let answered = answered
            .and_then(|key| page.get(key))
            .filter(|answered| answered.conversation_id == draft.conversation);
        let (id, seq, rev) = self.next_place(draft, taken).await?;
        let edited_at = row.time("edited_at");
        let is_edited = edited_at.is_some() || row.is("edited");
        let edited_by = row.text("edited_by").and_then(|name| self.find_named(name));
        let ids: Vec<i64> = people.iter().map(|id| id.0).collect();
        let is_shadowed = draft
            .who
            .sender()
            .is_some_and(|sender| self.people.shadowed.contains(&sender));
        let message = message::Model {
            id,
            conversation_id: draft.conversation,
            seq,
            rev,
            sender_id: draft.who.sender(),
            app_id: None,
            source: text.source,
            text: text.html,
            card: None,
            attachment,
            reply_to: answered.map(|answered| answered.id),
            reply_user_id: answered.and_then(|answered| answered.sender_id),
            reply_snippet: answered.map(|answered| snippet(row, answered)),
            mentions: (!ids.is_empty())
                .then(|| serde_json::to_string(&ids))
                .transpose()?,
            role_mentions: None,
            nonce: None,
            // What the old server kept of DMs is the DMs themselves: none of it becomes a log.
            logged: false,
            created_at,
            edited_at: (is_edited && !is_deleted).then(|| edited_at.unwrap_or(created_at)),
            edited_by: edited_by
                .filter(|_| is_edited && !is_deleted)
                .and_then(Who::sender),
            deleted_at: is_deleted.then(|| deleted_at(row).unwrap_or(created_at)),
            shadow: i16::from(is_shadowed),
            reactions: 0,
        };
        Ok(Some((message, people)))
    }

    /// The next place in a conversation, and an id: the old one, if it is free and rises.
    async fn next_place(
        &mut self,
        draft: &Draft<'_>,
        taken: &mut HashSet<i64>,
    ) -> anyhow::Result<(MessageId, i64, i64)> {
        let place = draft.conversation;
        let mut standing = match self.conversations.standings.get(&place) {
            Some(standing) => *standing,
            None => self.target.standing(place).await?,
        };
        let kept = draft.row.id();
        let kept = kept.filter(|id| *id > standing.id && !taken.contains(id));
        let id = kept.unwrap_or_else(|| {
            self.conversations.next_message += 1;
            self.conversations.next_message - 1
        });
        taken.insert(id);
        standing.seq += 1;
        standing.rev += 1;
        standing.id = id;
        self.conversations.standings.insert(place, standing);
        Ok((MessageId(id), standing.seq, standing.rev))
    }

    /// Whom a text mentions among those who can read it.
    async fn mentioned(
        &mut self,
        source: &str,
        place: ConversationId,
    ) -> anyhow::Result<Vec<UserId>> {
        if !source.contains('@') {
            return Ok(Vec::new());
        }
        let person = |folded: &str| self.people.mentioned(folded);
        let named = mentions::resolve(source, person, &RoleNames::<i64>::default());
        let mut people = named.people;
        if people.is_empty() || place == self.public {
            return Ok(people);
        }
        if !self.conversations.members.contains_key(&place) {
            let members = self.target.members(place).await?;
            self.conversations.members.insert(place, members);
        }
        let members = self.conversations.members.get(&place);
        people.retain(|id| members.is_some_and(|members| members.contains(id)));
        Ok(people)
    }
}

/// When something was deleted, where the column says more than that it was.
pub(super) fn deleted_at(row: &Row) -> Option<Timestamp> {
    row.time("deleted").filter(|at| at.0 > FLAG)
}

/// The beginning of the message that is answered: as it was kept there, else as it is now.
fn snippet(row: &Row, answered: &Answered) -> String {
    if answered.deleted_at.is_some() {
        return String::new();
    }
    render::snippet(row.text("reply_snippet").unwrap_or(&answered.text))
}

/// What a message further down may answer.
fn note(page: &mut Page, key: &str, message: &message::Model) {
    let answered = Answered {
        id: message.id,
        conversation_id: message.conversation_id,
        sender_id: message.sender_id,
        source: message.source.clone(),
        text: message.text.clone(),
        deleted_at: message.deleted_at,
    };
    page.insert(key.to_owned(), answered);
}

/// The same text, saying that a file is missing.
fn with_missing(text: &MessageText, name: &str) -> MessageText {
    let gap = if text.source.is_empty() { "" } else { "\n\n" };
    let name = render::escape(name);
    MessageText::of_markdown(format!("{}{gap}\\[missing file: {name}\\]", text.source))
}
