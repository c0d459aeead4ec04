//! Changing, rotating and deleting apps of servers.

use entity::{AppId, webhook};
use serde_json::{Value, json};

use super::{
    input::AppChange,
    model::{App, Details, Grace, Revealed, app_not_found},
    store, store_changes,
};
use crate::{
    kernel::{
        Error, Result,
        token::{PlainToken, TokenKind},
    },
    permission::Permission,
    server::{
        Applied, Change, Effects, Entry, Patch, What, Work, delete_managed_role,
        rename_managed_role,
    },
};

/// The app with this id, for somebody who may manage the server that it must belong to, and view
/// the channel that it speaks in.
pub(super) async fn require_app(work: &Work, id: AppId) -> Result<App> {
    work.require(Permission::ManageServer)?;
    let app = store::find(work.tx(), id).await?;
    let app = app.filter(|app| app.row.server_id == Some(work.server().id));
    let is_hidden = |channel| {
        let exists = work.server().channel(channel).is_some();
        exists && work.channel(channel).is_err()
    };
    app.filter(|app| !app.channel().is_some_and(is_hidden))
        .ok_or_else(app_not_found)
}

/// How a change of an app is recorded and told.
pub(super) fn effects(
    app: &App,
    action: &'static str,
    before: Option<Value>,
    after: Option<Value>,
) -> Effects {
    let what = match app.details {
        Details::Widget(_) => What::Widgets,
        Details::Integration { .. } => What::Roles,
        _ => What::Apps,
    };
    let entry = Entry {
        action,
        target: format!("app:{}", app.row.id),
        before,
        after,
    };
    Effects::new(what, entry)
}

/// What a change changes, before and after, field by field.
#[derive(Debug)]
struct Diff {
    before: Value,
    after: Value,
}

impl Default for Diff {
    fn default() -> Self {
        Self {
            before: json!({}),
            after: json!({}),
        }
    }
}

impl Diff {
    /// Notes that `field` changes, unless it stays the same; whether it changes.
    fn note<T: serde::Serialize + PartialEq>(&mut self, field: &str, old: &T, new: &T) -> bool {
        if old == new {
            return false;
        }
        self.before[field] = json!(old);
        self.after[field] = json!(new);
        true
    }

    fn is_empty(&self) -> bool {
        self.after == json!({})
    }
}

/// Changes an app: whatever is none stays.
#[derive(Debug)]
pub(super) struct UpdateApp {
    pub(super) id: AppId,
    pub(super) change: AppChange,
}

impl Change for UpdateApp {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let app = require_app(work, self.id).await?;
        let (tx, mut diff, change) = (work.tx(), Diff::default(), self.change);
        change.require_for(app.row.kind)?;
        match &app.details {
            Details::Webhook(webhook) => {
                let changed = change_webhook(work, webhook.clone(), &change, &mut diff)?;
                store_changes::update_webhook(tx, changed).await?;
            }
            Details::Widget(widget) => {
                let visible = change.visible.unwrap_or(widget.visible);
                if diff.note("visible", &widget.visible, &visible) {
                    // What nobody sees is not pinned.
                    let pinned = widget.pinned && visible;
                    diff.note("pinned", &widget.pinned, &pinned);
                    store_changes::update_widget(tx, self.id, visible, pinned).await?;
                }
            }
            Details::Integration { .. } | Details::Oauth { .. } => {}
        }
        let name = change.name.map(|name| name.as_str().to_owned());
        let name = name.filter(|name| diff.note("name", &app.row.name, name));
        let description = change
            .description
            .map(super::input::Description::into_string);
        let description = description
            .filter(|description| diff.note("description", &app.row.description, description));
        if diff.is_empty() {
            return Ok(Applied::unchanged(()));
        }
        if let (Some(name), Details::Integration { .. }) = (&name, &app.details) {
            rename_managed_role(work, self.id, name).await?;
        }
        store_changes::update_app(tx, self.id, name, description, None).await?;
        let effects = effects(&app, "app.update", Some(diff.before), Some(diff.after));
        Ok(Applied::done((), effects))
    }
}

/// The webhook after `change`.
fn change_webhook(
    work: &Work,
    mut webhook: webhook::Model,
    change: &AppChange,
    diff: &mut Diff,
) -> Result<webhook::Model> {
    if let Some(channel) = change.channel
        && diff.note("channelId", &webhook.channel_id, &channel)
    {
        work.channel(channel)?;
        webhook.channel_id = channel;
    }
    if let Some(mentions) = change.mention_everyone
        && diff.note("mentionEveryone", &webhook.mention_everyone, &mentions)
    {
        if mentions {
            work.require(Permission::MentionEveryone)?;
        }
        webhook.mention_everyone = mentions;
    }
    let networks = match &change.allowed_networks {
        Patch::Absent => webhook.allowed_networks.clone(),
        Patch::Null => None,
        Patch::Value(networks) => Some(serde_json::to_string(networks)?),
    };
    if diff.note("allowedNetworks", &webhook.allowed_networks, &networks) {
        webhook.allowed_networks = networks;
    }
    Ok(webhook)
}

/// Deletes an app: its tokens are dead, its role and its snapshot are gone.
#[derive(Debug)]
pub(super) struct DeleteApp(pub(super) AppId);

impl Change for DeleteApp {
    /// The app as it was.
    type Answer = App;

    async fn apply(self, work: &Work) -> Result<Applied<App>> {
        let app = require_app(work, self.0).await?;
        let kind = app.row.kind;
        store_changes::delete_app(work.tx(), self.0, kind, work.now()).await?;
        if let Details::Integration { .. } = app.details {
            delete_managed_role(work, self.0).await?;
        }
        let before = json!({"kind": kind, "name": app.row.name});
        let effects = effects(&app, "app.delete", Some(before), None);
        Ok(Applied::done(app, effects))
    }
}

/// Gives an app another URL.
#[derive(Debug)]
pub(super) struct RotateApp {
    pub(super) id: AppId,
    pub(super) grace: Grace,
}

impl Change for RotateApp {
    type Answer = Revealed;

    async fn apply(self, work: &Work) -> Result<Applied<Revealed>> {
        let app = require_app(work, self.id).await?;
        let (tx, Grace(seconds)) = (work.tx(), self.grace);
        let token = match &app.details {
            Details::Webhook(webhook) => {
                let token = PlainToken::issue(TokenKind::Webhook);
                let previous = (seconds > 0).then(|| {
                    let until = work.now().plus_seconds(seconds);
                    (webhook.token_hash.clone(), until)
                });
                store_changes::rotate_webhook(tx, self.id, &token, previous).await?;
                token
            }
            Details::Widget(_) if seconds > 0 => {
                let text = "the old URL of a widget is dead at once";
                return Err(Error::invalid("grace_invalid", text).at("/graceSeconds"));
            }
            Details::Widget(_) => {
                let token = PlainToken::issue(TokenKind::Widget);
                store_changes::rotate_widget(tx, self.id, &token).await?;
                token
            }
            Details::Integration { .. } | Details::Oauth { .. } => {
                let text = "revoke a token and make another one instead";
                return Err(Error::invalid("nothing_to_rotate", text));
            }
        };
        let after = json!({"last4": token.hint().last4, "graceSeconds": seconds});
        let effects = effects(&app, "app.rotate", None, Some(after));
        Ok(Applied::done(Revealed::Url(self.id, token), effects))
    }
}
