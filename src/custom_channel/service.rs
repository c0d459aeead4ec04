//! Registering custom channels, deciding about them, and handing out what runs.

use std::{future::Future, sync::Arc};

use entity::{CustomChannelId, Timestamp, UserId};
use serde_json::{Value, json};

use super::{
    model::{
        Channel, MAX_CHANNELS, MAX_OF_PERSON, MAX_SCRIPT_BYTES, Mode, Script, parse_name,
        parse_url, script_changed,
    },
    store::{self, NewRow},
};
use crate::{
    account::{Directory, User},
    admin::{Audit, Entry},
    chat::Chat,
    command::Commands,
    file::Files,
    kernel::{Clock, Db, Error, Result, Tasks, Tx, error::ErrorKind},
    socket::{Delivery, Room},
};

/// What [`CustomChannels`] is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Reads what is on the Internet.
    pub files: Files,
    /// Where System speaks.
    pub chat: Chat,
    /// What can be typed.
    pub commands: Commands,
    /// The record of what was done.
    pub audit: Audit,
    /// Live sockets.
    pub delivery: Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
}

/// The custom channels feature. Cheap to clone.
#[derive(Clone)]
pub struct CustomChannels(Arc<Parts>);

impl std::ops::Deref for CustomChannels {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// A channel to register.
#[derive(Debug)]
pub(super) struct NewChannel {
    pub(super) url: String,
    pub(super) name: String,
    pub(super) enabled: bool,
}

/// A channel as somebody sees it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) channel: Channel,
    pub(super) creator: String,
    pub(super) mode: Mode,
    /// Who trusts it; none where nobody does any more.
    pub(super) trusted_by: Option<String>,
}

impl CustomChannels {
    /// Starts the feature made of `parts`.
    pub fn start(parts: Parts) -> Self {
        let channels = Self(Arc::new(parts));
        channels.start_looking();
        channels
    }

    /// All channels that `viewer` is shown.
    pub(super) async fn list(&self, viewer: &User) -> Result<Vec<Listed>> {
        let channels = store::list(self.db.reader()).await?;
        let mut listed = Vec::with_capacity(channels.len());
        for channel in channels {
            let creator = self.directory.find(channel.created_by).await?;
            if !is_shown(creator.as_deref(), viewer) {
                continue;
            }
            let approver = self.approver(&channel).await?;
            listed.push(Listed {
                mode: mode_for(approver.as_deref(), viewer),
                trusted_by: approver.map(|approver| approver.username.clone()),
                creator: creator.map_or_else(String::new, |creator| creator.username.clone()),
                channel,
            });
        }
        Ok(listed)
    }

    /// Reads the script at an address and keeps it as a channel.
    ///
    /// # Errors
    /// `url_required`, `name_required` and the like, `timed_out`, `too_many_custom_channels`,
    /// `already_registered`, `not_a_script`; those of reading.
    pub(super) async fn register(
        &self,
        user: Arc<User>,
        new: NewChannel,
    ) -> Result<CustomChannelId> {
        self.chat.require_not_timed_out(&user)?;
        let (url, name) = (parse_url(&new.url)?, parse_name(&new.name)?);
        // Before anything is fetched; what counts is asked again when it is stored.
        require_room(store::count(self.db.reader(), user.id).await?)?;
        if store::is_registered(self.db.reader(), &url).await? {
            return Err(already_registered());
        }
        let script = self.read(&url, Some(user.id)).await?;
        self.complete(move |channels| async move {
            let now = channels.clock.now();
            let detail = json!({"name": name, "url": url, "sha256": script.sha256});
            let row = NewRow {
                url,
                name,
                enabled: new.enabled,
                owner: user.id,
                now,
            };
            let tx = channels.db.begin().await?;
            require_room(store::count(&tx, user.id).await?)?;
            let id = store::insert(&tx, row, &script).await?;
            let id = id.ok_or_else(already_registered)?;
            channels
                .record(&tx, (&user, "custom_channel.register"), id, detail)
                .await?;
            channels.commit(tx).await?;
            Ok(id)
        })
        .await
    }

    /// Removes a channel, for who registered it and for admins.
    pub(super) async fn delete(&self, user: Arc<User>, id: CustomChannelId) -> Result<()> {
        self.change(
            user,
            (id, "custom_channel.delete"),
            |tx, channel, _| async move {
                store::delete(&tx, channel.id).await?;
                Ok((tx, json!({"name": channel.name, "url": channel.url})))
            },
        )
        .await
    }

