//! The request to `GET /oauth/authorize`: what it asks for, and what to do next.
//!
//! What is wrong with the client or with where to send people back to is told to the person, on a
//! page: sending them anywhere with it would make this server an open redirector. Everything else is
//! told to the client, by redirect.

use super::{
    client::Client,
    error::{ErrorCode, OAuthError, Result},
    params::Params,
    pkce::Challenge,
    redirect::with_params,
    scope::Scopes,
};

/// The longest `state` that is sent back, in bytes.
const MAX_STATE_BYTES: usize = 2048;
/// The longest name that a form is filled in with, in bytes.
const MAX_HINT_BYTES: usize = 100;

/// What a client asks for.
#[derive(Clone, Debug)]
pub struct Request {
    /// The client's name in the protocol.
    pub client_id: String,
    /// Where the answer goes.
    pub destination: Destination,
    /// What it wants to be allowed.
    pub scopes: Scopes,
    /// What the redeemer of the code will have to show.
    pub challenge: Option<Challenge>,
    /// What it wants the person to be shown.
    pub prompt: Prompt,
    /// The name that it thinks the person signs in with.
    pub login_hint: Option<String>,
}

/// Where a person is sent back to, and what goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The redirect URI, as the request had it or else as it was registered.
    uri: String,
    /// Whether the request named it; then the code's redeemer has to name it again.
    is_named: bool,
    /// Whether the person's consent is remembered there.
    is_remembered: bool,
    /// The client's own note, sent back unread.
    state: Option<String>,
}

/// What a client wants the person to be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Nothing at all.
    pub none: bool,
    /// The sign-in form, signed in or not.
    pub login: bool,
    /// The question, answered before or not.
    pub consent: bool,
}

/// A request that cannot be gone on with.
#[derive(Debug)]
pub enum Refusal {
    /// For the person to read: nobody can be trusted with it by redirect.
    Page(OAuthError),
    /// For the client.
    Redirect(Destination, OAuthError),
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// The person signs in.
    SignIn,
    /// The person is asked.
    Consent,
    /// The client gets its code.
    Grant,
    /// The client is told why not.
    Refuse(OAuthError),
}

impl Request {
    /// Reads a request of `client`, which is who the parameter `client_id` names.
    pub fn read(params: &Params, client: &Client) -> Result<Self, Refusal> {
        let mut destination = Destination::read(params, client).map_err(Refusal::Page)?;
        let read = destination
            .take_state(params)
            .and_then(|()| Self::read_rest(params, client));
        match read {
            Ok(rest) => Ok(Self {
                client_id: client.client_id.clone(),
                destination,
                scopes: rest.0,
                challenge: rest.1,
                prompt: rest.2,
                login_hint: rest.3,
            }),
            Err(error) => Err(Refusal::Redirect(destination, error)),
        }
    }

    fn read_rest(
        params: &Params,
        client: &Client,
    ) -> Result<(Scopes, Option<Challenge>, Prompt, Option<String>)> {
        if params.require("response_type")? != "code" {
            return Err(OAuthError::new(
                ErrorCode::UnsupportedResponseType,
                "response_type has to be code",
            ));
        }
        let scopes = Scopes::parse(params.get("scope")?.unwrap_or_default())?;
        let scopes = scopes.limited_to(client.allowed())?;
        let challenge = Challenge::parse(
            params.get("code_challenge")?,
            params.get("code_challenge_method")?,
        )?;
        if challenge.is_none() && client.needs_challenge() {
            return Err(OAuthError::invalid_request(
                "this client has to send a code_challenge (PKCE)",
            ));
        }
        let prompt = Prompt::parse(params.get("prompt")?.unwrap_or_default())?;
        let hint = params.get("login_hint")?;
        let hint = hint.filter(|hint| hint.len() <= MAX_HINT_BYTES);
        Ok((scopes, challenge, prompt, hint.map(ToOwned::to_owned)))
    }

    /// What comes next for a person who is signed in or not, and who has allowed this before or not.
    pub fn next(&self, is_signed_in: bool, has_consented: bool) -> Step {
        let has_consented = has_consented && self.destination.is_remembered;
        let prompt = self.prompt;
        if prompt.none && !is_signed_in {
            let text = "nobody is signed in";
            return Step::Refuse(OAuthError::new(ErrorCode::LoginRequired, text));
        }
        if prompt.none && !has_consented {
            let text = "the person has to be asked first";
            return Step::Refuse(OAuthError::new(ErrorCode::ConsentRequired, text));
        }
        if prompt.login || !is_signed_in {
            Step::SignIn
        } else if prompt.consent || !has_consented {
            Step::Consent
        } else {
            Step::Grant
        }
    }

