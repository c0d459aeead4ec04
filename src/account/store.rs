//! Queries on `user` and `session`.
//!
//! What apps were allowed in somebody's name is kept by `apps::oauth`; here it is only ended, in the
//! transaction that ends what else a password opened.

use entity::{Timestamp, UserId, oauth_grant, password_reset, session, user};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr,
    EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Select, Set, SqlErr, Statement, Value,
};

use super::{Username, model::User};
use crate::kernel::Result;

/// What a new account starts with.
pub(super) struct NewUser {
    pub(super) username: String,
    pub(super) username_folded: String,
    pub(super) password_hash: String,
    pub(super) role: user::Role,
    pub(super) email: Option<String>,
    pub(super) now: Timestamp,
}

/// Inserts an account and its place in the public chat; none when the name is taken.
pub(super) async fn insert_user(db: &impl ConnectionTrait, new: NewUser) -> Result<Option<User>> {
    let row = user::ActiveModel {
        username: Set(new.username),
        username_folded: Set(new.username_folded),
        password_hash: Set(new.password_hash),
        role: Set(new.role),
        email: Set(new.email),
        bio: Set(String::new()),
        custom_status: Set(String::new()),
        presence: Set(String::new()),
        theme: Set("light".to_owned()),
        language: Set("en".to_owned()),
        created_at: Set(new.now),
        ..Default::default()
    };
    let inserted = match row.insert(db).await {
        Ok(inserted) => inserted,
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Ok(None),
            _ => return Err(error.into()),
        },
    };
    // What was said before somebody came is not unread to them.
    let sql = "INSERT INTO conversation_member (conversation_id, user_id, read_seq, joined_at) \
               SELECT id, $1, last_seq, $2 FROM conversation WHERE kind = 'public'";
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        [inserted.id.into(), new.now.into()],
    ))
    .await?;
    Ok(Some(inserted))
}

/// Keeps two first registrations from both seeing an empty table. SQLite needs nothing: a
/// transaction is alone from its beginning.
pub(super) async fn lock_registration(db: &impl ConnectionTrait) -> Result<()> {
    if db.get_database_backend() == DatabaseBackend::Postgres {
        db.execute_unprepared("LOCK TABLE \"user\" IN SHARE ROW EXCLUSIVE MODE")
            .await?;
    }
    Ok(())
}

pub(super) async fn count_users(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(people().count(db).await?)
}

/// Everybody but System.
fn people() -> Select<user::Entity> {
    user::Entity::find().filter(user::Column::Id.ne(UserId::SYSTEM))
}

pub(super) async fn find_user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>> {
    Ok(user::Entity::find_by_id(id).one(db).await?)
}

pub(super) async fn find_user_by_folded(
    db: &impl ConnectionTrait,
    folded: &str,
) -> Result<Option<User>> {
    Ok(people()
        .filter(user::Column::UsernameFolded.eq(folded))
        .one(db)
        .await?)
}

pub(super) async fn list_users(db: &impl ConnectionTrait) -> Result<Vec<User>> {
    Ok(people()
        .filter(user::Column::DeletedAt.is_null())
        .order_by_asc(user::Column::UsernameFolded)
        .all(db)
        .await?)
}

/// People whose folded name begins with `prefix`, banned ones left out.
pub(super) async fn search_users(
    db: &impl ConnectionTrait,
    prefix: &str,
    offset: u64,
    limit: u64,
) -> Result<Vec<User>> {
    use sea_orm::{QuerySelect, sea_query::LikeExpr};
    let pattern = literally(prefix) + "%";
    Ok(people()
        .filter(user::Column::UsernameFolded.like(LikeExpr::new(pattern).escape('\\')))
        .filter(user::Column::BannedAt.is_null())
        .filter(user::Column::DeletedAt.is_null())
        .order_by_asc(user::Column::UsernameFolded)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?)
}

/// People in whose folded name `text` occurs.
pub(super) async fn users_containing(
    db: &impl ConnectionTrait,
    text: &str,
    limit: u64,
) -> Result<Vec<User>> {
    use sea_orm::{QuerySelect, sea_query::LikeExpr};
    let pattern = format!("%{}%", literally(text));
    Ok(people()
        .filter(user::Column::UsernameFolded.like(LikeExpr::new(pattern).escape('\\')))
        .filter(user::Column::DeletedAt.is_null())
        .order_by_asc(user::Column::UsernameFolded)
        .limit(limit)
        .all(db)
        .await?)
}

