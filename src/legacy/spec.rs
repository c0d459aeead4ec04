//! What the tables of the old server are called, and their columns.
//!
//! Its documents and its clients tell what there is, not always what it was called in each of its
//! versions: of several names, the first one that is there counts. What is there and not named here
//! is reported, never guessed.

/// A table of the old server.
#[derive(Debug)]
pub(super) struct Table {
    /// What the report calls it.
    pub(super) name: &'static str,
    /// What it may be called, in small letters.
    pub(super) names: &'static [&'static str],
    /// What its columns are called here, and may be called there.
    pub(super) columns: &'static [Column],
}

/// A column: the names it may have, the first of which is the one that it has here.
pub(super) type Column = &'static [&'static str];

const ID: Column = &["id"];
const USER_ID: Column = &["user_id", "uid", "author_id", "sender_id"];
const USERNAME: Column = &["username", "user", "author", "sender"];
const CREATED_AT: Column = &["created_at", "timestamp", "created", "sent_at", "time"];
const TEXT: Column = &["text", "content", "message", "body"];
const ATTACHMENT: Column = &["attachment", "attachments", "file"];
const EDITED: Column = &["edited", "is_edited"];
const EDITED_AT: Column = &["edited_at"];
const EDITED_BY: Column = &["edited_by"];
const DELETED: Column = &["deleted", "is_deleted", "deleted_at"];
const REPLY_TO: Column = &["reply_to", "reply_to_id", "reply_id"];
const REPLY_USERNAME: Column = &["reply_username"];
const REPLY_SNIPPET: Column = &["reply_snippet"];
const THREAD_ID: Column = &["thread_id", "tid", "group_id"];

pub(super) const USERS: Table = Table {
    name: "users",
    names: &["users"],
    columns: &[
        ID,
        &["username", "name"],
        &["password", "password_hash", "pw_hash", "hash"],
        &["email"],
        &["avatar", "avatar_path"],
        &["bio"],
        &["status"],
        &["theme"],
        &["language"],
        &["created_at", "created", "joined_at"],
        &["last_seen", "last_seen_at", "last_active"],
        &["role"],
        &["is_admin"],
        &["is_superadmin"],
        &["banned", "is_banned"],
        // Stored there without any effect, and no setting here.
        &["allow_dm_nonfriends"],
    ],
};

pub(super) const MESSAGES: Table = Table {
    name: "messages",
    names: &["messages", "public_messages"],
    columns: &[
        ID,
        USER_ID,
        USERNAME,
        TEXT,
        ATTACHMENT,
        CREATED_AT,
        EDITED,
        EDITED_AT,
        EDITED_BY,
        DELETED,
        REPLY_TO,
        REPLY_USERNAME,
        REPLY_SNIPPET,
    ],
};

pub(super) const DIRECT_MESSAGES: Table = Table {
    name: "direct_messages",
    names: &["direct_messages", "dm_messages", "dms"],
    columns: &[
        ID,
        &["username", "from_user", "sender", "from_username"],
        &["to_user", "recipient", "receiver", "to_username", "peer"],
        TEXT,
        ATTACHMENT,
        CREATED_AT,
        EDITED,
        EDITED_AT,
        EDITED_BY,
        DELETED,
        REPLY_TO,
        REPLY_USERNAME,
        REPLY_SNIPPET,
        // Always that of System, or none.
        &["avatar"],
    ],
};

pub(super) const GROUP_THREADS: Table = Table {
    name: "group_threads",
    names: &["group_threads", "gdm_threads"],
    columns: &[
        ID,
        &["name"],
        &["description"],
        &["created_by", "creator", "owner"],
        CREATED_AT,
        &["locked", "is_locked"],
        DELETED,
        // New codes are made: old ones could be used by anybody who ever saw them, for ever.
        &["invite_code"],
    ],
};

pub(super) const GROUP_MEMBERS: Table = Table {
    name: "group_members",
    names: &["group_members", "gdm_members", "group_thread_members"],
    columns: &[
        ID,
        THREAD_ID,
        USER_ID,
        USERNAME,
        &["created_at", "joined_at", "added_at"],
    ],
};

