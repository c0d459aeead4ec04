//! Every route of a server and its apps, and what somebody needs to be let in.

/// What somebody needs to be let in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Needs {
    /// To be signed in.
    Account,
    /// To be a member.
    Membership,
    /// To be a member who is not timed out.
    Voice,
    /// A permission that not every member has.
    Permission(&'static str),
    /// To be the owner.
    Ownership,
}

pub(crate) use Needs::{Account, Membership, Ownership, Permission, Voice};

/// Method, path, body, and who may.
pub(crate) type Route = (&'static str, &'static str, &'static str, Needs);

/// Every route of a server and its apps, in an order in which all can be called: what is deleted is
/// deleted last. `{..}` are filled in by whoever calls.
pub(crate) const ROUTES: &[Route] = &[
    ("GET", "/servers/{serverId}", "", Membership),
    ("GET", "/servers/{serverId}/channels", "", Membership),
    ("GET", "/servers/{serverId}/roles", "", Membership),
    ("GET", "/servers/{serverId}/memberships", "", Membership),
    (
        "GET",
        "/servers/{serverId}/memberships/{userId}",
        "",
        Membership,
    ),
    (
        "GET",
        "/servers/{serverId}/channels/{channelId}/messages",
        "",
        Membership,
    ),
    ("GET", "/servers/{serverId}/widgets", "", Membership),
    ("GET", "/servers/{serverId}/events", "", Membership),
    ("GET", "/apps", "", Account),
    ("GET", "/servers", "", Account),
    ("POST", "/servers", r#"{"name":"x"}"#, Account),
    (
        "POST",
        "/apps",
        r#"{"kind":"oauth","name":"x","redirectUris":["https://a.example/"]}"#,
        Account,
    ),
    (
        "POST",
        "/servers/{serverId}/channels/{channelId}/messages",
        r#"{"content":"x"}"#,
        Voice,
    ),
    (
        "POST",
        "/servers/{serverId}/invites",
        "{}",
        Permission("create_invite"),
    ),
    (
        "GET",
        "/servers/{serverId}/invites",
        "",
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/invites/{inviteId}",
        "",
        Permission("manage_server"),
    ),
    (
        "PUT",
        "/servers/{serverId}/widgets/{widget}/pin",
        "",
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/widgets/{widget}/pin",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/servers/{serverId}/widgets/{widget}/badge",
        "",
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/widgets/{widget}/badge",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{webhook}/rotate",
        "{}",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{webhook}/signing",
        "{}",
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/apps/{webhook}/signing",
        "",
        Permission("manage_server"),
    ),
    (
        "PATCH",
        "/servers/{serverId}",
        r#"{"name":"Club"}"#,
        Permission("manage_server"),
    ),
    (
        "POST",
        "/servers/{serverId}/channels",
        r#"{"name":"x"}"#,
        Permission("manage_channels"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/channels/{channelId}",
        r#"{"topic":"x"}"#,
        Permission("manage_channels"),
    ),
    (
        "POST",
        "/servers/{serverId}/roles",
        r#"{"name":"x"}"#,
        Permission("manage_roles"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/roles/{roleId}",
        r#"{"name":"y"}"#,
        Permission("manage_roles"),
    ),
    (
        "PUT",
        "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
        r#"{"allow":[],"deny":["send_messages"]}"#,
        Permission("manage_roles"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}/overwrites/roles/{roleId}",
        "",
        Permission("manage_roles"),
    ),
    (
        "PUT",
        "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
        r#"{"allow":[],"deny":["send_messages"]}"#,
        Permission("manage_roles"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}/overwrites/members/{userId}",
        "",
        Permission("manage_roles"),
    ),
    (
        "PATCH",
        "/servers/{serverId}/memberships/{userId}",
        r#"{"nickname":"x"}"#,
        Permission("manage_members"),
    ),
    (
        "GET",
        "/servers/{serverId}/audit",
        "",
        Permission("view_audit_log"),
    ),
    (
        "GET",
        "/servers/{serverId}/apps",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/servers/{serverId}/apps",
        r#"{"kind":"widget","name":"x"}"#,
        Permission("manage_server"),
    ),
    ("GET", "/apps/{appId}", "", Permission("manage_server")),
    (
        "PATCH",
        "/apps/{appId}",
        r#"{"name":"x"}"#,
        Permission("manage_server"),
    ),
    (
        "GET",
        "/apps/{appId}/tokens",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{appId}/tokens",
        r#"{"name":"x","scopes":["read_roles"]}"#,
        Permission("manage_server"),
    ),
    (
        "DELETE",
        "/apps/{appId}/tokens/{tokenId}",
        "",
        Permission("manage_server"),
    ),
    (
        "POST",
        "/apps/{appId}/adopt",
        "{}",
        Permission("manage_server"),
    ),
    (
        "GET",
        "/apps/{appId}/deliveries",
        "",
        Permission("manage_server"),
    ),
    ("DELETE", "/apps/{appId}", "", Permission("manage_server")),
    (
        "DELETE",
        "/servers/{serverId}/memberships/{userId}",
        "",
        Permission("kick_members"),
    ),
    (
        "PUT",
        "/servers/{serverId}/bans/{userId}",
        "{}",
        Permission("ban_members"),
    ),
    (
        "GET",
        "/servers/{serverId}/bans",
        "",
        Permission("ban_members"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/bans/{userId}",
        "",
        Permission("ban_members"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/channels/{channelId}",
        "",
        Permission("manage_channels"),
    ),
    (
        "DELETE",
        "/servers/{serverId}/roles/{roleId}",
        "",
        Permission("manage_roles"),
    ),
    ("DELETE", "/servers/{serverId}", "", Ownership),
];
