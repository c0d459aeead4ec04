//! Incoming webhooks: whatever a service posts to a webhook's URL becomes one message.
//!
//! Owns: the shapes that services post (our own, Discord's, Slack's, and those of the services
//! with a converter), their limits and refusals, and the signatures a webhook may ask for. Does not
//! own: whose webhook it is (`registry`), how a message is stored (`chat`). Invariant: a body is
//! read as a whole or refused as a whole; nothing of a refused one is kept.
//!
//! A body's way: [`payload`] (bytes to one JSON object) → [`post`] or [`convert`] (the object to a
//! [`post::Post`]) → stored as a message of the app.

pub mod blocks;
pub mod convert;
pub mod discord;
pub mod embed;
pub mod json;
pub mod markdown;
pub mod mentions;
pub mod mrkdwn;
pub mod names;
pub mod payload;
pub mod post;
pub mod reader;
pub mod signature;
pub mod slack;
pub mod warnings;
