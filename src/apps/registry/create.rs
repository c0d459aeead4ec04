//! Making apps of servers.

use entity::{AppId, UserId, app::AppKind};
use serde_json::json;

use super::{
    input::Description,
    model::{MAX_IN_SERVER, NewKind, Revealed, too_many},
    store_changes::{self as store, NewRow},
};
use crate::{
    kernel::{
        Result,
        token::{PlainToken, TokenKind},
    },
    permission::Permission,
    server::{Applied, Change, Effects, Entry, Name, What, Work, create_managed_role},
};

/// Makes an app of a server.
#[derive(Debug)]
pub(super) struct CreateApp {
    pub(super) by: UserId,
    pub(super) name: Name,
    pub(super) description: Description,
    pub(super) kind: NewKind,
}

impl Change for CreateApp {
    type Answer = (AppId, Revealed);

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        work.require(Permission::ManageServer)?;
        let (tx, server) = (work.tx(), work.server().id);
        if store::count_of_server(tx, server).await? >= MAX_IN_SERVER {
            return Err(too_many("apps", MAX_IN_SERVER));
        }
        let name = self.name.as_str();
        let new = NewRow {
            kind: self.kind.into(),
            server: Some(server),
            name: name.to_owned(),
            description: self.description.into_string(),
            owner: self.by,
            now: work.now(),
        };
        let id = store::insert_app(tx, new).await?;
        let (mut after, mut what) = (json!({"name": name}), What::Apps);
        let revealed = match self.kind {
            NewKind::Webhook { channel } => {
                work.channel(channel)?;
                let token = PlainToken::issue(TokenKind::Webhook);
                store::insert_webhook(tx, id, channel, &token).await?;
                after["channelId"] = json!(channel);
                Revealed::Url(id, token)
            }
            NewKind::Widget => {
                let token = PlainToken::issue(TokenKind::Widget);
                store::insert_widget(tx, id, server, &token).await?;
                what = What::Widgets;
                Revealed::Url(id, token)
            }
            NewKind::Integration => {
                let role = create_managed_role(work, id, name).await?;
                store::insert_integration(tx, id, server, role).await?;
                after["roleId"] = json!(role);
                what = What::Roles;
                Revealed::Nothing
            }
        };
        after["kind"] = json!(AppKind::from(self.kind));
        let entry = Entry {
            action: "app.create",
            target: format!("app:{id}"),
            before: None,
            after: Some(after),
        };
        Ok(Applied::done((id, revealed), Effects::new(what, entry)))
    }
}
