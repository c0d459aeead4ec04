//! The installation's settings ("toggles"): what admins switch while the server runs.
//!
//! Owns the table `app_setting`, the defaults and a snapshot in memory that every feature reads
//! without waiting. Does not decide who may change them: `admin` does.

mod model;
mod store;

use std::sync::{Arc, PoisonError, RwLock};

pub use model::{Key, SettingValues};

use crate::kernel::{Db, Result, Tx};

/// The settings in force. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Settings {
    // Held for a pointer copy only, never across an await.
    current: Arc<RwLock<Arc<SettingValues>>>,
    changing: Arc<tokio::sync::Mutex<()>>,
}

impl Settings {
    /// Reads the settings from the database.
    pub async fn load(db: &Db) -> Result<Self> {
        let values = store::read(db.reader()).await?;
        Ok(Self {
            current: Arc::new(RwLock::new(Arc::new(values))),
            changing: Arc::default(),
        })
    }

    /// The values in force now.
    pub fn current(&self) -> Arc<SettingValues> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether the switch `key` is on.
    pub fn is_on(&self, key: Key) -> bool {
        self.current().is_on(key)
    }

    /// Stores `changes` together with what `tx` did so far; they are in force when this returns.
    pub async fn change_with(&self, tx: Tx, changes: &[(Key, String)]) -> Result<()> {
        // One after the other: the snapshot that is kept must be that of the last commit.
        let _turn = self.changing.lock().await;
        store::write(&tx, changes).await?;
        let values = store::read(&tx).await?;
        tx.commit().await?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(values);
        Ok(())
    }
}
