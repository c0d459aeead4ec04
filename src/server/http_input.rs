//! What requests about servers carry.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use entity::{ConversationId, UserId};
use http::{HeaderMap, HeaderName, header, request::Parts};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::{
    membership::Handling,
    names::{Color, Name, Reason, Topic},
    patch::Patch,
};
use crate::{
    account::CurrentUser,
    kernel::{Error, Result, error::ErrorKind},
    permission::{Overwrite, Permissions},
};

/// The most bytes of a change to a membership.
const MAX_MEMBERSHIP_BYTES: usize = 16 * 1024;
const REASON: HeaderName = HeaderName::from_static("x-audit-log-reason");
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The longest name of an unknown permission that is quoted.
const MAX_QUOTED_CHARS: usize = 64;

/// Why something is done: the header `X-Audit-Log-Reason`.
#[derive(Clone, Debug)]
pub struct Reasoned(pub Option<Reason>);

impl<S: Sync> FromRequestParts<S> for Reasoned {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let value = parts.headers.get(REASON);
        let value = value.map(|value| value.to_str().unwrap_or("\0"));
        Ok(Self(value.map(Reason::from_header).transpose()?.flatten()))
    }
}

/// Whoever asks for a change, signed in with a session, and why: the header `X-Audit-Log-Reason`.
#[derive(Clone, Debug)]
pub struct Author {
    /// The person.
    pub user: UserId,
    /// What they say about it.
    pub reason: Option<Reason>,
}

impl<S: Send + Sync> FromRequestParts<S> for Author {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let CurrentUser(user) = CurrentUser::from_request_parts(parts, state).await?;
        let Reasoned(reason) = Reasoned::from_request_parts(parts, state).await?;
        let user = user.id;
        Ok(Self { user, reason })
    }
}

/// How a change to a membership is to be taken.
pub(super) fn handling(headers: &HeaderMap) -> Handling {
    let prefer = headers.get_all(PREFER).into_iter();
    let strict = prefer
        .filter_map(|value| value.to_str().ok())
        .any(|value| Handling::of_header(value) == Handling::Strict);
    if strict {
        Handling::Strict
    } else {
        Handling::Lenient
    }
}

/// The body of a change to a membership: a JSON object of up to 16 KiB, as `application/json` or
/// `application/merge-patch+json`.
#[derive(Clone, Debug)]
pub(super) struct MembershipBody {
    /// As it came.
    pub(super) bytes: Bytes,
    pub(super) fields: Map<String, Value>,
}

impl<S: Send + Sync> FromRequest<S> for MembershipBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        require_json(request.headers())?;
        let too_large = || {
            let text = "a change to a membership has at most 16 KiB";
            Error::new(ErrorKind::TooLarge, "payload_too_large", text)
        };
        let bytes = Bytes::from_request(request, state);
        let bytes = bytes.await.map_err(|_| too_large())?;
        if bytes.len() > MAX_MEMBERSHIP_BYTES {
            return Err(too_large());
        }
        let fields = serde_json::from_slice(&bytes)
            .map_err(|_| Error::invalid("invalid_json", "the body is not a JSON object"))?;
        Ok(Self { bytes, fields })
    }
}

fn require_json(headers: &HeaderMap) -> Result<()> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = value.to_str().unwrap_or_default().split(';').next();
    let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(
        essence.as_str(),
        "application/json" | "application/merge-patch+json"
    ) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::UnsupportedMediaType,
        "unsupported_media_type",
        "send application/json",
    ))
}

/// A new server.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewServer {
    #[schema(value_type = String)]
    name: Option<String>,
}

impl NewServer {
    pub(super) fn name(&self) -> Result<Name> {
        required_name(self.name.as_deref())
    }
}

fn required_name(name: Option<&str>) -> Result<Name> {
    Name::parse(name.unwrap_or_default()).map_err(|error| error.at("/name"))
}

fn optional_name(name: Option<&str>) -> Result<Option<Name>> {
    name.map(|name| required_name(Some(name))).transpose()
}

/// What changes about a server; whatever is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServerPatch {
    name: Option<String>,
    /// To whom the server is handed over; for its owner.
    pub(super) owner_id: Option<UserId>,
}

impl ServerPatch {
    pub(super) fn name(&self) -> Result<Option<Name>> {
        optional_name(self.name.as_deref())
    }
}

/// A new channel.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewChannel {
    #[schema(value_type = String)]
    name: Option<String>,
    topic: Option<String>,
}

impl NewChannel {
    pub(super) fn name(&self) -> Result<Name> {
        required_name(self.name.as_deref())
    }

    pub(super) fn topic(&self) -> Result<Topic> {
        topic(self.topic.as_deref().unwrap_or_default())
    }
}

