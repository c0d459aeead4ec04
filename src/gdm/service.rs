//! What can be done with groups.

use std::{collections::HashSet, sync::Arc};

use entity::{ConversationId, Timestamp, UserId};

use super::{
    changes::{add, apply},
    invites::{self, Admission, CODE_CHARS, DEFAULT_LIFE, InviteCode, judge, require_life},
    live::{Live, Outcome, Turns},
    model::{Change, Created, GroupName, STANDING_CODE_CHARS, Standing, View, require_space},
    rights::{require_inviter, require_right, require_sense},
    store::{self, NewGroup},
};
use crate::{
    account::{Directory, Resolved, User},
    chat::{Group, Groups},
    kernel::{Clock, Db, Error, Result, Tasks, Tx, token},
    settings::Settings,
    socket::Delivery,
};

/// The groups service. Cheap to clone.
#[derive(Clone)]
pub struct Gdms {
    db: Db,
    clock: Clock,
    directory: Directory,
    settings: Settings,
    live: Live,
    turns: Turns,
    tasks: Tasks,
    public_url: Arc<str>,
}

/// The parts the service is made of.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who is who.
    pub directory: Directory,
    /// Switches.
    pub settings: Settings,
    /// What the chat knows of groups.
    pub groups: Groups,
    /// Live sockets.
    pub delivery: Delivery,
    /// Where changes are made, so that they are made to the end.
    pub tasks: Tasks,
    /// What this server is called in links.
    pub public_url: Arc<str>,
}

/// Somebody got in, or was in already.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) id: ConversationId,
    pub(super) name: String,
}

/// A new single-use invite.
#[derive(Clone, Debug)]
pub(super) struct Invited {
    pub(super) code: String,
    pub(super) url: String,
    pub(super) expires_at: Timestamp,
}

/// What a code would do.
#[derive(Clone, Debug)]
pub(super) struct Preview {
    pub(super) group: Arc<Group>,
    pub(super) admission: Admission,
}

impl Gdms {
    /// The service made of `parts`.
    pub fn new(parts: Parts) -> Self {
        Self {
            db: parts.db,
            clock: parts.clock,
            directory: parts.directory,
            settings: parts.settings,
            live: Live {
                groups: parts.groups,
                delivery: parts.delivery,
            },
            turns: Turns::default(),
            tasks: parts.tasks,
            public_url: parts.public_url.trim_end_matches('/').into(),
        }
    }

