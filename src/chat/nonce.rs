//! Finding what was stored before under the same key, so that a resend is answered and not stored.

use std::collections::HashMap;

use entity::{AppId, ConversationId, MessageId, Timestamp, UserId};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, FromQueryResult, Statement,
};

use super::model::{Author, NewMessage, Stored};

/// Whose nonce it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// A person's.
    User(UserId),
    /// An app's.
    App(AppId),
}

/// What a resend of these nonces finds, by author and nonce, and where.
pub(super) async fn find_by_nonce(
    db: &DatabaseConnection,
    messages: &[NewMessage],
) -> Result<HashMap<(Owner, String), (ConversationId, Stored)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        id: MessageId,
        conversation_id: ConversationId,
        sender_id: Option<UserId>,
        app_id: Option<AppId>,
        nonce: String,
        seq: i64,
        rev: i64,
        created_at: Timestamp,
    }
    let keys: Vec<(Option<UserId>, Option<AppId>, &str)> = messages
        .iter()
        .filter_map(nonce_key)
        .map(|(owner, nonce)| match owner {
            Owner::User(user) => (Some(user), None, nonce),
            Owner::App(app) => (None, Some(app), nonce),
        })
        .collect();
    let keys = serde_json::to_string(&keys).map_err(|error| DbErr::Custom(error.to_string()))?;
    let backend = db.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Sqlite => {
            "SELECT m.id, m.conversation_id, m.sender_id, m.app_id, m.nonce, m.seq, m.rev, \
                m.created_at FROM json_each(?1) v \
             JOIN message m ON m.nonce = v.value->>2 \
                AND (m.sender_id = v.value->>0 OR m.app_id = v.value->>1)"
        }
        _ => {
            "SELECT m.id, m.conversation_id, m.sender_id, m.app_id, m.nonce, m.seq, m.rev, \
                m.created_at FROM jsonb_array_elements($1::jsonb) v \
             JOIN message m ON m.nonce = v->>2 \
                AND (m.sender_id = (v->>0)::bigint OR m.app_id = (v->>1)::bigint)"
        }
    };
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(backend, sql, [keys.into()]))
        .await?;
    let mut found = HashMap::new();
    for row in &rows {
        let row = Found::from_query_result(row, "")?;
        let owner = row
            .sender_id
            .map(Owner::User)
            .or(row.app_id.map(Owner::App));
        let stored = Stored {
            id: row.id,
            seq: row.seq,
            rev: row.rev,
            at: row.created_at,
        };
        if let Some(owner) = owner {
            found.insert((owner, row.nonce), (row.conversation_id, stored));
        }
    }
    Ok(found)
}

/// The pair under which a message is stored only once.
pub(super) fn nonce_key(message: &NewMessage) -> Option<(Owner, &str)> {
    let owner = match &message.author {
        Author::User(user) => Owner::User(user.id),
        Author::App(app) => Owner::App(app.app),
        Author::System => return None,
    };
    Some((owner, message.nonce.as_ref()?.as_str()))
}
