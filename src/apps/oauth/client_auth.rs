//! How a client proves who it is: HTTP Basic, its secret in the body, or - if it can keep none - not
//! at all.

use base64::{Engine, prelude::BASE64_STANDARD};
use subtle::{Choice, ConstantTimeEq};

use super::{
    client::Client,
    error::{OAuthError, Result, Scheme},
    params::{Params, decode},
};
use crate::kernel::token;

/// Who a caller says it is, and with what proof.
#[derive(PartialEq, Eq)]
pub struct Credentials {
    client_id: String,
    secret: Option<String>,
    scheme: Scheme,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let proof = self.secret.as_ref().map(|_| "[redacted]");
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("secret", &proof)
            .finish_non_exhaustive()
    }
}

impl Credentials {
    /// Reads them from the `Authorization` header or the body; both at once are refused.
    pub fn read(authorization: Option<&str>, body: &Params) -> Result<Self> {
        let (id, secret) = (body.get("client_id")?, body.get("client_secret")?);
        let Some(authorization) = authorization else {
            let client_id = id.ok_or_else(|| OAuthError::invalid_client(Scheme::None))?;
            return Ok(Self {
                client_id: client_id.to_owned(),
                secret: secret.map(ToOwned::to_owned),
                scheme: Scheme::None,
            });
        };
        if secret.is_some() {
            return Err(OAuthError::invalid_request(
                "send the client's secret with HTTP Basic or in the body, not both",
            ));
        }
        let (client_id, secret) =
            read_basic(authorization).ok_or_else(|| OAuthError::invalid_client(Scheme::Basic))?;
        if id.is_some_and(|id| id != client_id) {
            return Err(OAuthError::invalid_request(
                "client_id is another one than that of HTTP Basic",
            ));
        }
        Ok(Self {
            client_id,
            // Some clients without a secret send an empty one.
            secret: Some(secret).filter(|secret| !secret.is_empty()),
            scheme: Scheme::Basic,
        })
    }

    /// Who the caller says it is.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// `client`, if the caller is it: its active secrets are stored as `hashes`. Without a client the
    /// answer is the same as with a wrong secret, and takes as long.
    pub fn authenticate(&self, client: Option<Client>, hashes: &[String]) -> Result<Client> {
        let given = self.secret.as_deref().unwrap_or_default();
        let hash = token::hash(given);
        let is_known = hashes.iter().fold(Choice::from(0), |is_known, known| {
            is_known | hash.as_bytes().ct_eq(known.as_bytes())
        });
        let is_proven = |client: &Client| match &self.secret {
            Some(_) => client.is_confidential() && bool::from(is_known),
            None => !client.is_confidential(),
        };
        client
            .filter(is_proven)
            .ok_or_else(|| OAuthError::invalid_client(self.scheme))
    }
}

/// The name and password of HTTP Basic, each form-encoded before they were put together (RFC 6749,
/// 2.3.1).
fn read_basic(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let (id, secret) = (&pair[..colon], &pair[colon + 1..]);
    Some((decode(id).ok()?, decode(secret).ok()?))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use entity::oauth_client::ClientType;

    use super::Credentials;
    use crate::{
        apps::oauth::{client::Client, params::Params},
        kernel::token,
    };

    fn read(authorization: Option<&str>, body: &str) -> Result<Credentials, String> {
        let body = Params::parse(body.as_bytes()).expect("a form");
        let read = Credentials::read(authorization, &body);
        read.map_err(|error| error.code().as_str().to_owned())
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(pair))
    }

    #[test]
    fn a_secret_comes_in_one_way_only() {
        let header = basic("c:s");
        assert!(read(Some(&header), "").is_ok());
        assert!(read(Some(&header), "client_id=c").is_ok());
        assert!(read(None, "client_id=c&client_secret=s").is_ok());
        let refused =
            |authorization: Option<&str>, body| read(authorization, body).expect_err(body);
        assert_eq!(refused(Some(&header), "client_secret=s"), "invalid_request");
        assert_eq!(refused(Some(&header), "client_id=d"), "invalid_request");
        assert_eq!(refused(None, "client_id=c&client_id=c"), "invalid_request");
        assert_eq!(refused(None, ""), "invalid_client");
        for garbage in ["Basic", "Basic !", "Bearer x", &basic("c"), &basic("%FF:s")] {
            assert_eq!(refused(Some(garbage), ""), "invalid_client");
        }
    }

    #[test]
    fn basic_is_form_decoded() {
        let read = read(Some(&basic("a%3Ab:s+%C3%A9%25")), "").expect("credentials");
        assert_eq!(read.client_id(), "a:b");
        assert_eq!(read.secret.as_deref(), Some("s é%"));
        assert!(!format!("{read:?}").contains("s é"));
    }

    #[test]
    fn only_its_own_secret_proves_a_client() {
        let hashes = [token::hash("old"), token::hash("new")];
        let by = |body: &str, client: Option<&Client>| {
            let credentials = read(None, body).expect("credentials");
            credentials.authenticate(client.cloned(), &hashes).is_ok()
        };
        let confidential = Client::example(ClientType::Confidential, &[]);
        assert!(by("client_id=c&client_secret=old", Some(&confidential)));
        assert!(by("client_id=c&client_secret=new", Some(&confidential)));
        assert!(!by("client_id=c&client_secret=other", Some(&confidential)));
        assert!(!by("client_id=c&client_secret=", Some(&confidential)));
        assert!(!by("client_id=c", Some(&confidential)));
        assert!(!by("client_id=c&client_secret=new", None));
        let public = Client::example(ClientType::Public, &[]);
        assert!(by("client_id=c", Some(&public)));
        assert!(!by("client_id=c&client_secret=new", Some(&public)));
        assert!(!by("client_id=c", None));
    }
}
