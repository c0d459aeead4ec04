//! What the admin feature speaks of.

use std::collections::BTreeMap;

use entity::{AuditEntryId, MessageId, Timestamp, UserId};
use serde_json::{Map, Value, json};

use crate::{
    kernel::{Error, Result},
    settings::{Key, SettingValues},
};

/// An entry of the audit record, with names.
#[derive(Clone, Debug)]
pub struct Audited {
    /// Its id.
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who; none for the command line and for the server itself.
    pub actor: Option<String>,
    /// What, as a stable name.
    pub action: String,
    /// To whom or what.
    pub target: String,
    /// Details.
    pub detail: Value,
}

/// From whom to whom a direct message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parties {
    pub(super) from: UserId,
    pub(super) to: UserId,
}

/// A direct message as it was logged, with names.
#[derive(Clone, Debug)]
pub(super) struct LoggedDm {
    pub(super) id: MessageId,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) text: String,
    pub(super) created_at: Timestamp,
}

/// Which part of the record of direct messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogPage {
    pub(super) before: Option<MessageId>,
    pub(super) limit: u64,
}

/// New values of settings, each of which makes sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SettingChanges(BTreeMap<Key, String>);

impl SettingChanges {
    /// Reads what clients send: keys at the top, under `settings`, or both. Those at the top win,
    /// and unknown ones are ignored, because some clients send back whatever they were shown.
    pub(super) fn parse(mut sent: Map<String, Value>) -> Result<Self> {
        let nested = match sent.remove("settings") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(nested)) => nested,
            Some(_) => return Err(bad_value("settings")),
        };
        let mut changes = BTreeMap::new();
        for (name, value) in nested.iter().chain(&sent) {
            let Some(key) = Key::parse(name) else {
                continue;
            };
            let value = as_text(value).map(|text| key.clamp(text));
            let value = value.filter(|text| key.accepts(text));
            changes.insert(key, value.ok_or_else(|| bad_value(key.name()))?);
        }
        Ok(Self(changes))
    }

    /// Those that differ from `current`.
    pub(super) fn against(&self, current: &SettingValues) -> Vec<(Key, String)> {
        let differing = self.0.iter().filter(|(key, value)| {
            let current = current.get(**key);
            current != value.as_str()
        });
        differing
            .map(|(key, value)| (*key, value.clone()))
            .collect()
    }
}

/// Text, numbers and booleans as settings are stored.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Bool(true) => Some("1".to_owned()),
        Value::Bool(false) => Some("0".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn bad_value(name: &str) -> Error {
    Error::invalid("bad_params", format!("bad params: {name}"))
}

/// Old and new values for the audit record.
pub(super) fn describe(changes: &[(Key, String)], before: &SettingValues) -> Value {
    let lines = changes.iter().map(|(key, value)| {
        let change = json!({"old": before.get(*key), "new": value});
        (key.name().to_owned(), change)
    });
    Value::Object(lines.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{SettingChanges, describe};
    use crate::settings::{Key, SettingValues};

    fn parse(sent: Value) -> Result<Vec<(Key, String)>, String> {
        let Value::Object(sent) = sent else {
            return Err("not an object".into());
        };
        SettingChanges::parse(sent)
            .map(|changes| changes.0.into_iter().collect())
            .map_err(|error| error.text().to_owned())
    }

    #[test]
    fn keys_at_the_top_win_over_nested_ones_and_unknown_ones_are_nothing() {
        let sent = json!({
            "ok": true, "NO_SUCH_KEY": {}, "GDM_ENABLED": "1",
            "settings": {"GDM_ENABLED": "0", "DM_ENABLED": "0", "OTHER": null},
        });
        assert_eq!(
            parse(sent).expect("read"),
            [(Key::DmEnabled, "0".into()), (Key::GdmEnabled, "1".into())]
        );
    }

    #[test]
    fn values_are_taken_as_what_they_plainly_mean() {
        let sent = json!({"DM_ENABLED": false, "GDM_ENABLED": 1, "ANTISPAM_MIN_GAP": 0.5});
        assert_eq!(
            parse(sent).expect("read"),
            [
                (Key::DmEnabled, "0".into()),
                (Key::GdmEnabled, "1".into()),
                (Key::AntispamMinGap, "0.5".into())
            ]
        );
    }

    #[test]
    fn a_senseless_value_is_refused_with_its_key() {
        for value in [
            json!(null),
            json!({}),
            json!([]),
            json!("yes"),
            json!(2),
            json!(""),
        ] {
            let error = parse(json!({"DM_ENABLED": value.clone(), "GDM_ENABLED": "0"}));
            assert_eq!(error, Err("bad params: DM_ENABLED".into()), "{value}");
        }
        assert_eq!(
            parse(json!({"settings": "x"})),
            Err("bad params: settings".into())
        );
    }

    #[test]
    fn only_what_differs_is_changed_and_described() {
        let Value::Object(sent) = json!({"DM_ENABLED": "0", "GDM_ENABLED": "1"}) else {
            return;
        };
        let before = SettingValues::default();
        let changes = SettingChanges::parse(sent).expect("read").against(&before);
        assert_eq!(changes, [(Key::DmEnabled, "0".to_owned())]);
        assert_eq!(
            describe(&changes, &before),
            json!({"DM_ENABLED": {"old": "1", "new": "0"}})
        );
    }
}
