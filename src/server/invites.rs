//! Invites: codes that let so many people in, until so long.

use entity::{ServerInviteId, Timestamp, server_invite, timestamp::millis};
use serde_json::json;

use super::{
    audit::Entry,
    model::{MAX_INVITES, invite_not_found, too_many},
    store_members,
    work::{Applied, Change, Effects, What, Work},
};
use crate::{
    kernel::{Error, Result, error::ErrorKind, token},
    permission::Permission,
};

/// How many letters and digits a code has: 60 bits.
const CODE_CHARS: usize = 12;
/// How long an invite lives when nobody says, in seconds.
const DEFAULT_LIFE: i64 = 86_400;
const MIN_LIFE: i64 = 60;
const MAX_LIFE: i64 = 30 * 86_400;
/// The most people that an invite lets in.
const MAX_USES: i64 = 10_000;

/// Makes an invite.
#[derive(Debug)]
pub(super) struct CreateInvite {
    /// Seconds.
    life: i64,
    max_uses: i32,
}

impl CreateInvite {
    /// An invite that lives for so many seconds and lets so many people in.
    ///
    /// # Errors
    /// `expires_in_invalid`, `max_uses_invalid`.
    pub(super) fn parse(expires_in: Option<i64>, max_uses: Option<i64>) -> Result<Self> {
        let life = expires_in.unwrap_or(DEFAULT_LIFE);
        if !(MIN_LIFE..=MAX_LIFE).contains(&life) {
            return Err(Error::invalid(
                "expires_in_invalid",
                "expiresIn is 60 to 2592000 seconds",
            ));
        }
        let invalid = || Error::invalid("max_uses_invalid", "maxUses is 1 to 10000");
        let max_uses = max_uses.unwrap_or(1);
        if !(1..=MAX_USES).contains(&max_uses) {
            return Err(invalid());
        }
        Ok(Self {
            life,
            max_uses: i32::try_from(max_uses).map_err(|_| invalid())?,
        })
    }
}

/// A new invite. The code is not stored and shown this once.
#[derive(Clone, Debug)]
pub(super) struct Invited {
    pub(super) code: String,
    pub(super) expires_at: Timestamp,
    pub(super) max_uses: i32,
}

impl Change for CreateInvite {
    type Answer = Invited;

    async fn apply(self, work: &Work) -> Result<Applied<Invited>> {
        work.require(Permission::CreateInvite)?;
        let (tx, server, now) = (&work.tx, work.id(), work.now);
        if store_members::count_invites(tx, server, now).await? >= MAX_INVITES {
            return Err(too_many("invites", MAX_INVITES));
        }
        store_members::delete_spent_invites(tx, server, now).await?;
        let code = token::code(CODE_CHARS);
        let expires_at = now.plus_seconds(self.life);
        let (by, uses) = (work.person(), self.max_uses);
        let id = store_members::insert_invite(tx, server, &code, by, now, expires_at, uses).await?;
        let entry = Entry {
            action: "invite.create",
            target: format!("invite:{id}"),
            before: None,
            after: Some(json!({"expiresAt": millis::format(expires_at), "maxUses": uses})),
        };
        let invited = Invited {
            code,
            expires_at,
            max_uses: uses,
        };
        Ok(Applied::done(invited, Effects::new(What::Invites, entry)))
    }
}

/// Ends an invite.
#[derive(Debug)]
pub(super) struct DeleteInvite(pub(super) ServerInviteId);

impl Change for DeleteInvite {
    type Answer = ();

    async fn apply(self, work: &Work) -> Result<Applied<()>> {
        let invite = store_members::find_invite_of(&work.tx, work.id(), self.0).await?;
        let is_own = |invite: &server_invite::Model| work.is_self(invite.created_by);
        if !invite.as_ref().is_some_and(is_own) {
            work.require(Permission::ManageServer)?;
        }
        let invite = invite.ok_or_else(invite_not_found)?;
        store_members::delete_invite(&work.tx, invite.id).await?;
        let entry = Entry {
            action: "invite.delete",
            target: format!("invite:{}", invite.id),
            before: Some(json!({"maxUses": invite.max_uses, "uses": invite.uses})),
            after: None,
        };
        Ok(Applied::done((), Effects::new(What::Invites, entry)))
    }
}

/// Whether `code`, as typed, can be one at all.
pub(super) fn is_code(code: &str) -> bool {
    code.len() == CODE_CHARS && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The invite is over, by the clock or because it let in all that it was for.
pub(super) fn invite_expired() -> Error {
    Error::new(
        ErrorKind::Gone,
        "invite_expired",
        "this invite cannot be used any more",
    )
}

#[cfg(test)]
mod tests {
    use super::{CODE_CHARS, CreateInvite, is_code};
    use crate::kernel::token;

    #[test]
    fn an_invite_lives_a_day_and_lets_one_in_unless_it_is_said_otherwise() {
        let invite = CreateInvite::parse(None, None).expect("the default");
        assert_eq!((invite.life, invite.max_uses), (86_400, 1));
        assert!(CreateInvite::parse(Some(60), Some(10_000)).is_ok());
        assert!(CreateInvite::parse(Some(2_592_000), Some(1)).is_ok());
        for life in [i64::MIN, 0, 59, 2_592_001] {
            let error = CreateInvite::parse(Some(life), None).expect_err("a refusal");
            assert_eq!(error.code(), "expires_in_invalid");
        }
        for uses in [-1, 0, 10_001, i64::MAX] {
            let error = CreateInvite::parse(None, Some(uses)).expect_err("a refusal");
            assert_eq!(error.code(), "max_uses_invalid");
        }
    }

    #[test]
    fn codes_are_told_from_anything_else() {
        assert!(is_code(&token::code(CODE_CHARS)));
        for other in ["", "ABC", "ABCDEFGHJKL!", "ÄÖÜÄÖÜ", "ABCDEFGHJKLMN"] {
            assert!(!is_code(other), "{other}");
        }
    }
}
