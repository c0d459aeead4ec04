//! What those who manage a server change about its widgets.

use entity::AppId;
use serde_json::json;

use super::{
    model::{Widget, widget_not_found},
    store,
};
use crate::{
    kernel::{
        Error, Result,
        error::ErrorKind,
        token::{PlainToken, TokenKind},
    },
    permission::Permission,
    server::{Applied, Change, Effects, Entry, What, Work},
};

/// Shows a widget under the header of its server, instead of the one that was there, or no more.
#[derive(Debug)]
pub(super) struct Pin {
    pub(super) app: AppId,
    pub(super) pinned: bool,
}

impl Change for Pin {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        work.require(Permission::ManageServer)?;
        let widget = of_server(work, self.app).await?;
        if widget.is_pinned == self.pinned {
            return Ok(Applied::unchanged(()));
        }
        let action = if self.pinned {
            if !widget.is_visible {
                let text = "a hidden widget cannot be pinned; show it first";
                return Err(Error::new(ErrorKind::Conflict, "widget_invisible", text));
            }
            store::pin(work.tx(), work.server().id, self.app).await?;
            "widget.pin"
        } else {
            store::unpin(work.tx(), self.app).await?;
            "widget.unpin"
        };
        let entry = Entry {
            action,
            target: format!("app:{}", self.app),
            before: Some(json!({"pinned": widget.is_pinned})),
            after: Some(json!({"pinned": self.pinned})),
        };
        Ok(Applied::done((), Effects::new(What::Widgets, entry)))
    }
}

/// Gives the badge of a widget a new address, or none any more. The one before is dead.
#[derive(Debug)]
pub(super) struct SetBadge {
    pub(super) app: AppId,
    pub(super) readable: bool,
}

impl Change for SetBadge {
    /// The token that the badge is read with.
    type Answer = Option<PlainToken>;

    async fn apply(self, work: &Work) -> Result<Applied<Self::Answer>> {
        work.require(Permission::ManageServer)?;
        of_server(work, self.app).await?;
        let token = self.readable.then(|| PlainToken::issue(TokenKind::Widget));
        let hash = token.as_ref().map(PlainToken::hash);
        if !store::set_badge(work.tx(), self.app, hash).await? {
            return Ok(Applied::unchanged(None));
        }
        let action = if self.readable {
            "widget.badge_create"
        } else {
            "widget.badge_delete"
        };
        let entry = Entry {
            action,
            target: format!("app:{}", self.app),
            before: None,
            after: None,
        };
        Ok(Applied::done(token, Effects::new(What::Widgets, entry)))
    }
}

/// The widget of the locked server.
async fn of_server(work: &Work, app: AppId) -> Result<Widget> {
    let widget = store::find(work.tx(), app).await?;
    let widget = widget.filter(|widget| widget.server == work.server().id);
    widget.ok_or_else(widget_not_found)
}
