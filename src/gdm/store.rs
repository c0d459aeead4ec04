//! Queries on groups, their members, their codes and who was kicked.

use entity::{
    ConversationId, Timestamp, UserId, conversation, conversation_member, gdm, gdm_invite, gdm_kick,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set, sea_query::OnConflict,
};

use super::{
    invites::{Code, CodeKind, InviteCode},
    model::{Description, GroupName, Standing},
};
use crate::kernel::{Result, Tx, token};

/// What a new group starts with.
pub(super) struct NewGroup {
    pub(super) name: String,
    pub(super) owner: UserId,
    pub(super) invite_code: String,
    pub(super) now: Timestamp,
}

/// Makes a group without members.
pub(super) async fn insert_group(tx: &Tx, new: NewGroup) -> Result<ConversationId> {
    let conversation = conversation::ActiveModel {
        kind: Set(conversation::Kind::Gdm),
        dm_low: Set(None),
        dm_high: Set(None),
        last_seq: Set(0),
        last_rev: Set(0),
        created_at: Set(new.now),
        ..Default::default()
    };
    let id = conversation.insert(tx).await?.id;
    let group = gdm::ActiveModel {
        conversation_id: Set(id),
        name: Set(new.name),
        description: Set(String::new()),
        owner_id: Set(new.owner),
        locked: Set(false),
        invite_code: Set(new.invite_code),
        invite_code_at: Set(new.now),
        deleted_at: Set(None),
    };
    gdm::Entity::insert(group)
        .exec_without_returning(tx)
        .await?;
    Ok(id)
}

