//! `/message`, `/channel` and `/clear`.

use super::{
    Commands,
    call::{Call, Scene},
    not_here,
};
use crate::{
    chat::{Audience, Draft},
    kernel::{Error, Result},
    settings::Key,
    socket::Room,
};

/// The most messages that are deleted by number.
const MOST: u64 = 1000;

pub(super) async fn send(all: &Commands, call: &Call) -> Result<String> {
    let usage = "/message send <channel> <text>";
    let channel = call.word(2, usage)?;
    let draft = Draft {
        source: call.rest(3, usage)?.to_owned(),
        ..Draft::default()
    };
    let sent = all.chat.say_in(&call.user, channel, draft).await?;
    Ok(format!("Sent to {}.", sent.conversation))
}

pub(super) async fn channel_info(all: &Commands, call: &Call) -> Result<String> {
    let place = match &call.scene {
        Scene::Conversation(place) => place,
        Scene::CustomChannel(about) => return Ok(about.clone()),
    };
    Ok(match &place.audience {
        Audience::Public => "The public chat: everybody on this server.".to_owned(),
        Audience::Dm(pair) => {
            let other = pair.iter().find(|one| one.id != call.user.id);
            let name = other.map_or("yourself", |other| other.username.as_str());
            format!("A direct conversation with {name}.")
        }
        Audience::Gdm(group) => format!(
            "The group {}: {} members, owned by {}{}.",
            group.name,
            group.members.len(),
            all.chat.name_of_user(group.owner).await?,
            if group.locked { ", locked" } else { "" }
        ),
        Audience::Channel(channel) => {
            let server = &channel.server;
            let found = server.channel(channel.id);
            let (name, topic) = found.map_or(("", ""), |found| (&found.name, &found.topic));
            format!("#{name} of {}. {topic}", server.name)
                .trim_end()
                .to_owned()
        }
    })
}

pub(super) async fn clear(all: &Commands, call: &Call) -> Result<String> {
    let usage = format!("/clear <number>, from 1 to {MOST}");
    let count = call.word(1, &usage)?.parse().ok();
    let count = count
        .filter(|count| (1..=MOST).contains(count))
        .ok_or_else(|| Error::invalid("bad_params", usage))?;
    purge(all, call, Some(count)).await
}

pub(super) async fn clear_all(all: &Commands, call: &Call) -> Result<String> {
    purge(all, call, None).await
}

async fn purge(all: &Commands, call: &Call, count: Option<u64>) -> Result<String> {
    let Scene::Conversation(place) = &call.scene else {
        return Err(not_here());
    };
    let is_public = matches!(place.audience, Audience::Public);
    if is_public && !all.settings.is_on(Key::McPurgeChannel) {
        return Err(Error::disabled());
    }
    let deleted = all.chat.purge(&call.user, place, count).await?;
    if is_public {
        let text = format!("{} deleted {deleted} messages.", call.user.username);
        all.chat.notify(&[Room::Everyone], &text);
    }
    Ok(format!("Deleted {deleted} messages."))
}
