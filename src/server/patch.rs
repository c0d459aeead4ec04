//! Fields of a change that may be absent, null, or a value: three different things.

use serde::{Deserialize, Deserializer};

/// One field of a body that changes something. Needs `#[serde(default)]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not there: stays as it is.
    #[default]
    Absent,
    /// Is to be cleared.
    Null,
    /// Is to be this.
    Value(T),
}

impl<T> Patch<T> {
    /// The same field with its value read, if it has one.
    pub fn try_map<U, E>(self, read: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(read(value)?),
        })
    }

    /// What there is after a change of `old`, where a value is written as `write` does.
    pub(super) fn over<U: Clone>(&self, old: Option<&U>, write: impl FnOnce(&T) -> U) -> Option<U> {
        match self {
            Self::Absent => old.cloned(),
            Self::Null => None,
            Self::Value(value) => Some(write(value)),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Patch;

    #[derive(Debug, Deserialize)]
    struct Body {
        #[serde(default)]
        topic: Patch<String>,
    }

    #[test]
    fn absent_null_and_a_value_are_told_apart() {
        let topic = |json| {
            serde_json::from_str::<Body>(json)
                .map(|body| body.topic)
                .ok()
        };
        assert_eq!(topic("{}"), Some(Patch::Absent));
        assert_eq!(topic(r#"{"topic":null}"#), Some(Patch::Null));
        assert_eq!(
            topic(r#"{"topic":"x"}"#),
            Some(Patch::Value("x".to_owned()))
        );
        assert_eq!(topic(r#"{"topic":7}"#), None);
    }

    #[test]
    fn a_change_keeps_clears_or_replaces() {
        let over = |patch: Patch<&str>| patch.over(Some(&1), |text| text.len());
        assert_eq!(over(Patch::Absent), Some(1));
        assert_eq!(over(Patch::Null), None);
        assert_eq!(over(Patch::Value("four")), Some(4));
        let read = |patch: Patch<&str>| patch.try_map(str::parse::<i64>);
        assert_eq!(read(Patch::Value("7")), Ok(Patch::Value(7)));
        assert_eq!(read(Patch::Null), Ok(Patch::Null));
        assert!(read(Patch::Value("seven")).is_err());
    }
}