fn topic(typed: &str) -> Result<Topic> {
    Topic::parse(typed).map_err(|error| error.at("/topic"))
}

/// What changes about a channel; whatever is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ChannelPatch {
    name: Option<String>,
    /// Null clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    topic: Patch<String>,
    /// Its place in the list, from 0.
    pub(super) position: Option<i64>,
    /// Whether only those who manage channels may speak in it.
    pub(super) locked: Option<bool>,
}

impl ChannelPatch {
    pub(super) fn name(&self) -> Result<Option<Name>> {
        optional_name(self.name.as_deref())
    }

    pub(super) fn topic(&self) -> Result<Option<Topic>> {
        match &self.topic {
            Patch::Absent => Ok(None),
            Patch::Null => Ok(Some(Topic::default())),
            Patch::Value(typed) => topic(typed).map(Some),
        }
    }
}

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewRole {
    #[schema(value_type = String)]
    name: Option<String>,
    /// `#rrggbb`.
    color: Option<String>,
    /// Names of permissions.
    permissions: Option<Vec<String>>,
    /// Its place, from 1, which is the lowest.
    pub(super) position: Option<i64>,
}

impl NewRole {
    pub(super) fn name(&self) -> Result<Name> {
        required_name(self.name.as_deref())
    }

    pub(super) fn color(&self) -> Result<Option<Color>> {
        self.color.as_deref().map(color).transpose()
    }

    pub(super) fn permissions(&self) -> Result<Permissions> {
        permissions(
            self.permissions.as_deref().unwrap_or_default(),
            "permissions",
        )
    }
}

fn color(typed: &str) -> Result<Color> {
    Color::parse(typed).map_err(|error| error.at("/color"))
}

fn permissions(names: &[String], key: &str) -> Result<Permissions> {
    Permissions::parse(names).map_err(|unknown| {
        let quoted: String = unknown.0.chars().take(MAX_QUOTED_CHARS).collect();
        let code = format!("unknown_permission:{quoted}");
        let text = format!("there is no permission called {quoted:?}");
        Error::invalid(code, text).at(format!("/{key}"))
    })
}

/// What changes about a role; whatever is not given stays.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RolePatch {
    name: Option<String>,
    /// Null clears it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    color: Patch<String>,
    permissions: Option<Vec<String>>,
    /// Its place, from 1, which is the lowest.
    pub(super) position: Option<i64>,
}

impl RolePatch {
    pub(super) fn name(&self) -> Result<Option<Name>> {
        optional_name(self.name.as_deref())
    }

    pub(super) fn color(&self) -> Result<Patch<Color>> {
        self.color.clone().try_map(|typed| color(&typed))
    }

    pub(super) fn permissions(&self) -> Result<Option<Permissions>> {
        let names = self.permissions.as_deref();
        names
            .map(|names| permissions(names, "permissions"))
            .transpose()
    }
}

/// What a channel allows and denies.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct OverwriteBody {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
}

impl OverwriteBody {
    pub(super) fn overwrite(&self) -> Result<Overwrite> {
        Ok(Overwrite {
            allow: permissions(&self.allow, "allow")?,
            deny: permissions(&self.deny, "deny")?,
        })
    }
}

/// Why somebody is banned.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct BanBody {
    reason: Option<String>,
}

impl BanBody {
    pub(super) fn reason(&self) -> Result<Option<Reason>> {
        let reason = self.reason.as_deref().map(Reason::parse).transpose();
        reason
            .map(Option::flatten)
            .map_err(|error| error.at("/reason"))
    }
}

/// A new invite.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewServerInvite)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewInvite {
    /// Seconds that it lives; a day unless said otherwise.
    pub(super) expires_in: Option<i64>,
    /// How many people it lets in; one unless said otherwise.
    pub(super) max_uses: Option<i64>,
}

/// A page of members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MembersPage {
    /// How many at most; 100 unless said otherwise, and no more than 1,000.
    limit: Option<u64>,
    /// The person behind whom the page begins.
    after: Option<i64>,
}

impl MembersPage {
    pub(super) fn limit(&self) -> u64 {
        self.limit.unwrap_or(100).clamp(1, 1000)
    }

    pub(super) fn after(&self) -> UserId {
        UserId(self.after.unwrap_or_default())
    }
}

/// A page of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditPage {
    /// How many at most; 50 unless said otherwise, and no more than 200.
    limit: Option<u64>,
    /// The entry before which the page ends.
    pub(super) before: Option<i64>,
}

impl AuditPage {
    pub(super) fn limit(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}

/// The channel of a path, and what in it.
pub(super) type InChannel<T> = (entity::ServerId, ConversationId, T);
