//! Apps: what other programs do in a server, each kind in a folder of its own.

pub mod webhooks;
