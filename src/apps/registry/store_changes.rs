//! Writing apps of all kinds.

use entity::{
    AppId, AppTokenId, ConversationId, RoleId, SecretId, ServerId, Timestamp, UserId, app,
    app::AppKind, integration, integration_token, oauth_client, oauth_secret, user, webhook,
    widget,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QuerySelect, Set,
};

use crate::kernel::{Result, Tx, token::PlainToken};

/// What every app begins with.
pub(super) struct NewRow {
    pub(super) kind: AppKind,
    pub(super) server: Option<ServerId>,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) owner: UserId,
    pub(super) now: Timestamp,
}

/// Makes an app without what its kind has.
pub(super) async fn insert_app(tx: &Tx, new: NewRow) -> Result<AppId> {
    let row = app::ActiveModel {
        kind: Set(new.kind),
        server_id: Set(new.server),
        name: Set(new.name),
        description: Set(new.description),
        owner_id: Set(new.owner),
        created_at: Set(new.now),
        ..Default::default()
    };
    Ok(row.insert(tx).await?.id)
}

/// How many apps a server has.
pub(super) async fn count_of_server(tx: &Tx, server: ServerId) -> Result<u64> {
    let apps = app::Entity::find().filter(app::Column::ServerId.eq(server));
    Ok(apps
        .filter(app::Column::DeletedAt.is_null())
        .count(tx)
        .await?)
}

/// How many OAuth clients somebody has, none of whose changes happen until the transaction ends.
pub(super) async fn count_of_person(tx: &Tx, owner: UserId) -> Result<u64> {
    user::Entity::find_by_id(owner)
        .lock_exclusive()
        .one(tx)
        .await?;
    let apps = app::Entity::find()
        .filter(app::Column::Kind.eq(AppKind::Oauth))
        .filter(app::Column::OwnerId.eq(owner));
    Ok(apps
        .filter(app::Column::DeletedAt.is_null())
        .count(tx)
        .await?)
}

/// Keeps every other change to an app that belongs to a person waiting; whether there is one.
pub(super) async fn lock_app(tx: &Tx, id: AppId) -> Result<bool> {
    let app = app::Entity::find_by_id(id)
        .filter(app::Column::DeletedAt.is_null())
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(app.is_some())
}

