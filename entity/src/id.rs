//! One type per kind of id, so that a user's id cannot be passed where a message's is meant.

/// Declares an integer id: a transparent `i64` in JSON and in the database.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            sea_orm::DeriveValueType, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id_type! {
    /// A person's account; 0 is the author "System", which is nobody's.
    UserId
}

impl UserId {
    /// The author "System".
    pub const SYSTEM: Self = Self(0);
}

id_type! {
    /// A conversation: the public chat, a DM or a group. A group's id is its `tid` on the wire.
    ConversationId
}
id_type! {
    /// A message of any kind of conversation: one sequence for all of them, below 2^53.
    MessageId
}
id_type! {
    /// A single-use invite to a group.
    InviteId
}
id_type! {
    /// An entry of the audit log.
    AuditEntryId
}
id_type! {
    /// A document. Its `doc_id` on the wire.
    DocId
}
id_type! {
    /// A kept state of a document.
    RevisionId
}
id_type! {
    /// A community with channels, roles and members.
    ServerId
}
id_type! {
    /// A role of a server.
    RoleId
}
id_type! {
    /// An app: a webhook, an integration, a widget or an OAuth client.
    AppId
}
id_type! {
    /// A token of an integration.
    AppTokenId
}
id_type! {
    /// A secret of an OAuth client.
    SecretId
}
id_type! {
    /// What a person allowed an OAuth client.
    GrantId
}
id_type! {
    /// A line in an app's delivery log.
    DeliveryId
}
id_type! {
    /// An invite to a server.
    ServerInviteId
}
id_type! {
    /// An entry of a server's audit log.
    ServerAuditId
}
id_type! {
    /// An uploaded file.
    FileId
}
id_type! {
    /// A report to the admins.
    ReportId
}
id_type! {
    /// A custom channel.
    CustomChannelId
}
