//! What an app may be allowed to do.

use serde::{Serialize, Serializer};

use super::error::{ErrorCode, OAuthError, Result};
use crate::kernel::Error;

/// One thing that an app may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Know who somebody is: id, nickname, name and avatar. The only one that apps are granted.
    Identify,
    /// See the apps that somebody manages; the developer portal's alone.
    AppsRead,
    /// Change the apps that somebody manages; the developer portal's alone.
    AppsWrite,
    /// See the servers that somebody is in; the developer portal's alone.
    ServersRead,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 4] = [
        Self::Identify,
        Self::AppsRead,
        Self::AppsWrite,
        Self::ServersRead,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::AppsRead => "apps:read",
            Self::AppsWrite => "apps:write",
            Self::ServersRead => "servers:read",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes. On the wire and in the database: their names, separated by spaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// What every app may ask for, and what it asks for when it does not say.
    pub const IDENTITY: Self = Self(Scope::Identify.bit());
    /// What the developer portal may ask for.
    pub const PORTAL: Self = Self(0b1111);

    /// The scopes named in `text`; unknown names are refused. Nothing at all means
    /// [`IDENTITY`](Self::IDENTITY).
    pub fn parse(text: &str) -> Result<Self> {
        let mut scopes = Self(0);
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            let known = Scope::ALL.into_iter().find(|scope| scope.as_str() == name);
            let scope = known.ok_or_else(|| {
                OAuthError::new(ErrorCode::InvalidScope, format!("there is no scope {name}"))
            })?;
            scopes.0 |= scope.bit();
        }
        Ok(if scopes.0 == 0 {
            Self::IDENTITY
        } else {
            scopes
        })
    }

    /// Scopes that were taken before.
    pub fn stored(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|error| Error::internal(anyhow::anyhow!("stored: {error}")))
    }

    /// All of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `self` is in `other`.
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether `scope` is among them.
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The scopes, in a fixed order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .into_iter()
            .filter(move |scope| self.contains(*scope))
    }

    /// `self`, if it is within `allowed`.
    pub fn limited_to(self, allowed: Self) -> Result<Self> {
        if self.is_within(allowed) {
            return Ok(self);
        }
        Err(OAuthError::new(
            ErrorCode::InvalidScope,
            format!("only these scopes can be had here: {allowed}"),
        ))
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { " " };
            write!(f, "{separator}{}", scope.as_str())?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scopes({self})")
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Scopes};

    #[test]
    fn a_scope_that_does_not_exist_is_refused() {
        let parsed = |text| Scopes::parse(text).map(|scopes| scopes.to_string());
        assert_eq!(parsed("").as_deref(), Ok("identify"));
        assert_eq!(parsed("identify identify").as_deref(), Ok("identify"));
        assert_eq!(
            parsed("servers:read identify").as_deref(),
            Ok("identify servers:read")
        );
        for wrong in ["email", "identify email", "IDENTIFY", "identify,apps:read"] {
            let error = parsed(wrong).expect_err("no such scope");
            assert_eq!(error.code().as_str(), "invalid_scope", "{wrong}");
        }
    }

    #[test]
    fn an_app_cannot_ask_for_what_is_the_portals() {
        for scope in Scope::ALL {
            let asked = Scopes::parse(scope.as_str()).expect("a scope");
            assert!(asked.is_within(Scopes::PORTAL));
            assert_eq!(
                asked.limited_to(Scopes::IDENTITY).is_ok(),
                scope == Scope::Identify
            );
        }
    }
}
