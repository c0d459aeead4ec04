//! What people give to tokens and signatures of apps, as typed and as accepted.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::input::read_name;
use crate::{
    access::Scopes,
    kernel::{Error, Result},
    server::{Name, Patch},
};

/// The longest life of a token that ends, in days, and the one it has unless asked for another.
const MAX_DAYS: i64 = 365;
/// The length of a signing secret, in characters.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=256;

/// A new token of an integration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewToken {
    /// 1-100 characters on one line.
    #[schema(value_type = String)]
    name: Option<String>,
    /// What it may be used for.
    #[schema(value_type = Vec<crate::access::Scope>)]
    scopes: Option<Vec<String>>,
    /// 1-365; 365 when absent, null for a token that lives until it is revoked.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    expires_in_days: Patch<i64>,
}

/// A new token, checked.
#[derive(Clone, Debug)]
pub(super) struct TokenSpec {
    pub(super) name: Name,
    pub(super) scopes: Scopes,
    pub(super) days: Option<i64>,
}

impl NewToken {
    /// What is to be made.
    ///
    /// # Errors
    /// `scopes_required`, `unknown_scope:<name>`, `expires_in_days_invalid`, and those of names.
    pub(super) fn read(&self) -> Result<TokenSpec> {
        let days = match self.expires_in_days {
            Patch::Absent => Some(MAX_DAYS),
            Patch::Null => None,
            Patch::Value(days) if (1..=MAX_DAYS).contains(&days) => Some(days),
            Patch::Value(_) => {
                let text = format!("a token lives for 1 to {MAX_DAYS} days, or without end (null)");
                let error = Error::invalid("expires_in_days_invalid", text);
                return Err(error.at("/expiresInDays"));
            }
        };
        Ok(TokenSpec {
            name: read_name(self.name.as_deref())?,
            scopes: Scopes::parse(self.scopes.as_deref().unwrap_or_default())?,
            days,
        })
    }
}

/// How posts are to be signed.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct NewSigning {
    /// A secret of 16-256 visible ASCII characters, for services that choose it; else one is made.
    secret: Option<String>,
}

impl NewSigning {
    /// The secret that was chosen.
    ///
    /// # Errors
    /// `secret_invalid`.
    pub(super) fn secret(self) -> Result<Option<String>> {
        let Some(secret) = self.secret else {
            return Ok(None);
        };
        let is_visible = secret.bytes().all(|byte| byte.is_ascii_graphic());
        if is_visible && SECRET_CHARS.contains(&secret.len()) {
            return Ok(Some(secret));
        }
        let text = "a signing secret has 16 to 256 visible ASCII characters";
        Err(Error::invalid("secret_invalid", text).at("/secret"))
    }
}

/// Which part of a list that is read from its newest end.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryPage {
    /// Only older ones than the one with this id.
    pub(super) before: Option<entity::DeliveryId>,
    /// At most so many: 50 when absent, never more than 200.
    limit: Option<u64>,
}

impl DeliveryPage {
    pub(super) fn limit(&self) -> u64 {
        self.limit.unwrap_or(50).clamp(1, 200)
    }
}
