//! Queries on the kept states of documents, and the form in which their texts are stored.
//!
//! Texts are zlib-compressed. Large ones are compressed and read back on the threads for blocking
//! work, since a megabyte takes longer than anybody else should wait for a worker.

use std::{
    collections::HashMap,
    io::{Read, Write},
    sync::Arc,
};

use entity::{DocId, RevisionId, Timestamp, UserId, doc_revision, doc_revision_author, doc_update};
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DerivePartialModel, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set, sea_query::OnConflict,
};

use super::{
    model::RevisionName,
    squash::{Kept, Merge},
    text::MAX_BYTES,
};
use crate::kernel::{Error, Result, Tx};

/// Texts up to this length are compressed where they are; that takes a millisecond or two.
const SMALL_BYTES: usize = 64 * 1024;

/// A kept state without its text.
#[derive(Clone, Debug, PartialEq, Eq, DerivePartialModel)]
#[sea_orm(entity = "doc_revision::Entity", from_query_result)]
pub(super) struct Head {
    pub(super) id: RevisionId,
    pub(super) version: i64,
    pub(super) name: Option<String>,
    pub(super) sealed: bool,
    pub(super) started_at: Timestamp,
    pub(super) created_at: Timestamp,
    pub(super) bytes: i64,
}

/// What was done to a document in a stretch of its log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Work {
    /// By whom; nobody when nothing was.
    pub(super) authors: Vec<UserId>,
    /// When it began.
    pub(super) began: Option<Timestamp>,
}

/// A text as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    bytes: i64,
    content: Vec<u8>,
}

impl Packed {
    /// Packs a document's text. To be done before a transaction begins, since it takes a while.
    pub(super) async fn new(text: &Arc<str>) -> Result<Self> {
        let content = if text.len() <= SMALL_BYTES {
            compress(text)
        } else {
            let text = text.clone();
            let compressing = tokio::task::spawn_blocking(move || compress(&text));
            compressing.await.map_err(Error::internal)?
        };
        Ok(Self {
            bytes: i64::try_from(text.len()).map_err(Error::internal)?,
            content: content.map_err(Error::internal)?,
        })
    }
}

/// A document's text as of one version and one moment.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) version: i64,
    pub(super) text: Packed,
    pub(super) at: Timestamp,
}

fn compress(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

fn decompress(content: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    // No text is longer, so neither is what a damaged row unfolds to.
    let limit = MAX_BYTES as u64 + 1;
    ZlibDecoder::new(content)
        .take(limit)
        .read_to_string(&mut text)?;
    Ok(text)
}

/// The newest kept state of a document.
pub(super) async fn newest(db: &impl ConnectionTrait, id: DocId) -> Result<Option<Head>> {
    Ok(page(db, id, None, 1).await?.pop())
}

/// Kept states of a document, the newest first, from before the one with the id `before`.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    id: DocId,
    before: Option<RevisionId>,
    limit: u64,
) -> Result<Vec<Head>> {
    let mut query = doc_revision::Entity::find().filter(doc_revision::Column::DocId.eq(id));
    if let Some(before) = before {
        query = query.filter(doc_revision::Column::Id.lt(before));
    }
    let heads = query
        .order_by_desc(doc_revision::Column::Id)
        .limit(limit)
        .into_partial_model()
        .all(db)
        .await?;
    Ok(heads)
}

/// One kept state of a document.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    id: DocId,
    revision: RevisionId,
) -> Result<Option<Head>> {
    let head = doc_revision::Entity::find_by_id(revision)
        .filter(doc_revision::Column::DocId.eq(id))
        .into_partial_model()
        .one(db)
        .await?;
    Ok(head)
}

