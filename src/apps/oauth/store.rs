//! Queries on clients, what people allowed them, codes and tokens.
//!
//! Everything that gives out or ends codes and tokens of one grant happens under the lock of its
//! row, so that what ends a family cannot miss a token that is just being made.

use entity::{
    AppId, GrantId, Timestamp, UserId, app, oauth_client, oauth_code, oauth_grant, oauth_secret,
    oauth_token,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Set, sea_query::OnConflict,
};

use super::{
    authorize::Request,
    client::{Card, Client},
    grant::{Family, Issue},
    redirect::RedirectUri,
    scope::Scopes,
};
use crate::kernel::{
    Error, Result, Tx,
    token::{PlainToken, TokenHash},
};

/// The client that is called `client_id` in the protocol, unless its app was deleted.
pub(super) async fn find_client(
    db: &impl ConnectionTrait,
    client_id: &str,
) -> Result<Option<Client>> {
    let found = oauth_client::Entity::find()
        .filter(oauth_client::Column::ClientId.eq(client_id))
        .one(db)
        .await?;
    let Some(client) = found else { return Ok(None) };
    let Some(app) = find_app(db, client.app_id).await? else {
        return Ok(None);
    };
    let uris: Vec<String> = serde_json::from_str(&client.redirect_uris)?;
    Ok(Some(Client {
        app: app.id,
        client_id: client.client_id,
        client_type: client.client_type,
        redirect_uris: uris.into_iter().map(RedirectUri::stored).collect(),
        require_pkce: client.require_pkce,
        first_party: client.first_party,
        is_suspended: app.suspended_at.is_some(),
        card: Card {
            name: app.name,
            description: app.description,
            owner: app.owner_id,
            homepage: client.homepage,
            privacy_url: client.privacy_url,
        },
    }))
}

async fn find_app(db: &impl ConnectionTrait, id: AppId) -> Result<Option<app::Model>> {
    Ok(app::Entity::find_by_id(id)
        .filter(app::Column::DeletedAt.is_null())
        .one(db)
        .await?)
}

