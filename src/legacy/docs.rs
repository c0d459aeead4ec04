//! Documents, whose whole text there becomes the first update here, and who is in them.

use entity::{
    DocId, doc,
    doc_member::{self, Role},
};

use super::{
    Import,
    people::Who,
    source::{Cursor, Row},
    spec::{DOC_MEMBERS, DOCS},
    store::{Kind, OldKey},
    values::LARGEST_ID,
};
use crate::{doc as documents, kernel::error::ErrorKind};

/// The most people in a document.
const MAX_MEMBERS: i64 = 500;

impl Import {
    /// Brings the documents over.
    pub(super) async fn docs(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&DOCS) {
            self.report.note("there is no table docs");
            return Ok(());
        }
        self.report.read(DOCS.name);
        let mut ids = self.target.ids("doc").await?;
        let largest = self.source.largest(&DOCS, "id", LARGEST_ID).await?;
        let mut next = self.target.next_id("doc").await?.max(largest + 1);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&DOCS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let keys: Vec<OldKey> = rows.iter().map(|row| (row.key(), row.mark())).collect();
            let known = self.target.known(Kind::Doc, &keys).await?;
            let mut made = Vec::new();
            for (row, key) in rows.iter().zip(keys) {
                if known.contains_key(&key) {
                    self.report.already_here(DOCS.name);
                    continue;
                }
                let id = row.id().filter(|id| !ids.contains(id)).unwrap_or(next);
                if !self.doc(row, DocId(id)).await? {
                    continue;
                }
                if row.id() != Some(id) {
                    next += 1;
                    let changed = format!("{} is {id}", key.0);
                    self.report
                        .changed("documents with another id, which links have", changed);
                }
                ids.insert(id);
                made.push((key, id));
                self.report.imported(DOCS.name);
            }
            self.target.remember(Kind::Doc, made).await?;
        }
    }

    /// Brings one over; whether it could be.
    async fn doc(&mut self, row: &Row, id: DocId) -> anyhow::Result<bool> {
        let text = row.text("content").unwrap_or_default().to_owned();
        let update = match documents::update_making(text).await {
            Ok(update) => update,
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error.into()),
            Err(error) => {
                let row = format!("{}: {}", row.key(), error.text());
                self.report.skipped(DOCS.name, "no document here", row);
                return Ok(false);
            }
        };
        let created_by = row.text("created_by").unwrap_or_default().to_owned();
        let created_by = self.named(&created_by).await?.account();
        let created_at = row.time("created_at").unwrap_or(self.target.now);
        let edited_by = row
            .text("last_edited_by")
            .and_then(|name| self.find_named(name));
        let edited_by = edited_by.map_or(created_by, Who::account);
        let edited_at = row.time("last_edited_at").unwrap_or(created_at);
        let name = row.text("name").and_then(documents::nearest_name);
        let document = doc::Model {
            id,
            name: name.unwrap_or_else(|| format!("Document {}", row.key())),
            created_by,
            created_at,
            version: i64::from(update.is_some()),
            last_edited_by: update.as_ref().map(|_| edited_by),
            last_edited_at: update.as_ref().map(|_| edited_at),
        };
        self.target.insert_doc(document, update).await?;
        Ok(true)
    }

    /// Brings over who is in the documents. Their creators are in them already.
    pub(super) async fn doc_members(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&DOC_MEMBERS) {
            return Ok(());
        }
        self.report.read(DOC_MEMBERS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&DOC_MEMBERS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.doc_member(row).await?;
            }
        }
    }

    async fn doc_member(&mut self, row: &Row) -> anyhow::Result<()> {
        let text = |column| row.text(column).unwrap_or_default();
        let key = format!(
            "{}:{}:{}",
            text("doc_id"),
            text("user_id"),
            text("username")
        );
        let key = (key, String::new());
        let known = self
            .target
            .known(Kind::DocMember, std::slice::from_ref(&key))
            .await?;
        if !known.is_empty() {
            self.report.already_here(DOC_MEMBERS.name);
            return Ok(());
        }
        let role = match text("role") {
            "viewer" | "" => Role::Viewer,
            "editor" | "creator" | "owner" => Role::Editor,
            _ => {
                self.report
                    .skipped(DOC_MEMBERS.name, "with a role that is none", &key.0);
                return Ok(());
            }
        };
        let Some(Who::Person(person)) = self.member_of(row) else {
            self.report
                .skipped(DOC_MEMBERS.name, "without an account", &key.0);
            return Ok(());
        };
        let Some(doc) = self.target.doc_of(text("doc_id")).await? else {
            self.report
                .skipped(DOC_MEMBERS.name, "of a document that is not there", &key.0);
            return Ok(());
        };
        let full = "SELECT count(*) FROM doc_member WHERE doc_id = $1";
        if self.target.number(full, [doc.into()]).await? >= MAX_MEMBERS {
            self.report.skipped(
                DOC_MEMBERS.name,
                "more than a document here can have",
                &key.0,
            );
            return Ok(());
        }
        self.target
            .insert_doc_member(doc_member::Model {
                doc_id: doc,
                user_id: person,
                role,
                added_at: row.time("created_at").unwrap_or(self.target.now),
            })
            .await?;
        self.report.imported(DOC_MEMBERS.name);
        self.target
            .remember(Kind::DocMember, vec![(key, doc.0)])
            .await
    }
}
