//! What can be done with apps.

use std::sync::Arc;

use entity::{AppId, AppTokenId, DeliveryId, ServerId, UserId, integration_token};
use serde_json::json;

use super::{
    changes::{DeleteApp, RotateApp, UpdateApp},
    create::CreateApp,
    deliveries::Deliveries,
    input::AppPatch,
    input_details::TokenSpec,
    model::{App, Details, Grace, Revealed, Suspend, app_not_found, not_applicable},
    store, store_changes,
    tokens::{AdoptApp, CreateToken, RevokeToken, SetSigning},
    view::{AppView, DeliveryView, PersonRef, TokenView},
};
use crate::{
    access::Bearers,
    account::Directory,
    admin::Audit,
    apps::widgets::Widgets,
    chat::{Chat, servers::Access},
    kernel::{
        Clock, Db, Error, Result, Tasks,
        error::ErrorKind,
        token::{PlainToken, TokenHash},
    },
    permission::Permission,
    server::{Author, Change, Communities, What},
    socket::{Delivery as Sockets, Room},
};

/// The registry of apps. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) tasks: Tasks,
    pub(super) audit: Audit,
    pub(super) chat: Chat,
    pub(super) directory: Directory,
    communities: Communities,
    bearers: Bearers,
    deliveries: Deliveries,
    widgets: Widgets,
    sockets: Sockets,
    pub(super) public_url: Arc<str>,
}

/// The parts the registry is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
    /// The record of what was done.
    pub audit: Audit,
    /// Where people are told what they should know.
    pub chat: Chat,
    /// Who is who.
    pub directory: Directory,
    /// The servers that apps belong to.
    pub communities: Communities,
    /// Tokens in memory.
    pub bearers: Bearers,
    /// What came in.
    pub deliveries: Deliveries,
    /// What is told of widgets.
    pub widgets: Widgets,
    /// Live sockets.
    pub sockets: Sockets,
    /// What this installation is called in links.
    pub public_url: Arc<str>,
}

impl Registry {
    /// The registry made of `parts`, which from now on tells of tokens that end.
    pub fn start(parts: Parts) -> Self {
        let registry = Self {
            db: parts.db,
            clock: parts.clock,
            tasks: parts.tasks,
            audit: parts.audit,
            chat: parts.chat,
            directory: parts.directory,
            communities: parts.communities,
            bearers: parts.bearers,
            deliveries: parts.deliveries,
            widgets: parts.widgets,
            sockets: parts.sockets,
            public_url: parts.public_url.trim_end_matches('/').into(),
        };
        registry.watch_expiry();
        registry
    }

    /// The apps that `user` may manage, the oldest first.
    pub(super) async fn list_mine(&self, user: UserId) -> Result<Vec<AppView>> {
        let facts = self.communities.facts();
        let mut servers = Vec::new();
        for id in facts.of(user).await?.iter() {
            if self.manages(*id, user).await? {
                servers.push(*id);
            }
        }
        let reader = self.db.reader();
        let mut apps = Vec::new();
        for app in store::list_of_servers(reader, &servers).await? {
            let Some(server) = app.row.server_id else {
                continue;
            };
            let access = facts.access(server, user).await?;
            if access.is_some_and(|access| is_visible(&app, &access)) {
                apps.push(app);
            }
        }
        apps.extend(store::list_of_person(reader, user).await?);
        apps.sort_by_key(|app| app.row.id);
        self.views(apps).await
    }

    /// The apps of a server, for one of its managers.
    pub(super) async fn list_of_server(
        &self,
        user: UserId,
        server: ServerId,
    ) -> Result<Vec<AppView>> {
        let access = self.communities.facts().require(server, user).await?;
        access.standing.require(Permission::ManageServer)?;
        let mut apps = store::list_of_servers(self.db.reader(), &[server]).await?;
        apps.retain(|app| is_visible(app, &access));
        self.views(apps).await
    }

    /// One app, for whoever manages it.
    pub(super) async fn get(&self, user: UserId, id: AppId) -> Result<AppView> {
        let app = self.require_manager(user, id).await?;
        self.view(&app).await
    }

    /// Makes an app of a server.
    pub(super) async fn create(
        &self,
        by: Author,
        server: ServerId,
        change: CreateApp,
    ) -> Result<(AppView, Revealed)> {
        let user = by.user;
        let (id, revealed) = self.communities.change(by, server, change).await?;
        Ok((self.get(user, id).await?, revealed))
    }

    /// Changes an app.
    pub(super) async fn update(&self, by: Author, id: AppId, patch: AppPatch) -> Result<AppView> {
        let user = by.user;
        let app = self.require_manager(user, id).await?;
        match app.row.server_id {
            Some(server) => {
                let change = patch.for_server()?;
                self.change(by, server, UpdateApp { id, change }).await?;
                if matches!(app.details, Details::Widget(_)) {
                    // Those who see it from now on.
                    self.widgets.changed(id);
                }
            }
            None => self.update_client(by, id, patch.for_client()?).await?,
        }
        self.forget_tokens_of(&app);
        self.get(user, id).await
    }