/// A pattern that matches `text` itself: names may contain `_`, which would match any character.
fn literally(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

pub(super) async fn update_user(
    db: &impl ConnectionTrait,
    change: user::ActiveModel,
) -> Result<User> {
    Ok(change.update(db).await?)
}

/// Stores another hash of the password that `old` is the hash of; whether it still was.
pub(super) async fn replace_password_hash(
    db: &impl ConnectionTrait,
    id: UserId,
    old: &str,
    new: String,
) -> Result<bool> {
    let updated = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, new.into())
        .filter(user::Column::Id.eq(id))
        .filter(user::Column::PasswordHash.eq(old))
        .exec(db)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The columns that people change themselves; what is none stays.
#[derive(Default)]
pub(super) struct ProfileColumns {
    pub(super) username: Option<Username>,
    pub(super) password_hash: Option<String>,
    pub(super) theme: Option<String>,
    pub(super) bio: Option<String>,
    pub(super) custom_status: Option<String>,
    pub(super) presence: Option<String>,
    pub(super) language: Option<String>,
    /// Empty: there is none any more.
    pub(super) email: Option<String>,
}

/// Changes the columns of `id`; none when the new name is taken.
pub(super) async fn update_profile(
    db: &impl ConnectionTrait,
    id: UserId,
    columns: ProfileColumns,
) -> Result<Option<User>> {
    fn changed<T: Into<Value>>(value: Option<T>) -> ActiveValue<T> {
        value.map_or(ActiveValue::NotSet, Set)
    }
    let folded = columns.username.as_ref().map(Username::folded);
    let change = user::ActiveModel {
        id: Set(id),
        username_folded: changed(folded),
        username: changed(columns.username.map(String::from)),
        password_hash: changed(columns.password_hash),
        theme: changed(columns.theme),
        bio: changed(columns.bio),
        custom_status: changed(columns.custom_status),
        presence: changed(columns.presence),
        language: changed(columns.language),
        email: changed(
            columns
                .email
                .map(|email| Some(email).filter(|email| !email.is_empty())),
        ),
        ..Default::default()
    };
    match change.update(db).await {
        Ok(user) => Ok(Some(user)),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Ok(None),
            _ => Err(error.into()),
        },
    }
}

/// Takes back whatever a person has allowed apps. Their tokens and codes are dead with it.
pub(super) async fn revoke_grants(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
) -> Result<()> {
    oauth_grant::Entity::update_many()
        .col_expr(oauth_grant::Column::RevokedAt, now.into())
        .filter(oauth_grant::Column::UserId.eq(user))
        .filter(oauth_grant::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// The reset of `user` that was asked for last becomes the only one that works.
pub(super) async fn save_reset(
    db: &impl ConnectionTrait,
    reset: password_reset::Model,
) -> Result<()> {
    use sea_orm::{IntoActiveModel, sea_query::OnConflict};
    password_reset::Entity::insert(reset.into_active_model())
        .on_conflict(
            OnConflict::column(password_reset::Column::UserId)
                .update_columns([
                    password_reset::Column::TokenHash,
                    password_reset::Column::ExpiresAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

pub(super) async fn find_reset(
    db: &impl ConnectionTrait,
    user: UserId,
    token_hash: &str,
) -> Result<Option<password_reset::Model>> {
    Ok(password_reset::Entity::find_by_id(user)
        .filter(password_reset::Column::TokenHash.eq(token_hash))
        .one(db)
        .await?)
}

/// Uses up a reset; whether it was still there.
pub(super) async fn take_reset(
    db: &impl ConnectionTrait,
    user: UserId,
    token_hash: &str,
) -> Result<bool> {
    let taken = password_reset::Entity::delete_by_id(user)
        .filter(password_reset::Column::TokenHash.eq(token_hash))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Moves `last_seen_at` of several people forward.
pub(super) async fn update_last_seen(
    db: &impl ConnectionTrait,
    seen: &[(UserId, Timestamp)],
) -> Result<()> {
    for (id, at) in seen {
        user::Entity::update_many()
            .col_expr(user::Column::LastSeenAt, (*at).into())
            .filter(user::Column::Id.eq(*id))
            .exec(db)
            .await?;
    }
    Ok(())
}

pub(super) async fn find_session(
    db: &impl ConnectionTrait,
    id_hash: &str,
) -> Result<Option<session::Model>, DbErr> {
    session::Entity::find_by_id(id_hash.to_owned())
        .one(db)
        .await
}

pub(super) async fn save_session(
    db: &impl ConnectionTrait,
    row: session::ActiveModel,
) -> Result<(), DbErr> {
    use sea_orm::sea_query::OnConflict;
    session::Entity::insert(row)
        .on_conflict(
            OnConflict::column(session::Column::IdHash)
                .update_columns([
                    session::Column::UserId,
                    session::Column::Data,
                    session::Column::LastUsedAt,
                    session::Column::ExpiresAt,
                    session::Column::Address,
                ])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Notes that a session was used.
pub(super) async fn touch_session(
    db: &impl ConnectionTrait,
    id_hash: &str,
    used_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), DbErr> {
    session::Entity::update_many()
        .col_expr(session::Column::LastUsedAt, used_at.into())
        .col_expr(session::Column::ExpiresAt, expires_at.into())
        .filter(session::Column::IdHash.eq(id_hash))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn delete_session(db: &impl ConnectionTrait, id_hash: &str) -> Result<(), DbErr> {
    session::Entity::delete_by_id(id_hash.to_owned())
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn delete_expired_sessions(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<(), DbErr> {
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lt(now))
        .exec(db)
        .await?;
    Ok(())
}

/// A person's live sessions, the most recently used first.
pub(super) async fn list_sessions(
    db: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<session::Model>, DbErr> {
    session::Entity::find()
        .filter(session::Column::UserId.eq(user))
        .filter(session::Column::ExpiresAt.gte(now))
        .order_by_desc(session::Column::LastUsedAt)
        .all(db)
        .await
}
