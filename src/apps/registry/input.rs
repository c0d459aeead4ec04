//! What people give to apps, as typed and as accepted. What they give to parts of apps is in
//! `input_details`.

use std::net::IpAddr;

use entity::{ConversationId, app::AppKind};
use ipnet::IpNet;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use url::Url;
use utoipa::ToSchema;

use super::model::{Grace, NewKind, not_applicable};
use crate::{
    apps::oauth::redirect::{self, RedirectUri},
    http::required,
    kernel::{Error, Result},
    server::{Name, Patch},
};

/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 1024;
/// The longest address of a site, in bytes.
const MAX_SITE: usize = 2048;
/// Networks that one webhook is bound to at most.
const MAX_NETWORKS: usize = 50;
/// The longest reason, in characters.
const MAX_REASON: usize = 512;

/// What an app is for: up to 1,024 characters, on several lines if need be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Description(String);

impl Description {
    /// Accepts a description as typed, spaces around it left out.
    ///
    /// # Errors
    /// `description_too_long`, `description_invalid`.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        let text: String = typed.trim().nfc().collect();
        if text.chars().count() > MAX_DESCRIPTION {
            let text = format!("a description has at most {MAX_DESCRIPTION} characters");
            return Err(Error::invalid("description_too_long", text).at("/description"));
        }
        if text.contains(|c: char| c.is_control() && c != '\n') {
            let text = "a description has no control characters";
            return Err(Error::invalid("description_invalid", text).at("/description"));
        }
        Ok(Self(text))
    }

    /// As it is stored.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Accepts the https address of a site; none when it is blank.
fn site(field: &'static str, typed: &str) -> Result<Option<String>> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let is_web = |url: &Url| matches!(url.scheme(), "https" | "http") && url.has_host();
    let url = Url::parse(typed).ok().filter(is_web);
    let url = url.filter(|_| typed.len() <= MAX_SITE).ok_or_else(|| {
        let text = format!("{field} is the address of a site");
        Error::invalid("url_invalid", text).at(format!("/{field}"))
    })?;
    Ok(Some(url.into()))
}

/// A new app of a server.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewApp {
    /// `webhook`, `integration` or `widget`.
    #[schema(value_type = String)]
    kind: Option<String>,
    /// 1-100 characters on one line.
    #[schema(value_type = String)]
    name: Option<String>,
    /// What it is for, up to 1,024 characters.
    description: Option<String>,
    /// Webhooks: the channel that it posts into.
    channel_id: Option<ConversationId>,
}

impl NewApp {
    /// What is to be made.
    ///
    /// # Errors
    /// `kind_required`, `kind_invalid`, `channel_required`, and those of names and descriptions.
    pub(super) fn read(&self) -> Result<(Name, Description, NewKind)> {
        let kind = required("kind", self.kind.as_deref())?;
        let kind = match (kind, self.channel_id) {
            ("webhook", Some(channel)) => NewKind::Webhook { channel },
            ("webhook", None) => {
                let text = "a webhook needs a channel";
                return Err(Error::invalid("channel_required", text).at("/channelId"));
            }
            (_, Some(_)) => return Err(not_applicable("channelId")),
            ("integration", None) => NewKind::Integration,
            ("widget", None) => NewKind::Widget,
            _ => {
                let text = "an app of a server is a webhook, an integration or a widget";
                return Err(Error::invalid("kind_invalid", text).at("/kind"));
            }
        };
        let description = self.description.as_deref().unwrap_or_default();
        let description = Description::parse(description)?;
        Ok((read_name(self.name.as_deref())?, description, kind))
    }
}

/// A new OAuth client.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewClient {
    /// `oauth`.
    #[schema(value_type = String)]
    kind: Option<String>,
    /// 1-100 characters on one line.
    #[schema(value_type = String)]
    name: Option<String>,
    /// What it is for, up to 1,024 characters.
    description: Option<String>,
    /// 1-10 addresses that people may be sent back to.
    #[schema(value_type = Vec<String>)]
    redirect_uris: Option<Vec<String>>,
    /// The site.
    homepage: Option<String>,
    /// What the site says about privacy.
    privacy_url: Option<String>,
    /// `confidential`, which is assumed, or `public`.
    client_type: Option<String>,
    /// Whether it has to prove that it began the flow that it ends (RFC 7636); public ones have to.
    require_pkce: Option<bool>,
}

/// What a new OAuth client is to be, its redirect URIs apart.
#[derive(Clone, Debug)]
pub(super) struct ClientSpec {
    pub(super) name: Name,
    pub(super) description: Description,
    pub(super) homepage: Option<String>,
    pub(super) privacy_url: Option<String>,
    pub(super) is_public: bool,
    pub(super) require_pkce: bool,
}

