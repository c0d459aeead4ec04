//! The record of what admins did. It is only ever appended to.

use entity::{AuditEntryId, UserId};
use serde_json::Value;

use super::{model::Audited, store};
use crate::{
    account::Directory,
    kernel::{Clock, Db, Result, Tx},
};

/// One thing that was done.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Who did it; none for the command line.
    pub actor: Option<UserId>,
    /// What, as a stable name such as `dm_logs.read`.
    pub action: &'static str,
    /// To whom or what.
    pub target: String,
    /// Details. Never what people wrote to each other.
    pub detail: Value,
}

/// Appends to the record and reads it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Audit {
    db: Db,
    clock: Clock,
    directory: Directory,
}

impl Audit {
    /// The record in `db`.
    pub fn new(db: Db, clock: Clock, directory: Directory) -> Self {
        Self {
            db,
            clock,
            directory,
        }
    }

    /// Notes what `tx` does: both become real, or neither.
    pub async fn record(&self, tx: &Tx, entry: Entry) -> Result<()> {
        store::insert_entry(tx, entry, self.clock.now()).await
    }

    /// Notes what changes nothing that is stored, such as reading.
    pub async fn record_alone(&self, entry: Entry) -> Result<()> {
        store::insert_entry(self.db.writer(), entry, self.clock.now()).await
    }

    /// At most `limit` entries older than `before`, the newest first.
    pub async fn list(&self, before: Option<AuditEntryId>, limit: u64) -> Result<Vec<Audited>> {
        let rows = store::list_entries(self.db.reader(), before, limit).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let actor = match row.actor_id {
                Some(id) => Some(self.directory.name(id).await?),
                None => None,
            };
            entries.push(Audited {
                id: row.id,
                at: row.at,
                actor,
                action: row.action,
                target: row.target,
                detail: serde_json::from_str(&row.detail)?,
            });
        }
        Ok(entries)
    }
}
