//! Telling people that a token of theirs is about to end, while there is time to replace it.
//!
//! Each is told 14 and 3 days before, once each: it is noted first, so that nobody is told twice, on
//! any number of nodes. What could not be said then is logged.

use std::time::Duration;

use super::{
    Registry,
    store_expiry::{self as store, Ending},
};
use crate::{chat::render, kernel::Result};

/// How many days before a token's end its creator is told, the last time first: who has missed one
/// is told the other alone.
const DAYS: [i64; 2] = [3, 14];
/// How often it is looked for tokens that end.
const LOOKING: Duration = Duration::from_hours(1);
/// How many are told of at a time.
const BATCH: u64 = 200;

impl Registry {
    /// Looks for tokens that end from now on.
    pub(super) fn watch_expiry(&self) {
        let (first, watching) = (self.clone(), self.clone());
        self.tasks.spawn(async move { first.warn_once().await });
        self.tasks.every(LOOKING, move || {
            let registry = watching.clone();
            async move { registry.warn_once().await }
        });
    }

    async fn warn_once(&self) {
        for days in DAYS {
            if let Err(error) = self.warn(days).await {
                error.log("telling of tokens that end");
            }
        }
    }

    async fn warn(&self, days: i64) -> Result<()> {
        let now = self.clock.now();
        loop {
            let ending = store::list_ending(self.db.reader(), now, days, BATCH).await?;
            let count = ending.len() as u64;
            for token in ending {
                if store::note_warning(self.db.writer(), token.id, days).await? {
                    self.warn_of(&token, days).await?;
                }
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }

    async fn warn_of(&self, token: &Ending, days: i64) -> Result<()> {
        let Some(creator) = self.directory.find(token.created_by).await? else {
            return Ok(());
        };
        let name = render::escape(&token.name);
        let app = render::escape(&token.app_name);
        let page = format!("{}/developers/apps/{}", self.public_url, token.app_id);
        let text = format!(
            "The token **{name}** of your integration **{app}** ends in less than {days} days, on \
             {} (UTC). From then on its requests are refused. Make a new one at {page}, put it \
             where the old one is used, and revoke the old one.",
            token.expires_at
        );
        self.chat.tell_as_system(&creator, text).await?;
        Ok(())
    }
}