    /// Enables or disables a channel, for who registered it and for admins.
    pub(super) async fn toggle(
        &self,
        user: Arc<User>,
        id: CustomChannelId,
        enabled: bool,
    ) -> Result<()> {
        self.change(
            user,
            (id, "custom_channel.toggle"),
            move |tx, channel, _| async move {
                store::set_enabled(&tx, channel.id, enabled).await?;
                Ok((tx, json!({"name": channel.name, "enabled": enabled})))
            },
        )
        .await
    }

    /// Has the script that was found at the source run from now on, for who registered the channel
    /// and for admins. In it nobody trusts yet.
    ///
    /// # Errors
    /// `script_changed` where that is not the one with this hash.
    pub(super) async fn take_over(
        &self,
        user: Arc<User>,
        id: CustomChannelId,
        sha256: String,
    ) -> Result<()> {
        self.change(
            user,
            (id, "custom_channel.update"),
            |tx, channel, now| async move {
                if channel.found_sha256.as_ref() != Some(&sha256) {
                    return Err(script_changed());
                }
                let script = store::script(&tx, channel.id, &sha256).await?;
                let text = script.ok_or_else(script_changed)?;
                let detail = json!({"name": channel.name, "from": channel.sha256, "to": sha256});
                let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
                store::set_pinned(&tx, channel, (&sha256, size), now).await?;
                Ok((tx, detail))
            },
        )
        .await
    }

    /// Lets a channel's script run in the page itself, or no longer; for admins.
    ///
    /// # Errors
    /// `script_changed` where the script that runs is not the one with this hash.
    pub(super) async fn set_trusted(
        &self,
        admin: Arc<User>,
        id: CustomChannelId,
        sha256: Option<String>,
    ) -> Result<()> {
        let (by, action) = match sha256 {
            Some(_) => (Some(admin.id), "custom_channel.trust"),
            None => (None, "custom_channel.distrust"),
        };
        self.change(admin, (id, action), move |tx, channel, now| async move {
            if sha256.is_some_and(|sha256| sha256 != channel.sha256) {
                return Err(script_changed());
            }
            let detail = json!({"name": channel.name, "sha256": channel.sha256});
            store::set_trusted(&tx, channel, by, now).await?;
            Ok((tx, detail))
        })
        .await
    }

    /// The channel and its script, for whoever opens it in the sandbox.
    ///
    /// # Errors
    /// `not_found`, `channel_disabled`.
    pub(super) async fn open(&self, user: &User, id: CustomChannelId) -> Result<(Channel, String)> {
        let channel = self.find(user, id).await?;
        if !channel.enabled {
            return Err(Error::refused(
                "channel_disabled",
                "This channel is disabled",
            ));
        }
        let script = self.script(&channel, &channel.sha256).await?;
        Ok((channel, script))
    }

    /// The script of a channel that runs in the page of `user`.
    ///
    /// # Errors
    /// `not_trusted` for whom it runs in the sandbox; those of [`Self::open`].
    pub(super) async fn open_trusted(&self, user: &User, id: CustomChannelId) -> Result<String> {
        let (channel, script) = self.open(user, id).await?;
        let approver = self.approver(&channel).await?;
        match mode_for(approver.as_deref(), user) {
            Mode::Full => Ok(script),
            Mode::Sandbox => Err(Error::refused(
                "not_trusted",
                "This channel runs in its sandbox alone",
            )),
        }
    }

    /// A script of a channel to be read before something is decided about it: the one that runs, or
    /// the one with this hash.
    pub(super) async fn show(
        &self,
        user: &User,
        id: CustomChannelId,
        sha256: Option<&str>,
    ) -> Result<String> {
        let channel = self.find(user, id).await?;
        require_right(user, &channel)?;
        let sha256 = sha256.unwrap_or(&channel.sha256);
        self.script(&channel, sha256).await
    }

    /// What came of a command that `user` typed in a channel.
    pub(super) async fn command(
        &self,
        user: Arc<User>,
        id: CustomChannelId,
        typed: &str,
    ) -> Result<String> {
        let channel = self.find(&user, id).await?;
        let about = format!(
            "The custom channel {}, registered by {}.\nscript: {}\nsha256: {}",
            channel.name,
            self.directory.name(channel.created_by).await?,
            channel.url,
            channel.sha256
        );
        let answering = self.commands.answer_in_custom_channel(user, about, typed);
        answering.await
    }

    /// The channel, as far as `user` may know of it.
    pub(super) async fn find(&self, user: &User, id: CustomChannelId) -> Result<Channel> {
        let found = store::find(self.db.reader(), id).await?;
        self.shown(user, found).await
    }

