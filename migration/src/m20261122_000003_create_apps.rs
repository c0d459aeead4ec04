//! Apps of the four kinds, and messages that apps wrote.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, DOWN).await
    }
}

const UP: &[&str] = &[
    "ALTER TABLE message ADD COLUMN app_id BIGINT",
    "ALTER TABLE message ADD COLUMN card TEXT",
    // What an app sends again under the same key is stored once.
    "CREATE UNIQUE INDEX message_app_nonce ON message (app_id, nonce) \
     WHERE app_id IS NOT NULL AND nonce IS NOT NULL",
    r#"CREATE TABLE app (
        id {id},
        kind TEXT NOT NULL CHECK (kind IN ('webhook', 'integration', 'widget', 'oauth')),
        server_id BIGINT REFERENCES server (id),
        name TEXT NOT NULL,
        description TEXT NOT NULL DEFAULT '',
        owner_id BIGINT NOT NULL REFERENCES "user" (id),
        created_at BIGINT NOT NULL,
        suspended_at BIGINT,
        suspended_reason TEXT,
        deleted_at BIGINT,
        CHECK ((kind = 'oauth') = (server_id IS NULL))
    )"#,
    "CREATE INDEX app_by_server ON app (server_id)",
    "CREATE INDEX app_by_owner ON app (owner_id)",
    "CREATE TABLE webhook (
        app_id BIGINT NOT NULL PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
        channel_id BIGINT NOT NULL REFERENCES server_channel (conversation_id),
        token_hash TEXT NOT NULL UNIQUE,
        token_last4 TEXT NOT NULL,
        previous_hash TEXT,
        previous_until BIGINT,
        mention_everyone BOOLEAN NOT NULL DEFAULT FALSE,
        signing_secrets TEXT,
        allowed_networks TEXT,
        last_used_at BIGINT,
        CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
    )",
    "CREATE UNIQUE INDEX webhook_previous ON webhook (previous_hash) \
     WHERE previous_hash IS NOT NULL",
    "CREATE INDEX webhook_by_channel ON webhook (channel_id)",
    "CREATE TABLE widget (
        app_id BIGINT NOT NULL PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
        server_id BIGINT NOT NULL REFERENCES server (id),
        token_hash TEXT NOT NULL UNIQUE,
        token_last4 TEXT NOT NULL,
        visible BOOLEAN NOT NULL DEFAULT TRUE,
        pinned BOOLEAN NOT NULL DEFAULT FALSE,
        version BIGINT NOT NULL DEFAULT 0,
        rows TEXT,
        ttl_seconds BIGINT,
        updated_at BIGINT,
        sequence BIGINT,
        badge_hash TEXT UNIQUE,
        CHECK (visible OR NOT pinned)
    )",
    "CREATE UNIQUE INDEX widget_pinned ON widget (server_id) WHERE pinned",
    "CREATE INDEX widget_by_server ON widget (server_id)",
    "CREATE TABLE integration (
        app_id BIGINT NOT NULL PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
        server_id BIGINT NOT NULL REFERENCES server (id),
        role_id BIGINT NOT NULL UNIQUE REFERENCES server_role (id)
    )",
    "CREATE INDEX integration_by_server ON integration (server_id)",
    r#"CREATE TABLE integration_token (
        id {id},
        app_id BIGINT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE,
        token_last4 TEXT NOT NULL,
        created_by BIGINT NOT NULL REFERENCES "user" (id),
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        last_used_at BIGINT,
        last_address TEXT,
        last_user_agent TEXT
    )"#,
    "CREATE INDEX integration_token_by_app ON integration_token (app_id)",
    "CREATE TABLE app_delivery (
        id {id},
        app_id BIGINT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
        at BIGINT NOT NULL,
        status INTEGER NOT NULL,
        error TEXT,
        latency_ms INTEGER NOT NULL,
        bytes BIGINT NOT NULL,
        remote TEXT NOT NULL
    )",
    "CREATE INDEX app_delivery_by_app ON app_delivery (app_id, id)",
    "CREATE INDEX app_delivery_by_time ON app_delivery (at)",
    "CREATE TABLE app_idempotency (
        app_id BIGINT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        request_hash TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        PRIMARY KEY (app_id, key)
    ) {without_rowid}",
    "CREATE INDEX app_idempotency_by_time ON app_idempotency (created_at)",
    "CREATE TABLE oauth_client (
        app_id BIGINT NOT NULL PRIMARY KEY REFERENCES app (id) ON DELETE CASCADE,
        client_id TEXT NOT NULL UNIQUE,
        client_type TEXT NOT NULL CHECK (client_type IN ('confidential', 'public')),
        redirect_uris TEXT NOT NULL,
        homepage TEXT,
        privacy_url TEXT,
        require_pkce BOOLEAN NOT NULL DEFAULT TRUE,
        first_party BOOLEAN NOT NULL DEFAULT FALSE,
        CHECK (client_type <> 'public' OR require_pkce),
        UNIQUE (app_id, first_party)
    )",
    "CREATE TABLE oauth_secret (
        id {id},
        app_id BIGINT NOT NULL REFERENCES oauth_client (app_id) ON DELETE CASCADE,
        secret_hash TEXT NOT NULL UNIQUE,
        last4 TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT
    )",
    "CREATE INDEX oauth_secret_by_app ON oauth_secret (app_id)",
    r#"CREATE TABLE oauth_grant (
        id {id},
        app_id BIGINT NOT NULL,
        first_party BOOLEAN NOT NULL,
        user_id BIGINT NOT NULL REFERENCES "user" (id),
        scope TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        last_used_at BIGINT,
        revoked_at BIGINT,
        FOREIGN KEY (app_id, first_party)
            REFERENCES oauth_client (app_id, first_party) ON DELETE CASCADE,
        CHECK (first_party OR scope = 'identify')
    )"#,
    "CREATE UNIQUE INDEX oauth_grant_live ON oauth_grant (app_id, user_id) \
     WHERE revoked_at IS NULL",
    "CREATE INDEX oauth_grant_by_user ON oauth_grant (user_id)",
    "CREATE TABLE oauth_code (
        code_hash TEXT NOT NULL PRIMARY KEY,
        grant_id BIGINT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
        scope TEXT NOT NULL,
        redirect_uri TEXT,
        code_challenge TEXT,
        created_at BIGINT NOT NULL,
        spent_at BIGINT,
        family TEXT,
        CHECK ((spent_at IS NULL) = (family IS NULL))
    ) {without_rowid}",
    "CREATE INDEX oauth_code_by_grant ON oauth_code (grant_id)",
    "CREATE TABLE oauth_token (
        token_hash TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
        grant_id BIGINT NOT NULL REFERENCES oauth_grant (id) ON DELETE CASCADE,
        family TEXT NOT NULL,
        scope TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        family_expires_at BIGINT NOT NULL,
        spent_at BIGINT,
        revoked_at BIGINT
    ) {without_rowid}",
    "CREATE INDEX oauth_token_by_family ON oauth_token (family)",
    "CREATE INDEX oauth_token_by_grant ON oauth_token (grant_id)",
    "CREATE INDEX oauth_token_by_expiry ON oauth_token (expires_at)",
];

/// What apps wrote goes with them: without its app a message would be System's.
const DOWN: &[&str] = &[
    "DROP TABLE oauth_token",
    "DROP TABLE oauth_code",
    "DROP TABLE oauth_grant",
    "DROP TABLE oauth_secret",
    "DROP TABLE oauth_client",
    "DROP TABLE app_idempotency",
    "DROP TABLE app_delivery",
    "DROP TABLE integration_token",
    "DROP TABLE integration",
    "DROP TABLE widget",
    "DROP TABLE webhook",
    "DROP TABLE app",
    "DELETE FROM mention WHERE message_id IN (SELECT id FROM message WHERE app_id IS NOT NULL)",
    "UPDATE message SET source = '', text = '', attachment = NULL, deleted_at = created_at \
     WHERE app_id IS NOT NULL AND deleted_at IS NULL",
    "DROP INDEX message_app_nonce",
    "ALTER TABLE message DROP COLUMN card",
    "ALTER TABLE message DROP COLUMN app_id",
];
