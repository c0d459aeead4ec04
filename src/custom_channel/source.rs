//! Whether the sites that channels come from still serve what was pinned.

use std::time::Duration;

use entity::{CustomChannelId, UserId};

use super::{
    CustomChannels,
    model::{Channel, Script},
    service::require_right,
    store,
};
use crate::{account::User, chat::render, kernel::Result};

/// How often the server looks by itself, and how many sources it looks at then.
const LOOKING: Duration = Duration::from_mins(30);
const AT_ONCE: u64 = 20;
/// The age at which a look counts as old, in seconds.
const A_DAY: i64 = 24 * 60 * 60;

impl CustomChannels {
    /// Looks at all sources by and by, each about once a day.
    pub(super) fn start_looking(&self) {
        let channels = self.clone();
        self.tasks.every(LOOKING, move || {
            let channels = channels.clone();
            async move {
                if let Err(error) = channels.look_around().await {
                    error.log("looking at custom channels");
                }
            }
        });
    }

    async fn look_around(&self) -> Result<()> {
        let old = self.clock.now().plus_seconds(-A_DAY);
        for channel in store::unchecked(self.db.reader(), old, AT_ONCE).await? {
            match self.read(&channel.url, None).await {
                Ok(script) => self.note(channel.id, script).await?,
                // It may be there again tomorrow. What is pinned runs meanwhile.
                Err(error) => {
                    error.log("looking at a custom channel");
                    store::set_checked(self.db.writer(), channel.id, self.clock.now()).await?;
                }
            }
        }
        Ok(())
    }

    /// Looks at a channel's source now, for who registered it and for admins; the channel as it is
    /// known then.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; those of reading.
    pub(super) async fn look(&self, user: &User, id: CustomChannelId) -> Result<Channel> {
        let channel = self.find(user, id).await?;
        require_right(user, &channel)?;
        let script = self.read(&channel.url, Some(user.id)).await?;
        self.note(id, script).await?;
        self.find(user, id).await
    }

    /// Notes what a channel's source serves now. Whoever answers for the channel is told of what
    /// is new.
    async fn note(&self, id: CustomChannelId, script: Script) -> Result<()> {
        self.complete(move |channels| async move {
            let tx = channels.db.begin().await?;
            let Some(channel) = store::lock(&tx, id).await? else {
                return Ok(());
            };
            let found = Some(&script).filter(|script| script.sha256 != channel.sha256);
            let known = channel.found_sha256.clone();
            let is_same = known.as_ref() == found.map(|found| &found.sha256);
            let now = channels.clock.now();
            store::set_found(&tx, channel.clone(), found, now).await?;
            if is_same {
                tx.commit().await?;
                return Ok(());
            }
            channels.commit(tx).await?;
            if found.is_some() {
                channels.tell(&channel).await;
            }
            Ok(())
        })
        .await
    }

    /// Tells who registered a channel and who trusts it that its source has changed. It is noted
    /// all the same if that fails.
    async fn tell(&self, channel: &Channel) {
        let text = format!(
            "The script of the custom channel {} is another one at its source now. It keeps running \
             as it was until somebody takes the change over: see Custom channels.",
            render::escape(&channel.name)
        );
        let mut people = vec![channel.created_by];
        people.extend(channel.trusted_by.filter(|by| *by != channel.created_by));
        for id in people {
            if let Err(error) = self.tell_one(id, text.clone()).await {
                error.log("telling of a custom channel");
            }
        }
    }

    async fn tell_one(&self, id: UserId, text: String) -> Result<()> {
        if let Some(user) = self.directory.find(id).await? {
            self.chat.tell_as_system(&user, text).await?;
        }
        Ok(())
    }
}
