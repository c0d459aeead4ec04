//! What a change to a server does to the people who are connected.
//!
//! All sockets of a server's members are in the server's room. A channel that somebody may not view
//! is restricted: its news goes to a room of its own, in which are those who may.

use std::collections::HashSet;

use entity::{ConversationId, ServerId, UserId};
use serde_json::json;

use super::{
    store, store_members,
    store_members::Which,
    work::{Effects, Moves, Views, What, Work},
};
use crate::{
    chat::servers::{self, Member, Server, Servers},
    kernel::{Result, Tx},
    permission::Permission,
    socket::{Delivery, Room},
};

/// Which sockets change rooms: a person's, and a restricted channel's room.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rooms {
    /// Into rooms of channels that everybody could view until now. Before the change, so that they
    /// miss nothing: the news goes to those rooms as soon as it is committed.
    early: Vec<(UserId, ConversationId)>,
    /// Out, before the change: what is said after it can be broadcast at once.
    out: Vec<(UserId, ConversationId)>,
    /// In, after the change.
    late: Vec<(UserId, ConversationId)>,
}

impl Rooms {
    /// Where `members` belong when the server turns from `before` into `after`.
    pub(super) fn plan(
        before: &Server,
        after: &Server,
        members: &[Member],
        now: entity::Timestamp,
    ) -> Self {
        let mut rooms = Self::default();
        let restricted = after.channels.iter();
        let restricted: Vec<_> = restricted
            .filter(|channel| after.is_restricted(channel))
            .map(|channel| {
                let was = before.channel(channel.id);
                (channel, was.is_some_and(|was| before.is_restricted(was)))
            })
            .collect();
        for member in members {
            let standing = after.standing(member, now);
            for (channel, was_restricted) in &restricted {
                let held = after.in_channel(channel, member, &standing);
                let place = (member.user, channel.id);
                match (held.contains(Permission::ViewChannel), was_restricted) {
                    (false, _) => rooms.out.push(place),
                    (true, false) => rooms.early.push(place),
                    (true, true) => rooms.late.push(place),
                }
            }
        }
        rooms
    }
}

/// Makes changes real: commits them and lets connected people know.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) servers: Servers,
    pub(super) delivery: Delivery,
}

impl Live {
    /// Commits what was done to the locked server, with its `effects` on live sockets.
    ///
    /// Who lost access leaves the rooms before the commit: a message that is stored after it can be
    /// broadcast at once. They leave a second time after it, for sockets that were just connecting
    /// and had read the facts of a moment before. If the commit fails, whoever was moved is asked to
    /// come anew.
    pub(super) async fn commit(&self, work: Work, effects: Effects) -> Result<()> {
        let Work {
            tx,
            server: before,
            now,
            ..
        } = work;
        let Effects {
            what,
            besides,
            mut moves,
            ..
        } = effects;
        let after = servers::read(&tx, before.id).await?;
        let mut news = Vec::new();
        for what in [Some(what), besides].into_iter().flatten() {
            let rooms = self.told_of(&tx, what, (before.id, after.as_ref()), now);
            news.push((what, rooms.await?));
        }
        if moves.is_deleted {
            moves.left = self.delivery.people(Room::Server(before.id));
        }
        let members = self.affected(&tx, &before, after.as_ref(), &moves).await?;
        let rooms = after.as_ref().map_or_else(Rooms::default, |after| {
            Rooms::plan(&before, after, &members, now)
        });
        self.join(&rooms.early);
        self.leave(&rooms.out);
        self.leave_server(&before, &moves);
        let committed = tx.commit().await;
        self.servers.changed(before.id);
        if let Err(error) = committed {
            for user in members.iter().map(|member| member.user).chain(moves.left) {
                self.delivery.reconnect(Room::User(user));
            }
            return Err(error.into());
        }
        if moves.is_deleted {
            for channel in &before.channels {
                self.servers.channel_deleted(channel.id);
            }
        }
        if let Some(channel) = moves.gone {
            self.servers.channel_deleted(channel);
        }
        self.leave(&rooms.out);
        self.leave_server(&before, &moves);
        for user in &moves.joined {
            let room = Room::Server(before.id);
            self.delivery.join(Room::User(*user), room);
        }
        self.join(&rooms.early);
        self.join(&rooms.late);
        for (what, mut rooms) in news {
            if what.needs().is_none() {
                // Those who are not members any more, too.
                rooms.extend(moves.left.iter().copied().map(Room::User));
            }
            let news = json!({"server_id": before.id, "what": what.as_str()});
            self.delivery.emit(&rooms, "server_updated", &news);
        }
        Ok(())
    }

