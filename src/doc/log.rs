//! What a document is made of, on disk: a snapshot and the updates after it.
//!
//! Owns `doc_update` and `doc_snapshot`. Invariants: updates are appended with consecutive
//! versions, by a statement that fails when somebody else has appended meanwhile; and updates leave
//! the log only in the transaction that stores a snapshot of them and keeps a revision, so that
//! nothing is lost and everybody's authorship is on record first.
//!
//! Cost of opening a document: one snapshot and at most a few hundred updates, however long its
//! history is.

use entity::{DocId, Timestamp, UserId, doc, doc_member, doc_snapshot, doc_update};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, sea_query::OnConflict,
};

use super::{past::Past, text::Text};
use crate::kernel::{Db, Error, Result, Tx};

/// Updates of one insert statement; a row has five values, and SQLite takes 32,766.
const ROWS: usize = 500;

/// How old what a client shows can be that was connected when the last update was stored: it may
/// not have been sent a newer text for a while, and not have received the last one.
const LAST_SECONDS: i64 = 10;

/// One accepted edit, as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Update {
    /// Whose edit it is.
    pub(super) author: UserId,
    /// The Yjs update, encoded as v1.
    pub(super) data: Vec<u8>,
}

/// Edits of one document that belong behind its `version`.
#[derive(Debug)]
pub(super) struct Append {
    /// The document.
    pub(super) doc: DocId,
    /// The version that they follow.
    pub(super) version: i64,
    /// The edits, in order; never empty.
    pub(super) updates: Vec<Update>,
}

/// A document as it is stored.
pub(super) struct Stored {
    /// Its text.
    pub(super) text: Text,
    /// How many updates it has had.
    pub(super) version: i64,
    /// What it was in the last moments before the last update.
    pub(super) past: Past<UserId>,
    /// When the last update was stored that is not in the snapshot.
    pub(super) updated_at: Option<Timestamp>,
}

/// A document as it is stored; none when there is no such document.
pub(super) async fn load(db: &Db, id: DocId) -> Result<Option<Stored>> {
    let reader = db.reader();
    let Some(row) = doc::Entity::find_by_id(id).one(reader).await? else {
        return Ok(None);
    };
    let snapshot = doc_snapshot::Entity::find_by_id(id).one(reader).await?;
    let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.version);
    let log = doc_update::Entity::find()
        .filter(doc_update::Column::DocId.eq(id))
        .filter(doc_update::Column::Version.gt(after))
        .order_by_asc(doc_update::Column::Version)
        .all(reader)
        .await?;
    let newest = log.last().map_or(after, |update| update.version);
    if newest != row.version {
        let found = format!(
            "document {id} is at version {} but has {newest}",
            row.version
        );
        return Err(Error::internal(anyhow::anyhow!(found)));
    }
    let stored = tokio::task::spawn_blocking(move || {
        let snapshot = snapshot.as_ref().map(|snapshot| snapshot.data.as_slice());
        read(snapshot, after, &log)
    });
    stored.await.map_err(Error::internal)?.map(Some)
}

/// Reads a document from its snapshot at the version `after`, and its log.
fn read(snapshot: Option<&[u8]>, after: i64, log: &[doc_update::Model]) -> Result<Stored> {
    let end = log.last().map_or(Timestamp(0), |update| update.created_at);
    let start = end.plus_seconds(-LAST_SECONDS);
    let (before, last) = log.split_at(log.partition_point(|update| update.created_at < start));
    let mut text = Text::load(snapshot, before.iter().map(|update| &update.data))?;
    let mut version = before.last().map_or(after, |update| update.version);
    let mut past = Past::new(text.as_str(), version);
    for update in last {
        version = update.version;
        past.note(version, update.user_id, &text.replay(&update.data)?);
    }
    Ok(Stored {
        text,
        version,
        past,
        updated_at: log.last().map(|update| update.created_at),
    })
}

/// Appends edits; false when the document is not at that version any more or somebody of their
/// authors may not edit it.
pub(super) async fn append(tx: &Tx, append: &Append, now: Timestamp) -> Result<bool> {
    let Some(last) = append.updates.last() else {
        return Ok(true);
    };
    if !all_may_edit(tx, append).await? {
        return Ok(false);
    }
    let count = i64::try_from(append.updates.len()).map_err(Error::internal)?;
    // Only one of two can find the version that they both expect.
    let moved = doc::Entity::update_many()
        .col_expr(doc::Column::Version, (append.version + count).into())
        .col_expr(doc::Column::LastEditedBy, last.author.into())
        .col_expr(doc::Column::LastEditedAt, now.into())
        .filter(doc::Column::Id.eq(append.doc))
        .filter(doc::Column::Version.eq(append.version))
        .exec(tx)
        .await?;
    if moved.rows_affected != 1 {
        return Ok(false);
    }
    let mut version = append.version;
    for updates in append.updates.chunks(ROWS) {
        let rows = updates.iter().map(|update| {
            version += 1;
            doc_update::ActiveModel {
                doc_id: Set(append.doc),
                version: Set(version),
                user_id: Set(update.author),
                data: Set(update.data.clone()),
                created_at: Set(now),
            }
        });
        doc_update::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(true)
}

/// Stores the document's state as of `version`, and gives up the updates that it is made of.
pub(super) async fn save_snapshot(
    tx: &Tx,
    id: DocId,
    version: i64,
    data: Vec<u8>,
    now: Timestamp,
) -> Result<()> {
    let row = doc_snapshot::ActiveModel {
        doc_id: Set(id),
        version: Set(version),
        data: Set(data),
        created_at: Set(now),
    };
    let replace = OnConflict::column(doc_snapshot::Column::DocId)
        .update_columns([
            doc_snapshot::Column::Version,
            doc_snapshot::Column::Data,
            doc_snapshot::Column::CreatedAt,
        ])
        .to_owned();
    doc_snapshot::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await?;
    doc_update::Entity::delete_many()
        .filter(doc_update::Column::DocId.eq(id))
        .filter(doc_update::Column::Version.lte(version))
        .exec(tx)
        .await?;
    Ok(())
}

async fn all_may_edit(tx: &impl ConnectionTrait, append: &Append) -> Result<bool> {
    let mut authors: Vec<_> = append.updates.iter().map(|update| update.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let count = authors.len();
    let editors = doc_member::Entity::find()
        .filter(doc_member::Column::DocId.eq(append.doc))
        .filter(doc_member::Column::UserId.is_in(authors))
        .filter(doc_member::Column::Role.ne(doc_member::Role::Viewer))
        .count(tx)
        .await?;
    Ok(usize::try_from(editors) == Ok(count))
}