/// Makes `app` a webhook of `channel`.
pub(super) async fn insert_webhook(
    tx: &Tx,
    app: AppId,
    channel: ConversationId,
    token: &PlainToken,
) -> Result<()> {
    let row = webhook::ActiveModel {
        app_id: Set(app),
        channel_id: Set(channel),
        token_hash: Set(token.hash().into()),
        token_last4: Set(token.hint().last4),
        mention_everyone: Set(false),
        ..Default::default()
    };
    webhook::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Makes `app` a widget of `server`.
pub(super) async fn insert_widget(
    tx: &Tx,
    app: AppId,
    server: ServerId,
    token: &PlainToken,
) -> Result<()> {
    let row = widget::ActiveModel {
        app_id: Set(app),
        server_id: Set(server),
        token_hash: Set(token.hash().into()),
        token_last4: Set(token.hint().last4),
        visible: Set(true),
        pinned: Set(false),
        version: Set(0),
        ..Default::default()
    };
    widget::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Makes `app` an integration of `server` with its own `role`.
pub(super) async fn insert_integration(
    tx: &Tx,
    app: AppId,
    server: ServerId,
    role: RoleId,
) -> Result<()> {
    let row = integration::ActiveModel {
        app_id: Set(app),
        server_id: Set(server),
        role_id: Set(role),
    };
    integration::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Makes an app an OAuth client.
pub(super) async fn insert_client(tx: &Tx, client: oauth_client::Model) -> Result<()> {
    oauth_client::Entity::insert(client.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Changes what all apps have; what is none stays.
pub(super) async fn update_app(
    tx: &Tx,
    id: AppId,
    name: Option<String>,
    description: Option<String>,
    owner: Option<UserId>,
) -> Result<()> {
    let mut change = app::ActiveModel {
        id: Set(id),
        ..Default::default()
    };
    if let Some(name) = name {
        change.name = Set(name);
    }
    if let Some(description) = description {
        change.description = Set(description);
    }
    if let Some(owner) = owner {
        change.owner_id = Set(owner);
    }
    if change.is_changed() {
        change.update(tx).await?;
    }
    Ok(())
}

/// Writes how a webhook is set up: everything but its tokens and its use.
pub(super) async fn update_webhook(tx: &Tx, webhook: webhook::Model) -> Result<()> {
    let change = webhook::ActiveModel {
        app_id: Set(webhook.app_id),
        channel_id: Set(webhook.channel_id),
        mention_everyone: Set(webhook.mention_everyone),
        signing_secrets: Set(webhook.signing_secrets),
        allowed_networks: Set(webhook.allowed_networks),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Gives a webhook another token; the `previous` one, if it is to be taken still, until a moment.
pub(super) async fn rotate_webhook(
    tx: &Tx,
    id: AppId,
    token: &PlainToken,
    previous: Option<(String, Timestamp)>,
) -> Result<()> {
    let (hash, until) = previous.unzip();
    let change = webhook::ActiveModel {
        app_id: Set(id),
        token_hash: Set(token.hash().into()),
        token_last4: Set(token.hint().last4),
        previous_hash: Set(hash),
        previous_until: Set(until),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Shows or hides a widget, and pins it or not.
pub(super) async fn update_widget(tx: &Tx, id: AppId, visible: bool, pinned: bool) -> Result<()> {
    let change = widget::ActiveModel {
        app_id: Set(id),
        visible: Set(visible),
        pinned: Set(pinned),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Gives a widget another token.
pub(super) async fn rotate_widget(tx: &Tx, id: AppId, token: &PlainToken) -> Result<()> {
    let change = widget::ActiveModel {
        app_id: Set(id),
        token_hash: Set(token.hash().into()),
        token_last4: Set(token.hint().last4),
        // Whoever posts from now on counts anew.
        sequence: Set(None),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Writes how an OAuth client is set up.
pub(super) async fn update_client(tx: &Tx, client: oauth_client::Model) -> Result<()> {
    let change = oauth_client::ActiveModel {
        app_id: Set(client.app_id),
        redirect_uris: Set(client.redirect_uris),
        homepage: Set(client.homepage),
        privacy_url: Set(client.privacy_url),
        require_pkce: Set(client.require_pkce),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Marks an app as deleted. What its kind had is gone, and with it every token and secret.
pub(super) async fn delete_app(tx: &Tx, id: AppId, kind: AppKind, now: Timestamp) -> Result<()> {
    match kind {
        AppKind::Webhook => {
            webhook::Entity::delete_by_id(id).exec(tx).await?;
        }
        AppKind::Widget => {
            widget::Entity::delete_by_id(id).exec(tx).await?;
        }
        AppKind::Integration => {
            integration::Entity::delete_by_id(id).exec(tx).await?;
            integration_token::Entity::delete_many()
                .filter(integration_token::Column::AppId.eq(id))
                .exec(tx)
                .await?;
        }
        AppKind::Oauth => {
            oauth_client::Entity::delete_by_id(id).exec(tx).await?;
        }
    }
    let change = app::ActiveModel {
        id: Set(id),
        deleted_at: Set(Some(now)),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// Suspends an app since a moment, or no more.
pub(super) async fn update_suspension(
    tx: &Tx,
    id: AppId,
    since: Option<Timestamp>,
    reason: Option<String>,
) -> Result<()> {
    let change = app::ActiveModel {
        id: Set(id),
        suspended_at: Set(since),
        suspended_reason: Set(reason),
        ..Default::default()
    };
    change.update(tx).await?;
    Ok(())
}

/// A token of an integration that is about to be made.
pub(super) struct NewTokenRow {
    pub(super) app: AppId,
    pub(super) name: String,
    /// As `Scopes` are stored.
    pub(super) scopes: String,
    pub(super) by: UserId,
    pub(super) now: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
}

/// Keeps a token of an integration, as a hash.
pub(super) async fn insert_token(
    tx: &Tx,
    new: NewTokenRow,
    token: &PlainToken,
) -> Result<integration_token::Model> {
    let row = integration_token::ActiveModel {
        app_id: Set(new.app),
        name: Set(new.name),
        scopes: Set(new.scopes),
        token_hash: Set(token.hash().into()),
        token_last4: Set(token.hint().last4),
        created_by: Set(new.by),
        created_at: Set(new.now),
        expires_at: Set(new.expires_at),
        ..Default::default()
    };
    Ok(row.insert(tx).await?)
}

/// Forgets a token of an integration.
pub(super) async fn delete_token(tx: &Tx, id: AppTokenId) -> Result<()> {
    integration_token::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// Makes `creator` the one whose rights bound these tokens.
pub(super) async fn adopt_tokens(tx: &Tx, tokens: Vec<AppTokenId>, creator: UserId) -> Result<()> {
    let change = integration_token::ActiveModel {
        created_by: Set(creator),
        ..Default::default()
    };
    integration_token::Entity::update_many()
        .set(change)
        .filter(integration_token::Column::Id.is_in(tokens))
        .exec(tx)
        .await?;
    Ok(())
}

/// Keeps a secret of an OAuth client, as a hash.
pub(super) async fn insert_secret(
    tx: &Tx,
    app: AppId,
    secret: &PlainToken,
    now: Timestamp,
) -> Result<()> {
    let row = oauth_secret::ActiveModel {
        app_id: Set(app),
        secret_hash: Set(secret.hash().into()),
        last4: Set(secret.hint().last4),
        created_at: Set(now),
        ..Default::default()
    };
    row.insert(tx).await?;
    Ok(())
}

/// Forgets the secrets of an OAuth client, but for `kept`, which is taken until a moment.
pub(super) async fn retire_secrets(
    tx: &Tx,
    app: AppId,
    kept: Option<(SecretId, Timestamp)>,
) -> Result<()> {
    let mut gone = oauth_secret::Entity::delete_many().filter(oauth_secret::Column::AppId.eq(app));
    if let Some((id, until)) = kept {
        gone = gone.filter(oauth_secret::Column::Id.ne(id));
        let change = oauth_secret::ActiveModel {
            id: Set(id),
            expires_at: Set(Some(until)),
            ..Default::default()
        };
        change.update(tx).await?;
    }
    gone.exec(tx).await?;
    Ok(())
}
