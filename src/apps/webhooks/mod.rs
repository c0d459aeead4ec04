//! Incoming webhooks: whatever a service posts to a webhook's URL becomes one message.
//!
//! Owns: the routes under `/webhooks`, the shapes that services post (our own, Discord's, Slack's,
//! and those of the services with a converter), their limits and refusals, and the signatures a
//! webhook may ask for. Does not own: making webhooks and their tokens (`registry`), how a message
//! is stored (`chat`). Invariants: a body is read as a whole or refused as a whole, and nothing of a
//! refused one is kept; a post is stored under the server's version that it was authorised by, so
//! nothing is said with a URL that is dead.
//!
//! A body's way: [`payload`] (bytes to one JSON object) → [`post`] or [`convert`] (the object to a
//! [`post::Post`]) → `posting` (authorised, stored as a message of the app).

pub mod blocks;
mod changing;
pub mod convert;
pub mod discord;
pub mod edit;
pub mod embed;
mod http;
mod http_answer;
mod http_body;
mod http_call;
mod http_document;
pub mod json;
pub mod markdown;
pub mod mentions;
mod model;
pub mod mrkdwn;
pub mod names;
pub mod payload;
pub mod post;
mod posting;
pub mod reader;
mod reserved;
mod service;
pub mod signature;
pub mod slack;
mod store;
pub mod warnings;

pub use http::{router, routes};
pub use service::{Parts, Webhooks};
