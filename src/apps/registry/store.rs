//! Reading apps of all kinds; changes to them are in `store_changes`.

use std::collections::HashMap;

use entity::{
    AppId, ServerId, Timestamp, UserId, app, app::AppKind, integration, integration_token,
    oauth_client, oauth_grant, oauth_secret, webhook, widget,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::model::{App, Details};
use crate::kernel::Result;

/// The app with this id.
pub(super) async fn find(db: &impl ConnectionTrait, id: AppId) -> Result<Option<App>> {
    let found = read(db, Condition::all().add(app::Column::Id.eq(id))).await?;
    Ok(found.into_iter().next())
}

/// The apps of these servers, the oldest first.
pub(super) async fn list_of_servers(
    db: &impl ConnectionTrait,
    servers: &[ServerId],
) -> Result<Vec<App>> {
    let servers = servers.iter().copied();
    read(
        db,
        Condition::all().add(app::Column::ServerId.is_in(servers)),
    )
    .await
}

/// The OAuth clients of this person, the oldest first.
pub(super) async fn list_of_person(db: &impl ConnectionTrait, owner: UserId) -> Result<Vec<App>> {
    let condition = Condition::all()
        .add(app::Column::Kind.eq(AppKind::Oauth))
        .add(app::Column::OwnerId.eq(owner));
    read(db, condition).await
}

async fn read(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<App>> {
    let rows = app::Entity::find()
        .filter(which)
        .filter(app::Column::DeletedAt.is_null())
        .order_by_asc(app::Column::Id)
        .all(db)
        .await?;
    let of = |kind: AppKind| {
        let rows = rows.iter().filter(move |row| row.kind == kind);
        rows.map(|row| row.id).collect::<Vec<_>>()
    };
    let mut details = HashMap::new();
    read_webhooks(db, of(AppKind::Webhook), &mut details).await?;
    read_widgets(db, of(AppKind::Widget), &mut details).await?;
    read_integrations(db, of(AppKind::Integration), &mut details).await?;
    read_clients(db, of(AppKind::Oauth), &mut details).await?;
    let apps = rows.into_iter().filter_map(|row| {
        let details = details.remove(&row.id)?;
        Some(App { row, details })
    });
    Ok(apps.collect())
}

type Found = HashMap<AppId, Details>;

async fn read_webhooks(
    db: &impl ConnectionTrait,
    ids: Vec<AppId>,
    found: &mut Found,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = webhook::Entity::find()
        .filter(webhook::Column::AppId.is_in(ids))
        .all(db)
        .await?;
    found.extend(
        rows.into_iter()
            .map(|row| (row.app_id, Details::Webhook(row))),
    );
    Ok(())
}

async fn read_widgets(db: &impl ConnectionTrait, ids: Vec<AppId>, found: &mut Found) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = widget::Entity::find()
        .filter(widget::Column::AppId.is_in(ids))
        .all(db)
        .await?;
    found.extend(
        rows.into_iter()
            .map(|row| (row.app_id, Details::Widget(row))),
    );
    Ok(())
}

async fn read_integrations(
    db: &impl ConnectionTrait,
    ids: Vec<AppId>,
    found: &mut Found,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = integration::Entity::find()
        .filter(integration::Column::AppId.is_in(ids.clone()))
        .all(db)
        .await?;
    let mut tokens = grouped(list_tokens(db, ids).await?, |token| token.app_id);
    for integration in rows {
        let tokens = tokens.remove(&integration.app_id).unwrap_or_default();
        let id = integration.app_id;
        let details = Details::Integration {
            integration,
            tokens,
        };
        found.insert(id, details);
    }
    Ok(())
}

/// The tokens of these integrations, the oldest first.
pub(super) async fn list_tokens(
    db: &impl ConnectionTrait,
    apps: Vec<AppId>,
) -> Result<Vec<integration_token::Model>> {
    Ok(integration_token::Entity::find()
        .filter(integration_token::Column::AppId.is_in(apps))
        .order_by_asc(integration_token::Column::Id)
        .all(db)
        .await?)
}

async fn read_clients(db: &impl ConnectionTrait, ids: Vec<AppId>, found: &mut Found) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let clients = oauth_client::Entity::find()
        .filter(oauth_client::Column::AppId.is_in(ids.clone()))
        .all(db)
        .await?;
    let secrets = oauth_secret::Entity::find()
        .filter(oauth_secret::Column::AppId.is_in(ids.clone()))
        .order_by_desc(oauth_secret::Column::Id)
        .all(db)
        .await?;
    let grants: Vec<(AppId, i64, Option<Timestamp>)> = oauth_grant::Entity::find()
        .select_only()
        .column(oauth_grant::Column::AppId)
        .column_as(oauth_grant::Column::Id.count(), "grants")
        .column_as(oauth_grant::Column::LastUsedAt.max(), "last_used_at")
        .filter(oauth_grant::Column::AppId.is_in(ids))
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .group_by(oauth_grant::Column::AppId)
        .into_tuple()
        .all(db)
        .await?;
    let mut secrets = grouped(secrets, |secret| secret.app_id);
    for client in clients {
        let id = client.app_id;
        let used = grants.iter().find(|(app, ..)| *app == id);
        let (_, grants, last_used_at) = used.copied().unwrap_or((id, 0, None));
        let details = Details::Oauth {
            client,
            secrets: secrets.remove(&id).unwrap_or_default(),
            grants,
            last_used_at,
        };
        found.insert(id, details);
    }
    Ok(())
}

fn grouped<T>(rows: Vec<T>, app: impl Fn(&T) -> AppId) -> HashMap<AppId, Vec<T>> {
    let mut groups: HashMap<AppId, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(app(&row)).or_default().push(row);
    }
    groups
}
