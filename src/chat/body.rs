//! A text as it is stored: as HTML, and with whom it mentions among those who can read it.

use std::collections::HashMap;

use entity::{RoleId, UserId};

use super::{
    ChannelPlace, Chat,
    mentions::{self, RoleNames},
    model::{Body, Place},
    render,
    send::require_no_control_characters,
    servers::Server,
};
use crate::{account::User, kernel::Result, permission::Permission};

/// What everybody is called, whatever the default role is.
const EVERYONE: &str = "everyone";

/// Which of those named in the text of an app are mentioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// Of the people.
    pub people: Among<UserId>,
    /// Of the roles, the default one left out.
    pub roles: Among<RoleId>,
    /// Whether the default role is, which is everybody.
    pub everyone: bool,
}

/// Some of those who are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Among<Id> {
    /// All of them.
    All,
    /// These alone.
    Only(Vec<Id>),
}

impl<Id: PartialEq> Among<Id> {
    fn has(&self, id: &Id) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(id),
        }
    }
}

impl Chat {
    /// What `user` says at `place`. Roles are mentioned by those alone who may call everybody.
    pub(super) async fn body(&self, user: &User, place: &Place, source: String) -> Result<Body> {
        let roles = match place.audience.channel() {
            Some(channel) if source.contains('@') => self.callable(channel, user.id).await?,
            _ => RoleNames::default(),
        };
        self.body_naming(place, source, &roles).await
    }

    async fn callable(&self, channel: &ChannelPlace, user: UserId) -> Result<RoleNames<RoleId>> {
        let permissions = self.in_channel(channel, user).await?;
        Ok(if permissions.contains(Permission::MentionEveryone) {
            role_names(&channel.server)
        } else {
            RoleNames::default()
        })
    }

    /// What an app says at `place`, which mentions nobody but those it may.
    pub(super) async fn app_body(
        &self,
        place: &Place,
        source: String,
        mentioned: &Mentioned,
    ) -> Result<Body> {
        let server = place.audience.channel().map(|channel| &channel.server);
        let roles = server.map_or_else(RoleNames::default, |server| role_names(server));
        let mut body = self.body_naming(place, source, &roles).await?;
        body.mentions.retain(|(id, _)| mentioned.people.has(id));
        let default = server.and_then(|server| server.default_role());
        let default = default.map(|role| role.id);
        body.roles.retain(|id| {
            if Some(*id) == default {
                mentioned.everyone
            } else {
                mentioned.roles.has(id)
            }
        });
        Ok(body)
    }

    async fn body_naming(
        &self,
        place: &Place,
        source: String,
        roles: &RoleNames<RoleId>,
    ) -> Result<Body> {
        require_no_control_characters(&source)?;
        let mut known = HashMap::new();
        for folded in mentions::candidates(&source) {
            if let Some(user) = self.directory.find_by_name(&folded).await?
                && self.may_read(&place.audience, user.id).await?
            {
                known.insert(folded, user);
            }
        }
        let person = |folded: &str| known.get(folded).map(|user| user.id);
        let named = mentions::resolve(&source, person, roles);
        let mentions = named.people.into_iter().filter_map(|id| {
            let user = known.values().find(|user| user.id == id)?;
            Some((id, user.username.clone()))
        });
        Ok(Body {
            text: render::render(&source),
            mentions: mentions.collect(),
            roles: named.roles,
            source,
        })
    }
}

/// The roles of a server by name. Of several that are called the same, the highest one is meant;
/// `@everyone` is everybody.
fn role_names(server: &Server) -> RoleNames<RoleId> {
    let everybody = server.default_role().map(|role| (EVERYONE, role.id));
    let highest_first = server.roles.iter().rev();
    let roles = highest_first.map(|role| (role.name.as_str(), role.id));
    RoleNames::of(everybody.into_iter().chain(roles))
}