    /// The same request once the person has just signed in.
    #[must_use]
    pub fn after_sign_in(&self) -> Self {
        let mut request = self.clone();
        request.prompt.login = false;
        request
    }

    /// The same request, asking the person to sign in as somebody else.
    #[must_use]
    pub fn as_somebody_else(&self) -> Self {
        let mut request = self.clone();
        request.prompt.login = true;
        request.login_hint = None;
        request
    }

    /// The parameters that say all this again.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = vec![
            ("response_type", "code".to_owned()),
            ("client_id", self.client_id.clone()),
            ("scope", self.scopes.to_string()),
        ];
        if self.destination.is_named {
            params.push(("redirect_uri", self.destination.uri.clone()));
        }
        if let Some(state) = &self.destination.state {
            params.push(("state", state.clone()));
        }
        if let Some(challenge) = &self.challenge {
            params.push(("code_challenge", challenge.as_str().to_owned()));
            params.push(("code_challenge_method", "S256".to_owned()));
        }
        if let Some(prompt) = self.prompt.as_text() {
            params.push(("prompt", prompt.to_owned()));
        }
        if let Some(hint) = &self.login_hint {
            params.push(("login_hint", hint.clone()));
        }
        params
    }

    /// The path, with a query, under which this request is made again.
    pub fn path(&self) -> String {
        let params = self.params();
        let params: Vec<_> = params
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        with_params(super::AUTHORIZE, &params)
    }
}

impl Destination {
    fn read(params: &Params, client: &Client) -> Result<Self> {
        let asked = params.get("redirect_uri")?;
        let (uri, text) = match (asked, client.redirect_uris.as_slice()) {
            (Some(asked), _) => {
                let known = client.redirect_uri(asked);
                let unknown = "the redirect_uri is not one that the app has registered";
                let known = known.ok_or_else(|| OAuthError::invalid_request(unknown))?;
                (known, asked)
            }
            (None, [only]) => (only, only.as_str()),
            (None, _) => {
                return Err(OAuthError::invalid_request(
                    "the redirect_uri is missing, and the app has registered several",
                ));
            }
        };
        Ok(Self {
            uri: text.to_owned(),
            is_named: asked.is_some(),
            is_remembered: client.is_remembered_at(uri),
            state: None,
        })
    }

    fn take_state(&mut self, params: &Params) -> Result<()> {
        let state = params.get("state")?;
        if state.is_some_and(|state| state.len() > MAX_STATE_BYTES) {
            return Err(OAuthError::invalid_request(
                "state is longer than 2048 bytes",
            ));
        }
        self.state = state.map(ToOwned::to_owned);
        Ok(())
    }

    /// The redirect URI, if the request named it.
    pub fn named_uri(&self) -> Option<&str> {
        self.is_named.then_some(&self.uri)
    }

    /// The host that the person is told they are sent to, with its port if it has one.
    pub fn host(&self) -> &str {
        let rest = self.uri.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?']).next().unwrap_or_default()
    }

    /// Where to go with `code`, from the server called `issuer`.
    pub fn with_code(&self, code: &str, issuer: &str) -> String {
        self.answer(&[("code", code)], issuer)
    }

    /// Where to go with a refusal.
    pub fn with_error(&self, error: &OAuthError, issuer: &str) -> String {
        let (code, text) = (error.code().as_str(), error.description());
        self.answer(&[("error", code), ("error_description", text)], issuer)
    }

    fn answer(&self, params: &[(&str, &str)], issuer: &str) -> String {
        let mut params = params.to_vec();
        params.extend(self.state.as_deref().map(|state| ("state", state)));
        params.push(("iss", issuer));
        with_params(&self.uri, &params)
    }
}

impl Prompt {
    fn parse(text: &str) -> Result<Self> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                // Whoever is to choose an account is shown the form that does it here.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => {}
            }
        }
        if prompt.none && (prompt.login || prompt.consent) {
            return Err(OAuthError::invalid_request(
                "prompt=none cannot be combined with others",
            ));
        }
        Ok(prompt)
    }

    const fn as_text(self) -> Option<&'static str> {
        match (self.none, self.login, self.consent) {
            (true, _, _) => Some("none"),
            (_, true, true) => Some("login consent"),
            (_, true, false) => Some("login"),
            (_, false, true) => Some("consent"),
            (_, false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests;
