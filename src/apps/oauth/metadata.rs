//! The provider's description of itself (RFC 8414), `/.well-known/oauth-authorization-server`.

use serde::Serialize;
use utoipa::ToSchema;

/// The provider's description of itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Metadata {
    /// The server's public address, without a slash at its end; `iss` of every answer.
    pub issuer: String,
    /// Where people are sent to.
    pub authorization_endpoint: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_endpoint: String,
    /// Where tokens are given back.
    pub revocation_endpoint: String,
    /// Where a client asks what a token of its own is worth.
    pub introspection_endpoint: String,
    /// Who somebody is.
    pub userinfo_endpoint: String,
    /// For developers.
    pub service_documentation: String,
    /// `code` only.
    pub response_types_supported: [&'static str; 1],
    /// Answers come in the query.
    pub response_modes_supported: [&'static str; 1],
    /// Codes and refresh tokens.
    pub grant_types_supported: [&'static str; 2],
    /// `S256` only.
    pub code_challenge_methods_supported: [&'static str; 1],
    /// How clients prove who they are.
    pub token_endpoint_auth_methods_supported: [&'static str; 3],
    /// The same.
    pub revocation_endpoint_auth_methods_supported: [&'static str; 3],
    /// The same, but for those that cannot.
    pub introspection_endpoint_auth_methods_supported: [&'static str; 2],
    /// What can be asked for.
    pub scopes_supported: [&'static str; 1],
    /// What is shown on demand.
    pub prompt_values_supported: [&'static str; 4],
    /// Answers name the server they are from (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// The description of the server at `issuer`, its public address without a slash at its end.
    pub fn of(issuer: &str) -> Self {
        const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at(super::AUTHORIZE),
            token_endpoint: at("/oauth/token"),
            revocation_endpoint: at("/oauth/revoke"),
            introspection_endpoint: at("/oauth/introspect"),
            userinfo_endpoint: at("/oauth/userinfo"),
            service_documentation: at("/api/docs"),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token"],
            code_challenge_methods_supported: ["S256"],
            token_endpoint_auth_methods_supported: METHODS,
            revocation_endpoint_auth_methods_supported: METHODS,
            introspection_endpoint_auth_methods_supported: [METHODS[0], METHODS[1]],
            scopes_supported: ["identify"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            authorization_response_iss_parameter_supported: true,
        }
    }
}
