//! Who may not come into a server.

use entity::UserId;
use serde_json::json;

use super::{
    audit::Entry,
    members::remove,
    model,
    names::Reason,
    store_members,
    work::{Applied, Change, Effects, What, Work},
};
use crate::{
    kernel::{Error, Result},
    permission::{Permission, Refusal},
};

/// Bans somebody, who is a member or not.
#[derive(Debug)]
pub(super) struct Ban {
    pub(super) user: UserId,
    /// Whether there is such an account: only who may ban is told.
    pub(super) is_known: bool,
    pub(super) reason: Option<Reason>,
}

impl Change for Ban {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let Self {
            user,
            is_known,
            reason,
        } = self;
        work.require(Permission::BanMembers)?;
        if !is_known {
            return Err(Error::user_not_found());
        }
        let member = work.find_member(user).await?;
        if let Some(member) = &member {
            let target = work.standing_of(member);
            work.standing.may_act_on(&target, Permission::BanMembers)?;
        } else if work.is_self(user) {
            return Err(Refusal::TargetAboveYou.into());
        }
        let (tx, id) = (&work.tx, work.id());
        let old = store_members::find_ban(tx, id, user).await?;
        let text = reason.as_ref().map(Reason::as_str);
        let is_same =
            |old: &entity::server_ban::Model| reason.is_none() || old.reason.as_deref() == text;
        if member.is_none() && old.as_ref().is_some_and(is_same) {
            return Ok(Applied::unchanged(()));
        }
        store_members::save_ban(tx, id, user, reason.as_ref(), work.person(), work.now).await?;
        store_members::delete_invites_by(tx, id, user).await?;
        let mut effects = match &member {
            Some(member) => {
                let removed = remove(work, member, "member.ban").await?;
                removed.besides(What::Bans)
            }
            None => Effects::new(
                What::Bans,
                Entry {
                    action: "member.ban",
                    target: format!("user:{user}"),
                    before: None,
                    after: None,
                },
            ),
        };
        effects.entry.before = old.map(|old| json!({"reason": old.reason}));
        effects.entry.after = Some(json!({"reason": text}));
        Ok(Applied::done((), effects))
    }
}

/// Ends a ban.
#[derive(Debug)]
pub(super) struct Unban(pub(super) UserId);

impl Change for Unban {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        work.require(Permission::BanMembers)?;
        if !store_members::delete_ban(&work.tx, work.id(), self.0).await? {
            return Err(model::ban_not_found());
        }
        let entry = Entry {
            action: "member.unban",
            target: format!("user:{}", self.0),
            before: None,
            after: None,
        };
        Ok(Applied::done((), Effects::new(What::Bans, entry)))
    }
}
