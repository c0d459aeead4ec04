//! Changes to the channels of a server, and to what they allow and deny.

use entity::ConversationId;
use serde_json::json;

use super::{
    audit::Entry,
    model::{MAX_CHANNELS, MAX_OVERWRITES, membership_not_found, too_many},
    names::{Name, Topic},
    store,
    work::{Applied, Change, Effects, Moves, Views, What, Work},
};
use crate::{
    chat::servers::Channel,
    kernel::{Error, Result},
    permission::{Overwrite, Permission, Permissions, Standing, Target},
};

/// Makes a channel, behind all others.
#[derive(Debug)]
pub(super) struct CreateChannel {
    pub(super) name: Name,
    pub(super) topic: Topic,
}

impl Change for CreateChannel {
    type Answer = Channel;

    async fn apply(self, work: &Work) -> Result<Applied<Channel>> {
        work.require(Permission::ManageChannels)?;
        // Nobody makes what they could not find again.
        work.require(Permission::ViewChannel)?;
        let Self { name, topic } = self;
        if work.server.channels.len() >= MAX_CHANNELS {
            return Err(too_many("channels", MAX_CHANNELS));
        }
        let last = work.server.channels.iter().map(|channel| channel.position);
        let position = last.max().map_or(0, |last| last + 1);
        let id =
            store::insert_channel(&work.tx, work.id(), &name, &topic, position, work.now).await?;
        let channel = Channel {
            id,
            name: name.as_str().to_owned(),
            topic: topic.as_str().to_owned(),
            position,
            locked: false,
            overwrites: Vec::new(),
        };
        let entry = Entry {
            action: "channel.create",
            target: format!("channel:{id}"),
            before: None,
            after: Some(json!({"name": channel.name, "topic": channel.topic})),
        };
        let effects = Effects::new(What::Channels, entry).viewing(Views::All);
        Ok(Applied::done(channel, effects))
    }
}

/// Renames a channel, says what it is about, moves it, locks or unlocks it.
#[derive(Debug)]
pub(super) struct UpdateChannel {
    pub(super) id: ConversationId,
    pub(super) name: Option<Name>,
    pub(super) topic: Option<Topic>,
    pub(super) position: Option<i64>,
    pub(super) locked: Option<bool>,
}

impl Change for UpdateChannel {
    type Answer = Channel;

    async fn apply(self, work: &Work) -> Result<Applied<Channel>> {
        let old = work.channel(self.id)?;
        work.require(Permission::ManageChannels)?;
        let last = i64::try_from(work.server.channels.len()).unwrap_or(i64::MAX) - 1;
        let name = self.name.filter(|name| name.as_str() != old.name);
        let topic = self.topic.filter(|topic| topic.as_str() != old.topic);
        let position = self.position.map(|position| position.clamp(0, last));
        let position = position.filter(|position| *position != old.position);
        let mut new = old.clone();
        let (mut before, mut after) = (json!({}), json!({}));
        if let Some(name) = &name {
            name.as_str().clone_into(&mut new.name);
            before["name"] = json!(old.name);
            after["name"] = json!(new.name);
        }
        if let Some(topic) = &topic {
            topic.as_str().clone_into(&mut new.topic);
            before["topic"] = json!(old.topic);
            after["topic"] = json!(new.topic);
        }
        if let Some(position) = position {
            new.position = position;
            before["position"] = json!(old.position);
            after["position"] = json!(new.position);
        }
        let locked = self.locked.filter(|locked| *locked != old.locked);
        if let Some(locked) = locked {
            new.locked = locked;
            before["locked"] = json!(old.locked);
            after["locked"] = json!(new.locked);
        }
        if new == *old {
            return Ok(Applied::unchanged(new));
        }
        let columns = store::ChannelColumns {
            name,
            topic,
            locked,
        };
        store::update_channel(&work.tx, old.id, columns).await?;
        if let Some(to) = position {
            store::move_channel(&work.tx, work.id(), old.id, old.position, to).await?;
        }
        let entry = Entry {
            action: "channel.update",
            target: format!("channel:{}", old.id),
            before: Some(before),
            after: Some(after),
        };
        Ok(Applied::done(new, Effects::new(What::Channels, entry)))
    }
}

