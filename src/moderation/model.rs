//! What the moderation feature speaks of.

use std::net::IpAddr;

use entity::{MessageId, ReportId, Timestamp, report};
use serde::Serialize;
use utoipa::ToSchema;

use crate::kernel::{Error, Result};

/// What came of banning somebody with everything that is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrueBan {
    /// The addresses that are banned now for this person's sake; of IPv6 their /64.
    #[schema(value_type = Vec<String>)]
    pub banned_ips: Vec<IpAddr>,
    /// The device that is banned, if one is known.
    pub client_id: Option<String>,
}

/// What came of lifting everything that was banned with somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrueUnban {
    /// The addresses that are no longer banned.
    #[schema(value_type = Vec<String>)]
    pub unbanned_ips: Vec<IpAddr>,
    /// The devices that are no longer banned.
    pub cleared_client_ids: Vec<String>,
}

/// Why something is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reason(&'static str);

impl Reason {
    const ANY: [&'static str; 5] = [
        "spam",
        "harassment",
        "hate_speech",
        "inappropriate",
        "other",
    ];
    /// Messages do not pretend to be somebody.
    const OF_PEOPLE: &'static str = "impersonation";

    /// Reads a reason for reporting something of this kind.
    ///
    /// # Errors
    /// `invalid_reason`.
    pub(super) fn parse(text: &str, kind: report::Kind) -> Result<Self> {
        let people = (kind == report::Kind::User).then_some(Self::OF_PEOPLE);
        let reasons = Self::ANY.into_iter().chain(people);
        let known = reasons.into_iter().find(|reason| *reason == text);
        known
            .map(Self)
            .ok_or_else(|| Error::invalid("invalid_reason", "Invalid report reason"))
    }

    /// The reason's name on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        self.0
    }
}

/// A report as admins see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// `message` or `user`.
    #[schema(value_type = String)]
    pub report_type: report::Kind,
    /// The message or the person.
    pub target_id: i64,
    /// Who is reported, or whose message is.
    pub target_username: String,
    /// Message: how it began when it was reported, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// Message: its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// Why.
    pub reason: String,
    /// In the reporter's words.
    pub details: String,
    /// Who reports.
    pub reporter_username: String,
    /// When.
    pub created_at: Timestamp,
    /// `pending`, `reviewed`, `resolved` or `dismissed`.
    #[schema(value_type = String)]
    pub status: report::Status,
    /// In the admins' words.
    pub admin_notes: String,
    /// When it was resolved or dismissed.
    pub resolved_at: Option<Timestamp>,
    /// Who resolved or dismissed it.
    pub resolved_by: Option<String>,
}

/// `reports_data`, and the answer to `fetch_reports`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReportsPage {
    /// The newest first.
    pub reports: Vec<Report>,
    /// How many there are in all.
    pub total: u64,
    /// How many were passed over.
    pub offset: u64,
    /// How many were asked for.
    pub limit: u64,
}

#[cfg(test)]
mod tests {
    use entity::report::Kind;

    use super::Reason;

    #[test]
    fn only_people_impersonate() {
        assert!(Reason::parse("impersonation", Kind::User).is_ok());
        assert!(Reason::parse("impersonation", Kind::Message).is_err());
        for kind in [Kind::User, Kind::Message] {
            let reason = Reason::parse("hate_speech", kind).expect("a reason");
            assert_eq!(reason.as_str(), "hate_speech");
            for unknown in ["", "SPAM", "boring"] {
                assert!(Reason::parse(unknown, kind).is_err(), "{unknown}");
            }
        }
    }
}
