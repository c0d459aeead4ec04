//! axum plumbing: extractors with our errors, origins, request log, pages and assets.
//!
//! Knows no feature. Invariant: whatever goes wrong under `/api/`, the answer is JSON with `ok:
//! false`, an `error` text and a stable `code`.

mod answer;
pub mod assets;
mod client_address;
mod discard;
mod error;
mod extract;
mod json_object;
mod navigation;
mod origin;
mod page;
mod request_log;

pub use answer::{Answer, Done};
pub use client_address::{ClientAddress, TrustedProxies, find_client_address};
pub use discard::discard;
pub use error::{ErrorBody, method_not_allowed, not_found, panicked};
pub use extract::{Fields, Json, Path, Query, is_multipart, multipart_error};
pub use json_object::{JsonObject, required};
pub use navigation::{Navigation, TypedGet};
pub use origin::{Cookieless, Origins, cors, require_same_origin};
pub use page::{escape, page, waypoint};
pub use request_log::{RequestId, log_request};

/// The session cookie's name where there is no https to secure it with.
pub const SESSION_COOKIE: &str = "chatter_session";
/// The largest JSON or form body taken, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
