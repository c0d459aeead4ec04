//! Who asks and who changes: people, and integrations that act for a server.

use std::sync::Arc;

use entity::{ServerId, UserId};
use serde_json::{Value, json};

use super::Communities;
use crate::{
    access::{Actor, Integration, Pace, invalid_token},
    chat::servers::{Server, server_not_found},
    kernel::Result,
    permission::{Permission, Refusal, Standing},
};

/// Who makes a change, or asks.
#[derive(Clone, Debug)]
pub enum By {
    /// A person.
    User(UserId),
    /// An integration, with one of its tokens.
    Integration(Arc<Integration>),
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::User(user) => Self::User(user.id),
            Actor::Integration(integration) => Self::Integration(integration),
        }
    }
}

impl By {
    /// As the audit log has it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::User(user) => json!({"kind": "user", "id": user}),
            Self::Integration(token) => {
                json!({"kind": "integration", "id": token.app, "token": token.token})
            }
        }
    }

    /// Whether that is `user` themselves.
    pub(super) fn is(&self, user: UserId) -> bool {
        matches!(self, Self::User(id) if *id == user)
    }

    /// The person who is responsible.
    pub(super) fn person(&self) -> UserId {
        match self {
            Self::User(user) => *user,
            Self::Integration(token) => token.creator,
        }
    }
}

/// What an integration may do in `server`, whose `creator` is this there.
///
/// # Errors
/// `server_not_found` for a token of another server.
pub(super) fn standing_of(
    token: &Integration,
    server: &Server,
    creator: Option<&Standing>,
) -> Result<Standing> {
    if token.server != server.id {
        return Err(server_not_found());
    }
    let role = server.role(token.role);
    let role = role.ok_or(Refusal::MissingPermission(Permission::ManageMembers))?;
    token.standing(&role.rank(), creator)
}

impl Communities {
    /// The server, and what whoever asks may do in it, by the facts of a moment ago.
    ///
    /// # Errors
    /// `server_not_found` for who is not in it; `creator_lost_permission`.
    pub(super) async fn asked(&self, by: &By, id: ServerId) -> Result<(Arc<Server>, Standing)> {
        match by {
            By::User(user) => {
                let access = self.live.servers.require(id, *user).await?;
                Ok((access.server, access.standing))
            }
            By::Integration(token) => {
                if token.server != id {
                    return Err(server_not_found());
                }
                let server = self.live.servers.find(id).await?;
                let server = server.ok_or_else(invalid_token)?;
                let creator = self.live.servers.access(id, token.creator).await?;
                let creator = creator.map(|access| access.standing);
                let standing = standing_of(token, &server, creator.as_ref())?;
                Ok((server, standing))
            }
        }
    }

    /// Counts a question that a token asks.
    pub(super) fn count_read(&self, pace: &Pace, by: &By) -> Result<()> {
        match by {
            By::User(_) => Ok(()),
            By::Integration(token) => token.count_read(self.access.limits(), pace),
        }
    }

    /// Counts a change that a token makes.
    pub(super) fn count_write(&self, pace: &Pace, by: &By) -> Result<()> {
        match by {
            By::User(_) => Ok(()),
            By::Integration(token) => token.count_write(self.access.limits(), pace),
        }
    }
}
