//! OAuth clients: apps that belong to a person instead of a server.

use entity::{
    AppId, UserId,
    app::AppKind,
    oauth_client::{self, ClientType},
};
use serde_json::{Value, json};

use super::{
    Registry,
    input::{ClientChange, ClientSpec, Description, pkce_required},
    model::{App, Details, Grace, MAX_OF_PERSON, Revealed, app_not_found, too_many},
    store,
    store_changes::{self, NewRow},
};
use crate::{
    admin::Entry,
    apps::oauth::redirect::{self, RedirectUri},
    kernel::{
        Error, Result, Tx,
        token::{self, PlainToken, TokenKind},
    },
    server::{Author, Patch},
};

/// How long a client's public name is, in characters.
const CLIENT_ID_CHARS: usize = 20;

impl Registry {
    /// Makes an OAuth client of `owner`.
    pub(super) async fn create_client(
        &self,
        owner: Author,
        spec: ClientSpec,
        uris: &[RedirectUri],
    ) -> Result<(AppId, Revealed)> {
        let (registry, uris) = (self.clone(), stored(uris)?);
        let work = async move { registry.create_client_now(owner, spec, uris).await };
        self.tasks.complete(work).await
    }

    async fn create_client_now(
        &self,
        owner: Author,
        spec: ClientSpec,
        redirect_uris: String,
    ) -> Result<(AppId, Revealed)> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        if store_changes::count_of_person(&tx, owner.user).await? >= MAX_OF_PERSON {
            return Err(too_many("apps", MAX_OF_PERSON));
        }
        let new = NewRow {
            kind: AppKind::Oauth,
            server: None,
            name: spec.name.as_str().to_owned(),
            description: spec.description.into_string(),
            owner: owner.user,
            now,
        };
        let name = new.name.clone();
        let id = store_changes::insert_app(&tx, new).await?;
        let client_type = if spec.is_public {
            ClientType::Public
        } else {
            ClientType::Confidential
        };
        let client = oauth_client::Model {
            app_id: id,
            client_id: token::code(CLIENT_ID_CHARS).to_ascii_lowercase(),
            client_type,
            redirect_uris,
            homepage: spec.homepage,
            privacy_url: spec.privacy_url,
            require_pkce: spec.require_pkce,
            first_party: false,
        };
        store_changes::insert_client(&tx, client).await?;
        let revealed = if spec.is_public {
            Revealed::Nothing
        } else {
            let secret = PlainToken::issue(TokenKind::ClientSecret);
            store_changes::insert_secret(&tx, id, &secret, now).await?;
            Revealed::ClientSecret(secret)
        };
        let detail = json!({"name": name, "clientType": client_type});
        self.record(&tx, &owner, "app.create", id, detail).await?;
        tx.commit().await?;
        Ok((id, revealed))
    }

    /// Changes an OAuth client of `owner`.
    pub(super) async fn update_client(
        &self,
        owner: Author,
        id: AppId,
        change: ClientChange,
    ) -> Result<()> {
        let registry = self.clone();
        let work = async move { registry.update_client_now(owner, id, change).await };
        self.tasks.complete(work).await
    }

    async fn update_client_now(
        &self,
        owner: Author,
        id: AppId,
        change: ClientChange,
    ) -> Result<()> {
        let tx = self.db.begin().await?;
        let (app, mut client) = require_client(&tx, owner.user, id).await?;
        let before = client.clone();
        if let Some(uris) = &change.redirect_uris {
            client.redirect_uris = stored(&redirect::register(uris)?)?;
        }
        set(&mut client.homepage, change.homepage);
        set(&mut client.privacy_url, change.privacy_url);
        if let Some(require_pkce) = change.require_pkce {
            if !require_pkce && client.client_type == ClientType::Public {
                return Err(pkce_required());
            }
            client.require_pkce = require_pkce;
        }
        let name = change.name.map(|name| name.as_str().to_owned());
        let name = name.filter(|name| *name != app.row.name);
        let description = change.description.map(Description::into_string);
        let description = description.filter(|text| *text != app.row.description);
        let is_same = client == before && name.is_none() && description.is_none();
        if is_same {
            return Ok(());
        }
        let detail = json!({
            "before": described(&app.row.name, &before)?,
            "after": described(name.as_deref().unwrap_or(&app.row.name), &client)?,
        });
        store_changes::update_client(&tx, client).await?;
        store_changes::update_app(&tx, id, name, description, None).await?;
        self.record(&tx, &owner, "app.update", id, detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deletes an OAuth client of `owner`; all that people have allowed it ends.
    pub(super) async fn delete_client(&self, owner: Author, id: AppId) -> Result<()> {
        let registry = self.clone();
        let work = async move {
            let tx = registry.db.begin().await?;
            let (app, _) = require_client(&tx, owner.user, id).await?;
            let now = registry.clock.now();
            store_changes::delete_app(&tx, id, AppKind::Oauth, now).await?;
            let detail = json!({"name": app.row.name});
            registry
                .record(&tx, &owner, "app.delete", id, detail)
                .await?;
            tx.commit().await?;
            Ok(())
        };
        self.tasks.complete(work).await
    }

    /// Gives an OAuth client of `owner` another secret.
    pub(super) async fn rotate_client(
        &self,
        owner: Author,
        id: AppId,
        grace: Grace,
    ) -> Result<Revealed> {
        let registry = self.clone();
        let work = async move { registry.rotate_client_now(owner, id, grace).await };
        self.tasks.complete(work).await
    }

    async fn rotate_client_now(
        &self,
        owner: Author,
        id: AppId,
        Grace(seconds): Grace,
    ) -> Result<Revealed> {
        let now = self.clock.now();
        let tx = self.db.begin().await?;
        let (app, client) = require_client(&tx, owner.user, id).await?;
        if client.client_type == ClientType::Public {
            let text = "a public client has no secret";
            return Err(Error::invalid("nothing_to_rotate", text));
        }
        let Details::Oauth { secrets, .. } = &app.details else {
            return Err(app_not_found());
        };
        let newest = secrets.first().filter(|_| seconds > 0);
        let kept = newest.map(|secret| (secret.id, now.plus_seconds(seconds)));
        store_changes::retire_secrets(&tx, id, kept).await?;
        let secret = PlainToken::issue(TokenKind::ClientSecret);
        store_changes::insert_secret(&tx, id, &secret, now).await?;
        let detail = json!({"last4": secret.hint().last4, "graceSeconds": seconds});
        self.record(&tx, &owner, "app.rotate", id, detail).await?;
        tx.commit().await?;
        Ok(Revealed::ClientSecret(secret))
    }

    /// Notes in the installation's record what `tx` does to an app, and why.
    pub(super) async fn record(
        &self,
        tx: &Tx,
        by: &Author,
        action: &'static str,
        id: AppId,
        mut detail: Value,
    ) -> Result<()> {
        if let Some(reason) = &by.reason
            && detail["reason"].is_null()
        {
            detail["reason"] = json!(reason.as_str());
        }
        let entry = Entry {
            actor: Some(by.user),
            action,
            target: format!("app:{id}"),
            detail,
        };
        self.audit.record(tx, entry).await
    }
}

/// Keeps an OAuth client from changing until the transaction ends, for the person whose it is.
async fn require_client(tx: &Tx, owner: UserId, id: AppId) -> Result<(App, oauth_client::Model)> {
    if !store_changes::lock_app(tx, id).await? {
        return Err(app_not_found());
    }
    let app = store::find(tx, id).await?.ok_or_else(app_not_found)?;
    match &app.details {
        Details::Oauth { client, .. } if app.row.owner_id == owner => {
            let client = client.clone();
            Ok((app, client))
        }
        _ => Err(app_not_found()),
    }
}

fn set(field: &mut Option<String>, patch: Patch<String>) {
    match patch {
        Patch::Absent => {}
        Patch::Null => *field = None,
        Patch::Value(value) => *field = Some(value),
    }
}

/// Redirect URIs as they are stored.
fn stored(uris: &[RedirectUri]) -> Result<String> {
    let uris: Vec<_> = uris.iter().map(RedirectUri::as_str).collect();
    Ok(serde_json::to_string(&uris)?)
}

fn described(name: &str, client: &oauth_client::Model) -> Result<Value> {
    let uris: Value = serde_json::from_str(&client.redirect_uris)?;
    Ok(json!({
        "name": name,
        "redirectUris": uris,
        "homepage": client.homepage,
        "privacyUrl": client.privacy_url,
        "requirePkce": client.require_pkce,
    }))
}