pub(super) const GROUP_MESSAGES: Table = Table {
    name: "group_messages",
    names: &["group_messages", "gdm_messages"],
    columns: &[
        ID,
        THREAD_ID,
        USER_ID,
        USERNAME,
        TEXT,
        ATTACHMENT,
        CREATED_AT,
        EDITED,
        EDITED_AT,
        EDITED_BY,
        DELETED,
        REPLY_TO,
        REPLY_USERNAME,
        REPLY_SNIPPET,
    ],
};

pub(super) const DOCS: Table = Table {
    name: "docs",
    names: &["docs", "documents"],
    columns: &[
        ID,
        &["name", "title"],
        &["content", "text", "body"],
        &["created_by", "creator", "owner"],
        CREATED_AT,
        &["last_edited_by", "updated_by"],
        &["last_edited_at", "updated_at"],
        // Copies at an outside service, of a week.
        &["tmpweb_url"],
        &["tmpweb_expires_at"],
    ],
};

pub(super) const DOC_MEMBERS: Table = Table {
    name: "doc_members",
    names: &["doc_members", "document_members"],
    columns: &[
        ID,
        &["doc_id", "document_id"],
        USER_ID,
        USERNAME,
        &["role"],
        &["created_at", "added_at"],
    ],
};

pub(super) const REACTIONS: Table = Table {
    name: "reactions",
    names: &["reactions", "message_reactions"],
    columns: &[
        ID,
        &["message_id"],
        &["message_type", "type", "kind"],
        USER_ID,
        USERNAME,
        &["emoji", "reaction"],
        CREATED_AT,
    ],
};

pub(super) const REPORTS: Table = Table {
    name: "reports",
    names: &["reports"],
    columns: &[
        ID,
        &["report_type", "type"],
        &["target_id", "message_id"],
        &["target_username", "target"],
        &["reason"],
        &["details"],
        &["reporter_username", "reporter"],
        CREATED_AT,
        &["status"],
        &["admin_notes"],
        &["resolved_at"],
        &["resolved_by"],
    ],
};

/// What is banned: the column that is there says it, or `type`.
const BAN: &[Column] = &[
    ID,
    &["type", "kind", "ban_type"],
    &["value", "target"],
    &["username", "user"],
    &["ip", "ip_address", "address"],
    &["client_id", "device_id"],
    &["created_at", "banned_at", "timestamp"],
    &["expires_at", "until", "expires"],
    // Why and by whom: there is no room for it here, the audit log being this server's own.
    &["reason"],
    &["banned_by", "issued_by"],
];

pub(super) const BANS: Table = Table {
    name: "bans",
    names: &["bans"],
    columns: BAN,
};
pub(super) const BANNED_USERS: Table = Table {
    name: "banned_users",
    names: &["banned_users", "user_bans"],
    columns: BAN,
};
pub(super) const BANNED_IPS: Table = Table {
    name: "banned_ips",
    names: &["banned_ips", "ip_bans"],
    columns: BAN,
};
pub(super) const BANNED_DEVICES: Table = Table {
    name: "banned_devices",
    names: &["banned_devices", "device_bans"],
    columns: BAN,
};
pub(super) const SHADOW_BANS: Table = Table {
    name: "shadow_bans",
    names: &["shadow_bans", "shadow_banned", "shadow_banned_users"],
    columns: BAN,
};
pub(super) const ADMINS: Table = Table {
    name: "admins",
    names: &["admins", "extra_admins", "admin_users"],
    columns: &[ID, &["username", "user", "name"], CREATED_AT, &["added_by"]],
};
pub(super) const APP_SETTINGS: Table = Table {
    name: "app_settings",
    names: &["app_settings", "settings"],
    columns: &[ID, &["key", "name"], &["value"]],
};

/// Every table that is read.
pub(super) const TABLES: &[&Table] = &[
    &USERS,
    &MESSAGES,
    &DIRECT_MESSAGES,
    &GROUP_THREADS,
    &GROUP_MEMBERS,
    &GROUP_MESSAGES,
    &DOCS,
    &DOC_MEMBERS,
    &REACTIONS,
    &REPORTS,
    &BANS,
    &BANNED_USERS,
    &BANNED_IPS,
    &BANNED_DEVICES,
    &SHADOW_BANS,
    &ADMINS,
    &APP_SETTINGS,
];
