//! Queries on `report`, and on whom moderation is about.

use std::net::IpAddr;

use entity::{MessageId, ReportId, Timestamp, UserId, report, session, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use crate::kernel::Result;

/// The name of whoever was timed out last and still is.
pub(super) async fn last_timed_out(
    db: &impl ConnectionTrait,
    now: Timestamp,
) -> Result<Option<String>> {
    Ok(user::Entity::find()
        .select_only()
        .column(user::Column::Username)
        .filter(user::Column::TimedOutUntil.gt(now))
        .order_by_desc(user::Column::TimedOutAt)
        .order_by_desc(user::Column::Id)
        .into_tuple()
        .one(db)
        .await?)
}

/// The ids of all admins and superadmins.
pub(super) async fn staff(db: &impl ConnectionTrait) -> Result<Vec<UserId>> {
    Ok(user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Role.ne(user::Role::User))
        .filter(user::Column::DeletedAt.is_null())
        .into_tuple()
        .all(db)
        .await?)
}

/// Everybody who is not what most people are: in the staff, or banned, or immune.
pub(super) async fn marked(db: &impl ConnectionTrait) -> Result<Vec<user::Model>> {
    let marked = sea_orm::Condition::any()
        .add(user::Column::Role.ne(user::Role::User))
        .add(user::Column::BannedAt.is_not_null())
        .add(user::Column::ShadowBannedAt.is_not_null())
        .add(user::Column::TimedOutUntil.is_not_null())
        .add(user::Column::Immune.eq(true));
    Ok(user::Entity::find()
        .filter(marked)
        .filter(user::Column::DeletedAt.is_null())
        .filter(user::Column::Id.ne(UserId::SYSTEM))
        .order_by_asc(user::Column::UsernameFolded)
        .all(db)
        .await?)
}

/// The addresses of live sessions of `users`.
pub(super) async fn session_addresses(
    db: &impl ConnectionTrait,
    users: &[UserId],
    now: Timestamp,
) -> Result<Vec<IpAddr>> {
    let addresses: Vec<String> = session::Entity::find()
        .select_only()
        .column(session::Column::Address)
        .filter(session::Column::UserId.is_in(users.iter().copied()))
        .filter(session::Column::ExpiresAt.gt(now))
        .into_tuple()
        .all(db)
        .await?;
    let addresses = addresses.iter().filter_map(|text| text.parse().ok());
    Ok(addresses.collect())
}

/// A report to store.
pub(super) struct NewReport {
    pub(super) kind: report::Kind,
    pub(super) message: Option<MessageId>,
    pub(super) excerpt: Option<String>,
    pub(super) target: UserId,
    pub(super) reporter: UserId,
    pub(super) reason: &'static str,
    pub(super) details: String,
    pub(super) now: Timestamp,
}

pub(super) async fn insert_report(
    db: &impl ConnectionTrait,
    new: NewReport,
) -> Result<report::Model> {
    let row = report::ActiveModel {
        kind: Set(new.kind),
        message_id: Set(new.message),
        excerpt: Set(new.excerpt),
        target_id: Set(new.target),
        reporter_id: Set(new.reporter),
        reason: Set(new.reason.to_owned()),
        details: Set(new.details),
        created_at: Set(new.now),
        status: Set(report::Status::Pending),
        admin_notes: Set(String::new()),
        ..Default::default()
    };
    Ok(row.insert(db).await?)
}

/// Whether `reporter` has reported this since then: the message, or the person where none is named.
pub(super) async fn has_reported(
    db: &impl ConnectionTrait,
    reporter: UserId,
    (target, message): (UserId, Option<MessageId>),
    since: Timestamp,
) -> Result<bool> {
    let same = match message {
        Some(message) => report::Column::MessageId.eq(message),
        None => report::Column::Kind.eq(report::Kind::User),
    };
    let found = report::Entity::find()
        .filter(report::Column::ReporterId.eq(reporter))
        .filter(report::Column::TargetId.eq(target))
        .filter(report::Column::CreatedAt.gt(since))
        .filter(same)
        .count(db)
        .await?;
    Ok(found > 0)
}

/// How many reports `reporter` has made since then.
pub(super) async fn count_reports_by(
    db: &impl ConnectionTrait,
    reporter: UserId,
    since: Timestamp,
) -> Result<u64> {
    Ok(report::Entity::find()
        .filter(report::Column::ReporterId.eq(reporter))
        .filter(report::Column::CreatedAt.gt(since))
        .count(db)
        .await?)
}

/// A page of reports, the newest first, and how many there are in all.
pub(super) async fn list_reports(
    db: &impl ConnectionTrait,
    status: Option<report::Status>,
    offset: u64,
    limit: u64,
) -> Result<(Vec<report::Model>, u64)> {
    let all = report::Entity::find()
        .filter(sea_orm::Condition::all().add_option(status.map(|s| report::Column::Status.eq(s))));
    let total = all.clone().count(db).await?;
    let page = all
        .order_by_desc(report::Column::Id)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?;
    Ok((page, total))
}

pub(super) async fn find_report(
    db: &impl ConnectionTrait,
    id: ReportId,
) -> Result<Option<report::Model>> {
    Ok(report::Entity::find_by_id(id).one(db).await?)
}

/// What is decided about a report.
pub(super) struct Decision {
    pub(super) status: report::Status,
    /// None leaves the notes as they are.
    pub(super) notes: Option<String>,
    /// By whom and when, where it is closed.
    pub(super) closed: Option<(UserId, Timestamp)>,
}

pub(super) async fn decide_report(
    db: &impl ConnectionTrait,
    id: ReportId,
    decision: Decision,
) -> Result<()> {
    let mut row = report::ActiveModel {
        id: Set(id),
        status: Set(decision.status),
        resolved_by: Set(decision.closed.map(|(by, _)| by)),
        resolved_at: Set(decision.closed.map(|(_, at)| at)),
        ..Default::default()
    };
    if let Some(notes) = decision.notes {
        row.admin_notes = Set(notes);
    }
    row.update(db).await?;
    Ok(())
}

pub(super) async fn delete_report(db: &impl ConnectionTrait, id: ReportId) -> Result<()> {
    report::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}
