//! The apps that ask who somebody is.

use entity::{AppId, UserId, oauth_client::ClientType};

use super::{redirect::RedirectUri, scope::Scopes};

/// An OAuth client, as far as the protocol is concerned with it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The app behind it.
    pub app: AppId,
    /// Its name in the protocol.
    pub client_id: String,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Where it has people sent back to; never empty.
    pub redirect_uris: Vec<RedirectUri>,
    /// Whether it has to prove that it began the flow it ends.
    pub require_pkce: bool,
    /// Whether it is the developer portal itself.
    pub first_party: bool,
    /// Set while an admin has suspended it.
    pub is_suspended: bool,
    /// What people are told of it.
    pub card: Card,
}

/// What people are told of an app before they trust it.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its name.
    pub name: String,
    /// What it is for, in its developer's words.
    pub description: String,
    /// Whose it is.
    pub owner: UserId,
    /// Its site.
    pub homepage: Option<String>,
    /// What its site says about privacy.
    pub privacy_url: Option<String>,
}

impl Client {
    /// What it may ask for at most.
    pub const fn allowed(&self) -> Scopes {
        if self.first_party {
            Scopes::PORTAL
        } else {
            Scopes::IDENTITY
        }
    }

    /// Whether it can keep a secret.
    pub fn is_confidential(&self) -> bool {
        self.client_type == ClientType::Confidential
    }

    /// Whether a request without a challenge is refused.
    pub fn needs_challenge(&self) -> bool {
        self.require_pkce || !self.is_confidential()
    }

    /// The redirect URI that `asked` is, if it is one. The portal's is a page of this very server,
    /// of which not even the port is free.
    pub fn redirect_uri(&self, asked: &str) -> Option<&RedirectUri> {
        self.redirect_uris.iter().find(|uri| {
            if self.first_party {
                uri.as_str() == asked
            } else {
                uri.covers(asked)
            }
        })
    }

    /// Where people are sent back to when a request does not say, which takes that there is only
    /// one place.
    pub fn only_redirect_uri(&self) -> Option<&str> {
        match self.redirect_uris.as_slice() {
            [only] => Some(only.as_str()),
            _ => None,
        }
    }

    /// Whether a person who agreed once is not asked again when they are sent back to `uri`. On
    /// their own machine anybody can say that they are this client (RFC 8252, 8.6), and anybody
    /// anywhere that they are the portal: its codes go to whoever the person gives them.
    pub fn is_remembered_at(&self, uri: &RedirectUri) -> bool {
        !self.first_party && (self.is_confidential() || !uri.is_loopback())
    }
}

#[cfg(test)]
impl Client {
    /// A client without peculiarities.
    pub(super) fn example(client_type: ClientType, redirect_uris: &[&str]) -> Self {
        let uris = redirect_uris.iter().map(|uri| RedirectUri::parse(uri));
        Self {
            app: AppId(1),
            client_id: "c".to_owned(),
            client_type,
            redirect_uris: uris.collect::<Result<_, _>>().expect("redirect URIs"),
            require_pkce: false,
            first_party: false,
            is_suspended: false,
            card: Card {
                name: "App".to_owned(),
                description: String::new(),
                owner: UserId(1),
                homepage: None,
                privacy_url: None,
            },
        }
    }
}
