//! Widgets: small tiles of rows that an agent outside of Chatter keeps up to date.

pub mod snapshot;
