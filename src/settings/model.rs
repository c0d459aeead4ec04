//! The settings' names, defaults and what a value may be.

use std::{borrow::Cow, collections::BTreeMap};

/// Declares every setting once: its name on the wire and its default.
macro_rules! settings {
    ($($variant:ident = $name:literal: $default:literal,)*) => {
        /// A setting. Its wire name is the variant's in capitals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the table below says name and default of each")]
        pub enum Key { $($variant,)* }

        impl Key {
            /// Every setting.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire and in the database.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The value while nobody has set one.
            pub const fn default_value(self) -> &'static str {
                match self { $(Self::$variant => $default,)* }
            }
        }
    };
}

// The names and defaults are those of the existing Chatter server (its "app settings").
settings! {
    PublicEnabled = "PUBLIC_ENABLED": "1",
    DmEnabled = "DM_ENABLED": "1",
    GdmEnabled = "GDM_ENABLED": "1",
    MaintenanceMode = "MAINTENANCE_MODE": "0",
    InviteOnlyMode = "INVITE_ONLY_MODE": "0",
    AnnouncementsOnly = "ANNOUNCEMENTS_ONLY": "0",
    UmBanUser = "UM_BAN_USER": "1",
    McDeleteMessages = "MC_DELETE_MESSAGES": "1",
    McEditMessages = "MC_EDIT_MESSAGES": "1",
    McPinMessage = "MC_PIN_MESSAGE": "1",
    McPurgeChannel = "MC_PURGE_CHANNEL": "1",
    GdLockGroup = "GD_LOCK_GROUP": "1",
    GdUnlockGroup = "GD_UNLOCK_GROUP": "1",
    GdRemoveUser = "GD_REMOVE_USER": "1",
    GdTransferOwnership = "GD_TRANSFER_OWNERSHIP": "1",
    GdDeleteGroup = "GD_DELETE_GROUP": "1",
    GdForceLeaveGroup = "GD_FORCE_LEAVE_GROUP": "1",
    GdOwnerControls = "GD_OWNER_CONTROLS": "0",
    GdSaveDmLogs = "GD_SAVE_DM_LOGS": "1",
    GdDmAsSystem = "GD_DM_AS_SYSTEM": "1",
    AntispamMaxLength = "ANTISPAM_MAX_LENGTH": "1000",
    AntispamMaxBytes = "ANTISPAM_MAX_BYTES": "4000",
    AntispamRateWindow = "ANTISPAM_RATE_WINDOW": "10.0",
    AntispamRateMax = "ANTISPAM_RATE_MAX": "8",
    AntispamMinGap = "ANTISPAM_MIN_GAP": "0.7",
    AntispamSlowDuration = "ANTISPAM_SLOW_DURATION": "10.0",
}

impl Key {
    /// The setting called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// Whether `value` makes sense: `"0"`/`"1"` for switches, a number for the others.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Self::AntispamMaxLength | Self::AntispamMaxBytes | Self::AntispamRateMax => {
                value.parse::<u32>().is_ok_and(|number| number > 0)
            }
            Self::AntispamRateWindow | Self::AntispamMinGap | Self::AntispamSlowDuration => value
                .parse::<f64>()
                .is_ok_and(|number| (0.0..=86_400.0).contains(&number)),
            _ => matches!(value, "0" | "1"),
        }
    }
}

/// The settings' values: those that were set, and the defaults of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingValues(pub(super) BTreeMap<Key, String>);

impl FromIterator<(Key, String)> for SettingValues {
    fn from_iter<I: IntoIterator<Item = (Key, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl SettingValues {
    /// The value of `key`.
    pub fn get(&self, key: Key) -> &str {
        self.0.get(&key).map_or(key.default_value(), String::as_str)
    }

    /// Whether the switch `key` is on.
    pub fn is_on(&self, key: Key) -> bool {
        self.get(key) == "1"
    }

    /// All of them, as on the wire.
    pub fn all(&self) -> BTreeMap<Cow<'static, str>, String> {
        Key::ALL
            .iter()
            .map(|key| (Cow::Borrowed(key.name()), self.get(*key).to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, SettingValues};

    #[test]
    fn every_default_is_a_value_that_would_be_accepted() {
        for key in Key::ALL {
            assert!(key.accepts(key.default_value()), "{}", key.name());
            assert_eq!(Key::parse(key.name()), Some(*key));
        }
        assert!(!Key::DmEnabled.accepts("yes"));
        assert!(!Key::AntispamMaxLength.accepts("0"));
    }

    #[test]
    fn an_unset_setting_has_its_default() {
        let values = SettingValues::default();
        assert!(values.is_on(Key::DmEnabled));
        assert!(!values.is_on(Key::MaintenanceMode));
        assert_eq!(values.get(Key::AntispamMinGap), "0.7");
    }
}
