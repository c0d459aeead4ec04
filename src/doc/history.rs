//! What can be done with the kept states of documents.

use entity::{DocId, RevisionId};

use super::{
    diff::{self, Change},
    model::RevisionName,
    revision,
    revision_store::{self, Head},
    rights::require_editor,
    service::Docs,
};
use crate::{
    account::User,
    kernel::{Error, Result},
};

/// Texts that are together up to this long are compared where they are; that takes a millisecond
/// or two, whatever is in them.
const SMALL_BYTES: usize = 8 * 1024;

/// A kept state with the names of those who have a part in it, sorted.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub(super) head: Head,
    pub(super) authors: Vec<String>,
}

/// The way from one state of a document to another.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// The version of the kept state that it begins with.
    pub(super) from_version: i64,
    /// The kept state that it ends with; none: the current text.
    pub(super) to: Option<RevisionId>,
    /// The version that it ends with.
    pub(super) to_version: i64,
    pub(super) changes: Vec<Change>,
}

impl Docs {
    /// Kept states of a document, the newest first, from before the one with the id `before`; and
    /// whether there are more.
    pub(super) async fn revisions(
        &self,
        user: &User,
        id: DocId,
        before: Option<RevisionId>,
        limit: u64,
    ) -> Result<(Vec<Revision>, bool)> {
        self.require_member(user, id).await?;
        let mut heads = revision_store::page(self.db.reader(), id, before, limit + 1).await?;
        let limit = usize::try_from(limit).map_err(Error::internal)?;
        let has_more = heads.len() > limit;
        heads.truncate(limit);
        Ok((self.with_authors(heads).await?, has_more))
    }

    /// One kept state with its text.
    pub(super) async fn revision(
        &self,
        user: &User,
        id: DocId,
        revision: RevisionId,
    ) -> Result<(Revision, String)> {
        self.require_member(user, id).await?;
        let (head, text) = self.find_whole(id, revision).await?;
        Ok((self.with_names(head).await?, text))
    }

    /// The way from the kept state `from` to the kept state `to`, or to the current text.
    pub(super) async fn compare(
        &self,
        user: &User,
        id: DocId,
        from: RevisionId,
        to: Option<RevisionId>,
    ) -> Result<Comparison> {
        self.require_member(user, id).await?;
        let (from, old) = self.find_whole(id, from).await?;
        let (to_version, new) = if let Some(to) = to {
            let (to, new) = self.find_whole(id, to).await?;
            (to.version, new.into())
        } else {
            let content = self.engine.content(id).await?;
            // It may be a later one than they were still allowed to see.
            self.require_member(user, id).await?;
            (content.version, content.text)
        };
        let changes = if old.len() + new.len() <= SMALL_BYTES {
            diff::changes(&old, &new)
        } else {
            let comparing = self.workers.run(move || diff::changes(&old, &new));
            comparing.await?
        };
        Ok(Comparison {
            from_version: from.version,
            to,
            to_version,
            changes,
        })
    }

    /// Keeps the current text under `name`.
    pub(super) async fn keep(
        &self,
        actor: &User,
        id: DocId,
        name: RevisionName,
    ) -> Result<Revision> {
        let (_, role) = self.require_member(actor, id).await?;
        require_editor(role)?;
        let (engine, actor) = (self.engine.clone(), actor.id);
        let work = async move { engine.keep_revision(id, name, actor).await };
        let revision = self.tasks.complete(work).await?;
        self.find(id, revision).await
    }

    /// Names a kept state, or makes it an automatic one.
    pub(super) async fn rename_revision(
        &self,
        actor: &User,
        id: DocId,
        revision: RevisionId,
        name: Option<RevisionName>,
    ) -> Result<Revision> {
        let (_, role) = self.require_member(actor, id).await?;
        require_editor(role)?;
        let (db, actor) = (self.db.clone(), actor.id);
        let work = async move {
            let tx = db.begin().await?;
            revision::rename(&tx, id, revision, actor, name).await?;
            Ok(tx.commit().await?)
        };
        self.tasks.complete(work).await?;
        self.find(id, revision).await
    }

    /// Makes the text what it was in a kept state, as an edit; the version that it then has.
    pub(super) async fn restore(
        &self,
        actor: &User,
        id: DocId,
        revision: RevisionId,
    ) -> Result<i64> {
        let (_, role) = self.require_member(actor, id).await?;
        require_editor(role)?;
        let (engine, actor) = (self.engine.clone(), actor.id);
        let work = async move { engine.restore(id, revision, actor).await };
        self.tasks.complete(work).await
    }

    async fn find(&self, id: DocId, revision: RevisionId) -> Result<Revision> {
        let head = revision_store::find(self.db.reader(), id, revision).await?;
        self.with_names(head.ok_or_else(Error::not_found)?).await
    }

    async fn find_whole(&self, id: DocId, revision: RevisionId) -> Result<(Head, String)> {
        let found = revision_store::find_whole(self.db.reader(), id, revision).await?;
        found.ok_or_else(Error::not_found)
    }

    async fn with_names(&self, head: Head) -> Result<Revision> {
        let revisions = self.with_authors(vec![head]).await?;
        revisions.into_iter().next().ok_or_else(Error::not_found)
    }

    async fn with_authors(&self, heads: Vec<Head>) -> Result<Vec<Revision>> {
        let ids = heads.iter().map(|head| head.id);
        let mut authors = revision_store::authors(self.db.reader(), ids).await?;
        let mut revisions = Vec::with_capacity(heads.len());
        for head in heads {
            let mut names = Vec::new();
            for author in authors.remove(&head.id).unwrap_or_default() {
                names.push(self.directory.name(author).await?);
            }
            names.sort_unstable();
            revisions.push(Revision {
                head,
                authors: names,
            });
        }
        Ok(revisions)
    }
}
