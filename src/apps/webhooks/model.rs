//! What the service speaks of: a webhook, who calls it and at which of its addresses.

use std::net::IpAddr;

use bytes::Bytes;
use entity::{AppId, ConversationId, MessageId, RoleId, ServerId, UserId};
use http::HeaderMap;
use ipnet::IpNet;
use serde::Serialize;
use utoipa::ToSchema;

use super::{convert::Service, signature};
use crate::{
    access::{Kept, Keyed},
    chat::{AppAuthor, event::MessageOut},
    kernel::{
        Error, Result,
        error::ErrorKind,
        token::{PlainToken, TokenHash, TokenKind},
    },
};

/// A webhook as it is now.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    pub(super) app: AppId,
    /// What it is called, and what a post is signed with that has no name.
    pub(super) name: String,
    /// Who made it, for whom its files are kept.
    pub(super) owner: UserId,
    pub(super) server: ServerId,
    pub(super) channel: ConversationId,
    pub(super) may_mention_everyone: bool,
    pub(super) is_suspended: bool,
    /// What its senders sign with; none: they do not sign.
    pub(super) secrets: Option<Vec<String>>,
    /// Where it may be called from; none: from anywhere.
    pub(super) networks: Option<Vec<IpNet>>,
}

impl Webhook {
    /// Refuses everybody while it is suspended, and who calls from elsewhere than it allows.
    pub(super) fn require_open(&self, from: IpAddr) -> Result<()> {
        if self.is_suspended {
            return Err(Error::refused("suspended", "This app is suspended."));
        }
        let from = from.to_canonical();
        match &self.networks {
            Some(networks) if !networks.iter().any(|network| network.contains(&from)) => {
                let text = "This webhook cannot be called from this address.";
                Err(Error::refused("ip_not_allowed", text))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a body that is not signed, where it has to be. `now` is in seconds since 1970.
    pub(super) fn require_signed(&self, headers: &HeaderMap, body: &[u8], now: i64) -> Result<()> {
        let Some(secrets) = &self.secrets else {
            return Ok(());
        };
        let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
        signature::verify(&secrets, headers, body, now)
    }

    /// The author of what it says without another name.
    pub(super) fn author(&self) -> AppAuthor {
        AppAuthor {
            app: self.app,
            name: self.name.clone(),
            avatar_url: None,
            avatar_emoji: None,
        }
    }
}

/// Who calls a webhook: what the URL says, and from where.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) app: AppId,
    pub(super) token: TokenHash,
    pub(super) from: IpAddr,
}

impl Caller {
    /// The caller with this path; none when no webhook can have it.
    pub(super) fn parse(app: &str, token: &str, from: IpAddr) -> Option<Self> {
        let token = PlainToken::parse(TokenKind::Webhook, token)?;
        Some(Self {
            app: AppId(app.parse().ok()?),
            token: token.hash(),
            from,
        })
    }
}

/// The addresses of one webhook, by what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// Our own shape; Slack's is told by its looks.
    Native,
    /// Discord's shape, which ours is a superset of.
    Discord,
    /// Slack's shape.
    Slack,
    /// The events of a service.
    Service(Service),
}

impl Address {
    /// The address with this last part.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "slack" => Some(Self::Slack),
            "discord" => Some(Self::Discord),
            _ => Service::parse(text).map(Self::Service),
        }
    }
}

/// A request whose body was read.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) keyed: Keyed,
}

/// What a request is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Saying something.
    Post,
    /// Changing or deleting what was said.
    Change,
    /// Asking what the webhook is.
    Look,
}

/// What a webhook has said.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WebhookSaid)]
pub(super) struct Said {
    /// The message's id.
    id: MessageId,
    /// The message as the channel's members see it, without what others said: who has the URL may
    /// write here, not read.
    message: Box<MessageOut>,
    /// What was ignored of the request, and why.
    warnings: Vec<String>,
}

impl Said {
    /// What was said, under this key. Whom it mentions is told as far as it was `asked` by id: by
    /// names anybody could find out who may read here.
    pub(super) fn new(
        mut message: MessageOut,
        key: Option<&str>,
        warnings: Vec<String>,
        asked: &Asked,
    ) -> Self {
        message.mentions.retain(|name| asked.people.contains(name));
        if let Some(roles) = &mut message.mention_roles {
            roles.retain(|role| asked.roles.contains(role));
        }
        let message = MessageOut {
            nonce: key.map(str::to_owned),
            reply_username: None,
            reply_snippet: None,
            ..message
        };
        Self {
            id: message.id,
            message: Box::new(message),
            warnings,
        }
    }
}

