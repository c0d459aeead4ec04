//! Queries on `custom_channel` and `custom_channel_script`.

use entity::{CustomChannelId, Timestamp, UserId, custom_channel, custom_channel_script};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set, SqlErr,
};

use super::model::{Channel, Script};
use crate::kernel::{Result, Tx};

/// A channel to store.
pub(super) struct NewRow {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) owner: UserId,
    pub(super) now: Timestamp,
}

/// All channels, by name.
pub(super) async fn list(db: &impl ConnectionTrait) -> Result<Vec<Channel>> {
    Ok(custom_channel::Entity::find()
        .order_by_asc(custom_channel::Column::Name)
        .order_by_asc(custom_channel::Column::Id)
        .all(db)
        .await?)
}

pub(super) async fn find(
    db: &impl ConnectionTrait,
    id: CustomChannelId,
) -> Result<Option<Channel>> {
    Ok(custom_channel::Entity::find_by_id(id).one(db).await?)
}

/// Reads a channel and keeps every other change of it waiting until the transaction ends.
pub(super) async fn lock(tx: &Tx, id: CustomChannelId) -> Result<Option<Channel>> {
    Ok(custom_channel::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx)
        .await?)
}

/// Whether some channel has this address.
pub(super) async fn is_registered(db: &impl ConnectionTrait, url: &str) -> Result<bool> {
    let found = custom_channel::Entity::find()
        .filter(custom_channel::Column::Url.eq(url))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// How many channels there are, and how many of them are `owner`'s.
pub(super) async fn count(db: &impl ConnectionTrait, owner: UserId) -> Result<(u64, u64)> {
    let all = custom_channel::Entity::find();
    let own = all
        .clone()
        .filter(custom_channel::Column::CreatedBy.eq(owner));
    Ok((all.count(db).await?, own.count(db).await?))
}

/// Stores a channel; none where its address has been registered meanwhile.
pub(super) async fn insert(
    tx: &Tx,
    new: NewRow,
    script: &Script,
) -> Result<Option<CustomChannelId>> {
    let row = custom_channel::ActiveModel {
        url: Set(new.url),
        name: Set(new.name),
        enabled: Set(new.enabled),
        created_by: Set(new.owner),
        created_at: Set(new.now),
        sha256: Set(script.sha256.clone()),
        size: Set(script.size()),
        pinned_at: Set(new.now),
        checked_at: Set(new.now),
        ..Default::default()
    };
    let id = match row.insert(tx).await {
        Ok(row) => row.id,
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Ok(None),
            _ => return Err(error.into()),
        },
    };
    insert_script(tx, id, script).await?;
    Ok(Some(id))
}

async fn insert_script(tx: &Tx, id: CustomChannelId, script: &Script) -> Result<()> {
    let row = custom_channel_script::ActiveModel {
        channel_id: Set(id),
        sha256: Set(script.sha256.clone()),
        script: Set(script.text.clone()),
    };
    custom_channel_script::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// One of a channel's scripts.
pub(super) async fn script(
    db: &impl ConnectionTrait,
    id: CustomChannelId,
    sha256: &str,
) -> Result<Option<String>> {
    let key = (id, sha256.to_owned());
    let row = custom_channel_script::Entity::find_by_id(key)
        .one(db)
        .await?;
    Ok(row.map(|row| row.script))
}

/// Forgets all scripts of a channel but one.
async fn keep_script(tx: &Tx, id: CustomChannelId, sha256: &str) -> Result<()> {
    custom_channel_script::Entity::delete_many()
        .filter(custom_channel_script::Column::ChannelId.eq(id))
        .filter(custom_channel_script::Column::Sha256.ne(sha256))
        .exec(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &Tx, id: CustomChannelId) -> Result<()> {
    custom_channel_script::Entity::delete_many()
        .filter(custom_channel_script::Column::ChannelId.eq(id))
        .exec(tx)
        .await?;
    custom_channel::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

pub(super) async fn set_enabled(tx: &Tx, id: CustomChannelId, enabled: bool) -> Result<()> {
    let row = custom_channel::ActiveModel {
        id: Set(id),
        enabled: Set(enabled),
        ..Default::default()
    };
    row.update(tx).await?;
    Ok(())
}

/// Notes that the source of a channel was looked at, and nothing was to be read there.
pub(super) async fn set_checked(
    db: &impl ConnectionTrait,
    id: CustomChannelId,
    now: Timestamp,
) -> Result<()> {
    let row = custom_channel::ActiveModel {
        checked_at: Set(now),
        ..Default::default()
    };
    custom_channel::Entity::update_many()
        .set(row)
        .filter(custom_channel::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Keeps what was found at the source of a channel beside the script that runs; none where it is
/// that one.
pub(super) async fn set_found(
    tx: &Tx,
    channel: Channel,
    found: Option<&Script>,
    now: Timestamp,
) -> Result<()> {
    keep_script(tx, channel.id, &channel.sha256).await?;
    if let Some(script) = found {
        insert_script(tx, channel.id, script).await?;
    }
    let mut row = channel.into_active_model();
    row.checked_at = Set(now);
    row.found_sha256 = Set(found.map(|script| script.sha256.clone()));
    row.found_at = Set(found.map(|_| now));
    row.update(tx).await?;
    Ok(())
}

/// Has another of a channel's scripts run from now on. Nobody has trusted that one.
pub(super) async fn set_pinned(
    tx: &Tx,
    channel: Channel,
    (sha256, size): (&str, i64),
    now: Timestamp,
) -> Result<()> {
    keep_script(tx, channel.id, sha256).await?;
    let mut row = channel.into_active_model();
    row.sha256 = Set(sha256.to_owned());
    row.size = Set(size);
    row.pinned_at = Set(now);
    row.found_sha256 = Set(None);
    row.found_at = Set(None);
    row.trusted_sha256 = Set(None);
    row.trusted_by = Set(None);
    row.trusted_at = Set(None);
    row.update(tx).await?;
    Ok(())
}

/// Has `admin` trust the script that runs; none: nobody does.
pub(super) async fn set_trusted(
    tx: &Tx,
    channel: Channel,
    admin: Option<UserId>,
    now: Timestamp,
) -> Result<()> {
    let sha256 = admin.map(|_| channel.sha256.clone());
    let mut row = channel.into_active_model();
    row.trusted_sha256 = Set(sha256);
    row.trusted_by = Set(admin);
    row.trusted_at = Set(admin.map(|_| now));
    row.update(tx).await?;
    Ok(())
}

/// Channels in use whose sources nobody has looked at since `before`, the oldest first.
pub(super) async fn unchecked(
    db: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<Channel>> {
    Ok(custom_channel::Entity::find()
        .filter(custom_channel::Column::Enabled.eq(true))
        .filter(custom_channel::Column::CheckedAt.lt(before))
        .order_by_asc(custom_channel::Column::CheckedAt)
        .limit(limit)
        .all(db)
        .await?)
}
