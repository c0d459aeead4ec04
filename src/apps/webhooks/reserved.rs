//! Which names are somebody's in which server.
//!
//! Making them comparable is work for every member, so it is kept for as long as the server stays as
//! it is; not for long, since accounts can be renamed without their servers changing.

use std::{sync::Arc, time::Duration};

use entity::ServerId;

use super::{names::Names, store};
use crate::{
    chat::ChannelPlace,
    kernel::{Db, Result},
};

/// How many names are kept in memory, of all servers together.
const CAPACITY: u64 = 500_000;
/// For how long.
const KEPT_FOR: Duration = Duration::from_secs(15);

/// Knows the names of servers' members. Cheap to clone.
#[derive(Clone)]
pub(super) struct Reserved {
    db: Db,
    /// By server and its version.
    known: moka::sync::Cache<(ServerId, i64), Arc<Names>>,
}

impl Reserved {
    pub(super) fn new(db: Db) -> Self {
        let known = moka::sync::Cache::builder()
            .weigher(|_, names: &Arc<Names>| names.weight())
            .max_capacity(CAPACITY)
            .time_to_live(KEPT_FOR)
            .build();
        Self { db, known }
    }

    /// The names in the server of `channel`.
    pub(super) async fn names(&self, channel: &ChannelPlace) -> Result<Arc<Names>> {
        let key = (channel.server.id, channel.server.version);
        if let Some(names) = self.known.get(&key) {
            return Ok(names);
        }
        let members = store::names_in(self.db.reader(), channel.server.id).await?;
        let names = Arc::new(Names::of(members.iter().map(String::as_str)));
        self.known.insert(key, names.clone());
        Ok(names)
    }
}
