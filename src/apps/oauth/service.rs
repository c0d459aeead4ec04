//! Who asks, who is asked, and what they have agreed to.

use std::{sync::Arc, time::Duration};

use entity::{AppId, UserId};

use super::{
    authorize::Request,
    client::Client,
    client_auth::Credentials,
    error::{OAuthError, Result},
    model::{ConnectedApp, UserInfo},
    params::Params,
    portal,
    scope::Scopes,
    store,
};
use crate::{
    access::Limits,
    account::{Directory, User},
    apps::registry::Deliveries,
    chat::Chat,
    kernel::{self, Clock, Db, Tasks, token},
};

/// How often what has run out is forgotten.
const HOUSEKEEPING: Duration = Duration::from_mins(10);
/// How long codes are remembered, so that one that comes again is noticed.
const CODES_KEPT_SECONDS: i64 = 86_400;

/// The identity provider. Cheap to clone: every request has a handle of its own.
#[derive(Clone)]
pub struct Oauth(Arc<Inner>);

impl std::ops::Deref for Oauth {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What the handles share.
pub struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) directory: Directory,
    pub(super) tasks: Tasks,
    pub(super) limits: Limits,
    pub(super) chat: Chat,
    pub(super) deliveries: Deliveries,
    issuer: String,
}

/// The parts that the provider is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Where exchanges are made, so that they are made to the end.
    pub tasks: Tasks,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Where people are told what they should know.
    pub chat: Chat,
    /// Where the owners of apps are told.
    pub deliveries: Deliveries,
    /// The server's address from outside.
    pub public_url: String,
}

impl Oauth {
    /// The provider made of `parts`, which has the developer portal among its clients and from now
    /// on forgets what has run out.
    pub async fn start(parts: Parts) -> kernel::Result<Self> {
        let tasks = parts.tasks.clone();
        let issuer = parts.public_url.trim_end_matches('/').to_owned();
        portal::install(&parts.db, &issuer, parts.clock.now()).await?;
        let oauth = Self(Arc::new(Inner {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            tasks: parts.tasks,
            limits: parts.limits,
            chat: parts.chat,
            deliveries: parts.deliveries,
            issuer,
        }));
        let sweeping = oauth.clone();
        tasks.every(HOUSEKEEPING, move || {
            let oauth = sweeping.clone();
            async move {
                if let Err(error) = oauth.sweep().await {
                    error.log("forgetting codes and tokens");
                }
            }
        });
        Ok(oauth)
    }

    /// What the server is called in the protocol: its address from outside, without a slash at the
    /// end.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The client called `client_id`.
    pub(super) async fn client(&self, client_id: &str) -> kernel::Result<Option<Client>> {
        store::find_client(self.db.reader(), client_id).await
    }

    /// The client that a request to one of its own endpoints comes from.
    pub(super) async fn authenticate(
        &self,
        authorization: Option<&str>,
        body: &Params,
    ) -> Result<Client> {
        let credentials = Credentials::read(authorization, body)?;
        let client = self.client(credentials.client_id()).await?;
        let hashes = match &client {
            Some(client) => {
                store::secret_hashes(self.db.reader(), client.app, self.clock.now()).await?
            }
            None => Vec::new(),
        };
        let client = credentials.authenticate(client, &hashes)?;
        if client.is_suspended {
            return Err(OAuthError::suspended());
        }
        Ok(client)
    }

    /// The name of whose app it is.
    pub(super) async fn owner_of(&self, client: &Client) -> kernel::Result<String> {
        self.directory.name(client.card.owner).await
    }

    /// Whether `user` has allowed all of `request` before.
    pub(super) async fn has_consented(
        &self,
        user: UserId,
        client: &Client,
        request: &Request,
    ) -> kernel::Result<bool> {
        let grant = store::find_grant(self.db.reader(), client.app, user).await?;
        grant.map_or(Ok(false), |grant| {
            Ok(request.scopes.is_within(Scopes::stored(&grant.scope)?))
        })
    }

    /// Whether `user` has allowed the client anything.
    pub(super) async fn is_connected(&self, user: UserId, client: &Client) -> kernel::Result<bool> {
        let grant = store::find_grant(self.db.reader(), client.app, user).await?;
        Ok(grant.is_some())
    }

    /// A code for `request`, which `user` has allowed.
    pub(super) async fn allow(
        &self,
        user: UserId,
        client: &Client,
        request: &Request,
    ) -> kernel::Result<String> {
        let (code, now) = (token::secret(), self.clock.now());
        let tx = self.db.begin().await?;
        let grant = store::allow(&tx, client, user, request.scopes, now).await?;
        store::insert_code(&tx, token::hash(&code), grant, request, now).await?;
        tx.commit().await?;
        Ok(code)
    }

    /// The person with this account, if they may do anything here.
    pub(super) async fn person(&self, id: UserId) -> kernel::Result<Option<Arc<User>>> {
        let user = self.directory.find(id).await?;
        Ok(user.filter(|user| user.banned_at.is_none()))
    }

    /// What apps are told of somebody.
    pub(super) fn userinfo(&self, user: &User) -> UserInfo {
        let avatar = match &user.avatar {
            Some(avatar) => format!("{}/uploads/{avatar}", self.issuer),
            None => format!("{}/default_avatar", self.issuer),
        };
        UserInfo {
            id: user.id.0,
            sub: user.id.to_string(),
            nickname: user.username.clone(),
            name: user.username.clone(),
            avatar_url: avatar.clone(),
            picture: avatar,
            // Names do not change yet.
            updated_at: user.created_at.unix_seconds(),
        }
    }

    /// The apps that a person has allowed something.
    pub(super) async fn connected_apps(&self, user: UserId) -> kernel::Result<Vec<ConnectedApp>> {
        let mut connected = Vec::new();
        for (grant, app) in store::list_grants(self.db.reader(), user).await? {
            let scopes = Scopes::stored(&grant.scope)?.iter();
            connected.push(ConnectedApp {
                app_id: app.id,
                name: app.name,
                description: app.description,
                owner: self.directory.name(app.owner_id).await?,
                scopes: scopes.map(super::scope::Scope::as_str).collect(),
                created_at: grant.created_at,
                last_used_at: grant.last_used_at,
            });
        }
        Ok(connected)
    }

    /// Takes back what a person has allowed: one app, or all of them. Tokens end with it.
    pub(super) async fn disconnect(&self, user: UserId, app: Option<AppId>) -> kernel::Result<()> {
        let now = self.clock.now();
        let revoked = store::revoke_grants(self.db.writer(), user, app, now).await?;
        if revoked == 0 && app.is_some() {
            return Err(kernel::Error::not_found());
        }
        Ok(())
    }

    async fn sweep(&self) -> kernel::Result<()> {
        let now = self.clock.now();
        let codes_before = now.plus_seconds(-CODES_KEPT_SECONDS);
        store::delete_expired(self.db.writer(), now, codes_before).await
    }
}
