//! Chatter: a self-hosted realtime chat server, compatible with Socket.IO clients.
//!
//! The map, top to bottom; each layer uses only those below it.
//!
//! - [`app`]: the composition root. Builds the features, the router and the namespace; serves.
//! - [`cli`]: the command line. [`events`]: the reference of the Socket.IO events.
//! - [`legacy`]: moving over from the old server.
//! - Features, one folder each: [`apps`], [`custom_channel`], [`moderation`], [`call`], [`admin`], [`doc`], [`gdm`],
//!   [`server`], [`chat`], [`file`], [`presence`], [`account`], [`settings`].
//! - [`access`]: who calls a route of the platform, and how it is answered.
//! - [`permission`]: who may do what within a server, decided without I/O.
//! - [`http`] and [`socket`]: axum and socketioxide plumbing; neither knows a feature.
//! - [`kernel`]: errors, configuration, database, time, tokens, tasks.
//! - the `entity` and `migration` crates: tables as types, and how they came to be.
//!
//! `ARCHITECTURE.md` tells one message's journey through them.

pub mod access;
pub mod account;
pub mod admin;
pub mod app;
pub mod apps;
pub mod call;
pub mod chat;
pub mod cli;
pub mod command;
pub mod custom_channel;
pub mod doc;
pub mod events;
pub mod file;
pub mod gdm;
pub mod http;
pub mod kernel;
pub mod legacy;
pub mod moderation;
pub mod permission;
pub mod presence;
pub mod server;
pub mod settings;
pub mod socket;