/// Deletes a channel for everybody.
#[derive(Debug)]
pub(super) struct DeleteChannel(pub(super) ConversationId);

impl Change for DeleteChannel {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let channel = work.channel(self.0)?;
        work.require(Permission::ManageChannels)?;
        let (tx, id) = (&work.tx, channel.id);
        store::delete_channel(tx, work.id(), id, channel.position, work.now).await?;
        let entry = Entry {
            action: "channel.delete",
            target: format!("channel:{id}"),
            before: Some(json!({"name": channel.name, "topic": channel.topic})),
            after: None,
        };
        let moves = Moves {
            gone: Some(id),
            ..Moves::default()
        };
        let effects = Effects::new(What::Channels, entry).with(moves);
        Ok(Applied::done((), effects))
    }
}

/// Makes what a channel allows and denies to a role or a member this, or nothing.
#[derive(Debug)]
pub(super) struct SetOverwrite {
    pub(super) channel: ConversationId,
    pub(super) target: Target,
    /// None takes it away.
    pub(super) overwrite: Option<Overwrite>,
}

impl Change for SetOverwrite {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let channel = work.channel(self.channel)?;
        let found = channel
            .overwrites
            .iter()
            .find(|(target, _)| *target == self.target);
        let old = found.map(|(_, overwrite)| *overwrite);
        let (was, is) = (old.unwrap_or_default(), self.overwrite.unwrap_or_default());
        let held = work.in_channel(channel);
        match self.target {
            Target::Role(role) => {
                let rank = work.role(role)?.rank();
                work.standing.may_overwrite_role(&rank, held, was, is)?;
            }
            Target::Member(user) => {
                let standing = match work.find_member(user).await? {
                    Some(member) => work.standing_of(&member),
                    // Of who has left, it can be taken away.
                    None if self.overwrite.is_none() => Standing::default(),
                    None => return Err(membership_not_found()),
                };
                let is_self = work.is_self(user);
                work.standing
                    .may_overwrite_member(&standing, is_self, held, was, is)?;
            }
        }
        require_sense(is)?;
        if old == self.overwrite {
            return Ok(Applied::unchanged(()));
        }
        match self.overwrite {
            Some(overwrite) => {
                if old.is_none() && channel.overwrites.len() >= MAX_OVERWRITES {
                    return Err(too_many("overwrites", MAX_OVERWRITES));
                }
                store::save_overwrite(&work.tx, channel.id, self.target, overwrite).await?;
            }
            None => store::delete_overwrite(&work.tx, channel.id, self.target).await?,
        }
        let target = match self.target {
            Target::Role(role) => json!({"roleId": role}),
            Target::Member(user) => json!({"userId": user}),
        };
        let record = |overwrite: Option<Overwrite>| {
            overwrite.map(|Overwrite { allow, deny }| {
                let mut record = target.clone();
                record["allow"] = json!(allow);
                record["deny"] = json!(deny);
                record
            })
        };
        let entry = Entry {
            action: "channel.overwrite",
            target: format!("channel:{}", channel.id),
            before: record(old),
            after: record(self.overwrite),
        };
        let effects = Effects::new(What::Channels, entry).viewing(Views::All);
        Ok(Applied::done((), effects))
    }
}

/// Refuses what a channel cannot decide on, and what it would both allow and deny.
fn require_sense(overwrite: Overwrite) -> Result<()> {
    let Overwrite { allow, deny } = overwrite;
    for (key, named) in [("/allow", allow), ("/deny", deny)] {
        if let Some(odd) = (named - Permissions::OF_CHANNEL).iter().next() {
            let text = format!("{} is not for a channel to allow or deny", odd.as_str());
            return Err(Error::invalid("permission_not_of_channel", text).at(key));
        }
    }
    if let Some(both) = allow.intersect(deny).iter().next() {
        let text = format!("{} is both allowed and denied", both.as_str());
        return Err(Error::invalid("overwrite_ambiguous", text).at("/deny"));
    }
    Ok(())
}
