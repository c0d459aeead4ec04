//! Looking into a service's event: whatever is missing or of another type reads as empty, because a
//! service that changes a detail should still be heard.

use serde_json::Value;

use crate::apps::webhooks::reader::https_address;

/// An object of an event, or nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a>(Option<&'a Value>);

impl<'a> Event<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// The value at a path of names: `commit.author.name`.
    pub(super) fn at(self, path: &str) -> Self {
        let step = |value: Option<&'a Value>, name| value.and_then(|value| value.get(name));
        Self(path.split('.').fold(self.0, step))
    }

    /// The text there; empty if there is none.
    pub(super) fn text(self, path: &str) -> &'a str {
        let value = self.at(path).0.and_then(Value::as_str);
        value.unwrap_or_default().trim()
    }

    /// The first of the texts that is there.
    pub(super) fn first_text(self, paths: &[&str]) -> &'a str {
        let mut texts = paths.iter().map(|path| self.text(path));
        texts.find(|text| !text.is_empty()).unwrap_or_default()
    }

    /// The whole number there.
    pub(super) fn number(self, path: &str) -> Option<i64> {
        self.at(path).0.and_then(Value::as_i64)
    }

    /// Whether `true` is there.
    pub(super) fn is(self, path: &str) -> bool {
        self.at(path).0 == Some(&Value::Bool(true))
    }

    /// Whether there is anything but `null`.
    pub(super) fn has(self, path: &str) -> bool {
        self.at(path).0.is_some_and(|value| !value.is_null())
    }

    /// The elements of the list there.
    pub(super) fn list(self, path: &str) -> impl ExactSizeIterator<Item = Event<'a>> {
        let list = self.at(path).0.and_then(Value::as_array);
        let list = list.map(Vec::as_slice).unwrap_or_default();
        list.iter().map(Event::of)
    }

    /// The names and texts of the object there.
    pub(super) fn pairs(self, path: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let object = self.at(path).0.and_then(Value::as_object);
        let pairs = object.into_iter().flatten();
        pairs.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// The address of a picture there, if it may be shown.
    pub(super) fn picture(self, path: &str) -> Option<String> {
        https_address(self.text(path))
    }
}