/// Whom a request asked by id to be notified.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The names of the people.
    pub(super) people: Vec<String>,
    /// The roles.
    pub(super) roles: Vec<RoleId>,
}

/// What became of a post.
#[derive(Clone, Debug)]
pub(super) enum Posted {
    /// It is a message.
    Said {
        said: Said,
        /// Whether it was one before, under the same key.
        is_repeat: bool,
        /// Whether it is answered as Slack does.
        is_slacks: bool,
    },
    /// It is an event that nothing is said about.
    Nothing,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub(super) enum Changed {
    /// It is made.
    Now(Said),
    /// It was made before, under the same key; what was answered then.
    Before(Kept),
}

/// There is no such webhook, or its token is another one: the same answer, so that nobody learns
/// which.
pub(super) fn webhook_not_found() -> Error {
    let text = "There is no such webhook.";
    Error::new(ErrorKind::NotFound, "webhook_not_found", text)
}

/// The channel of the webhook was deleted.
pub(super) fn channel_gone() -> Error {
    let text = "The channel of this webhook was deleted.";
    Error::new(ErrorKind::Gone, "channel_gone", text)
}

/// There is no such message of this webhook.
pub(super) fn message_not_found() -> Error {
    let text = "There is no such message of this webhook.";
    Error::new(ErrorKind::NotFound, "message_not_found", text)
}

/// Another request had this key.
pub(super) fn key_reused() -> Error {
    let text = "Another request was sent with this key.";
    Error::new(ErrorKind::Unprocessable, "idempotency_key_reused", text)
}

#[cfg(test)]
mod tests {
    use entity::{AppId, ConversationId, ServerId, UserId};

    use super::{Address, Caller, Webhook};
    use crate::kernel::token::{PlainToken, TokenKind};

    fn webhook(networks: Option<&[&str]>) -> Webhook {
        let networks = networks.map(|networks| {
            let parsed = networks.iter().map(|text| text.parse().expect("a network"));
            parsed.collect()
        });
        Webhook {
            owner: UserId(1),
            app: AppId(1),
            name: "CI".to_owned(),
            server: ServerId(1),
            channel: ConversationId(1),
            may_mention_everyone: false,
            is_suspended: false,
            secrets: None,
            networks,
        }
    }

    #[test]
    fn only_allowed_addresses_may_call() {
        let may = |networks: Option<&[&str]>, from: &str| {
            let from = from.parse().expect("an address");
            webhook(networks).require_open(from).is_ok()
        };
        assert!(may(None, "9.9.9.9"));
        let networks = ["10.0.0.0/8", "2001:db8::/32"];
        assert!(may(Some(&networks), "10.1.2.3"));
        assert!(may(Some(&networks), "::ffff:10.1.2.3"));
        assert!(may(Some(&networks), "2001:db8::1"));
        assert!(!may(Some(&networks), "11.1.2.3"));
        assert!(!may(Some(&networks), "2001:db9::1"));
        assert!(!may(Some(&[]), "10.1.2.3"), "nowhere is nowhere");
    }

    #[test]
    fn a_suspended_webhook_is_for_nobody() {
        let suspended = Webhook {
            is_suspended: true,
            ..webhook(None)
        };
        let from = "10.1.2.3".parse().expect("an address");
        let refused = suspended.require_open(from).expect_err("refused");
        assert_eq!(refused.code(), "suspended");
    }

    #[test]
    fn a_path_is_a_number_and_a_token_with_its_checksum() {
        let token = PlainToken::issue(TokenKind::Webhook);
        let from = "10.1.2.3".parse().expect("an address");
        let caller = Caller::parse("7", token.expose(), from).expect("a caller");
        assert_eq!((caller.app, caller.token), (AppId(7), token.hash()));
        let widget = PlainToken::issue(TokenKind::Widget);
        let mistyped = token.expose().replace("chtw_", "chtw_x");
        for (app, token) in [
            ("x", token.expose()),
            ("7", widget.expose()),
            ("7", &mistyped),
            ("7", ""),
        ] {
            assert!(Caller::parse(app, token, from).is_none(), "{app}");
        }
    }

    #[test]
    fn every_address_is_known_by_its_last_part() {
        for known in [
            "slack",
            "discord",
            "github",
            "gitlab",
            "gitea",
            "alertmanager",
            "grafana",
            "uptime-kuma",
        ] {
            assert!(Address::parse(known).is_some(), "{known}");
        }
        assert_eq!(Address::parse("Slack"), None);
        assert_eq!(Address::parse("messages"), None);
    }
}
