//! What a widget is sent: one to six rows, checked and brought into their stored form.
//!
//! Pure: bytes in, rows or everything that is wrong with them out. Numbers keep the text they came
//! with - `1.50` stays `1.50`, and what a `f64` could not hold survives - so a stored snapshot is
//! JSON text, never a parsed value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::apps::webhooks::markdown::one_line;

/// The most rows that a tile shows.
pub const MAX_ROWS: usize = 6;
/// The longest label, in Unicode scalar values.
pub const MAX_LABEL_CHARS: usize = 40;
/// The longest text of a row, in Unicode scalar values.
pub const MAX_TEXT_CHARS: usize = 120;
/// The longest address that a row can link to, in bytes.
const MAX_URL_BYTES: usize = 2048;
/// How long a snapshot may be good for, in seconds.
const TTL_SECONDS: std::ops::RangeInclusive<u32> = 30..=86_400;
/// Warnings beyond these say nothing new.
const MAX_WARNINGS: usize = 20;

/// A JSON object whose values have not been looked at. Of a repeated key the last one counts.
type Members<'a> = BTreeMap<String, &'a RawValue>;

/// What a widget's tile is to show.
#[derive(Debug)]
pub struct Snapshot {
    /// In the order they are shown in.
    pub rows: Vec<Row>,
    /// Seconds after which the rows count as out of date, if its sender said so.
    pub ttl_seconds: Option<u32>,
    /// What was left out, for the sender: `unknown_field:/rows/0/colour`.
    pub warnings: Vec<String>,
}

/// One line of a tile, as it is stored and echoed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Row {
    /// A number.
    Counter {
        /// What the number counts.
        label: String,
        /// The number.
        value: Number,
        /// Where the row leads, https.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Something that works or does not.
    Status {
        /// What it is.
        label: String,
        /// How it is.
        state: State,
        /// More about it.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Where the row leads, https.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// A short text.
    Text {
        /// What the text is about.
        label: String,
        /// The text.
        value: String,
        /// Where the row leads, https.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// A part of a whole.
    Progress {
        /// What is under way.
        label: String,
        /// The part; may be negative or more than the whole.
        current: Number,
        /// The whole; 0 is an empty bar.
        max: Number,
        /// Where the row leads, https.
        #[serde(skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
}

/// A finite number in the very digits it was sent in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = f64)]
pub struct Number(Box<RawValue>);

impl Number {
    /// The number that is written so, if it is one.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let raw = RawValue::from_string(text.to_owned()).ok()?;
        Self::parse(&raw)
    }

    /// `raw` if it is a number, and one that JavaScript would not read as infinite.
    fn parse(raw: &RawValue) -> Option<Self> {
        let is_number = raw
            .get()
            .starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let value: f64 = raw.get().parse().ok().filter(|_| is_number)?;
        value.is_finite().then(|| Self(raw.to_owned()))
    }

    fn is_negative(&self) -> bool {
        self.0.get().parse().is_ok_and(|value: f64| value < 0.0)
    }
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It works.
    Ok,
    /// It needs attention.
    Warn,
    /// It is broken.
    Err,
    /// It has nothing to do.
    Idle,
}

/// One thing that is wrong with what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The stable name that programs compare: `row_2:label_too_long`.
    pub error: String,
    /// What people are shown.
    pub message: String,
    /// Where it is, as a JSON pointer; empty for the body as a whole.
    pub pointer: String,
}

impl Problem {
    fn new(error: &str, pointer: &str, message: impl Into<String>) -> Self {
        Self {
            error: error.to_owned(),
            message: message.into(),
            pointer: pointer.to_owned(),
        }
    }
}

/// Everything that is wrong, in the order it was found in; never empty.
pub type Problems = Vec<Problem>;

impl Snapshot {
    /// Reads the body of a widget's POST.
    pub fn parse(body: &[u8]) -> Result<Self, Problems> {
        let mut members: Members<'_> = serde_json::from_slice(body).map_err(|error| {
            let message = format!("the body has to be a JSON object: {error}");
            vec![Problem::new("invalid_json", "", message)]
        })?;
        let rows = rows_of(take(&mut members, "rows")).map_err(|problem| vec![problem])?;

        let mut reading = Reading::default();
        let rows = rows.iter().enumerate();
        let rows: Vec<_> = rows
            .filter_map(|(index, raw)| reading.row(index, raw).ok())
            .collect();
        let ttl_seconds = reading.ttl(take(&mut members, "ttl_seconds"));
        reading.warn("", &members);
        if reading.problems.is_empty() {
            Ok(Self {
                rows,
                ttl_seconds,
                warnings: reading.warnings,
            })
        } else {
            Err(reading.problems)
        }
    }
}

