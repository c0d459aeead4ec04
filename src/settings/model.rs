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
    UmTimeoutUser = "UM_TIMEOUT_USER": "1",
    UmSearchUser = "UM_SEARCH_USER": "1",
    UmTempBan = "UM_TEMP_BAN": "1",
    UmGlobalWarning = "UM_GLOBAL_WARNING": "1",
    UmShadowBan = "UM_SHADOW_BAN": "1",
    McDeleteMessages = "MC_DELETE_MESSAGES": "1",
    McEditMessages = "MC_EDIT_MESSAGES": "1",
    McBroadcastMessage = "MC_BROADCAST_MESSAGE": "1",
    McViewHistory = "MC_VIEW_HISTORY": "1",
    McMessageLifespan = "MC_MESSAGE_LIFESPAN": "0",
    McMessageLifespanDays = "MC_MESSAGE_LIFESPAN_DAYS": "0",
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
    GdCloseAllDms = "GD_CLOSE_ALL_DMS": "1",
    AdminSyncPerms = "ADMIN_SYNC_PERMS": "0",
    AdminViewActive = "ADMIN_VIEW_ACTIVE": "0",
    AdminStealthMode = "ADMIN_STEALTH_MODE": "0",
    AdminsStealth = "ADMINS_STEALTH": "0",
    DowntimeEnabled = "DOWNTIME_ENABLED": "0",
    DowntimeReason = "DOWNTIME_REASON": "",
    AlertsEnabled = "ALERTS_ENABLED": "0",
    AlertsText = "ALERTS_TEXT": "",
    SecStrictAssociatedBan = "SEC_STRICT_ASSOCIATED_BAN": "0",
    SecDeviceBanOnLogin = "SEC_DEVICE_BAN_ON_LOGIN": "1",
    SecRegBanSimilarCid = "SEC_REG_BAN_SIMILAR_CID": "1",
    AntispamMaxLength = "ANTISPAM_MAX_LENGTH": "1000",
    AntispamMaxBytes = "ANTISPAM_MAX_BYTES": "4000",
    AntispamRateWindow = "ANTISPAM_RATE_WINDOW": "10.0",
    AntispamRateMax = "ANTISPAM_RATE_MAX": "8",
    AntispamMinGap = "ANTISPAM_MIN_GAP": "0.7",
    AntispamSlowDuration = "ANTISPAM_SLOW_DURATION": "10.0",
}

/// The longest life that messages may be given, in days: a century.
const MAX_LIFESPAN_DAYS: u32 = 36_525;
/// The longest text that a setting may hold, in characters.
const MAX_TEXT_CHARS: usize = 1000;

impl Key {
    /// The setting called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }

    /// `value` within the setting's range: a number of days below 0 is 0.
    pub fn clamp(self, value: String) -> String {
        match self {
            Self::McMessageLifespanDays if value.parse::<i64>().is_ok_and(|days| days < 0) => {
                "0".to_owned()
            }
            _ => value,
        }
    }

    /// Whether `value` makes sense: `"0"`/`"1"` for switches, a number or a text for the others.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Self::AntispamMaxLength | Self::AntispamMaxBytes | Self::AntispamRateMax => {
                value.parse::<u32>().is_ok_and(|number| number > 0)
            }
            Self::AntispamRateWindow | Self::AntispamMinGap | Self::AntispamSlowDuration => value
                .parse::<f64>()
                .is_ok_and(|number| (0.0..=86_400.0).contains(&number)),
            Self::McMessageLifespanDays => value
                .parse::<u32>()
                .is_ok_and(|days| days <= MAX_LIFESPAN_DAYS),
            Self::DowntimeReason | Self::AlertsText => value.chars().count() <= MAX_TEXT_CHARS,
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