    /// Deletes an app: whatever it could do, it cannot when this returns.
    pub(super) async fn delete(&self, by: Author, id: AppId) -> Result<()> {
        let app = self.require_manager(by.user, id).await?;
        match app.row.server_id {
            Some(server) => {
                let deleted = self.change(by, server, DeleteApp(id)).await?;
                self.forget_tokens_of(&deleted);
                Ok(())
            }
            None => self.delete_client(by, id).await,
        }
    }

    /// Gives an app another URL or secret.
    pub(super) async fn rotate(&self, by: Author, id: AppId, grace: Grace) -> Result<Revealed> {
        let app = self.require_manager(by.user, id).await?;
        match app.row.server_id {
            Some(server) => self.change(by, server, RotateApp { id, grace }).await,
            None => self.rotate_client(by, id, grace).await,
        }
    }

    /// Has posts to a webhook signed with one more secret, which is `chosen` or a new one.
    pub(super) async fn sign(
        &self,
        by: Author,
        id: AppId,
        chosen: Option<String>,
    ) -> Result<(AppView, String)> {
        let user = by.user;
        let server = self.server_of(user, id).await?;
        let (change, secret) = SetSigning::with(id, chosen);
        self.change(by, server, change).await?;
        Ok((self.get(user, id).await?, secret))
    }

    /// Has posts to a webhook signed no more.
    pub(super) async fn unsign(&self, by: Author, id: AppId) -> Result<AppView> {
        let user = by.user;
        let server = self.server_of(user, id).await?;
        let change = SetSigning {
            app: id,
            secret: None,
        };
        self.change(by, server, change).await?;
        self.get(user, id).await
    }

    /// Takes over those tokens of an integration whose creators do not manage its server any more.
    pub(super) async fn adopt(&self, by: Author, id: AppId) -> Result<AppView> {
        let user = by.user;
        let server = self.server_of(user, id).await?;
        let change = AdoptApp {
            app: id,
            by: user,
            directory: self.directory.clone(),
        };
        let adopted = self.change(by, server, change).await?;
        self.forget_tokens(&adopted);
        self.get(user, id).await
    }

    /// The tokens of an integration.
    pub(super) async fn tokens(&self, user: UserId, id: AppId) -> Result<Vec<TokenView>> {
        let app = self.require_manager(user, id).await?;
        let (Details::Integration { tokens, .. }, Some(server)) = (app.details, app.row.server_id)
        else {
            return Err(not_applicable("tokens"));
        };
        let mut views = Vec::with_capacity(tokens.len());
        for token in tokens {
            views.push(self.token_view(server, token).await?);
        }
        Ok(views)
    }

    /// Makes a token for an integration.
    pub(super) async fn create_token(
        &self,
        by: Author,
        id: AppId,
        spec: TokenSpec,
    ) -> Result<(TokenView, PlainToken)> {
        let server = self.server_of(by.user, id).await?;
        let change = CreateToken {
            app: id,
            by: by.user,
            spec,
        };
        let (row, token) = self.change(by, server, change).await?;
        Ok((self.token_view(server, row).await?, token))
    }

    /// Revokes a token of an integration: it is dead when this returns.
    pub(super) async fn revoke_token(
        &self,
        by: Author,
        id: AppId,
        token: AppTokenId,
    ) -> Result<()> {
        let server = self.server_of(by.user, id).await?;
        let change = RevokeToken { app: id, token };
        let revoked = self.change(by, server, change).await?;
        self.forget_tokens(&[revoked]);
        Ok(())
    }

    /// At most `limit` requests to an app before `before`, the newest first.
    pub(super) async fn deliveries(
        &self,
        user: UserId,
        id: AppId,
        before: Option<DeliveryId>,
        limit: u64,
    ) -> Result<Vec<DeliveryView>> {
        self.require_manager(user, id).await?;
        self.deliveries.list(id, before, limit).await
    }

    /// Suspends an app for an admin, or no more. It holds when this returns.
    pub(super) async fn suspend(&self, admin: Author, id: AppId, suspend: Suspend) -> Result<()> {
        let registry = self.clone();
        let work = async move { registry.suspend_now(admin, id, suspend).await };
        self.tasks.complete(work).await
    }

