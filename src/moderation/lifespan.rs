//! Messages that have become too old go, and so do those of accounts that are gone.
//!
//! Both walk through the messages by id, a few hundred at a time, and never while somebody waits.

use std::{sync::Arc, time::Duration};

use entity::{MessageId, UserId};
use tokio::sync::Mutex;

use super::Moderation;
use crate::{kernel::Result, settings::Key};

/// How often it is looked whether messages have become too old.
const LOOK: Duration = Duration::from_secs(5);
/// Steps of one look: what is left waits for the next one.
const STEPS: usize = 10;
const DAY_SECONDS: i64 = 86_400;

impl Moderation {
    /// Removes what has become too old, now and then, while `MC_MESSAGE_LIFESPAN` is on.
    pub(super) fn start_lifespan(&self) {
        // Up to here everything has been looked at since the start; ids rise with time.
        let seen = Arc::new(Mutex::new(MessageId(0)));
        let moderation = self.clone();
        self.tasks.every(LOOK, move || {
            let (moderation, seen) = (moderation.clone(), seen.clone());
            async move {
                let mut seen = seen.lock().await;
                if let Err(error) = moderation.expire(&mut seen).await {
                    error.log("removing old messages");
                }
            }
        });
    }

    async fn expire(&self, seen: &mut MessageId) -> Result<()> {
        let settings = self.settings.current();
        let days: i64 = settings
            .get(Key::McMessageLifespanDays)
            .parse()
            .unwrap_or_default();
        if days == 0 || !settings.is_on(Key::McMessageLifespan) {
            return Ok(());
        }
        let before = self.clock.now().plus_seconds(-days * DAY_SECONDS);
        for _ in 0..STEPS {
            match self.chat.expire(*seen, before).await? {
                Some(end) => *seen = end,
                None => break,
            }
        }
        Ok(())
    }

    /// Removes everything that somebody said whose account is gone.
    pub(super) async fn remove_messages_of(&self, author: UserId) {
        let stop = self.tasks.stopping();
        let mut after = MessageId(0);
        while !stop.is_cancelled() {
            match self.chat.remove_of(author, after).await {
                Ok(Some(end)) => after = end,
                Ok(None) => return,
                Err(error) => return error.log("removing the messages of a deleted account"),
            }
        }
    }
}
