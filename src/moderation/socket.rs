//! Reports over Socket.IO.
//!
//! Each event is answered twice: with an acknowledgement, and with the events that the legacy client
//! listens for.

use entity::{MessageId, ReportId, report};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::{Moderation, reports::NewCase};
use crate::{
    kernel::{Error, Result},
    socket::{Ack, Caller, Routes},
};

/// Reports of one page unless it says otherwise.
const DEFAULT_PAGE: u64 = 50;
/// The most reports of one page.
const MAX_PAGE: u64 = 100;

/// Puts this feature's events into the table.
pub fn register(routes: &mut Routes, moderation: &Moderation) {
    routes.on_deferred("report_message", moderation, report_message);
    routes.on_deferred("report_user", moderation, report_user);
    routes.on_deferred("fetch_reports", moderation, fetch_reports);
    routes.on_deferred("update_report_status", moderation, update_report_status);
    routes.on_deferred("delete_report", moderation, delete_report);
}

/// An id as a number or as its digits.
#[derive(Clone, Copy, Debug)]
struct Id(i64);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(i64),
            Digits(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(id) => Ok(Self(id)),
            Written::Digits(digits) => digits.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

#[derive(Debug, Serialize)]
struct Told {
    message: &'static str,
}

#[derive(Debug, Deserialize)]
struct MessageReport {
    message_id: Id,
    #[serde(default)]
    reason: String,
    details: Option<String>,
}

async fn report_message(it: Moderation, caller: Caller, report: MessageReport, ack: Ack) {
    let reported = async {
        let reporter = it.chat.require_user(caller.user).await?;
        let case = NewCase {
            reason: report.reason,
            details: report.details,
        };
        it.report_message(&reporter, MessageId(report.message_id.0), case)
            .await?;
        Ok(Told {
            message: "Report submitted",
        })
    };
    answer(ack, reported.await, "report_success", "report_error");
}

#[derive(Debug, Deserialize)]
struct UserReport {
    #[serde(default)]
    target_username: String,
    #[serde(default)]
    reason: String,
    details: Option<String>,
}

async fn report_user(it: Moderation, caller: Caller, report: UserReport, ack: Ack) {
    let reported = async {
        let reporter = it.chat.require_user(caller.user).await?;
        let case = NewCase {
            reason: report.reason,
            details: report.details,
        };
        it.report_user(&reporter, &report.target_username, case)
            .await?;
        Ok(Told {
            message: "Report submitted",
        })
    };
    answer(ack, reported.await, "report_success", "report_error");
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    status: Option<String>,
    #[serde(default)]
    offset: u64,
    limit: Option<u64>,
}

async fn fetch_reports(it: Moderation, caller: Caller, wanted: Option<Wanted>, ack: Ack) {
    let page = async {
        it.require_admin(&caller).await?;
        let wanted = wanted.unwrap_or_default();
        let status = match wanted.status.as_deref() {
            None | Some("" | "all") => None,
            Some(status) => Some(parse_status(status)?),
        };
        let limit = wanted.limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
        let offset = wanted.offset.min(u64::from(u32::MAX));
        it.reports(status, offset, limit).await
    };
    answer(ack, page.await, "reports_data", "reports_error");
}

#[derive(Debug, Deserialize)]
struct StatusUpdate {
    report_id: Id,
    #[serde(default)]
    status: String,
    admin_notes: Option<String>,
}

async fn update_report_status(it: Moderation, caller: Caller, update: StatusUpdate, ack: Ack) {
    let updated = async {
        let admin = it.require_admin(&caller).await?;
        let status = parse_status(&update.status)?;
        it.decide_report(
            &admin,
            ReportId(update.report_id.0),
            status,
            update.admin_notes,
        )
        .await?;
        Ok(Told {
            message: "Report updated",
        })
    };
    answer(
        ack,
        updated.await,
        "report_update_success",
        "report_update_error",
    );
}

#[derive(Debug, Deserialize)]
struct ReportTarget {
    report_id: Id,
}

async fn delete_report(it: Moderation, caller: Caller, target: ReportTarget, ack: Ack) {
    let deleted = async {
        let admin = it.require_admin(&caller).await?;
        it.delete_report(&admin, ReportId(target.report_id.0))
            .await?;
        Ok(Told {
            message: "Report deleted",
        })
    };
    answer(
        ack,
        deleted.await,
        "report_delete_success",
        "report_delete_error",
    );
}

fn parse_status(text: &str) -> Result<report::Status> {
    serde_json::from_value(json!(text))
        .map_err(|_| Error::invalid("bad_params", "Invalid report status"))
}

fn answer<T: Serialize>(ack: Ack, result: Result<T>, success: &str, failure: &str) {
    match result {
        Ok(body) => {
            ack.emit(success, &body);
            ack.succeed(&body);
        }
        Err(error) => {
            ack.emit(failure, &json!({"message": error.text()}));
            ack.fail(&error);
        }
    }
}

impl Moderation {
    /// The admin who calls.
    async fn require_admin(&self, caller: &Caller) -> Result<std::sync::Arc<crate::account::User>> {
        let user = self.chat.require_user(caller.user).await?;
        if user.role.is_admin() {
            Ok(user)
        } else {
            Err(Error::forbidden())
        }
    }
}