    async fn suspend_now(&self, admin: Author, id: AppId, suspend: Suspend) -> Result<()> {
        let found = store::find(self.db.reader(), id).await?;
        let server = found.ok_or_else(app_not_found)?.row.server_id;
        let tx = self.db.begin().await?;
        if let Some(server) = server {
            // What was authorised for the app a moment ago must not be done a moment later. The
            // server first, as changes to it do.
            self.communities.outdate(&tx, server).await?;
        }
        if !store_changes::lock_app(&tx, id).await? {
            return Err(app_not_found());
        }
        let app = store::find(&tx, id).await?.ok_or_else(app_not_found)?;
        let (action, since, reason) = match suspend {
            Suspend::On { reason } => {
                let since = app.row.suspended_at.unwrap_or(self.clock.now());
                ("app.suspend", Some(since), reason)
            }
            Suspend::Off => ("app.unsuspend", None, None),
        };
        if (since, &reason) == (app.row.suspended_at, &app.row.suspended_reason) {
            return Ok(());
        }
        let detail = json!({"name": app.row.name, "kind": app.row.kind, "reason": reason});
        store_changes::update_suspension(&tx, id, since, reason).await?;
        self.record(&tx, &admin, action, id, detail).await?;
        tx.commit().await?;
        self.forget_tokens_of(&app);
        if let Some(server) = server {
            self.communities.facts().changed(server);
            let news = json!({"server_id": server, "what": What::Apps.as_str()});
            self.sockets
                .emit(&[Room::Server(server)], "server_updated", &news);
        }
        Ok(())
    }

    /// Makes a change to a server of one of its apps, for one of its managers.
    async fn change<C: Change>(
        &self,
        by: Author,
        server: ServerId,
        change: C,
    ) -> Result<C::Answer> {
        let changed = self.communities.change(by, server, change).await;
        changed.map_err(|error| match error.kind() {
            // Who is not in the server asked for an app.
            ErrorKind::NotFound if error.code() == "server_not_found" => app_not_found(),
            _ => error,
        })
    }

    /// The app with this id, for whoever manages it.
    async fn require_manager(&self, user: UserId, id: AppId) -> Result<App> {
        let app = store::find(self.db.reader(), id).await?;
        let app = app.ok_or_else(app_not_found)?;
        let Some(server) = app.row.server_id else {
            let own = Some(app).filter(|app| app.row.owner_id == user);
            return own.ok_or_else(app_not_found);
        };
        let access = self.communities.facts().access(server, user).await?;
        let access = access.ok_or_else(app_not_found)?;
        access.standing.require(Permission::ManageServer)?;
        let app = Some(app).filter(|app| is_visible(app, &access));
        app.ok_or_else(app_not_found)
    }

    /// The server of an app, for one of its managers.
    async fn server_of(&self, user: UserId, id: AppId) -> Result<ServerId> {
        let app = self.require_manager(user, id).await?;
        app.row.server_id.ok_or_else(|| {
            let text = "apps of this kind belong to no server";
            Error::invalid("not_applicable", text)
        })
    }

    /// Whether `user` may manage `server` now.
    async fn manages(&self, server: ServerId, user: UserId) -> Result<bool> {
        let account = self.directory.find(user).await?;
        if account.is_none_or(|account| account.banned_at.is_some()) {
            return Ok(false);
        }
        let access = self.communities.facts().access(server, user).await?;
        Ok(access.is_some_and(|access| access.standing.require(Permission::ManageServer).is_ok()))
    }

    fn forget_tokens_of(&self, app: &App) {
        if let Details::Integration { tokens, .. } = &app.details {
            self.forget_tokens(tokens);
        }
    }

    fn forget_tokens(&self, tokens: &[integration_token::Model]) {
        let hashes = tokens.iter().map(|token| token.token_hash.clone());
        self.bearers.forget(hashes.map(TokenHash::stored));
    }

    async fn views(&self, apps: Vec<App>) -> Result<Vec<AppView>> {
        let mut views = Vec::with_capacity(apps.len());
        for app in &apps {
            views.push(self.view(app).await?);
        }
        Ok(views)
    }

    async fn view(&self, app: &App) -> Result<AppView> {
        let mut paused = false;
        if let (Details::Integration { tokens, .. }, Some(server)) =
            (&app.details, app.row.server_id)
        {
            for token in tokens {
                paused = paused || !self.manages(server, token.created_by).await?;
            }
        }
        AppView::new(app, self.person(app.row.owner_id).await?, paused)
    }

    async fn token_view(
        &self,
        server: ServerId,
        token: integration_token::Model,
    ) -> Result<TokenView> {
        let creator = token.created_by;
        let paused = !self.manages(server, creator).await?;
        TokenView::new(token, self.person(creator).await?, paused)
    }

    async fn person(&self, id: UserId) -> Result<PersonRef> {
        let username = self.directory.name(id).await?;
        Ok(PersonRef { id, username })
    }

    /// The address of a webhook or a widget with this secret.
    pub(super) fn url(&self, app: AppId, token: &PlainToken) -> String {
        Revealed::url(&self.public_url, app, token)
    }
}

/// Whether a manager of its server may know of `app`: not when it speaks in a channel that they may
/// not view. Of a channel that is gone there is nothing to hide.
fn is_visible(app: &App, access: &Access) -> bool {
    let channel = app.channel().and_then(|id| access.server.channel(id));
    channel.is_none_or(|channel| {
        let permissions = access.in_channel(channel);
        permissions.contains(Permission::ViewChannel)
    })
}
