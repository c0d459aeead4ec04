//! Widgets as they are stored, and as they are told of.

use entity::{AppId, ServerId, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::snapshot::{Problems, Row, Snapshot};
use crate::kernel::{Error, Result, error::ErrorKind};

/// A widget that there is.
#[derive(Clone, Debug)]
pub(super) struct Widget {
    pub(super) id: AppId,
    pub(super) server: ServerId,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) is_suspended: bool,
    pub(super) is_visible: bool,
    pub(super) is_pinned: bool,
    /// How often it was posted to.
    pub(super) version: i64,
    /// What was posted last; none before the first time.
    pub(super) posted: Option<PostedRows>,
}

/// The rows of a widget, and since when they hold.
#[derive(Clone, Debug)]
pub(super) struct PostedRows {
    pub(super) rows: Box<RawValue>,
    pub(super) ttl_seconds: Option<i64>,
    pub(super) updated_at: Timestamp,
}

impl Widget {
    /// Refuses posts while they are not taken.
    ///
    /// # Errors
    /// `suspended`, `widget_invisible`.
    pub(super) fn require_open(&self) -> Result<()> {
        if self.is_suspended {
            let text = "this app was suspended by an administrator";
            return Err(Error::refused("suspended", text));
        }
        if !self.is_visible {
            let text = "this widget is hidden; it takes posts again once it is shown";
            return Err(Error::refused("widget_invisible", text));
        }
        Ok(())
    }

    /// What its tile shows, if it was ever posted to.
    pub(super) fn snapshot(&self) -> Option<SnapshotView> {
        let posted = self.posted.as_ref()?;
        Some(SnapshotView {
            updated_at: posted.updated_at,
            rows: posted.rows.clone(),
            version: self.version,
            ttl_seconds: posted.ttl_seconds,
        })
    }

    /// What its members are told of.
    pub(super) fn news(&self) -> Option<WidgetUpdated> {
        Some(WidgetUpdated {
            server_id: self.server,
            app_id: self.id,
            version: self.version,
            snapshot: self.snapshot()?,
        })
    }
}

/// What a tile shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotView {
    /// When it was posted.
    #[serde(with = "entity::timestamp::millis")]
    updated_at: Timestamp,
    /// One to six rows, in their order. Numbers have the digits that they were sent with.
    #[schema(value_type = Vec<Row>)]
    rows: Box<RawValue>,
    /// How often the widget was posted to.
    version: i64,
    /// Seconds after which the rows are out of date; null: never.
    ttl_seconds: Option<i64>,
}

/// A widget shows something else.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WidgetUpdated {
    /// The server.
    server_id: ServerId,
    /// The widget's app.
    app_id: AppId,
    /// How often it was posted to: an event with a lower one than that of another is older.
    version: i64,
    /// What it shows now.
    snapshot: SnapshotView,
}

/// A widget of a server, as its members see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WidgetView {
    /// Its app.
    app_id: AppId,
    name: String,
    description: String,
    /// Whether it is shown under the header of the server.
    pinned: bool,
    /// Whether all members see it.
    visible: bool,
    /// Null before the first post.
    snapshot: Option<SnapshotView>,
}

impl From<Widget> for WidgetView {
    fn from(widget: Widget) -> Self {
        Self {
            app_id: widget.id,
            snapshot: widget.snapshot(),
            name: widget.name,
            description: widget.description,
            pinned: widget.is_pinned,
            visible: widget.is_visible,
        }
    }
}

/// The answer to a post.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Posted {
    /// Always true.
    ok: bool,
    /// False when a post with a higher `X-Widget-Sequence` was there already; then nothing changed.
    pub(super) applied: bool,
    /// What is shown now.
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<Echo>,
    /// How often the widget was posted to.
    version: i64,
    /// Seconds after which the rows are out of date, if the post said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl_seconds: Option<u32>,
    /// What was left out: `unknown_field:/rows/0/colour`.
    warnings: Vec<String>,
}

impl Posted {
    /// The answer to a post that was stored as this `version`.
    pub(super) fn applied(version: i64, updated_at: Timestamp, snapshot: Snapshot) -> Self {
        Self {
            ok: true,
            applied: true,
            snapshot: Some(Echo {
                updated_at,
                rows: snapshot.rows,
            }),
            version,
            ttl_seconds: snapshot.ttl_seconds,
            warnings: snapshot.warnings,
        }
    }

    /// The answer to a post that came after a later one.
    pub(super) fn passed_over(version: i64, warnings: Vec<String>) -> Self {
        Self {
            ok: true,
            applied: false,
            snapshot: None,
            version,
            ttl_seconds: None,
            warnings,
        }
    }
}

/// What was stored.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Echo {
    /// When, by the database.
    #[serde(with = "entity::timestamp::millis")]
    updated_at: Timestamp,
    /// The rows as they are stored.
    rows: Vec<Row>,
}

/// There is no such widget, or not with this token: which of them is not said.
pub(super) fn widget_not_found() -> Error {
    let text = "there is no widget at this address; its URL may have been replaced";
    Error::new(ErrorKind::NotFound, "widget_not_found", text)
}

/// Everything that is wrong with a post, as one refusal.
pub(super) fn refusal(problems: Problems) -> Error {
    let all = problems.into_iter().map(|problem| {
        let error = Error::invalid(problem.error, problem.message);
        if problem.pointer.is_empty() {
            error
        } else {
            error.at(problem.pointer)
        }
    });
    let all: Vec<_> = all.collect();
    let (code, text, pointer) = match all.first() {
        Some(first) => (first.code(), first.text(), first.pointer()),
        None => ("bad_params", "bad params", None),
    };
    let mut first = Error::invalid(code.to_owned(), text.to_owned());
    if let Some(pointer) = pointer {
        first = first.at(pointer);
    }
    first.among(all)
}