/// One kept state of a document with its text.
pub(super) async fn find_whole(
    db: &impl ConnectionTrait,
    id: DocId,
    revision: RevisionId,
) -> Result<Option<(Head, String)>> {
    let row = doc_revision::Entity::find_by_id(revision)
        .filter(doc_revision::Column::DocId.eq(id))
        .one(db)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let head = Head {
        id: row.id,
        version: row.version,
        name: row.name,
        sealed: row.sealed,
        started_at: row.started_at,
        created_at: row.created_at,
        bytes: row.bytes,
    };
    let content = row.content;
    let text = if usize::try_from(head.bytes).is_ok_and(|bytes| bytes <= SMALL_BYTES) {
        decompress(&content)
    } else {
        let decompressing = tokio::task::spawn_blocking(move || decompress(&content));
        decompressing.await.map_err(Error::internal)?
    };
    Ok(Some((head, text.map_err(Error::internal)?)))
}

/// The text of one kept state of a document.
pub(super) async fn text(
    db: &impl ConnectionTrait,
    id: DocId,
    revision: RevisionId,
) -> Result<Option<String>> {
    let found = find_whole(db, id, revision).await?;
    Ok(found.map(|(_, text)| text))
}

/// Who has a part in each of `revisions`.
pub(super) async fn authors(
    db: &impl ConnectionTrait,
    revisions: impl IntoIterator<Item = RevisionId>,
) -> Result<HashMap<RevisionId, Vec<UserId>>> {
    let rows = doc_revision_author::Entity::find()
        .filter(doc_revision_author::Column::RevisionId.is_in(revisions))
        .all(db)
        .await?;
    let mut authors: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        authors
            .entry(row.revision_id)
            .or_default()
            .push(row.user_id);
    }
    Ok(authors)
}