/// Writes the rows of the developer portal, or what may have changed of them.
pub(super) async fn upsert_portal(
    tx: &Tx,
    app: app::Model,
    client: oauth_client::Model,
) -> Result<()> {
    let renamed = OnConflict::column(app::Column::Id)
        .update_columns([app::Column::Name, app::Column::Description])
        .to_owned();
    app::Entity::insert(app.into_active_model().reset_all())
        .on_conflict(renamed)
        .exec_without_returning(tx)
        .await?;
    let moved = OnConflict::column(oauth_client::Column::AppId)
        .update_column(oauth_client::Column::RedirectUris)
        .to_owned();
    oauth_client::Entity::insert(client.into_active_model().reset_all())
        .on_conflict(moved)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The hashes of a client's secrets that are taken at `now`.
pub(super) async fn secret_hashes(
    db: &impl ConnectionTrait,
    app: AppId,
    now: Timestamp,
) -> Result<Vec<String>> {
    let lives = Condition::any()
        .add(oauth_secret::Column::ExpiresAt.is_null())
        .add(oauth_secret::Column::ExpiresAt.gt(now));
    Ok(oauth_secret::Entity::find()
        .select_only()
        .column(oauth_secret::Column::SecretHash)
        .filter(oauth_secret::Column::AppId.eq(app))
        .filter(lives)
        .into_tuple()
        .all(db)
        .await?)
}

/// What a person allows a client at the moment.
pub(super) async fn find_grant(
    db: &impl ConnectionTrait,
    app: AppId,
    user: UserId,
) -> Result<Option<oauth_grant::Model>> {
    Ok(oauth_grant::Entity::find()
        .filter(oauth_grant::Column::AppId.eq(app))
        .filter(oauth_grant::Column::UserId.eq(user))
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .one(db)
        .await?)
}

/// Adds `scopes` to what a person allows a client.
pub(super) async fn allow(
    tx: &Tx,
    client: &Client,
    user: UserId,
    scopes: Scopes,
    now: Timestamp,
) -> Result<GrantId> {
    let row = oauth_grant::ActiveModel {
        app_id: Set(client.app),
        first_party: Set(client.first_party),
        user_id: Set(user),
        scope: Set(scopes.to_string()),
        created_at: Set(now),
        ..Default::default()
    };
    oauth_grant::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    let grant = find_grant(tx, client.app, user).await?.ok_or_else(|| {
        Error::internal(anyhow::anyhow!("a grant was taken back while it was given"))
    })?;
    let all = Scopes::stored(&grant.scope)?.union(scopes).to_string();
    if all != grant.scope {
        let change = oauth_grant::ActiveModel {
            id: Set(grant.id),
            scope: Set(all),
            ..Default::default()
        };
        change.update(tx).await?;
    }
    Ok(grant.id)
}

/// Reads a grant that is not revoked, and keeps everybody else who does so waiting until the
/// transaction ends. SQLite needs no lock: its transaction is alone from its beginning.
pub(super) async fn lock_grant(tx: &Tx, id: GrantId) -> Result<Option<oauth_grant::Model>> {
    Ok(oauth_grant::Entity::find_by_id(id)
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .lock_exclusive()
        .one(tx)
        .await?)
}

/// Notes that a client made use of a grant.
pub(super) async fn touch_grant(tx: &Tx, id: GrantId, now: Timestamp) -> Result<()> {
    let change = oauth_grant::ActiveModel {
        id: Set(id),
        last_used_at: Set(Some(now)),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// What a person allows, with the apps, the latest first. Those of deleted apps are over.
pub(super) async fn list_grants(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(oauth_grant::Model, app::Model)>> {
    let grants = oauth_grant::Entity::find()
        .filter(oauth_grant::Column::UserId.eq(user))
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .order_by_desc(oauth_grant::Column::Id)
        .all(db)
        .await?;
    let apps = app::Entity::find()
        .filter(app::Column::Id.is_in(grants.iter().map(|grant| grant.app_id)))
        .filter(app::Column::DeletedAt.is_null())
        .all(db)
        .await?;
    let with_app = grants.into_iter().filter_map(|grant| {
        let app = apps.iter().find(|app| app.id == grant.app_id)?.clone();
        Some((grant, app))
    });
    Ok(with_app.collect())
}

/// Takes back what a person allows: one client, or all of them. How much that was.
pub(super) async fn revoke_grants(
    db: &impl ConnectionTrait,
    user: UserId,
    app: Option<AppId>,
    now: Timestamp,
) -> Result<u64> {
    let whose = Condition::all()
        .add(oauth_grant::Column::UserId.eq(user))
        .add(oauth_grant::Column::RevokedAt.is_null())
        .add_option(app.map(|app| oauth_grant::Column::AppId.eq(app)));
    let revoked = oauth_grant::Entity::update_many()
        .col_expr(oauth_grant::Column::RevokedAt, now.into())
        .filter(whose)
        .exec(db)
        .await?;
    Ok(revoked.rows_affected)
}

/// Keeps a code that was given out for `request`.
pub(super) async fn insert_code(
    tx: &Tx,
    hash: String,
    grant: GrantId,
    request: &Request,
    now: Timestamp,
) -> Result<()> {
    let challenge = request.challenge.as_ref();
    let row = oauth_code::ActiveModel {
        code_hash: Set(hash),
        grant_id: Set(grant),
        scope: Set(request.scopes.to_string()),
        redirect_uri: Set(request.destination.named_uri().map(ToOwned::to_owned)),
        code_challenge: Set(challenge.map(|challenge| challenge.as_str().to_owned())),
        created_at: Set(now),
        spent_at: Set(None),
        family: Set(None),
    };
    oauth_code::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

pub(super) async fn find_code(
    db: &impl ConnectionTrait,
    hash: &str,
) -> Result<Option<oauth_code::Model>> {
    Ok(oauth_code::Entity::find_by_id(hash).one(db).await?)
}

/// Spends a code for `family`, unless it was spent before; whether it was this call that did.
pub(super) async fn spend_code(
    tx: &Tx,
    hash: &str,
    family: &Family,
    now: Timestamp,
) -> Result<bool> {
    let spent = oauth_code::Entity::update_many()
        .set(oauth_code::ActiveModel {
            spent_at: Set(Some(now)),
            family: Set(Some(family.0.clone())),
            ..Default::default()
        })
        .filter(oauth_code::Column::CodeHash.eq(hash))
        .filter(oauth_code::Column::SpentAt.is_null())
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// The token with this hash, whatever has become of it.
pub(super) async fn find_token(
    db: &impl ConnectionTrait,
    hash: &TokenHash,
) -> Result<Option<oauth_token::Model>> {
    Ok(oauth_token::Entity::find_by_id(hash.as_str())
        .one(db)
        .await?)
}

/// The grant with this id, unless it was revoked.
pub(super) async fn find_grant_by_id(
    db: &impl ConnectionTrait,
    id: GrantId,
) -> Result<Option<oauth_grant::Model>> {
    Ok(oauth_grant::Entity::find_by_id(id)
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .one(db)
        .await?)
}

/// Spends a refresh token, unless it was spent or revoked before; whether it was this call that did.
pub(super) async fn spend_refresh(tx: &Tx, hash: &TokenHash, now: Timestamp) -> Result<bool> {
    let spent = oauth_token::Entity::update_many()
        .col_expr(oauth_token::Column::SpentAt, now.into())
        .filter(oauth_token::Column::TokenHash.eq(hash.as_str()))
        .filter(oauth_token::Column::SpentAt.is_null())
        .filter(oauth_token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// Keeps the next access and refresh token of a family.
pub(super) async fn insert_tokens(
    tx: &Tx,
    grant: GrantId,
    family: &Family,
    issue: &Issue,
    (access, refresh): (&PlainToken, &PlainToken),
    now: Timestamp,
) -> Result<()> {
    use oauth_token::OauthTokenKind::{Access, Refresh};
    let row = |token: &PlainToken, kind, scopes: Scopes, expires_at| oauth_token::ActiveModel {
        token_hash: Set(token.hash().into()),
        kind: Set(kind),
        grant_id: Set(grant),
        family: Set(family.0.clone()),
        scope: Set(scopes.to_string()),
        created_at: Set(now),
        expires_at: Set(expires_at),
        family_expires_at: Set(issue.family_expires_at),
        spent_at: Set(None),
        revoked_at: Set(None),
    };
    let rows = [
        row(access, Access, issue.access_scopes, issue.access_expires_at),
        row(
            refresh,
            Refresh,
            issue.refresh_scopes,
            issue.refresh_expires_at,
        ),
    ];
    oauth_token::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Ends all tokens of a family.
pub(super) async fn revoke_family(tx: &Tx, family: &str, now: Timestamp) -> Result<u64> {
    let revoked = oauth_token::Entity::update_many()
        .col_expr(oauth_token::Column::RevokedAt, now.into())
        .filter(oauth_token::Column::Family.eq(family))
        .filter(oauth_token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(revoked.rows_affected)
}

/// The name of an app that was not deleted.
pub(super) async fn find_app_name(db: &impl ConnectionTrait, id: AppId) -> Result<Option<String>> {
    Ok(find_app(db, id).await?.map(|app| app.name))
}

/// Ends one token.
pub(super) async fn revoke_token(tx: &Tx, hash: &TokenHash, now: Timestamp) -> Result<()> {
    oauth_token::Entity::update_many()
        .col_expr(oauth_token::Column::RevokedAt, now.into())
        .filter(oauth_token::Column::TokenHash.eq(hash.as_str()))
        .filter(oauth_token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// Forgets tokens that ended before `now`, and codes that were given out before `codes_before`.
pub(super) async fn delete_expired(
    db: &impl ConnectionTrait,
    now: Timestamp,
    codes_before: Timestamp,
) -> Result<()> {
    oauth_token::Entity::delete_many()
        .filter(oauth_token::Column::ExpiresAt.lt(now))
        .exec(db)
        .await?;
    oauth_code::Entity::delete_many()
        .filter(oauth_code::Column::CreatedAt.lt(codes_before))
        .exec(db)
        .await?;
    Ok(())
}
