//! Who is who: accounts by id and by name, kept in memory.

use std::sync::Arc;

use entity::UserId;

use super::{model::User, store, username};
use crate::kernel::{Cache, Db, Error, Result, error::ErrorKind};

/// Accounts kept in memory.
const CAPACITY: u64 = 50_000;
/// How many unknown names an error quotes.
const MAX_QUOTED: usize = 5;

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

    /// The account with this id; System is one.
    pub async fn find(&self, id: UserId) -> Result<Option<Arc<User>>> {
        self.by_id
            .get_or_load(&id, async || {
                Ok(store::find_user(self.db.reader(), id).await?.map(Arc::new))
            })
            .await
    }

    /// The person with this name, whatever its case. System is none.
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

    /// The people called `names`.
    pub async fn resolve(&self, names: impl IntoIterator<Item = &str>) -> Result<Resolved> {
        let mut resolved = Resolved::default();
        for name in names {
            // No name is that long, and folding an enormous text costs.
            let name = if name.len() > username::MAX_CHARS * 32 {
                ""
            } else {
                name
            };
            if let Some(user) = self.find_by_name(name).await? {
                resolved.people.push(user.id);
            } else {
                let name = name.chars().take(username::MAX_CHARS).collect();
                resolved.unknown.push(name);
            }
        }
        Ok(resolved)
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

    /// People in whose name `text` occurs, whatever its case, banned ones included.
    pub async fn containing(&self, text: &str, limit: u64) -> Result<Vec<User>> {
        if !username::may_be_one(text) {
            return Ok(Vec::new());
        }
        let folded = username::folded_of(text);
        store::users_containing(self.db.reader(), &folded, limit).await
    }

    /// Forgets what is kept of an account; to be called after a change is committed.
    pub(super) fn forget(&self, user: &User) {
        self.by_id.invalidate(&user.id);
        self.ids.invalidate(&user.username_folded);
    }
}

/// Whom a list of names speaks of.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The people, in the order of the names; twice where a name is.
    pub people: Vec<UserId>,
    /// The names that are nobody's.
    unknown: Vec<String>,
}

impl Resolved {
    /// Refuses a list with names of people who do not exist.
    ///
    /// # Errors
    /// `user_not_found` with the first few of those names.
    pub fn require_known(&self) -> Result<()> {
        if self.unknown.is_empty() {
            return Ok(());
        }
        let quoted = self.unknown.iter().take(MAX_QUOTED).map(String::as_str);
        let names = quoted.collect::<Vec<_>>().join(", ");
        Err(Error::new(
            ErrorKind::NotFound,
            "user_not_found",
            format!("user not found: {names}"),
        ))
    }
}