impl NewClient {
    /// What is to be made.
    ///
    /// # Errors
    /// `kind_required`, `kind_invalid`, `client_type_invalid`, `pkce_required`, `url_invalid`, and those of names
    /// and descriptions.
    pub(super) fn read(&self) -> Result<ClientSpec> {
        if required("kind", self.kind.as_deref())? != "oauth" {
            let text = "an app without a server is an OAuth client";
            return Err(Error::invalid("kind_invalid", text).at("/kind"));
        }
        let is_public = match self.client_type.as_deref() {
            None | Some("confidential") => false,
            Some("public") => true,
            Some(_) => {
                let text = "a client is confidential or public";
                return Err(Error::invalid("client_type_invalid", text).at("/clientType"));
            }
        };
        if is_public && self.require_pkce == Some(false) {
            return Err(pkce_required());
        }
        let read =
            |field, typed: &Option<String>| site(field, typed.as_deref().unwrap_or_default());
        Ok(ClientSpec {
            name: read_name(self.name.as_deref())?,
            description: Description::parse(self.description.as_deref().unwrap_or_default())?,
            homepage: read("homepage", &self.homepage)?,
            privacy_url: read("privacyUrl", &self.privacy_url)?,
            is_public,
            require_pkce: is_public || self.require_pkce.unwrap_or_default(),
        })
    }

    /// The addresses that people may be sent back to.
    ///
    /// # Errors
    /// `redirect_uris_required`, `redirect_uri_invalid`.
    pub(super) fn redirect_uris(&self) -> Result<Vec<RedirectUri>> {
        redirect::register(self.redirect_uris.as_deref().unwrap_or_default())
    }
}

pub(super) fn read_name(typed: Option<&str>) -> Result<Name> {
    Name::parse(typed.unwrap_or_default()).map_err(|error| error.at("/name"))
}

/// A client that cannot keep a secret has to prove that it began the flow.
pub(super) fn pkce_required() -> Error {
    let text = "a public client has to use PKCE";
    Error::invalid("pkce_required", text).at("/requirePkce")
}

/// A change of an app: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppPatch {
    /// 1-100 characters on one line.
    name: Option<String>,
    /// What it is for; null clears.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Patch<String>,
    /// Webhooks: another channel of the same server.
    channel_id: Option<ConversationId>,
    /// Webhooks: whether its messages may mention everybody and roles.
    mention_everyone: Option<bool>,
    /// Webhooks: networks (CIDR) that it may be posted from; null: any.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    allowed_networks: Patch<Vec<String>>,
    /// Widgets: whether members see it. Hiding unpins.
    visible: Option<bool>,
    /// OAuth: 1-10 addresses that people may be sent back to.
    redirect_uris: Option<Vec<String>>,
    /// OAuth: the site; null clears.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    homepage: Patch<String>,
    /// OAuth: what the site says about privacy; null clears.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    privacy_url: Patch<String>,
    /// OAuth: whether it has to prove that it began the flow that it ends.
    require_pkce: Option<bool>,
}

/// A change of an app of a server, checked.
#[derive(Clone, Debug, Default)]
pub(super) struct AppChange {
    pub(super) name: Option<Name>,
    pub(super) description: Option<Description>,
    pub(super) channel: Option<ConversationId>,
    pub(super) mention_everyone: Option<bool>,
    pub(super) allowed_networks: Patch<Vec<String>>,
    pub(super) visible: Option<bool>,
}

impl AppChange {
    /// Refuses a change of what apps of this kind do not have.
    ///
    /// # Errors
    /// `not_applicable`.
    pub(super) fn require_for(&self, kind: AppKind) -> Result<()> {
        let is_webhook = kind == AppKind::Webhook;
        require_none(&[
            ("channelId", self.channel.is_some() && !is_webhook),
            (
                "mentionEveryone",
                self.mention_everyone.is_some() && !is_webhook,
            ),
            (
                "allowedNetworks",
                self.allowed_networks != Patch::Absent && !is_webhook,
            ),
            ("visible", self.visible.is_some() && kind != AppKind::Widget),
        ])
    }
}

/// A change of an OAuth client, checked but for its redirect URIs.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientChange {
    pub(super) name: Option<Name>,
    pub(super) description: Option<Description>,
    pub(super) redirect_uris: Option<Vec<String>>,
    pub(super) homepage: Patch<String>,
    pub(super) privacy_url: Patch<String>,
    pub(super) require_pkce: Option<bool>,
}