/// Reads a group and keeps every other change to it, messages included, waiting until the
/// transaction ends. SQLite needs no lock: its transaction is alone from its beginning.
pub(super) async fn lock_group(tx: &Tx, id: ConversationId) -> Result<Option<Standing>> {
    let conversation = conversation::Entity::find_by_id(id)
        .filter(conversation::Column::Kind.eq(conversation::Kind::Gdm))
        .lock_exclusive()
        .one(tx)
        .await?;
    let group = gdm::Entity::find_by_id(id)
        .filter(gdm::Column::DeletedAt.is_null())
        .one(tx)
        .await?;
    let (Some(conversation), Some(group)) = (conversation, group) else {
        return Ok(None);
    };
    let members = conversation_member::Entity::find()
        .select_only()
        .column(conversation_member::Column::UserId)
        .filter(conversation_member::Column::ConversationId.eq(id))
        .order_by_asc(conversation_member::Column::JoinedAt)
        .order_by_asc(conversation_member::Column::UserId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(Some(Standing {
        group,
        members,
        last_seq: conversation.last_seq,
    }))
}

/// Puts people into a group. What was said before they came is not unread to them.
pub(super) async fn insert_members(
    tx: &Tx,
    id: ConversationId,
    users: &[UserId],
    last_seq: i64,
    now: Timestamp,
) -> Result<()> {
    if users.is_empty() {
        return Ok(());
    }
    let rows = users.iter().map(|user| conversation_member::ActiveModel {
        conversation_id: Set(id),
        user_id: Set(*user),
        read_seq: Set(last_seq),
        joined_at: Set(now),
        cleared_seq: Set(0),
    });
    conversation_member::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Takes one person out of a group.
pub(super) async fn delete_member(tx: &Tx, id: ConversationId, user: UserId) -> Result<()> {
    conversation_member::Entity::delete_by_id((id, user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Takes everybody out of a group and marks it as deleted.
pub(super) async fn delete_group(tx: &Tx, id: ConversationId, now: Timestamp) -> Result<()> {
    conversation_member::Entity::delete_many()
        .filter(conversation_member::Column::ConversationId.eq(id))
        .exec(tx)
        .await?;
    let change = gdm::ActiveModel {
        deleted_at: Set(Some(now)),
        ..unchanged(id)
    };
    change.update(tx).await?;
    Ok(())
}

fn unchanged(id: ConversationId) -> gdm::ActiveModel {
    gdm::ActiveModel {
        conversation_id: Set(id),
        ..Default::default()
    }
}

pub(super) async fn update_description(
    tx: &Tx,
    id: ConversationId,
    name: Option<GroupName>,
    description: Option<Description>,
) -> Result<()> {
    let mut change = unchanged(id);
    if let Some(name) = name {
        change.name = Set(name.into());
    }
    if let Some(description) = description {
        change.description = Set(description.into());
    }
    change.update(tx).await?;
    Ok(())
}

pub(super) async fn update_locked(tx: &Tx, id: ConversationId, locked: bool) -> Result<()> {
    let change = gdm::ActiveModel {
        locked: Set(locked),
        ..unchanged(id)
    };
    change.update(tx).await?;
    Ok(())
}

/// Gives a group another owner, and with it another standing code: the old owner has seen the old.
pub(super) async fn update_owner(
    tx: &Tx,
    id: ConversationId,
    owner: UserId,
    invite_code: String,
    now: Timestamp,
) -> Result<()> {
    let change = gdm::ActiveModel {
        owner_id: Set(owner),
        invite_code: Set(invite_code),
        invite_code_at: Set(now),
        ..unchanged(id)
    };
    change.update(tx).await?;
    Ok(())
}

/// Notes that somebody was kicked.
pub(super) async fn save_kick(
    tx: &Tx,
    id: ConversationId,
    user: UserId,
    now: Timestamp,
) -> Result<()> {
    let row = gdm_kick::ActiveModel {
        conversation_id: Set(id),
        user_id: Set(user),
        kicked_at: Set(now),
    };
    let again = OnConflict::columns([gdm_kick::Column::ConversationId, gdm_kick::Column::UserId])
        .update_column(gdm_kick::Column::KickedAt)
        .to_owned();
    gdm_kick::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// When somebody was last kicked from a group.
pub(super) async fn find_kick(
    db: &impl ConnectionTrait,
    id: ConversationId,
    user: UserId,
) -> Result<Option<Timestamp>> {
    let row = gdm_kick::Entity::find_by_id((id, user)).one(db).await?;
    Ok(row.map(|row| row.kicked_at))
}

/// Stores a single-use invite.
pub(super) async fn insert_invite(
    tx: &Tx,
    id: ConversationId,
    code: &str,
    by: UserId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let row = gdm_invite::ActiveModel {
        conversation_id: Set(id),
        code_hash: Set(token::hash(code)),
        created_by: Set(by),
        created_at: Set(now),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    gdm_invite::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// What is known of a code; codes of deleted groups are not known any more.
pub(super) async fn find_code(
    db: &impl ConnectionTrait,
    code: &InviteCode,
) -> Result<Option<Code>> {
    let invite = gdm_invite::Entity::find()
        .filter(gdm_invite::Column::CodeHash.eq(token::hash(code.as_str())))
        .one(db)
        .await?;
    if let Some(invite) = invite {
        return Ok(Some(Code {
            group: invite.conversation_id,
            made_at: invite.created_at,
            kind: CodeKind::Invite {
                id: invite.id,
                expires_at: invite.expires_at,
                is_used: invite.used_at.is_some(),
            },
        }));
    }
    let group = gdm::Entity::find()
        .filter(gdm::Column::InviteCode.eq(code.as_str()))
        .filter(gdm::Column::DeletedAt.is_null())
        .one(db)
        .await?;
    Ok(group.map(|group| Code {
        group: group.conversation_id,
        made_at: group.invite_code_at,
        kind: CodeKind::Standing(group.invite_code),
    }))
}

/// Spends `code` on `user`, in one statement that only one of many can win; whether it did.
pub(super) async fn redeem(
    tx: &Tx,
    code: &Code,
    user: UserId,
    replacement: String,
    now: Timestamp,
) -> Result<bool> {
    let spent = match &code.kind {
        CodeKind::Invite { id, .. } => {
            gdm_invite::Entity::update_many()
                .col_expr(gdm_invite::Column::UsedAt, now.into())
                .col_expr(gdm_invite::Column::UsedBy, user.into())
                .filter(gdm_invite::Column::Id.eq(*id))
                .filter(gdm_invite::Column::UsedAt.is_null())
                .filter(gdm_invite::Column::ExpiresAt.gt(now))
                .exec(tx)
                .await?
        }
        CodeKind::Standing(old) => {
            gdm::Entity::update_many()
                .col_expr(gdm::Column::InviteCode, replacement.into())
                .col_expr(gdm::Column::InviteCodeAt, now.into())
                .filter(gdm::Column::ConversationId.eq(code.group))
                .filter(gdm::Column::InviteCode.eq(old.as_str()))
                .exec(tx)
                .await?
        }
    };
    Ok(spent.rows_affected == 1)
}
