//! Who is who: accounts by id and by name, kept in memory.

use std::sync::Arc;

use entity::UserId;

use super::{model::User, store, username};
use crate::kernel::{Cache, Db, Result};

/// Accounts kept in memory.
const CAPACITY: u64 = 50_000;

/// Looks accounts up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Directory {
    db: Db,
    by_id: Cache<UserId, Arc<User>>,
    ids: Cache<String, UserId>,
}

impl Directory {
    /// A directory over `db`.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            by_id: Cache::new(CAPACITY),
            ids: Cache::new(CAPACITY),
        }
    }

    /// The account with this id.
    pub async fn find(&self, id: UserId) -> Result<Option<Arc<User>>> {
        self.by_id
            .get_or_load(&id, async || {
                Ok(store::find_user(self.db.reader(), id).await?.map(Arc::new))
            })
            .await
    }

    /// The account with this name, whatever its case.
    pub async fn find_by_name(&self, name: &str) -> Result<Option<Arc<User>>> {
        if !username::may_be_one(name) {
            return Ok(None);
        }
        let folded = username::folded_of(name);
        let id = self
            .ids
            .get_or_load(&folded, async || {
                let user = store::find_user_by_folded(self.db.reader(), &folded).await?;
                Ok::<_, crate::kernel::Error>(user.map(|user| user.id))
            })
            .await?;
        match id {
            Some(id) => self.find(id).await,
            None => Ok(None),
        }
    }

    /// The name behind an id; empty when there is no such account.
    pub async fn name(&self, id: UserId) -> Result<String> {
        Ok(self
            .find(id)
            .await?
            .map_or_else(String::new, |user| user.username.clone()))
    }

    /// Everybody, by name.
    pub async fn list(&self) -> Result<Vec<User>> {
        store::list_users(self.db.reader()).await
    }

    /// People whose name begins with `prefix`, whatever its case.
    pub async fn search(&self, prefix: &str, offset: u64, limit: u64) -> Result<Vec<User>> {
        if !username::may_be_one(prefix) {
            return Ok(Vec::new());
        }
        let folded = username::folded_of(prefix);
        store::search_users(self.db.reader(), &folded, offset, limit).await
    }

    /// Forgets what is kept of an account; to be called after a change is committed.
    pub(super) fn forget(&self, user: &User) {
        self.by_id.invalidate(&user.id);
        self.ids.invalidate(&user.username_folded);
    }
}