impl AppPatch {
    /// The change, for an app of a server.
    ///
    /// # Errors
    /// `not_applicable` with the field that such apps do not have, and those of each field.
    pub(super) fn for_server(self) -> Result<AppChange> {
        let (name, description) = (self.name()?, self.description()?);
        let foreign = [
            ("redirectUris", self.redirect_uris.is_some()),
            ("homepage", self.homepage != Patch::Absent),
            ("privacyUrl", self.privacy_url != Patch::Absent),
            ("requirePkce", self.require_pkce.is_some()),
        ];
        require_none(&foreign)?;
        Ok(AppChange {
            name,
            description,
            channel: self.channel_id,
            mention_everyone: self.mention_everyone,
            allowed_networks: self.allowed_networks.try_map(|typed| networks(&typed))?,
            visible: self.visible,
        })
    }

    /// The change, for an OAuth client.
    ///
    /// # Errors
    /// As [`for_server`](Self::for_server).
    pub(super) fn for_client(self) -> Result<ClientChange> {
        let (name, description) = (self.name()?, self.description()?);
        let foreign = [
            ("channelId", self.channel_id.is_some()),
            ("mentionEveryone", self.mention_everyone.is_some()),
            ("allowedNetworks", self.allowed_networks != Patch::Absent),
            ("visible", self.visible.is_some()),
        ];
        require_none(&foreign)?;
        Ok(ClientChange {
            name,
            description,
            redirect_uris: self.redirect_uris,
            homepage: site_patch("homepage", self.homepage)?,
            privacy_url: site_patch("privacyUrl", self.privacy_url)?,
            require_pkce: self.require_pkce,
        })
    }

    fn name(&self) -> Result<Option<Name>> {
        let name = self.name.as_deref();
        name.map(|typed| read_name(Some(typed))).transpose()
    }

    fn description(&self) -> Result<Option<Description>> {
        match &self.description {
            Patch::Absent => Ok(None),
            Patch::Null => Ok(Some(Description::default())),
            Patch::Value(typed) => Description::parse(typed).map(Some),
        }
    }
}

fn site_patch(field: &'static str, patch: Patch<String>) -> Result<Patch<String>> {
    Ok(match patch {
        Patch::Value(typed) => site(field, &typed)?.map_or(Patch::Null, Patch::Value),
        other => other,
    })
}

fn require_none(fields: &[(&str, bool)]) -> Result<()> {
    match fields.iter().find(|(_, is_there)| *is_there) {
        Some((field, _)) => Err(not_applicable(field)),
        None => Ok(()),
    }
}

/// Networks as they are stored: with the bits beyond their prefix cleared, each once.
fn networks(typed: &[String]) -> Result<Vec<String>> {
    const LIST: &str = "/allowedNetworks";
    if typed.is_empty() || typed.len() > MAX_NETWORKS {
        let text = format!("a webhook is bound to 1 to {MAX_NETWORKS} networks, or to none (null)");
        return Err(Error::invalid("allowed_networks_invalid", text).at(LIST));
    }
    let mut networks = Vec::with_capacity(typed.len());
    for (index, typed) in typed.iter().enumerate() {
        let typed = typed.trim();
        let network: Option<IpNet> = typed.parse().ok();
        let address = || typed.parse::<IpAddr>().ok().map(IpNet::from);
        let network = network.or_else(address).ok_or_else(|| {
            let text = "a network is an address, or one with a prefix: 192.0.2.0/24";
            Error::invalid("allowed_networks_invalid", text).at(format!("{LIST}/{index}"))
        })?;
        let network = network.trunc().to_string();
        if !networks.contains(&network) {
            networks.push(network);
        }
    }
    Ok(networks)
}

/// How a secret is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rotation {
    /// Whether the old one has leaked: then it is dead at once.
    #[serde(default)]
    leaked: bool,
    /// For how long the old one is still taken, in seconds: 0, which is assumed, to 86,400.
    #[serde(alias = "grace_seconds")]
    grace_seconds: Option<i64>,
}

impl Rotation {
    pub(super) fn grace(&self) -> Result<Grace> {
        Grace::parse(self.leaked, self.grace_seconds)
    }
}

/// Why an app is suspended.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct Suspension {
    /// Up to 512 characters; whoever manages the app is shown them.
    reason: Option<String>,
}

impl Suspension {
    /// The reason; none when it is blank.
    ///
    /// # Errors
    /// `reason_too_long`.
    pub(super) fn reason(self) -> Result<Option<String>> {
        let reason = self.reason.unwrap_or_default();
        let reason = reason.trim();
        if reason.chars().count() > MAX_REASON {
            let text = format!("a reason has at most {MAX_REASON} characters");
            return Err(Error::invalid("reason_too_long", text));
        }
        Ok((!reason.is_empty()).then(|| reason.to_owned()))
    }
}