/// The rows of `raw`, if there are neither too few nor too many.
fn rows_of(raw: Option<&RawValue>) -> Result<Vec<&RawValue>, Problem> {
    let rows: Option<Vec<&RawValue>> = raw.and_then(|raw| serde_json::from_str(raw.get()).ok());
    match rows {
        Some(rows) if rows.len() > MAX_ROWS => {
            let message = format!(
                "there are {} rows; at most {MAX_ROWS} are shown",
                rows.len()
            );
            Err(Problem::new("too_many_rows", "/rows", message))
        }
        Some(rows) if !rows.is_empty() => Ok(rows),
        _ => {
            let message = format!("rows has to be an array of 1 to {MAX_ROWS} rows");
            Err(Problem::new("rows_required", "/rows", message))
        }
    }
}

/// What has been found out about a body so far.
#[derive(Default)]
struct Reading {
    problems: Problems,
    warnings: Vec<String>,
}

impl Reading {
    fn row(&mut self, index: usize, raw: &RawValue) -> Checked<Row> {
        let members = serde_json::from_str(raw.get());
        let mut fields = Fields {
            index,
            is_object: members.is_ok(),
            members: members.unwrap_or_default(),
            problems: &mut self.problems,
            cleaned: Vec::new(),
        };
        let row = fields.row()?;
        let (unknown, cleaned) = (fields.members, fields.cleaned);
        for name in cleaned {
            self.note(format!("characters_removed:/rows/{index}/{name}"));
        }
        self.warn(&format!("/rows/{index}"), &unknown);
        Ok(row)
    }

    fn ttl(&mut self, raw: Option<&RawValue>) -> Option<u32> {
        let raw = raw?;
        let ttl = raw.get().parse().ok();
        let ttl = ttl.filter(|ttl| TTL_SECONDS.contains(ttl));
        if ttl.is_none() {
            self.problems.push(Problem::new(
                "ttl_seconds_invalid",
                "/ttl_seconds",
                "ttl_seconds has to be a whole number from 30 to 86400",
            ));
        }
        ttl
    }

    fn warn(&mut self, place: &str, unknown: &Members<'_>) {
        for name in unknown.keys() {
            self.note(format!("unknown_field:{place}/{name}"));
        }
    }

    fn note(&mut self, warning: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        }
    }
}

/// A field that has been looked at; what is wrong with it is among the problems.
type Checked<T> = Result<T, Wrong>;

/// Something is wrong, and it has been noted.
struct Wrong;

#[derive(Clone, Copy)]
enum Kind {
    Counter,
    Status,
    Text,
    Progress,
}

/// The fields of one row; each is taken out as it is read.
struct Fields<'body, 'found> {
    index: usize,
    is_object: bool,
    members: Members<'body>,
    problems: &'found mut Problems,
    /// Fields that had characters which nobody sees, or which turn what follows around.
    cleaned: Vec<&'static str>,
}

impl Fields<'_, '_> {
    /// The row. All of its fields are read before one that is wrong spoils it, so that all that is
    /// wrong is told at once.
    fn row(&mut self) -> Checked<Row> {
        if !self.is_object {
            return self.refuse("", "not_an_object", "has to be an object");
        }
        let (kind, label) = (self.kind(), self.label());
        match kind? {
            Kind::Counter => {
                let (value, url) = (self.number("value"), self.url());
                Ok(Row::Counter {
                    label: label?,
                    value: value?,
                    url: url?,
                })
            }
            Kind::Status => {
                let (state, text, url) = (self.state(), self.text("text"), self.url());
                Ok(Row::Status {
                    label: label?,
                    state: state?,
                    text: text?,
                    url: url?,
                })
            }
            Kind::Text => {
                let (value, url) = (self.value_text(), self.url());
                Ok(Row::Text {
                    label: label?,
                    value: value?,
                    url: url?,
                })
            }
            Kind::Progress => {
                let (current, max, url) = (self.number("current"), self.max(), self.url());
                Ok(Row::Progress {
                    label: label?,
                    current: current?,
                    max: max?,
                    url: url?,
                })
            }
        }
    }

