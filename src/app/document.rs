//! The document at `/api/openapi.json`.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    account, admin,
    apps::{integrations, oauth, registry, webhooks, widgets},
    call, chat, custom_channel, doc, file, gdm,
    http::SESSION_COOKIE,
    moderation, presence, server,
};

/// What the document at `/api/openapi.json` begins with.
#[derive(OpenApi)]
#[openapi(info(
    title = "Chatter",
    description = "The REST side of Chatter. Messages are sent over Socket.IO: see docs/events.md."
), modifiers(&Callers))]
struct ApiDoc;

/// Who can call a route, for the `security` of its operation.
struct Callers;

impl Modify for Callers {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = |text: &str| {
            let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(http.description(Some(text)).build())
        };
        let cookie = ApiKeyValue::with_description(
            SESSION_COOKIE,
            "A signed-in person. With https the cookie's name begins with `__Host-`.",
        );
        let token = ApiKeyValue::with_description("token", "Part of the path.");
        let components = document.components.get_or_insert_default();
        for (name, scheme) in [
            ("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
            ("integration", bearer("An integration's token, `chti_...`.")),
            (
                "oauth",
                bearer("An OAuth client's access token, `chta_...`."),
            ),
            ("url_token", SecurityScheme::ApiKey(ApiKey::Query(token))),
        ] {
            components.add_security_scheme(name, scheme);
        }
    }
}

/// The document at `/api/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = ApiDoc::openapi();
    let features = vec![
        account::routes().into_openapi(),
        file::routes().into_openapi(),
        chat::routes().into_openapi(),
        chat::channel_routes().into_openapi(),
        gdm::routes().into_openapi(),
        server::routes().into_openapi(),
        doc::routes().into_openapi(),
        presence::routes().into_openapi(),
        call::routes().into_openapi(),
        admin::routes().into_openapi(),
        moderation::routes().into_openapi(),
        custom_channel::routes().into_openapi(),
        oauth::routes().into_openapi(),
        registry::routes().into_openapi(),
        integrations::routes().into_openapi(),
        webhooks::routes().into_openapi(),
        widgets::routes().into_openapi(),
    ];
    for feature in features {
        document.merge(feature);
    }
    document
}
