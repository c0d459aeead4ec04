//! What people report to the admins, and what becomes of it.

use std::sync::Arc;

use entity::{MessageId, ReportId, report, report::Kind};
use serde_json::json;

use super::{
    Moderation,
    model::{Reason, Report, ReportsPage},
    store::{self, Decision, NewReport},
};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
    socket::Room,
};

/// For how long the same message cannot be reported again, in seconds.
const MESSAGE_AGAIN: i64 = 3600;
/// For how long the same person cannot be reported again, in seconds.
const PERSON_AGAIN: i64 = 86_400;
/// The most reports of one person in an hour.
const PER_HOUR: u64 = 30;
/// The longest details and notes, in characters.
const MAX_CHARS: usize = 2000;

/// What somebody reports.
#[derive(Clone, Debug)]
pub(super) struct NewCase {
    pub(super) reason: String,
    pub(super) details: Option<String>,
}

impl Moderation {
    /// Reports a message that `reporter` can read.
    pub(super) async fn report_message(
        &self,
        reporter: &Arc<User>,
        id: MessageId,
        case: NewCase,
    ) -> Result<()> {
        let reason = Reason::parse(&case.reason, Kind::Message)?;
        let message = self.chat.readable_message(reporter, id).await?;
        let (author, excerpt) = message
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "not_found", "Message not found"))?;
        let author = author.ok_or_else(|| {
            Error::invalid("bad_params", "Only messages of people can be reported")
        })?;
        let target = self.accounts.directory().find(author).await?;
        let target = target.ok_or_else(Error::user_not_found)?;
        let again = "You have already reported this message recently";
        self.report(
            reporter,
            &target,
            (Some(id), Some(excerpt)),
            (MESSAGE_AGAIN, again),
            (reason, case.details),
        )
        .await
    }

    /// Reports a person.
    pub(super) async fn report_user(
        &self,
        reporter: &Arc<User>,
        name: &str,
        case: NewCase,
    ) -> Result<()> {
        let reason = Reason::parse(&case.reason, Kind::User)?;
        let target = self.person(name).await?;
        let again = "You have already reported this user recently";
        self.report(
            reporter,
            &target,
            (None, None),
            (PERSON_AGAIN, again),
            (reason, case.details),
        )
        .await
    }

    async fn report(
        &self,
        reporter: &Arc<User>,
        target: &Arc<User>,
        (message, excerpt): (Option<MessageId>, Option<String>),
        (seconds, again): (i64, &'static str),
        (reason, details): (Reason, Option<String>),
    ) -> Result<()> {
        if target.id == reporter.id {
            return Err(Error::invalid("bad_params", "You cannot report yourself"));
        }
        let details = details.unwrap_or_default();
        require_short(&details)?;
        let (now, reader) = (self.clock.now(), self.db.reader());
        let hour_ago = now.plus_seconds(-3600);
        if store::count_reports_by(reader, reporter.id, hour_ago).await? >= PER_HOUR {
            let text = "You have reported a lot. Please wait a while.";
            return Err(Error::rate_limited("rate_limited", text, Some(3600)));
        }
        let since = now.plus_seconds(-seconds);
        if store::has_reported(reader, reporter.id, (target.id, message), since).await? {
            return Err(Error::rate_limited("already_reported", again, None));
        }
        let kind = if message.is_some() {
            Kind::Message
        } else {
            Kind::User
        };
        let new = NewReport {
            kind,
            message,
            excerpt,
            target: target.id,
            reporter: reporter.id,
            reason: reason.as_str(),
            details,
            now,
        };
        let stored = store::insert_report(self.db.writer(), new).await?;
        let news = json!({
            "id": stored.id, "type": kind, "reporter": reporter.username,
            "target": target.username, "reason": reason.as_str(),
        });
        self.delivery.emit(&[Room::Admins], "new_report", &news);
        Ok(())
    }

    /// A page of reports, the newest first.
    pub(super) async fn reports(
        &self,
        status: Option<report::Status>,
        offset: u64,
        limit: u64,
    ) -> Result<ReportsPage> {
        let (rows, total) = store::list_reports(self.db.reader(), status, offset, limit).await?;
        let mut reports = Vec::with_capacity(rows.len());
        for row in rows {
            reports.push(Report {
                id: row.id,
                report_type: row.kind,
                target_id: row.message_id.map_or(row.target_id.0, |id| id.0),
                target_username: self.name(row.target_id).await?,
                excerpt: row.excerpt,
                message_id: row.message_id,
                reason: row.reason,
                details: row.details,
                reporter_username: self.name(row.reporter_id).await?,
                created_at: row.created_at,
                status: row.status,
                admin_notes: row.admin_notes,
                resolved_at: row.resolved_at,
                resolved_by: match row.resolved_by {
                    Some(id) => Some(self.name(id).await?),
                    None => None,
                },
            });
        }
        Ok(ReportsPage {
            reports,
            total,
            offset,
            limit,
        })
    }

    /// Notes what has become of a report. One that is resolved or dismissed says who decided it.
    pub(super) async fn decide_report(
        &self,
        actor: &Arc<User>,
        id: ReportId,
        status: report::Status,
        notes: Option<String>,
    ) -> Result<()> {
        if let Some(notes) = &notes {
            require_short(notes)?;
        }
        let before = self.require_report(id).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let is_closed = matches!(status, report::Status::Resolved | report::Status::Dismissed);
            let detail = json!({"old": before.status, "new": status});
            let tx = it
                .begin(Some(&actor), "report.update", id.to_string(), detail)
                .await?;
            let decision = Decision {
                status,
                notes,
                closed: is_closed.then(|| (actor.id, it.clock.now())),
            };
            store::decide_report(&tx, id, decision).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    /// Removes a report for good.
    pub(super) async fn delete_report(&self, actor: &Arc<User>, id: ReportId) -> Result<()> {
        let before = self.require_report(id).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let detail = json!({"reporter": before.reporter_id, "target": before.target_id});
            let tx = it
                .begin(Some(&actor), "report.delete", id.to_string(), detail)
                .await?;
            store::delete_report(&tx, id).await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn require_report(&self, id: ReportId) -> Result<report::Model> {
        let found = store::find_report(self.db.reader(), id).await?;
        found.ok_or_else(|| Error::new(ErrorKind::NotFound, "not_found", "Report not found"))
    }
}

fn require_short(text: &str) -> Result<()> {
    if text.chars().count() <= MAX_CHARS {
        return Ok(());
    }
    let text = format!("At most {MAX_CHARS} characters, please");
    Err(Error::new(ErrorKind::TooLarge, "too_long", text))
}