    fn kind(&mut self) -> Checked<Kind> {
        let Some(raw) = take(&mut self.members, "kind") else {
            return self.refuse("kind", "kind_required", "is required");
        };
        match text_of(raw).as_deref() {
            Some("counter") => Ok(Kind::Counter),
            Some("status") => Ok(Kind::Status),
            Some("text") => Ok(Kind::Text),
            Some("progress") => Ok(Kind::Progress),
            _ => self.refuse(
                "kind",
                "invalid_kind",
                "has to be counter, status, text or progress",
            ),
        }
    }

    fn label(&mut self) -> Checked<String> {
        let label = take(&mut self.members, "label").and_then(text_of);
        let label = label.map(|label| self.clean("label", &label));
        match label {
            Some(label) if !label.is_empty() => self.within(MAX_LABEL_CHARS, "label", label),
            _ => self.refuse("label", "label_required", "has to be a text"),
        }
    }

    fn number(&mut self, name: &str) -> Checked<Number> {
        let Some(raw) = take(&mut self.members, name) else {
            return self.refuse(name, &format!("{name}_required"), "is required");
        };
        match Number::parse(raw) {
            Some(number) => Ok(number),
            None => self.refuse(
                name,
                &format!("{name}_not_number"),
                "has to be a finite number",
            ),
        }
    }

    fn max(&mut self) -> Checked<Number> {
        let max = self.number("max")?;
        if max.is_negative() {
            return self.refuse("max", "max_negative", "must not be negative");
        }
        Ok(max)
    }

    fn value_text(&mut self) -> Checked<String> {
        match self.text("value")? {
            Some(value) => Ok(value),
            None => self.refuse("value", "value_required", "is required"),
        }
    }

    /// The text under `name`, if there is one.
    fn text(&mut self, name: &'static str) -> Checked<Option<String>> {
        let Some(raw) = take(&mut self.members, name) else {
            return Ok(None);
        };
        match text_of(raw) {
            Some(text) => {
                let text = self.clean(name, &text);
                self.within(MAX_TEXT_CHARS, name, text).map(Some)
            }
            None => self.refuse(name, &format!("{name}_not_string"), "has to be a text"),
        }
    }

    fn state(&mut self) -> Checked<State> {
        let Some(raw) = take(&mut self.members, "state") else {
            return self.refuse("state", "state_required", "is required");
        };
        match serde_json::from_str(raw.get()) {
            Ok(state) => Ok(state),
            Err(_) => self.refuse("state", "invalid_state", "has to be ok, warn, err or idle"),
        }
    }

    /// Where the row leads, if anywhere.
    fn url(&mut self) -> Checked<Option<String>> {
        let Some(raw) = take(&mut self.members, "url") else {
            return Ok(None);
        };
        match text_of(raw).and_then(|url| web_address(&url)) {
            Some(url) => Ok(Some(url)),
            None => self.refuse("url", "url_invalid", "has to be an https address"),
        }
    }

    /// The text as one line of characters that can be seen.
    fn clean(&mut self, name: &'static str, text: &str) -> String {
        let cleaned = one_line(text);
        let words = |text: &str| text.chars().filter(|c| !matches!(c, ' ')).count();
        if words(&cleaned) != words(text) {
            self.cleaned.push(name);
        }
        cleaned
    }

    fn within(&mut self, max: usize, name: &str, text: String) -> Checked<String> {
        let chars = text.chars().count();
        if chars <= max {
            return Ok(text);
        }
        self.refuse(
            name,
            &format!("{name}_too_long"),
            &format!("has {chars} characters; at most {max} are allowed"),
        )
    }

    /// Notes that the field `name`, or with an empty name the row itself, is wrong.
    fn refuse<T>(&mut self, name: &str, reason: &str, why: &str) -> Checked<T> {
        let index = self.index;
        let (place, pointer) = if name.is_empty() {
            (format!("rows[{index}]"), format!("/rows/{index}"))
        } else {
            let place = format!("rows[{index}].{name}");
            (place, format!("/rows/{index}/{name}"))
        };
        self.problems.push(Problem {
            error: format!("row_{index}:{reason}"),
            message: format!("{place} {why}"),
            pointer,
        });
        Err(Wrong)
    }
}

/// Takes a member out. `null` is no value, as it is where JSON is written from optional fields.
fn take<'a>(members: &mut Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.remove(name).filter(|raw| raw.get() != "null")
}

/// The address of a page that a row can lead to, if `text` is one.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = Some(text).filter(|text| text.len() <= MAX_URL_BYTES);
    let url = url.and_then(|url| url::Url::parse(url).ok())?;
    (url.scheme() == "https" && url.username().is_empty()).then(|| url.into())
}

fn text_of(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

#[cfg(test)]
mod tests;
