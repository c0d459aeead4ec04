//! Chatter as an identity provider.
