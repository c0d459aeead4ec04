//! Queries on documents and their members. Their text is in `log`, their history in
//! `revision_store`.

use entity::{
    DocId, Timestamp, UserId, doc,
    doc_member::{self, Role},
    doc_update,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Set, sea_query::NullOrdering,
};

use super::{
    model::DocName,
    rights::{Deed, require_creator, require_member},
};
use crate::kernel::{Error, Result, Tx};

/// The document `id`, if there is one.
pub(super) async fn doc(db: &impl ConnectionTrait, id: DocId) -> Result<Option<doc::Model>> {
    Ok(doc::Entity::find_by_id(id).one(db).await?)
}

/// What `user` may do with a document; none when they are not in it, or when it does not exist.
pub(super) async fn role(
    db: &impl ConnectionTrait,
    id: DocId,
    user: UserId,
) -> Result<Option<Role>> {
    let member = doc_member::Entity::find_by_id((id, user)).one(db).await?;
    Ok(member.map(|member| member.role))
}

/// The people in a document: its creator, then the others in the order in which they came.
pub(super) async fn members(
    db: &impl ConnectionTrait,
    id: DocId,
) -> Result<Vec<doc_member::Model>> {
    let is_creator = doc_member::Column::Role.eq(Role::Creator);
    let members = doc_member::Entity::find()
        .filter(doc_member::Column::DocId.eq(id))
        .order_by_desc(is_creator)
        .order_by_asc(doc_member::Column::AddedAt)
        .order_by_asc(doc_member::Column::UserId)
        .all(db)
        .await?;
    Ok(members)
}

/// How many people are in a document.
pub(super) async fn count_members(db: &impl ConnectionTrait, id: DocId) -> Result<usize> {
    let count = doc_member::Entity::find()
        .filter(doc_member::Column::DocId.eq(id))
        .count(db)
        .await?;
    usize::try_from(count).map_err(Error::internal)
}

/// The documents that `user` is in, with their role: the last edited one first, those that were
/// never edited last.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(doc::Model, Role)>> {
    let memberships = doc_member::Entity::find()
        .filter(doc_member::Column::UserId.eq(user))
        .all(db)
        .await?;
    let roles: std::collections::HashMap<_, _> = memberships
        .into_iter()
        .map(|member| (member.doc_id, member.role))
        .collect();
    let own = doc_member::Entity::find()
        .select_only()
        .column(doc_member::Column::DocId)
        .filter(doc_member::Column::UserId.eq(user))
        .into_query();
    let docs = doc::Entity::find()
        .filter(doc::Column::Id.in_subquery(own))
        .order_by_with_nulls(doc::Column::LastEditedAt, Order::Desc, NullOrdering::Last)
        .order_by_desc(doc::Column::CreatedAt)
        .order_by_desc(doc::Column::Id)
        .all(db)
        .await?;
    let docs = docs.into_iter();
    Ok(docs
        .filter_map(|doc| roles.get(&doc.id).map(|role| (doc, *role)))
        .collect())
}

/// Keeps everybody else from changing a document, its members and its kept states until the
/// transaction ends. SQLite needs no lock: its transaction is alone from its beginning.
///
/// # Errors
/// `not_found`.
pub(super) async fn lock(tx: &Tx, id: DocId) -> Result<()> {
    let doc = doc::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    doc.map(|_| ()).ok_or_else(Error::not_found)
}

/// What `user` may do with a document, as it stays until the transaction ends.
///
/// # Errors
/// `not_found`, and `access_denied` for people who are not in it.
pub(super) async fn lock_as(tx: &Tx, id: DocId, user: UserId) -> Result<Role> {
    lock(tx, id).await?;
    require_member(role(tx, id, user).await?)
}

/// Makes a document without text and without members.
pub(super) async fn insert_doc(
    tx: &Tx,
    name: &DocName,
    creator: UserId,
    now: Timestamp,
) -> Result<doc::Model> {
    let doc = doc::ActiveModel {
        name: Set(name.as_str().to_owned()),
        created_by: Set(creator),
        created_at: Set(now),
        version: Set(0),
        last_edited_by: Set(None),
        last_edited_at: Set(None),
        ..Default::default()
    };
    Ok(doc::Entity::insert(doc).exec_with_returning(tx).await?)
}

/// Stores the first update of a new document, and what the document is with it.
pub(super) async fn insert_first_update(
    tx: &Tx,
    doc: &doc::Model,
    data: Vec<u8>,
) -> Result<doc::Model> {
    let row = doc_update::ActiveModel {
        doc_id: Set(doc.id),
        version: Set(1),
        user_id: Set(doc.created_by),
        data: Set(data),
        created_at: Set(doc.created_at),
    };
    doc_update::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    let edited = doc::ActiveModel {
        id: Set(doc.id),
        version: Set(1),
        last_edited_by: Set(Some(doc.created_by)),
        last_edited_at: Set(Some(doc.created_at)),
        ..Default::default()
    };
    Ok(doc::Entity::update(edited).exec(tx).await?)
}

/// Puts people into a document.
pub(super) async fn insert_members(
    tx: &Tx,
    id: DocId,
    people: &[(UserId, Role)],
    now: Timestamp,
) -> Result<()> {
    let rows = people.iter().map(|(user, role)| doc_member::ActiveModel {
        doc_id: Set(id),
        user_id: Set(*user),
        role: Set(*role),
        added_at: Set(now),
    });
    doc_member::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Gives a member another role.
pub(super) async fn update_role(tx: &Tx, id: DocId, user: UserId, role: Role) -> Result<()> {
    let member = doc_member::ActiveModel {
        doc_id: Set(id),
        user_id: Set(user),
        role: Set(role),
        ..Default::default()
    };
    doc_member::Entity::update(member).exec(tx).await?;
    Ok(())
}

/// Takes one person out of a document.
pub(super) async fn delete_member(tx: &Tx, id: DocId, user: UserId) -> Result<()> {
    doc_member::Entity::delete_by_id((id, user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives a document another name, if `actor` may.
pub(super) async fn rename(tx: &Tx, id: DocId, actor: UserId, name: &DocName) -> Result<()> {
    require_creator(lock_as(tx, id, actor).await?, Deed::Rename)?;
    let renamed = doc::ActiveModel {
        id: Set(id),
        name: Set(name.as_str().to_owned()),
        ..Default::default()
    };
    doc::Entity::update(renamed).exec(tx).await?;
    Ok(())
}

/// Deletes a document with its text and its history, if `actor` may.
pub(super) async fn delete(tx: &Tx, id: DocId, actor: UserId) -> Result<()> {
    require_creator(lock_as(tx, id, actor).await?, Deed::Delete)?;
    doc::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}
