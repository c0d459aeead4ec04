//! What the registry speaks of.

use entity::{
    AppId, ConversationId, Timestamp, app, app::AppKind, integration, integration_token,
    oauth_client, oauth_secret, webhook, widget,
};

use crate::kernel::{
    Error, Result,
    error::ErrorKind,
    token::{PlainToken, TokenKind},
};

/// Apps that one server has at most.
pub(super) const MAX_IN_SERVER: u64 = 100;
/// OAuth clients that one person has at most.
pub(super) const MAX_OF_PERSON: u64 = 50;
/// Tokens that one integration has at most.
pub(super) const MAX_TOKENS: u64 = 25;
/// The longest that an old secret is still taken beside its successor, in seconds.
pub(super) const MAX_GRACE: i64 = 86_400;

/// One app, with what its kind has beyond others.
#[derive(Clone, Debug)]
pub(super) struct App {
    pub(super) row: app::Model,
    pub(super) details: Details,
}

impl App {
    /// The channel that it speaks in, if it speaks in one.
    pub(super) const fn channel(&self) -> Option<ConversationId> {
        match &self.details {
            Details::Webhook(webhook) => Some(webhook.channel_id),
            _ => None,
        }
    }
}

/// What an app of each kind has.
#[derive(Clone, Debug)]
pub(super) enum Details {
    Webhook(webhook::Model),
    Integration {
        integration: integration::Model,
        tokens: Vec<integration_token::Model>,
    },
    Widget(widget::Model),
    Oauth {
        client: oauth_client::Model,
        /// The newest first.
        secrets: Vec<oauth_secret::Model>,
        /// How many people have connected it.
        grants: i64,
        last_used_at: Option<Timestamp>,
    },
}

/// What a new secret replaces, and for how long the old one is still taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grace(pub(super) i64);

impl Grace {
    /// Accepts what was asked for; a secret that leaked gets none.
    ///
    /// # Errors
    /// `grace_invalid`.
    pub(super) fn parse(leaked: bool, seconds: Option<i64>) -> Result<Self> {
        let seconds = seconds.unwrap_or_default();
        if !(0..=MAX_GRACE).contains(&seconds) {
            let text = format!("an old secret is taken for 0 to {MAX_GRACE} more seconds");
            return Err(Error::invalid("grace_invalid", text).at("/graceSeconds"));
        }
        Ok(Self(if leaked { 0 } else { seconds }))
    }
}

/// Whether an app is to do nothing any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Suspend {
    On { reason: Option<String> },
    Off,
}

/// What is shown once, and never again.
#[derive(Clone, Debug)]
pub(super) enum Revealed {
    /// The URL of a webhook or a widget.
    Url(AppId, PlainToken),
    /// The secret of an OAuth client.
    ClientSecret(PlainToken),
    /// Nothing: there is no secret yet, or there never is one.
    Nothing,
}

impl Revealed {
    /// The address that `app`s of this kind are posted to.
    pub(super) fn url(public_url: &str, app: AppId, token: &PlainToken) -> String {
        let place = if token.kind() == TokenKind::Widget {
            "widgets"
        } else {
            "webhooks"
        };
        format!("{public_url}/{place}/{app}/{}", token.expose())
    }
}

/// The kind of a new app of a server, and what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewKind {
    Webhook { channel: ConversationId },
    Integration,
    Widget,
}

impl From<NewKind> for AppKind {
    fn from(kind: NewKind) -> Self {
        match kind {
            NewKind::Webhook { .. } => Self::Webhook,
            NewKind::Integration => Self::Integration,
            NewKind::Widget => Self::Widget,
        }
    }
}

/// There is no such app, or it is not for the caller to know of.
pub(super) fn app_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "app_not_found", "app not found")
}

/// There is no such token, or it is another app's.
pub(super) fn token_not_found() -> Error {
    Error::new(ErrorKind::NotFound, "token_not_found", "token not found")
}

/// There are as many already as there may be.
pub(super) fn too_many(what: &str, max: u64) -> Error {
    let text = format!("there can be at most {max} {what}");
    Error::invalid(format!("too_many_{what}"), text)
}

/// `field` makes no sense for apps of this kind.
pub(super) fn not_applicable(field: &str) -> Error {
    let text = format!("apps of this kind have no {field}");
    Error::invalid("not_applicable", text).at(format!("/{field}"))
}

#[cfg(test)]
mod tests {
    use entity::AppId;

    use super::{Grace, Revealed};
    use crate::kernel::token::{PlainToken, TokenKind};

    #[test]
    fn what_leaked_is_dead_at_once() {
        assert_eq!(Grace::parse(true, Some(600)).expect("fine"), Grace(0));
        assert_eq!(Grace::parse(false, Some(600)).expect("fine"), Grace(600));
        assert_eq!(Grace::parse(false, None).expect("fine"), Grace(0));
        for refused in [-1, 86_401] {
            let error = Grace::parse(false, Some(refused)).expect_err("refused");
            assert_eq!(error.code(), "grace_invalid");
        }
    }

    #[test]
    fn a_url_leads_to_the_app_and_ends_with_its_token() {
        for (kind, place) in [
            (TokenKind::Webhook, "webhooks"),
            (TokenKind::Widget, "widgets"),
        ] {
            let token = PlainToken::issue(kind);
            assert_eq!(
                Revealed::url("https://chat.example", AppId(7), &token),
                format!("https://chat.example/{place}/7/{}", token.expose())
            );
        }
    }
}
