//! What admins have System say: warnings and broadcasts.

use std::sync::Arc;

use serde_json::json;

use super::Moderation;
use crate::{
    account::User,
    chat::{ConversationName, render},
    kernel::{Error, Result},
    settings::Key,
    socket::Room,
};

/// To whom something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// To everybody.
    Public,
    /// To this person.
    Dm(String),
    /// To the members of this group.
    Gdm(entity::ConversationId),
}

impl Moderation {
    /// Warns somebody: they are told why, and everybody that they were warned.
    pub(super) async fn warn(&self, actor: &Arc<User>, name: &str, message: String) -> Result<()> {
        self.require_on(Key::UmGlobalWarning)?;
        let target = self.subordinate(actor, name).await?;
        self.chat.require_text(&message)?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let name = &target.username;
            let detail = json!({"message": message});
            it.note(&actor, "user.warn", name, detail).await?;
            let warning = format!("You have been warned: {message}");
            it.chat.tell_as_system(&target, warning).await?;
            let news = format!("{} was warned.", render::escape(name));
            it.chat.say_as_system(it.chat.public(), news).await?;
            Ok(())
        })
        .await
    }

    /// Says something as System: to everybody, to one person (and to oneself, so that one sees what
    /// was said), or in a group.
    pub(super) async fn broadcast(
        &self,
        actor: &Arc<User>,
        scope: Scope,
        text: String,
    ) -> Result<()> {
        self.require_on(Key::McBroadcastMessage)?;
        self.chat.require_text(&text)?;
        let recipient = match &scope {
            Scope::Dm(name) => Some(self.person(name).await?),
            Scope::Public | Scope::Gdm(_) => None,
        };
        let group = match &scope {
            Scope::Gdm(id) => {
                let group = self.chat.group_as_admin(*id).await?;
                Some(group.ok_or_else(Error::not_found)?)
            }
            Scope::Public | Scope::Dm(_) => None,
        };
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let target = match (&recipient, &group) {
                (Some(user), _) => ConversationName::Dm(user.username.clone()),
                (None, Some(place)) => ConversationName::Gdm(place.id),
                (None, None) => ConversationName::Public,
            };
            let detail = json!({"text": text});
            it.note(&actor, "broadcast", target.to_string(), detail)
                .await?;
            if let Some(user) = recipient {
                it.chat.tell_as_system(&user, text.clone()).await?;
                if user.id != actor.id {
                    let name = render::escape(&user.username);
                    let copy = format!("To {name}: {text}");
                    it.chat.tell_as_system(&actor, copy).await?;
                }
            } else if let Some(place) = group {
                it.chat.say_as_system(place, text).await?;
            } else {
                let said = it.chat.say_as_system(it.chat.public(), text).await?;
                let news = json!({"text": said.text, "from": actor.username});
                it.delivery.emit(&[Room::Everyone], "broadcast", &news);
            }
            Ok(())
        })
        .await
    }
}
