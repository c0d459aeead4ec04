//! Queries on tokens and on answered requests.

use entity::{
    AppId, AppTokenId, GrantId, Timestamp, UserId, app, app_idempotency, integration,
    integration_token, oauth_grant, oauth_token, server,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set,
    sea_query::OnConflict,
};

use super::{
    actor::{Integration, OauthAccess},
    scope::Scopes,
};
use crate::kernel::{Result, Tx, token::TokenHash};

/// The integration behind a token, whether or not it has expired or is suspended.
pub(super) async fn find_integration(
    db: &impl ConnectionTrait,
    hash: &TokenHash,
) -> Result<Option<Integration>> {
    let token = integration_token::Entity::find()
        .filter(integration_token::Column::TokenHash.eq(hash.as_str()))
        .one(db)
        .await?;
    let Some(token) = token else { return Ok(None) };
    let app = find_app(db, token.app_id).await?;
    let integration = integration::Entity::find_by_id(token.app_id)
        .one(db)
        .await?;
    let (Some(app), Some(integration)) = (app, integration) else {
        return Ok(None);
    };
    let server = server::Entity::find_by_id(integration.server_id)
        .filter(server::Column::DeletedAt.is_null())
        .one(db)
        .await?;
    if server.is_none() {
        return Ok(None);
    }
    Ok(Some(Integration {
        app: app.id,
        name: app.name,
        token: token.id,
        token_name: token.name,
        server: integration.server_id,
        scopes: Scopes::from_stored(&token.scopes)?,
        role: integration.role_id,
        creator: token.created_by,
        expires_at: token.expires_at,
        is_suspended: app.suspended_at.is_some(),
    }))
}

/// Whether a token is still that of `creator` and good at `now`, and whether its app is suspended;
/// none when one of the two is gone.
pub(super) async fn find_token_state(
    tx: &Tx,
    id: AppTokenId,
    creator: UserId,
    now: Timestamp,
) -> Result<Option<bool>> {
    let token = integration_token::Entity::find_by_id(id)
        .filter(integration_token::Column::CreatedBy.eq(creator))
        .one(tx)
        .await?;
    let token = token.filter(|token| token.expires_at.is_none_or(|end| now < end));
    let Some(token) = token else { return Ok(None) };
    let app = find_app(tx, token.app_id).await?;
    Ok(app.map(|app| app.suspended_at.is_some()))
}

async fn find_app(db: &impl ConnectionTrait, id: AppId) -> Result<Option<app::Model>> {
    Ok(app::Entity::find_by_id(id)
        .filter(app::Column::DeletedAt.is_null())
        .one(db)
        .await?)
}

/// The access behind an OAuth client's token that is good at `now`, and whether the client is
/// suspended.
pub(super) async fn find_oauth(
    db: &impl ConnectionTrait,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<(OauthAccess, bool)>> {
    let token = oauth_token::Entity::find_by_id(hash.as_str())
        .filter(oauth_token::Column::Kind.eq(oauth_token::OauthTokenKind::Access))
        .filter(oauth_token::Column::RevokedAt.is_null())
        .filter(oauth_token::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    let Some(token) = token else { return Ok(None) };
    let grant = oauth_grant::Entity::find_by_id(token.grant_id)
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    let Some(grant) = grant else { return Ok(None) };
    let app = find_app(db, grant.app_id).await?;
    Ok(app.map(|app| {
        let access = OauthAccess {
            app: app.id,
            grant: grant.id,
            user: grant.user_id,
            scopes: token.scope.split(' ').map(str::to_owned).collect(),
        };
        (access, app.suspended_at.is_some())
    }))
}

/// Notes when, from where and with what a token was used.
pub(super) async fn touch_token(
    db: &impl ConnectionTrait,
    id: AppTokenId,
    now: Timestamp,
    address: String,
    user_agent: String,
) -> Result<()> {
    integration_token::Entity::update_many()
        .set(integration_token::ActiveModel {
            last_used_at: Set(Some(now)),
            last_address: Set(Some(address)),
            last_user_agent: Set(Some(user_agent)),
            ..Default::default()
        })
        .filter(integration_token::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Notes when somebody's consent was last made use of.
pub(super) async fn touch_grant(
    db: &impl ConnectionTrait,
    id: GrantId,
    now: Timestamp,
) -> Result<()> {
    oauth_grant::Entity::update_many()
        .col_expr(oauth_grant::Column::LastUsedAt, now.into())
        .filter(oauth_grant::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// What a request with this key was answered since `after`.
pub(super) async fn find_kept(
    db: &impl ConnectionTrait,
    app: AppId,
    key: &str,
    after: Timestamp,
) -> Result<Option<app_idempotency::Model>> {
    Ok(app_idempotency::Entity::find_by_id((app, key.to_owned()))
        .filter(app_idempotency::Column::CreatedAt.gt(after))
        .one(db)
        .await?)
}

/// Keeps what a request was answered, unless another one with its key came first; whether it was
/// kept. What was answered before `after` gives way.
pub(super) async fn insert_kept(
    tx: &Tx,
    row: app_idempotency::Model,
    after: Timestamp,
) -> Result<bool> {
    let (app, key) = (row.app_id, row.key.clone());
    app_idempotency::Entity::delete_many()
        .filter(app_idempotency::Column::AppId.eq(app))
        .filter(app_idempotency::Column::Key.eq(key))
        .filter(app_idempotency::Column::CreatedAt.lte(after))
        .exec(tx)
        .await?;
    let row = app_idempotency::ActiveModel::from(row).reset_all();
    let taken = OnConflict::columns([app_idempotency::Column::AppId, app_idempotency::Column::Key])
        .do_nothing()
        .to_owned();
    let inserted = app_idempotency::Entity::insert(row)
        .on_conflict(taken)
        .exec_without_returning(tx)
        .await?;
    Ok(inserted == 1)
}

/// Forgets what was answered before `before`.
pub(super) async fn delete_kept(db: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    app_idempotency::Entity::delete_many()
        .filter(app_idempotency::Column::CreatedAt.lte(before))
        .exec(db)
        .await?;
    Ok(())
}
