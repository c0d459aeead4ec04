//! A bounded cache in front of the database that never brings back what was invalidated.

use std::{
    fmt,
    future::Future,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How long something is kept. Other processes - the command line - change the database too.
const KEPT_FOR: Duration = Duration::from_secs(15);

/// A bounded map of what was read from the database.
///
/// A value that was read before an invalidation and arrives after it is not kept: otherwise a ban
/// could be undone by a look-up that had begun a moment earlier.
#[derive(Clone)]
pub struct Cache<K, V> {
    entries: moka::sync::Cache<K, V>,
    invalidations: Arc<AtomicU64>,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// A cache of at most `capacity` entries.
    pub fn new(capacity: u64) -> Self {
        Self {
            entries: moka::sync::Cache::builder()
                .max_capacity(capacity)
                .time_to_live(KEPT_FOR)
                .build(),
            invalidations: Arc::default(),
        }
    }

    /// The value for `key`, read with `load` when it is not here. An absence is not kept.
    pub async fn get_or_load<E, F, Fut>(&self, key: &K, load: F) -> Result<Option<V>, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(value) = self.entries.get(key) {
            return Ok(Some(value));
        }
        let before = self.invalidations.load(Ordering::Acquire);
        let loaded = load().await?;
        if let Some(value) = &loaded {
            self.entries.insert(key.clone(), value.clone());
            if self.invalidations.load(Ordering::Acquire) != before {
                self.entries.invalidate(key);
            }
        }
        Ok(loaded)
    }

    /// The value for `key`, if it is here.
    pub fn get(&self, key: &K) -> Option<V> {
        self.entries.get(key)
    }

    /// How often something was invalidated.
    pub fn invalidations(&self) -> u64 {
        self.invalidations.load(Ordering::Acquire)
    }

    /// Forgets `key`; to be called after the change is committed.
    pub fn invalidate(&self, key: &K) {
        self.invalidations.fetch_add(1, Ordering::AcqRel);
        self.entries.invalidate(key);
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}
