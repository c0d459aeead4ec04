//! Sessions in our own database, for tower-sessions.
//!
//! A session ends 30 days after it was last used and 180 days after it began. That it was used is
//! written at most every ten minutes. What a stolen copy of the table shows is the SHA-256 of each
//! id, which opens nothing.

use std::sync::Arc;

use async_trait::async_trait;
use entity::{Timestamp, UserId, session};
use sea_orm::Set;
use time::OffsetDateTime;
use tower_sessions::{
    Expiry, SessionManagerLayer,
    cookie::SameSite,
    session::{Id, Record},
    session_store::{Error, Result, SessionStore as TowerSessionStore},
};

use super::store;
use crate::{
    http::SESSION_COOKIE,
    kernel::{Cache, Clock, Config, Db, token},
};

/// The key under which a session holds its user's id.
pub(super) const USER: &str = "user";
/// The keys under which a session holds where it comes from.
pub(super) const ADDRESS: &str = "address";
pub(super) const USER_AGENT: &str = "user_agent";

const IDLE_SECONDS: i64 = 30 * 86_400;
const ABSOLUTE_SECONDS: i64 = 180 * 86_400;
const TOUCH_SECONDS: i64 = 600;
/// Sessions kept in memory.
const CAPACITY: u64 = 100_000;

/// Reads and writes sessions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SessionStore {
    db: Db,
    clock: Clock,
    cache: Cache<String, Arc<session::Model>>,
}

impl SessionStore {
    /// A store over `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            cache: Cache::new(CAPACITY),
        }
    }

    /// The form in which a session id is stored.
    pub fn hash(id: Id) -> String {
        token::hash(&id.to_string())
    }

    /// A person's live sessions, the most recently used first.
    pub(super) async fn list(&self, user: UserId) -> crate::kernel::Result<Vec<session::Model>> {
        Ok(store::list_sessions(self.db.reader(), user, self.clock.now()).await?)
    }

    /// Whether the session stored under `id_hash` has not ended.
    pub(super) async fn is_live(&self, id_hash: &str) -> crate::kernel::Result<bool> {
        let found = self.find(id_hash.to_owned()).await;
        Ok(found.map_err(crate::kernel::Error::internal)?.is_some())
    }

    /// Ends the session stored under `id_hash`.
    pub(super) async fn end(&self, id_hash: &str) -> crate::kernel::Result<()> {
        store::delete_session(self.db.writer(), id_hash).await?;
        self.cache.invalidate(&id_hash.to_owned());
        Ok(())
    }

    /// Removes sessions that have ended by themselves.
    pub(super) async fn sweep(&self) -> crate::kernel::Result<()> {
        Ok(store::delete_expired_sessions(self.db.writer(), self.clock.now()).await?)
    }

    async fn find(&self, id_hash: String) -> Result<Option<Arc<session::Model>>> {
        let now = self.clock.now();
        let found = self
            .cache
            .get_or_load(&id_hash, async || {
                let row = store::find_session(self.db.reader(), &id_hash).await?;
                Ok::<_, sea_orm::DbErr>(row.map(Arc::new))
            })
            .await
            .map_err(backend)?;
        let Some(row) = found.filter(|row| row.expires_at > now) else {
            return Ok(None);
        };
        if now.0 - row.last_used_at.0 < TOUCH_SECONDS * 1000 {
            return Ok(Some(row));
        }
        let expires_at = expiry(row.created_at, now);
        store::touch_session(self.db.writer(), &id_hash, now, expires_at)
            .await
            .map_err(backend)?;
        self.cache.invalidate(&id_hash);
        let mut used = (*row).clone();
        (used.last_used_at, used.expires_at) = (now, expires_at);
        Ok(Some(Arc::new(used)))
    }
}

#[async_trait]
impl TowerSessionStore for SessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        // An id that exists would let a newcomer into somebody's session; 128 random bits make
        // that a matter of principle.
        while self.find(Self::hash(record.id)).await?.is_some() {
            record.id = Id::default();
        }
        self.save(record).await
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let now = self.clock.now();
        let id_hash = Self::hash(record.id);
        let created_at = self
            .find(id_hash.clone())
            .await?
            .map_or(now, |row| row.created_at);
        let text = |key: &str| {
            let value = record.data.get(key).and_then(|value| value.as_str());
            value.unwrap_or_default().to_owned()
        };
        let row = session::ActiveModel {
            id_hash: Set(id_hash.clone()),
            user_id: Set(record
                .data
                .get(USER)
                .and_then(serde_json::Value::as_i64)
                .map(UserId)),
            data: Set(serde_json::to_string(&record.data)
                .map_err(|error| Error::Encode(error.to_string()))?),
            created_at: Set(created_at),
            last_used_at: Set(now),
            expires_at: Set(expiry(created_at, now)),
            address: Set(text(ADDRESS)),
            user_agent: Set(text(USER_AGENT)),
        };
        store::save_session(self.db.writer(), row)
            .await
            .map_err(backend)?;
        self.cache.invalidate(&id_hash);
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(row) = self.find(Self::hash(*id)).await? else {
            return Ok(None);
        };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&row.data)
                .map_err(|error| Error::Decode(error.to_string()))?,
            expiry_date: OffsetDateTime::from_unix_timestamp(row.expires_at.unix_seconds())
                .map_err(|error| Error::Decode(error.to_string()))?,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let id_hash = Self::hash(*id);
        store::delete_session(self.db.writer(), &id_hash)
            .await
            .map_err(backend)?;
        self.cache.invalidate(&id_hash);
        Ok(())
    }
}

fn expiry(created_at: Timestamp, used_at: Timestamp) -> Timestamp {
    used_at
        .plus_seconds(IDLE_SECONDS)
        .min(created_at.plus_seconds(ABSOLUTE_SECONDS))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function for map_err"
)]
fn backend(error: sea_orm::DbErr) -> Error {
    Error::Backend(error.to_string())
}

/// The layer that gives every request its session.
///
/// With https the cookie is `Secure` and carries the `__Host-` prefix, so no other host of the
/// same domain can set one.
pub fn session_layer(store: SessionStore, config: &Config) -> SessionManagerLayer<SessionStore> {
    let secure = config.server.public_url.starts_with("https:");
    let name = if secure {
        format!("__Host-{SESSION_COOKIE}")
    } else {
        SESSION_COOKIE.to_owned()
    };
    SessionManagerLayer::new(store)
        .with_name(name)
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        // How long the browser keeps the cookie; how long it is good for is the store's to say.
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(
            ABSOLUTE_SECONDS,
        )))
}
