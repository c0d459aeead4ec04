//! Groups, and who is in them.

use entity::{ConversationId, conversation, gdm};

use super::{
    Import,
    messages::deleted_at,
    people::Who,
    source::{Cursor, Row},
    spec::{GROUP_MEMBERS, GROUP_THREADS},
    store::{Kind, OldKey},
    values::LARGEST_ID,
};
use crate::gdm as groups;

impl Import {
    /// Brings the groups over.
    pub(super) async fn groups(&mut self) -> anyhow::Result<()> {
        let largest = self.source.largest(&GROUP_THREADS, "id", LARGEST_ID);
        let largest = largest.await?;
        let next = self.target.next_id("conversation").await?;
        self.conversations.next_id = next.max(largest + 1);
        if !self.source.has_table(&GROUP_THREADS) {
            self.report.note("there is no table group_threads");
            return Ok(());
        }
        self.report.read(GROUP_THREADS.name);
        let mut ids = self.target.ids("conversation").await?;
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&GROUP_THREADS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let keys: Vec<OldKey> = rows.iter().map(|row| (row.key(), row.mark())).collect();
            let known = self.target.known(Kind::Group, &keys).await?;
            let mut made = Vec::new();
            for (row, key) in rows.iter().zip(keys) {
                let group = if let Some(id) = known.get(&key) {
                    self.report.already_here(GROUP_THREADS.name);
                    let id = ConversationId(*id);
                    // What was deleted here stays so, with what is said there since.
                    self.target.find_group(id).await?.map(|_| id)
                } else {
                    let free = row.id().filter(|id| !ids.contains(id));
                    let id = if let Some(id) = free {
                        ConversationId(id)
                    } else {
                        let id = self.next_conversation();
                        let changed = format!("{} is {id}", key.0);
                        self.report
                            .changed("groups with another id, which links have", changed);
                        id
                    };
                    ids.insert(id.0);
                    self.group(row, id).await?;
                    made.push((key.clone(), id.0));
                    self.report.imported(GROUP_THREADS.name);
                    Some(id)
                };
                self.conversations.groups.insert(key.0, group);
            }
            self.target.remember(Kind::Group, made).await?;
        }
    }

    async fn group(&mut self, row: &Row, id: ConversationId) -> anyhow::Result<()> {
        let since = row.time("created_at").unwrap_or(self.target.now);
        let owner = row.text("created_by").unwrap_or_default().to_owned();
        let owner = self.named(&owner).await?.account();
        let name = row.text("name").and_then(groups::nearest_name);
        let description = row.text("description").unwrap_or_default();
        let description: String = description
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .take(MAX_DESCRIPTION_CHARS)
            .collect();
        self.target
            .insert_conversation(id, conversation::Kind::Gdm, None, since)
            .await?;
        self.target
            .insert_group(gdm::Model {
                conversation_id: id,
                name: name.unwrap_or_else(|| format!("Group {}", row.key())),
                description: description.trim().to_owned(),
                owner_id: owner,
                locked: row.is("locked"),
                invite_code: groups::standing_code(),
                invite_code_at: self.target.now,
                deleted_at: row
                    .is("deleted")
                    .then(|| deleted_at(row).unwrap_or(self.target.now)),
            })
            .await?;
        if !row.is("deleted") {
            self.target.join(id, owner, since).await?;
        }
        Ok(())
    }

    /// Brings over who is in the groups.
    pub(super) async fn group_members(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&GROUP_MEMBERS) {
            self.report.note("there is no table group_members");
            return Ok(());
        }
        self.report.read(GROUP_MEMBERS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&GROUP_MEMBERS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let keys: Vec<OldKey> = rows.iter().map(member_key).collect();
            let known = self.target.known(Kind::GroupMember, &keys).await?;
            let mut made = Vec::new();
            for (row, key) in rows.iter().zip(keys) {
                let thread = row.text("thread_id").unwrap_or_default();
                let group = self.conversations.groups.get(thread).copied().flatten();
                if known.contains_key(&key) {
                    self.report.already_here(GROUP_MEMBERS.name);
                    continue;
                }
                let Some(group) = group else {
                    self.report
                        .skipped(GROUP_MEMBERS.name, "in a group that is not there", &key.0);
                    continue;
                };
                if self.target.find_group(group).await?.is_none() {
                    self.report
                        .skipped(GROUP_MEMBERS.name, "in a deleted group", &key.0);
                    continue;
                }
                match self.member_of(row) {
                    Some(Who::Person(person)) => {
                        let since = row.time("created_at").unwrap_or(self.target.now);
                        self.target.join(group, person, since).await?;
                        made.push((key, group.0));
                        self.report.imported(GROUP_MEMBERS.name);
                    }
                    // Nobody who is gone is in anything.
                    _ => self
                        .report
                        .skipped(GROUP_MEMBERS.name, "without an account", &key.0),
                }
            }
            self.target.remember(Kind::GroupMember, made).await?;
        }
    }

    /// Whom a row about a member means, if they are there.
    pub(super) fn member_of(&self, row: &Row) -> Option<Who> {
        let by_id = row.text("user_id").and_then(|id| self.find_by_id(id));
        by_id.or_else(|| row.text("username").and_then(|name| self.find_named(name)))
    }
}

/// The longest description of a group, in characters.
const MAX_DESCRIPTION_CHARS: usize = 1000;

/// Members may have no key there.
fn member_key(row: &Row) -> OldKey {
    let text = |column| row.text(column).unwrap_or_default();
    let key = format!(
        "{}:{}:{}",
        text("thread_id"),
        text("user_id"),
        text("username")
    );
    (key, String::new())
}
