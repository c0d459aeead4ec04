//! Queries on what came in from apps.

use entity::{AppId, DeliveryId, Timestamp, app_delivery, webhook};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::deliveries::Delivery;
use crate::kernel::{Result, Tx};

/// Writes down what came in, with when.
pub(super) async fn insert(tx: &Tx, batch: Vec<(Timestamp, Delivery)>) -> Result<()> {
    let rows = batch.into_iter().map(|(at, delivery)| row(at, delivery));
    app_delivery::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

fn row(at: Timestamp, delivery: Delivery) -> app_delivery::ActiveModel {
    let latency = delivery.latency.as_millis();
    app_delivery::ActiveModel {
        app_id: Set(delivery.app),
        at: Set(at),
        status: Set(delivery.status.into()),
        error: Set(delivery.error),
        latency_ms: Set(i32::try_from(latency).unwrap_or(i32::MAX)),
        bytes: Set(i64::try_from(delivery.bytes).unwrap_or(i64::MAX)),
        remote: Set(delivery.remote.to_string()),
        ..Default::default()
    }
}

/// Notes when webhooks were last posted to.
pub(super) async fn touch_webhooks(tx: &Tx, apps: Vec<AppId>, now: Timestamp) -> Result<()> {
    let change = webhook::ActiveModel {
        last_used_at: Set(Some(now)),
        ..Default::default()
    };
    webhook::Entity::update_many()
        .set(change)
        .filter(webhook::Column::AppId.is_in(apps))
        .exec(tx)
        .await?;
    Ok(())
}

/// At most `limit` of an app that came in since a moment, before `before`, the newest first.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    app: AppId,
    since: Timestamp,
    before: Option<DeliveryId>,
    limit: u64,
) -> Result<Vec<app_delivery::Model>> {
    let mut rows = app_delivery::Entity::find()
        .filter(app_delivery::Column::AppId.eq(app))
        .filter(app_delivery::Column::At.gte(since));
    if let Some(before) = before {
        rows = rows.filter(app_delivery::Column::Id.lt(before));
    }
    Ok(rows
        .order_by_desc(app_delivery::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}

/// Forgets what came in before `before`.
pub(super) async fn delete_before(db: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    app_delivery::Entity::delete_many()
        .filter(app_delivery::Column::At.lt(before))
        .exec(db)
        .await?;
    Ok(())
}
