//! The facts about groups that decide who may read and write where.
//!
//! Reads `gdm` and `conversation_member` and keeps what it read; the `gdm` feature changes them and
//! calls [`Groups::changed`]. A fact may be a moment old, so whatever must not be wrong is checked
//! once more by the statement that stores a message.

use std::sync::Arc;

use entity::{ConversationId, Timestamp, UserId, conversation, conversation_member, gdm};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query};
use tokio::sync::watch;

use crate::{
    account::User,
    kernel::{Cache, Db, Error, Result},
};

/// Groups kept in memory.
const CAPACITY: u64 = 20_000;
/// People whose groups are kept in memory, for when they connect.
const MEMBERSHIPS: u64 = 50_000;

/// One group and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its conversation, the `tid` of the wire.
    pub id: ConversationId,
    /// Its name.
    pub name: String,
    /// Free text about it.
    pub description: String,
    /// Who owns it.
    pub owner: UserId,
    /// Whether only the owner and superadmins may send.
    pub locked: bool,
    /// The standing join code, for the owner's eyes.
    pub invite_code: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Everybody in it, in the order in which they came.
    pub members: Vec<UserId>,
}

impl Group {
    /// Whether `user` is in the group.
    pub fn has(&self, user: UserId) -> bool {
        self.members.contains(&user)
    }

    /// Whether `user` may send: members, while it is locked the owner and superadmins.
    pub fn may_send(&self, user: &User) -> bool {
        self.has(user.id) && (!self.locked || self.owner == user.id || user.role.is_superadmin())
    }
}

/// Looks groups up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Groups {
    db: Db,
    cache: Cache<ConversationId, Arc<Group>>,
    /// The groups of people, each with the number of changes as of which it holds.
    memberships: moka::sync::Cache<UserId, (u64, Arc<[ConversationId]>)>,
    news: watch::Sender<()>,
}

impl Groups {
    /// Groups in `db`.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            cache: Cache::new(CAPACITY),
            memberships: moka::sync::Cache::new(MEMBERSHIPS),
            news: watch::Sender::default(),
        }
    }

    /// The group with this id; deleted ones are not found.
    pub async fn find(&self, id: ConversationId) -> Result<Option<Arc<Group>>> {
        self.cache
            .get_or_load(&id, async || {
                self.read(id).await.map(|group| group.map(Arc::new))
            })
            .await
    }

    /// The group with this id, for one of its members.
    ///
    /// # Errors
    /// `not_found` when there is no such group, `forbidden` when `user` is not in it.
    pub async fn require_member(&self, id: ConversationId, user: UserId) -> Result<Arc<Group>> {
        let group = self.find(id).await?.ok_or_else(Error::not_found)?;
        if group.has(user) {
            Ok(group)
        } else {
            Err(Error::forbidden())
        }
    }

    /// The groups that `user` is in.
    pub async fn of(&self, user: UserId) -> Result<Arc<[ConversationId]>> {
        let changes = self.changes();
        if let Some((as_of, groups)) = self.memberships.get(&user)
            && as_of == changes
        {
            return Ok(groups);
        }
        let groups: Arc<[ConversationId]> = self.read_memberships(user).await?.into();
        self.memberships.insert(user, (changes, groups.clone()));
        Ok(groups)
    }

    async fn read_memberships(&self, user: UserId) -> Result<Vec<ConversationId>> {
        let groups = Query::select()
            .column(gdm::Column::ConversationId)
            .from(gdm::Entity)
            .to_owned();
        Ok(conversation_member::Entity::find()
            .select_only()
            .column(conversation_member::Column::ConversationId)
            .filter(conversation_member::Column::UserId.eq(user))
            .filter(conversation_member::Column::ConversationId.in_subquery(groups))
            .into_tuple()
            .all(self.db.reader())
            .await?)
    }

    /// A number that is another one after every change.
    pub fn changes(&self) -> u64 {
        self.cache.invalidations()
    }

    /// To be called after every committed change to a group or its members.
    pub fn changed(&self, id: ConversationId) {
        self.cache.invalidate(&id);
        self.news.send_replace(());
    }

    /// Sees each change, or several at once, after it is committed.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    async fn read(&self, id: ConversationId) -> Result<Option<Group>> {
        let reader = self.db.reader();
        let row = gdm::Entity::find_by_id(id)
            .filter(gdm::Column::DeletedAt.is_null())
            .one(reader)
            .await?;
        let conversation = conversation::Entity::find_by_id(id).one(reader).await?;
        let (Some(row), Some(conversation)) = (row, conversation) else {
            return Ok(None);
        };
        let members = conversation_member::Entity::find()
            .select_only()
            .column(conversation_member::Column::UserId)
            .filter(conversation_member::Column::ConversationId.eq(id))
            .order_by_asc(conversation_member::Column::JoinedAt)
            .order_by_asc(conversation_member::Column::UserId)
            .into_tuple()
            .all(reader)
            .await?;
        Ok(Some(Group {
            id,
            name: row.name,
            description: row.description,
            owner: row.owner_id,
            locked: row.locked,
            invite_code: row.invite_code,
            created_at: conversation.created_at,
            members,
        }))
    }
}