/// What the log says was done to a document after version `after`, up to `version`.
pub(super) async fn work_between(
    db: &impl ConnectionTrait,
    id: DocId,
    after: i64,
    version: i64,
) -> Result<Work> {
    let by_author: Vec<(UserId, Timestamp)> = doc_update::Entity::find()
        .select_only()
        .column(doc_update::Column::UserId)
        .column_as(doc_update::Column::CreatedAt.min(), "began")
        .filter(doc_update::Column::DocId.eq(id))
        .filter(doc_update::Column::Version.gt(after))
        .filter(doc_update::Column::Version.lte(version))
        .group_by(doc_update::Column::UserId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(Work {
        began: by_author.iter().map(|(_, began)| *began).min(),
        authors: by_author.into_iter().map(|(author, _)| author).collect(),
    })
}

/// All kept states of a document as far as their stay depends on it, the oldest first.
pub(super) async fn all(db: &impl ConnectionTrait, id: DocId) -> Result<Vec<Kept>> {
    let heads: Vec<Head> = doc_revision::Entity::find()
        .filter(doc_revision::Column::DocId.eq(id))
        .order_by_asc(doc_revision::Column::Id)
        .into_partial_model()
        .all(db)
        .await?;
    let kept = heads.into_iter().map(|head| Kept {
        id: head.id,
        created_at: head.created_at,
        is_named: head.name.is_some(),
        is_sealed: head.sealed,
    });
    Ok(kept.collect())
}

/// How many kept states of a document have a name.
pub(super) async fn count_named(db: &impl ConnectionTrait, id: DocId) -> Result<u64> {
    let count = doc_revision::Entity::find()
        .filter(doc_revision::Column::DocId.eq(id))
        .filter(doc_revision::Column::Name.is_not_null())
        .count(db)
        .await?;
    Ok(count)
}

/// Keeps one more state of a document, of work that began at `started_at`.
pub(super) async fn insert(
    tx: &Tx,
    id: DocId,
    started_at: Timestamp,
    state: State,
) -> Result<RevisionId> {
    let row = doc_revision::ActiveModel {
        doc_id: Set(id),
        name: Set(None),
        sealed: Set(false),
        started_at: Set(started_at),
        ..columns(state)
    };
    let inserted = doc_revision::Entity::insert(row).exec(tx).await?;
    Ok(inserted.last_insert_id)
}

/// Replaces a kept state by a later one.
pub(super) async fn extend(tx: &Tx, revision: RevisionId, state: State) -> Result<()> {
    doc_revision::Entity::update_many()
        .set(columns(state))
        .filter(doc_revision::Column::Id.eq(revision))
        .exec(tx)
        .await?;
    Ok(())
}

fn columns(state: State) -> doc_revision::ActiveModel {
    doc_revision::ActiveModel {
        version: Set(state.version),
        created_at: Set(state.at),
        bytes: Set(state.text.bytes),
        content: Set(state.text.content),
        ..Default::default()
    }
}

/// Names a kept state, or takes its name away.
pub(super) async fn update_name(
    tx: &Tx,
    revision: RevisionId,
    name: Option<RevisionName>,
) -> Result<()> {
    doc_revision::Entity::update_many()
        .col_expr(doc_revision::Column::Name, name.map(String::from).into())
        .filter(doc_revision::Column::Id.eq(revision))
        .exec(tx)
        .await?;
    Ok(())
}

/// Marks a kept state as the one before a restore.
pub(super) async fn seal(tx: &Tx, revision: RevisionId) -> Result<()> {
    doc_revision::Entity::update_many()
        .col_expr(doc_revision::Column::Sealed, true.into())
        .filter(doc_revision::Column::Id.eq(revision))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes who has a part in a kept state, besides those who are noted already.
pub(super) async fn insert_authors(
    tx: &Tx,
    revision: RevisionId,
    authors: &[UserId],
) -> Result<()> {
    if authors.is_empty() {
        return Ok(());
    }
    let rows = authors
        .iter()
        .map(|author| doc_revision_author::ActiveModel {
            revision_id: Set(revision),
            user_id: Set(*author),
        });
    let noted = OnConflict::columns([
        doc_revision_author::Column::RevisionId,
        doc_revision_author::Column::UserId,
    ])
    .do_nothing()
    .to_owned();
    doc_revision_author::Entity::insert_many(rows)
        .on_conflict(noted)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Removes kept states whose authors and beginning a later one takes over.
pub(super) async fn merge(tx: &Tx, merge: &Merge) -> Result<()> {
    let absorbed = merge.absorbed.iter().copied();
    let mut authors: Vec<_> = authors(tx, absorbed.clone())
        .await?
        .into_values()
        .flatten()
        .collect();
    authors.sort_unstable();
    authors.dedup();
    insert_authors(tx, merge.into, &authors).await?;
    let began: Option<Timestamp> = doc_revision::Entity::find()
        .select_only()
        .column_as(doc_revision::Column::StartedAt.min(), "began")
        .filter(doc_revision::Column::Id.is_in(absorbed.clone()))
        .into_tuple()
        .one(tx)
        .await?;
    if let Some(began) = began {
        doc_revision::Entity::update_many()
            .col_expr(doc_revision::Column::StartedAt, began.into())
            .filter(doc_revision::Column::Id.eq(merge.into))
            .filter(doc_revision::Column::StartedAt.gt(began))
            .exec(tx)
            .await?;
    }
    doc_revision::Entity::delete_many()
        .filter(doc_revision::Column::Id.is_in(absorbed))
        .exec(tx)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, compress, decompress};

    #[test]
    fn a_text_comes_back_as_it_was() {
        for text in ["", "a\0b\n", "ä😀e\u{301}", &"text ".repeat(200_000)] {
            let stored = compress(text).expect("compressed");
            assert_eq!(decompress(&stored).expect("read"), text);
        }
        assert!(decompress(b"not zlib").is_err());
    }

    #[test]
    fn a_row_that_unfolds_without_end_is_cut() {
        let stored = compress(&"x".repeat(10 * MAX_BYTES)).expect("compressed");
        assert_eq!(decompress(&stored).expect("read").len(), MAX_BYTES + 1);
    }
}
