//! Queries on `ip_ban`, `device_ban` and `device`.

use entity::{Timestamp, UserId, device, device_ban, ip_ban, session};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::OnConflict,
};

use super::bans::{BanChange, Barred};
use crate::kernel::Result;

pub(super) async fn list_addresses(db: &impl ConnectionTrait) -> Result<Vec<ip_ban::Model>> {
    Ok(ip_ban::Entity::find()
        .order_by_asc(ip_ban::Column::BannedAt)
        .order_by_asc(ip_ban::Column::Address)
        .all(db)
        .await?)
}

pub(super) async fn list_devices(db: &impl ConnectionTrait) -> Result<Vec<device_ban::Model>> {
    Ok(device_ban::Entity::find()
        .order_by_asc(device_ban::Column::BannedAt)
        .order_by_asc(device_ban::Column::ClientId)
        .all(db)
        .await?)
}

/// Stores one change; what is so already stays as it is.
pub(super) async fn write(
    db: &impl ConnectionTrait,
    change: &BanChange,
    now: Timestamp,
) -> Result<()> {
    match (&change.what, change.banned) {
        (Barred::Address(address), true) => {
            let row = ip_ban::ActiveModel {
                address: Set(address.to_string()),
                user_id: Set(change.owner),
                automatic: Set(change.automatic),
                banned_at: Set(now),
            };
            let kept = OnConflict::column(ip_ban::Column::Address)
                .do_nothing()
                .to_owned();
            ip_ban::Entity::insert(row)
                .on_conflict(kept)
                .exec_without_returning(db)
                .await?;
        }
        (Barred::Device(id), true) => {
            let row = device_ban::ActiveModel {
                client_id: Set(id.clone()),
                user_id: Set(change.owner),
                automatic: Set(change.automatic),
                banned_at: Set(now),
            };
            let kept = OnConflict::column(device_ban::Column::ClientId)
                .do_nothing()
                .to_owned();
            device_ban::Entity::insert(row)
                .on_conflict(kept)
                .exec_without_returning(db)
                .await?;
        }
        (Barred::Address(address), false) => {
            ip_ban::Entity::delete_by_id(address.to_string())
                .exec(db)
                .await?;
        }
        (Barred::Device(id), false) => {
            device_ban::Entity::delete_by_id(id.clone())
                .exec(db)
                .await?;
        }
    }
    Ok(())
}

/// Notes that somebody used a device; an empty private address leaves the one that is known.
pub(super) async fn upsert_device(db: &impl ConnectionTrait, seen: device::Model) -> Result<()> {
    let mut updated = vec![device::Column::Address, device::Column::SeenAt];
    if !seen.private_address.is_empty() {
        updated.push(device::Column::PrivateAddress);
    }
    let row = device::ActiveModel {
        user_id: Set(seen.user_id),
        client_id: Set(seen.client_id),
        address: Set(seen.address),
        private_address: Set(seen.private_address),
        seen_at: Set(seen.seen_at),
    };
    device::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([device::Column::UserId, device::Column::ClientId])
                .update_columns(updated)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Forgets all but the `keep` devices that somebody used last.
pub(super) async fn trim_devices(db: &impl ConnectionTrait, user: UserId, keep: u64) -> Result<()> {
    let old: Vec<String> = device::Entity::find()
        .select_only()
        .column(device::Column::ClientId)
        .filter(device::Column::UserId.eq(user))
        .order_by_desc(device::Column::SeenAt)
        .offset(keep)
        .limit(u64::from(u16::MAX))
        .into_tuple()
        .all(db)
        .await?;
    if !old.is_empty() {
        device::Entity::delete_many()
            .filter(device::Column::UserId.eq(user))
            .filter(device::Column::ClientId.is_in(old))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Somebody's devices, the last used first.
pub(super) async fn devices_of(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<device::Model>> {
    Ok(device::Entity::find()
        .filter(device::Column::UserId.eq(user))
        .order_by_desc(device::Column::SeenAt)
        .all(db)
        .await?)
}

/// Who has used a device, the last one first.
pub(super) async fn users_of_device(
    db: &impl ConnectionTrait,
    client_id: &str,
) -> Result<Vec<UserId>> {
    Ok(device::Entity::find()
        .filter(device::Column::ClientId.eq(client_id))
        .order_by_desc(device::Column::SeenAt)
        .all(db)
        .await?
        .into_iter()
        .map(|device| device.user_id)
        .collect())
}

/// The addresses from which somebody has signed in, as far as it is known.
pub(super) async fn addresses_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<String>> {
    let mut addresses: Vec<String> = session::Entity::find()
        .select_only()
        .column(session::Column::Address)
        .filter(session::Column::UserId.eq(user))
        .order_by_desc(session::Column::LastUsedAt)
        .into_tuple()
        .all(db)
        .await?;
    let devices = devices_of(db, user).await?;
    addresses.extend(devices.into_iter().map(|device| device.address));
    Ok(addresses)
}

pub(super) async fn delete_devices(db: &impl ConnectionTrait, user: UserId) -> Result<()> {
    device::Entity::delete_many()
        .filter(device::Column::UserId.eq(user))
        .exec(db)
        .await?;
    Ok(())
}