    async fn shown(&self, user: &User, found: Option<Channel>) -> Result<Channel> {
        let channel = found.ok_or_else(Error::not_found)?;
        let creator = self.directory.find(channel.created_by).await?;
        if is_shown(creator.as_deref(), user) {
            Ok(channel)
        } else {
            Err(Error::not_found())
        }
    }

    async fn script(&self, channel: &Channel, sha256: &str) -> Result<String> {
        let found = store::script(self.db.reader(), channel.id, sha256).await?;
        found.ok_or_else(script_changed)
    }

    /// Who trusts the script that runs, and may do so.
    async fn approver(&self, channel: &Channel) -> Result<Option<Arc<User>>> {
        let is_pinned = channel.trusted_sha256.as_ref() == Some(&channel.sha256);
        let Some(by) = channel.trusted_by.filter(|_| is_pinned) else {
            return Ok(None);
        };
        let approver = self.directory.find(by).await?;
        Ok(approver.filter(|one| {
            one.role.is_admin() && one.banned_at.is_none() && one.deleted_at.is_none()
        }))
    }

    /// Changes a channel in one transaction with the record of it, for who registered it and for
    /// admins. `work` says what is to be noted.
    async fn change<F, Fut>(
        &self,
        user: Arc<User>,
        (id, action): (CustomChannelId, &'static str),
        work: F,
    ) -> Result<()>
    where
        F: FnOnce(Tx, Channel, Timestamp) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(Tx, Value)>> + Send + 'static,
    {
        self.complete(move |channels| async move {
            let tx = channels.db.begin().await?;
            let found = store::lock(&tx, id).await?;
            let channel = channels.shown(&user, found).await?;
            require_right(&user, &channel)?;
            let (tx, detail) = work(tx, channel, channels.clock.now()).await?;
            channels.record(&tx, (&user, action), id, detail).await?;
            channels.commit(tx).await
        })
        .await
    }

    async fn record(
        &self,
        tx: &Tx,
        (actor, action): (&User, &'static str),
        id: CustomChannelId,
        detail: Value,
    ) -> Result<()> {
        let entry = Entry {
            actor: Some(actor.id),
            action,
            target: id.to_string(),
            detail,
        };
        self.audit.record(tx, entry).await
    }

    /// Ends a change, and has everybody look at the list again.
    pub(super) async fn commit(&self, tx: Tx) -> Result<()> {
        tx.commit().await?;
        let rooms = [Room::Everyone];
        self.delivery
            .emit(&rooms, "custom_channels_refresh", &json!({}));
        Ok(())
    }

    /// Does `work` to its end, even when the one who asked for it has hung up.
    pub(super) async fn complete<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = Result<T>> + Send + 'static,
        T: Send + 'static,
    {
        self.tasks.complete(work(self.clone())).await
    }

    /// Reads the script at an address; none asks for it where the server looks by itself.
    pub(super) async fn read(&self, url: &str, reader: Option<UserId>) -> Result<Script> {
        let reading = self.files.read_from_url(url, MAX_SCRIPT_BYTES, reader);
        Script::of(reading.await?)
    }
}

/// What the shadow-banned register is theirs alone, and the admins'.
fn is_shown(creator: Option<&User>, viewer: &User) -> bool {
    creator.is_none_or(|creator| {
        creator.shadow_banned_at.is_none() || creator.id == viewer.id || viewer.role.is_admin()
    })
}

/// Nobody's page is opened to a script by somebody below them.
fn mode_for(approver: Option<&User>, viewer: &User) -> Mode {
    match approver {
        Some(approver) if approver.role >= viewer.role => Mode::Full,
        _ => Mode::Sandbox,
    }
}

/// Lets pass who registered the channel, and admins.
pub(super) fn require_right(user: &User, channel: &Channel) -> Result<()> {
    if channel.created_by == user.id || user.role.is_admin() {
        Ok(())
    } else {
        Err(Error::forbidden())
    }
}

fn require_room((all, own): (u64, u64)) -> Result<()> {
    if all < MAX_CHANNELS && own < MAX_OF_PERSON {
        return Ok(());
    }
    let text = format!(
        "There can be {MAX_CHANNELS} custom channels, {MAX_OF_PERSON} of one person. Delete some first."
    );
    Err(Error::new(
        ErrorKind::Conflict,
        "too_many_custom_channels",
        text,
    ))
}

fn already_registered() -> Error {
    let text = "There is a channel with this URL already";
    Error::new(ErrorKind::Conflict, "already_registered", text)
}
