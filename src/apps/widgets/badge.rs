//! A widget as a badge, in the schema that Shields reads from an endpoint.

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{model::Widget, snapshot::State};
use crate::kernel::Result;

/// The first row of a widget as a badge (shields.io/badges/endpoint-badge).
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Badge {
    /// Always 1.
    schema_version: u8,
    /// What it is about.
    label: String,
    /// How it is.
    message: String,
    /// A colour by name.
    color: &'static str,
}

/// A row as it is stored.
#[derive(Deserialize)]
struct StoredRow<'a> {
    label: String,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    current: Option<&'a RawValue>,
    #[serde(borrow)]
    max: Option<&'a RawValue>,
    state: Option<State>,
    text: Option<String>,
}

impl Badge {
    /// The badge of `widget` at `now`.
    pub(super) fn of(widget: &Widget, now: Timestamp) -> Result<Self> {
        let posted = widget.posted.as_ref().filter(|posted| {
            let ttl = posted.ttl_seconds;
            ttl.is_none_or(|ttl| now < posted.updated_at.plus_seconds(ttl))
        });
        let rows: Vec<StoredRow<'_>> = match posted {
            Some(posted) => serde_json::from_str(posted.rows.get())?,
            None => Vec::new(),
        };
        Ok(match rows.into_iter().next() {
            Some(row) => Self::of_row(row),
            None => Self::new(widget.name.clone(), "no data".to_owned(), "lightgrey"),
        })
    }

    fn of_row(row: StoredRow<'_>) -> Self {
        if let Some(state) = row.state {
            let (word, color) = match state {
                State::Ok => ("ok", "brightgreen"),
                State::Warn => ("warning", "yellow"),
                State::Err => ("error", "red"),
                State::Idle => ("idle", "lightgrey"),
            };
            let message = row.text.filter(|text| !text.trim().is_empty());
            return Self::new(row.label, message.unwrap_or_else(|| word.to_owned()), color);
        }
        let message = match (row.value, row.current, row.max) {
            (Some(value), ..) => plain(value),
            (None, Some(current), Some(max)) => format!("{} / {}", plain(current), plain(max)),
            _ => String::new(),
        };
        Self::new(row.label, message, "blue")
    }

    fn new(label: String, message: String, color: &'static str) -> Self {
        Self {
            schema_version: 1,
            label,
            message,
            color,
        }
    }
}

/// A number in its digits, a text without its quotes.
fn plain(value: &RawValue) -> String {
    serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use entity::{AppId, ServerId, Timestamp};
    use serde_json::value::RawValue;

    use super::Badge;
    use crate::apps::widgets::model::{PostedRows, Widget};

    fn badge(rows: Option<&str>, ttl_seconds: Option<i64>, age: i64) -> (String, String, String) {
        let posted = rows.map(|rows| PostedRows {
            rows: RawValue::from_string(rows.to_owned()).expect("JSON"),
            ttl_seconds,
            updated_at: Timestamp(1000),
        });
        let widget = Widget {
            id: AppId(1),
            server: ServerId(1),
            name: "CI".to_owned(),
            description: String::new(),
            is_suspended: false,
            is_visible: true,
            is_pinned: false,
            version: 1,
            posted,
        };
        let badge = Badge::of(&widget, Timestamp(1000).plus_seconds(age)).expect("a badge");
        assert_eq!(badge.schema_version, 1);
        (badge.label, badge.message, badge.color.to_owned())
    }

    fn shown(label: &str, message: &str, color: &str) -> (String, String, String) {
        (label.to_owned(), message.to_owned(), color.to_owned())
    }

    #[test]
    fn the_first_row_is_the_badge() {
        for (row, expected) in [
            (
                r#"{"kind":"counter","label":"Online","value":1.50}"#,
                shown("Online", "1.50", "blue"),
            ),
            (
                r#"{"kind":"text","label":"Version","value":"1.4 \"beta\""}"#,
                shown("Version", "1.4 \"beta\"", "blue"),
            ),
            (
                r#"{"kind":"progress","label":"Disk","current":42,"max":128}"#,
                shown("Disk", "42 / 128", "blue"),
            ),
            (
                r#"{"kind":"status","label":"API","state":"err"}"#,
                shown("API", "error", "red"),
            ),
            (
                r#"{"kind":"status","label":"API","state":"ok","text":"200 OK"}"#,
                shown("API", "200 OK", "brightgreen"),
            ),
        ] {
            let rows = format!(r#"[{row},{{"kind":"text","label":"x","value":"y"}}]"#);
            assert_eq!(badge(Some(&rows), None, 1_000_000), expected);
        }
    }

    #[test]
    fn what_is_not_known_any_more_is_not_shown() {
        let rows = Some(r#"[{"kind":"counter","label":"Online","value":1}]"#);
        let nothing = shown("CI", "no data", "lightgrey");
        assert_eq!(badge(None, None, 0), nothing);
        assert_eq!(badge(rows, Some(30), 29).1, "1");
        assert_eq!(badge(rows, Some(30), 30), nothing);
    }
}