    /// The rooms of those who are told that `what` is another in the server, by what they may do
    /// `after` the change.
    async fn told_of(
        &self,
        tx: &Tx,
        what: What,
        (id, after): (ServerId, Option<&Server>),
        now: entity::Timestamp,
    ) -> Result<Vec<Room<'static>>> {
        let Some(permission) = what.needs() else {
            return Ok(vec![Room::Server(id)]);
        };
        let Some(after) = after else {
            return Ok(Vec::new());
        };
        let connected = self.delivery.people(Room::Server(id));
        let members = store_members::list_members(tx, id, Which::Only(&connected)).await?;
        let allowed = members.iter().filter(|member| {
            let standing = after.standing(member, now);
            standing.require(permission).is_ok()
        });
        Ok(allowed.map(|member| Room::User(member.user)).collect())
    }

    /// The members who may have to change rooms.
    async fn affected(
        &self,
        tx: &Tx,
        before: &Server,
        after: Option<&Server>,
        moves: &Moves,
    ) -> Result<Vec<Member>> {
        let restricts = |after: &Server| {
            let mut channels = after.channels.iter();
            channels.any(|channel| after.is_restricted(channel))
        };
        if !after.is_some_and(restricts) {
            return Ok(Vec::new());
        }
        let mut people: Vec<UserId> = match &moves.views {
            Views::Same => Vec::new(),
            Views::Of(people) => people.clone(),
            Views::All => {
                let connected = self.delivery.people(Room::Server(before.id));
                let connected: HashSet<_> = connected.into_iter().collect();
                let members = store_members::list_members(tx, before.id, Which::All).await?;
                let here = members.into_iter();
                return Ok(here.filter(|one| connected.contains(&one.user)).collect());
            }
        };
        people.extend(&moves.joined);
        if people.is_empty() {
            return Ok(Vec::new());
        }
        store_members::list_members(tx, before.id, Which::Only(&people)).await
    }

    fn join(&self, places: &[(UserId, ConversationId)]) {
        for (user, channel) in places {
            self.delivery
                .join(Room::User(*user), Room::Conversation(*channel));
        }
    }

    fn leave(&self, places: &[(UserId, ConversationId)]) {
        for (user, channel) in places {
            self.delivery
                .leave(Room::User(*user), Room::Conversation(*channel));
        }
    }

    /// Takes those who left out of the server's room and its channels', and everybody out of a
    /// channel that is gone.
    fn leave_server(&self, before: &Server, moves: &Moves) {
        for user in &moves.left {
            let theirs = Room::User(*user);
            self.delivery.leave(theirs, Room::Server(before.id));
            for channel in &before.channels {
                self.delivery.leave(theirs, Room::Conversation(channel.id));
            }
        }
        if let Some(channel) = moves.gone {
            let room = Room::Conversation(channel);
            self.delivery.leave(room, room);
        }
    }

    /// Writes down what `work` did, and makes it real.
    pub(super) async fn finish(
        &self,
        work: Work,
        effects: Effects,
        reason: Option<super::names::Reason>,
    ) -> Result<()> {
        let recorded = super::audit::Recorded {
            at: work.now,
            actor: work.by.to_json(),
            entry: effects.entry.clone(),
            reason,
        };
        store::insert_audit(&work.tx, work.id(), recorded).await?;
        store::bump_version(&work.tx, work.id()).await?;
        self.commit(work, effects).await
    }
}
