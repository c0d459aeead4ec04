//! Apps: what programs come in by, each kind in a folder of its own.

pub mod integrations;
pub mod oauth;
pub mod registry;
pub mod webhooks;
pub mod widgets;
