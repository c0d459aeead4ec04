//! The moderation feature over HTTP: its routes.

use utoipa_axum::router::OpenApiRouter;

use super::{Moderation, http_bans, http_people, http_presence, http_records, http_words};

/// The routes of this feature, for [`router`] and for the API document.
pub fn routes() -> OpenApiRouter<Moderation> {
    OpenApiRouter::new()
        .merge(http_bans::routes())
        .merge(http_people::routes())
        .merge(http_presence::routes())
        .merge(http_records::routes())
        .merge(http_words::routes())
}

/// The routes of this feature, ready to serve.
pub fn router(moderation: Moderation) -> OpenApiRouter {
    routes().with_state(moderation)
}
