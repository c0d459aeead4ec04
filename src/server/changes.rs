//! Changes to a server itself.

use entity::UserId;
use serde_json::json;

use super::{
    audit::Entry,
    model::{MAX_OWNED, too_many},
    names::Name,
    store, store_members,
    work::{Applied, Change, Effects, Moves, Views, What, Work},
};
use crate::{kernel::Result, permission::Permission};

/// Renames a server or hands it over, or both.
#[derive(Debug)]
pub(super) struct UpdateServer {
    pub(super) name: Option<Name>,
    pub(super) owner: Option<UserId>,
}

impl Change for UpdateServer {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        work.require(Permission::ManageServer)?;
        if self.owner.is_some() {
            work.standing.require_owner()?;
        }
        let server = &work.server;
        let name = self.name.filter(|name| name.as_str() != server.name);
        let owner = self.owner.filter(|owner| *owner != server.owner);
        if let Some(owner) = owner {
            work.member(owner).await?;
            store::lock_person(&work.tx, owner).await?;
            if store::count_owned(&work.tx, owner).await? >= MAX_OWNED {
                return Err(too_many("servers", MAX_OWNED));
            }
        }
        if name.is_none() && owner.is_none() {
            return Ok(Applied::unchanged(()));
        }
        store::update_server(&work.tx, work.id(), name.as_ref(), owner).await?;
        let (mut before, mut after) = (json!({}), json!({}));
        if let Some(name) = name {
            before["name"] = json!(server.name);
            after["name"] = json!(name.as_str());
        }
        let mut views = Views::Same;
        if let Some(owner) = owner {
            before["ownerId"] = json!(server.owner);
            after["ownerId"] = json!(owner);
            views = Views::Of(vec![server.owner, owner]);
        }
        let entry = Entry {
            action: "server.update",
            target: format!("server:{}", work.id()),
            before: Some(before),
            after: Some(after),
        };
        let effects = Effects::new(What::Server, entry).viewing(views);
        Ok(Applied::done((), effects))
    }
}

/// Deletes a server for everybody.
#[derive(Debug)]
pub(super) struct DeleteServer;

impl Change for DeleteServer {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        work.standing.require_owner()?;
        store_members::delete_members(&work.tx, work.id()).await?;
        store::delete_server(&work.tx, work.id(), work.now).await?;
        let entry = Entry {
            action: "server.delete",
            target: format!("server:{}", work.id()),
            before: Some(json!({"name": work.server.name})),
            after: None,
        };
        let moves = Moves {
            is_deleted: true,
            ..Moves::default()
        };
        let effects = Effects::new(What::Deleted, entry).with(moves);
        Ok(Applied::done((), effects))
    }
}
