//! Queries on `file`.

use std::collections::HashSet;

use entity::{FileId, Timestamp, UserId, file, user};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, Statement,
    sea_query::{Expr, ExprTrait},
};

use super::model::{File, Names, Purpose};
use crate::kernel::Result;

/// What is known of a new file.
pub(super) struct NewRow {
    pub(super) names: Names,
    pub(super) purpose: Purpose,
    pub(super) owner: UserId,
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) size: i64,
    pub(super) thumbnail: Option<(String, i64)>,
    pub(super) now: Timestamp,
}

pub(super) async fn insert(db: &impl ConnectionTrait, new: NewRow) -> Result<File> {
    let (thumbnail_type, thumbnail_size) = new.thumbnail.unzip();
    let row = file::ActiveModel {
        public_id: Set(new.names.public_id),
        stored_name: Set(new.names.stored),
        blob_name: Set(new.names.blob),
        kind: Set(new.purpose.kind()),
        owner_id: Set(new.owner),
        name: Set(new.name),
        media_type: Set(new.media_type),
        size: Set(new.size),
        thumbnail_type: Set(thumbnail_type),
        thumbnail_size: Set(thumbnail_size),
        created_at: Set(new.now),
        expires_at: Set(new.purpose.expires_at()),
        attached_at: Set(None),
        ..Default::default()
    };
    Ok(file::Entity::insert(row).exec_with_returning(db).await?)
}

/// Has others who change this person's files wait. On SQLite a transaction is alone anyway.
pub(super) async fn lock_owner(db: &impl ConnectionTrait, owner: UserId) -> Result<()> {
    let mut find = user::Entity::find_by_id(owner);
    if db.get_database_backend() == DatabaseBackend::Postgres {
        find = find.lock_exclusive();
    }
    find.one(db).await?;
    Ok(())
}

/// How many bytes a person has in the store.
pub(super) async fn used_bytes(db: &impl ConnectionTrait, owner: UserId) -> Result<i64> {
    let statement = Statement::from_sql_and_values(
        db.get_database_backend(),
        "SELECT CAST(coalesce(sum(size + coalesce(thumbnail_size, 0)), 0) AS bigint) AS used \
         FROM file WHERE owner_id = $1",
        [owner.into()],
    );
    let row = db.query_one_raw(statement).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "used"))?)
}

/// Not one that has expired.
fn is_live(now: Timestamp) -> Condition {
    Condition::any()
        .add(file::Column::ExpiresAt.is_null())
        .add(file::Column::ExpiresAt.gt(now))
}

pub(super) async fn find_by_stored_name(
    db: &impl ConnectionTrait,
    name: &str,
    now: Timestamp,
) -> Result<Option<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::StoredName.eq(name))
        .filter(is_live(now))
        .one(db)
        .await?)
}

pub(super) async fn find_by_public_id(
    db: &impl ConnectionTrait,
    id: &str,
    now: Timestamp,
) -> Result<Option<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::PublicId.eq(id))
        .filter(is_live(now))
        .one(db)
        .await?)
}

/// Shared files, the newest first.
pub(super) async fn list_shared(
    db: &impl ConnectionTrait,
    now: Timestamp,
    (offset, limit): (u64, u64),
) -> Result<Vec<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::Kind.eq(file::Kind::Shared))
        .filter(is_live(now))
        .order_by_desc(file::Column::Id)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?)
}

/// Notes that a message names a file; whether there is such a file to be named.
pub(super) async fn attach(
    db: &impl ConnectionTrait,
    stored_name: &str,
    now: Timestamp,
) -> Result<bool> {
    let first = Expr::col(file::Column::AttachedAt).if_null(now);
    let updated = file::Entity::update_many()
        .col_expr(file::Column::AttachedAt, first)
        .filter(file::Column::StoredName.eq(stored_name))
        .filter(file::Column::Kind.ne(file::Kind::Avatar))
        .filter(is_live(now))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Removes a file's row; whether it was there.
pub(super) async fn delete(db: &impl ConnectionTrait, id: FileId) -> Result<bool> {
    let deleted = file::Entity::delete_by_id(id).exec(db).await?;
    Ok(deleted.rows_affected == 1)
}

/// Removes the row of an upload, unless a message has named it meanwhile; whether it is gone.
pub(super) async fn delete_unsent(db: &impl ConnectionTrait, id: FileId) -> Result<bool> {
    let deleted = file::Entity::delete_many()
        .filter(file::Column::Id.eq(id))
        .filter(file::Column::AttachedAt.is_null())
        .exec(db)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// A person's avatars.
pub(super) async fn avatars(db: &impl ConnectionTrait, owner: UserId) -> Result<Vec<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::OwnerId.eq(owner))
        .filter(file::Column::Kind.eq(file::Kind::Avatar))
        .all(db)
        .await?)
}

/// Files that have expired by `now`, some of them.
pub(super) async fn expired(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::ExpiresAt.lte(now))
        .limit(limit)
        .all(db)
        .await?)
}

/// Uploads of before `then` that no message has named, some of them.
pub(super) async fn unsent(
    db: &impl ConnectionTrait,
    then: Timestamp,
    limit: u64,
) -> Result<Vec<File>> {
    Ok(file::Entity::find()
        .filter(file::Column::Kind.eq(file::Kind::Attachment))
        .filter(file::Column::AttachedAt.is_null())
        .filter(file::Column::CreatedAt.lt(then))
        .limit(limit)
        .all(db)
        .await?)
}

/// Which of these names of blobs belong to a file.
pub(super) async fn known_blobs(
    db: &impl ConnectionTrait,
    names: &[String],
) -> Result<HashSet<String>> {
    let known: Vec<String> = file::Entity::find()
        .select_only()
        .column(file::Column::BlobName)
        .filter(file::Column::BlobName.is_in(names.iter().map(String::as_str)))
        .into_tuple()
        .all(db)
        .await?;
    Ok(known.into_iter().collect())
}