    /// The groups that `user` is in, the oldest first.
    pub(super) async fn list(&self, user: &User) -> Result<Vec<View>> {
        let mut ids = self.live.groups.of(user.id).await?.to_vec();
        ids.sort_unstable();
        let mut views = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(group) = self.live.groups.find(id).await?
                && group.has(user.id)
            {
                views.push(self.view(group, user).await?);
            }
        }
        Ok(views)
    }

    /// One group, for one of its members.
    pub(super) async fn get(&self, user: &User, id: ConversationId) -> Result<View> {
        let group = self.live.groups.require_member(id, user.id).await?;
        self.view(group, user).await
    }

    /// Makes a group of `owner` and the people called `names`.
    pub(super) async fn create(
        &self,
        owner: &User,
        name: Option<GroupName>,
        names: &[String],
    ) -> Result<Created> {
        let resolved = self.resolve(names).await?;
        let members = each_once([&[owner.id], resolved.people.as_slice()].concat());
        if members.len() < 2 {
            return Err(Error::invalid("too_few_members", "need at least 2 members"));
        }
        resolved.require_known()?;
        require_space(members.len())?;
        let now = self.clock.now();
        let new = NewGroup {
            name: name.unwrap_or_else(|| GroupName::at(now)).into(),
            owner: owner.id,
            invite_code: token::code(STANDING_CODE_CHARS),
            now,
        };
        let gdms = self.clone();
        let work = async move { gdms.create_now(new, members).await };
        self.tasks.complete(work).await
    }

    /// The people called `names`, for a change that speaks of them.
    pub(super) async fn people(&self, names: &[String]) -> Result<Vec<UserId>> {
        let resolved = self.resolve(names).await?;
        resolved.require_known()?;
        Ok(each_once(resolved.people))
    }

    /// The person called `name`, for a change that speaks of them.
    pub(super) async fn person(&self, name: &str) -> Result<UserId> {
        let user = self.directory.find_by_name(name).await?;
        user.map(|user| user.id).ok_or_else(Error::user_not_found)
    }

    /// Makes `change` to the group `id`.
    pub(super) async fn change(
        &self,
        actor: &User,
        id: ConversationId,
        change: Change,
    ) -> Result<()> {
        let (gdms, actor) = (self.clone(), actor.id);
        let work = async move { gdms.change_now(actor, id, change).await };
        self.tasks.complete(work).await
    }

    /// Makes a single-use invite to the group `id` that lives for `seconds`.
    pub(super) async fn invite(
        &self,
        actor: &User,
        id: ConversationId,
        seconds: Option<i64>,
    ) -> Result<Invited> {
        let life = require_life(seconds.unwrap_or(DEFAULT_LIFE))?;
        self.require_existing(id).await?;
        let now = self.clock.now();
        let expires_at = now.plus_seconds(life);
        let code = token::code(CODE_CHARS);
        let tx = self.db.begin().await?;
        let standing = self.lock(&tx, id).await?;
        require_inviter(actor, &standing)?;
        store::insert_invite(&tx, id, &code, actor.id, now, expires_at).await?;
        tx.commit().await?;
        Ok(Invited {
            url: format!("{}/join/{code}", self.public_url),
            code,
            expires_at,
        })
    }

    /// What `code` would do for `user`, without doing it.
    pub(super) async fn preview(&self, user: &User, code: &InviteCode) -> Result<Preview> {
        let reader = self.db.reader();
        let code = store::find_code(reader, code).await?;
        let code = code.ok_or_else(invites::unknown)?;
        let group = self.live.groups.find(code.group).await?;
        let group = group.ok_or_else(invites::unknown)?;
        let kicked_at = store::find_kick(reader, group.id, user.id).await?;
        let admission = judge(&code, group.has(user.id), kicked_at, self.clock.now())?;
        Ok(Preview { group, admission })
    }

    /// Lets `user` in with `code`. A member spends no code.
    pub(super) async fn join(&self, user: &User, code: InviteCode) -> Result<Joined> {
        let (gdms, user) = (self.clone(), user.id);
        let work = async move { gdms.join_now(user, &code).await };
        self.tasks.complete(work).await
    }

    async fn create_now(&self, new: NewGroup, members: Vec<UserId>) -> Result<Created> {
        let (name, invite_code, now) = (new.name.clone(), new.invite_code.clone(), new.now);
        let tx = self.db.begin().await?;
        let id = store::insert_group(&tx, new).await?;
        store::insert_members(&tx, id, &members, 0, now).await?;
        let outcome = Outcome {
            joined: members.clone(),
            members,
            ..Outcome::default()
        };
        // No turn is taken: nobody else knows of the group yet.
        self.live.commit(tx, id, &outcome).await?;
        Ok(Created {
            id,
            name,
            invite_code,
        })
    }

    async fn change_now(&self, actor: UserId, id: ConversationId, change: Change) -> Result<()> {
        self.require_existing(id).await?;
        let _turn = self.turns.take(id).await;
        // As of now, not as of when the request began.
        let actor = self.directory.find(actor).await?;
        let actor = actor.ok_or_else(Error::unauthenticated)?;
        let tx = self.db.begin().await?;
        let standing = self.lock(&tx, id).await?;
        require_right(&change, &actor, &standing, &self.settings.current())?;
        require_sense(&change, &standing)?;
        match apply(&tx, &standing, actor.id, change, self.clock.now()).await? {
            Some(outcome) => self.live.commit(tx, id, &outcome).await,
            None => Ok(()),
        }
    }

    async fn join_now(&self, user: UserId, typed: &InviteCode) -> Result<Joined> {
        let code = store::find_code(self.db.reader(), typed).await?;
        let id = code.ok_or_else(invites::unknown)?.group;
        let _turn = self.turns.take(id).await;
        let tx = self.db.begin().await?;
        let standing = store::lock_group(&tx, id).await?;
        let standing = standing.ok_or_else(invites::unknown)?;
        // Again, now that nobody else can spend it.
        let code = store::find_code(&tx, typed).await?;
        let code = code.ok_or_else(invites::unknown)?;
        let kicked_at = store::find_kick(&tx, id, user).await?;
        let now = self.clock.now();
        let admission = judge(&code, standing.has(user), kicked_at, now)?;
        if admission == Admission::Granted {
            require_space(standing.members.len() + 1)?;
            let next = token::code(STANDING_CODE_CHARS);
            if !store::redeem(&tx, &code, user, next, now).await? {
                return Err(invites::used());
            }
            if let Some(outcome) = add(&tx, &standing, vec![user], now).await? {
                self.live.commit(tx, id, &outcome).await?;
            }
        }
        Ok(Joined {
            id,
            name: standing.group.name,
        })
    }

    /// Keeps requests about nothing away from the one writing connection.
    async fn require_existing(&self, id: ConversationId) -> Result<()> {
        let group = self.live.groups.find(id).await?;
        group.map(|_| ()).ok_or_else(Error::not_found)
    }

    async fn lock(&self, tx: &Tx, id: ConversationId) -> Result<Standing> {
        let standing = store::lock_group(tx, id).await?;
        standing.ok_or_else(Error::not_found)
    }

    async fn view(&self, group: Arc<Group>, user: &User) -> Result<View> {
        let mut members = Vec::with_capacity(group.members.len());
        for id in &group.members {
            members.push(self.directory.name(*id).await?);
        }
        Ok(View {
            owner: self.directory.name(group.owner).await?,
            is_owner: group.owner == user.id,
            members,
            group,
        })
    }

    /// The people called `names`, of whom there may be only so many.
    async fn resolve(&self, names: &[String]) -> Result<Resolved> {
        require_space(names.len())?;
        let names = names.iter().map(String::as_str);
        self.directory.resolve(names).await
    }
}

/// `people` without repetitions, in the order of their first mention.
fn each_once(mut people: Vec<UserId>) -> Vec<UserId> {
    let mut seen = HashSet::new();
    people.retain(|id| seen.insert(*id));
    people
}
