//! Addresses and devices that may not come in, and which ones are whose.
//!
//! The bans are few, so all of them are kept in memory: every request asks for its address. They
//! are read once at start and changed by this process alone. An IPv6 address stands for its /64.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
};

use entity::{Timestamp, UserId, device, device_ban, ip_ban};
use http::{HeaderMap, header};
use tokio::sync::{Mutex, mpsc};

use super::store_bans as store;
use crate::{
    http::ClientAddress,
    kernel::{Db, Result, Tx},
};

/// The cookie in which a browser keeps its device's name.
pub const DEVICE_COOKIE: &str = "client_id";
/// The header with which other clients say it.
const DEVICE_HEADER: &str = "x-client-id";
/// The longest name of a device, in bytes.
const MAX_DEVICE_BYTES: usize = 128;
/// How much of two names is the same when they resemble each other.
const RESEMBLING_BYTES: usize = 8;
/// Devices remembered for each person.
const DEVICES: u64 = 20;
/// Sightings that may wait to be looked at.
const SIGHTINGS: usize = 256;

/// What may be banned besides people.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Barred {
    /// An address, as [`ClientAddress::bucket`] has it.
    Address(IpAddr),
    /// A device, by what it calls itself.
    Device(String),
}

impl Barred {
    /// The address, or the network that it stands for.
    pub fn address(address: IpAddr) -> Self {
        Self::Address(ClientAddress(address).bucket())
    }
}

/// A ban, or the end of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanChange {
    /// What it is about.
    pub what: Barred,
    /// Whose it is, where that is known.
    pub owner: Option<UserId>,
    /// Whether it is to be banned.
    pub banned: bool,
    /// Whether nobody decides it: a banned person was seen with it.
    pub automatic: bool,
}

/// Somebody at the door who tells something about where banned people come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// A banned person has proved who they are.
    Banned {
        /// The person.
        user: UserId,
        /// Where they came from.
        address: IpAddr,
        /// With what, as far as it is known.
        device: Option<String>,
    },
    /// Somebody wanted to register with a device whose name resembles a banned one's.
    Resembling {
        /// The device.
        device: String,
    },
}

#[derive(Debug, Default)]
struct Facts {
    addresses: HashSet<IpAddr>,
    devices: HashSet<String>,
}

/// The bans in force. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bans {
    db: Db,
    // Held for a look-up only, never across an await.
    facts: Arc<RwLock<Facts>>,
    sightings: mpsc::Sender<Sighting>,
    seen: Arc<Mutex<mpsc::Receiver<Sighting>>>,
}

impl Bans {
    /// Reads the bans in `db`.
    pub async fn load(db: Db) -> Result<Self> {
        let addresses = store::list_addresses(db.reader()).await?;
        let devices = store::list_devices(db.reader()).await?;
        let addresses = addresses.iter().filter_map(|ban| ban.address.parse().ok());
        let facts = Facts {
            addresses: addresses.collect(),
            devices: devices.into_iter().map(|ban| ban.client_id).collect(),
        };
        let (sightings, seen) = mpsc::channel(SIGHTINGS);
        Ok(Self {
            db,
            facts: Arc::new(RwLock::new(facts)),
            sightings,
            seen: Arc::new(Mutex::new(seen)),
        })
    }

    /// Whether nobody may come from `address`. Never true of this machine itself.
    pub fn has_address(&self, address: IpAddr) -> bool {
        let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner);
        !facts.addresses.is_empty()
            && !address.to_canonical().is_loopback()
            && facts.addresses.contains(&ClientAddress(address).bucket())
    }

    /// Whether nobody may come with this device.
    pub fn has_device(&self, device: &str) -> bool {
        let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner);
        facts.devices.contains(device)
    }

    /// Whether the device's name begins as a banned one's does.
    pub fn has_resembling(&self, device: &str) -> bool {
        let Some(beginning) = device.get(..RESEMBLING_BYTES) else {
            return false;
        };
        let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner);
        facts
            .devices
            .iter()
            .any(|banned| banned.starts_with(beginning))
    }

    /// Stores `changes` together with what else `tx` does. They are in force after
    /// [`Bans::apply`], which is to be called once `tx` is committed; changes are made one at a
    /// time.
    pub async fn write(&self, tx: &Tx, changes: &[BanChange], now: Timestamp) -> Result<()> {
        for change in changes {
            store::write(tx, change, now).await?;
        }
        Ok(())
    }

    /// Puts stored `changes` into force.
    pub fn apply(&self, changes: &[BanChange]) {
        let mut facts = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match (&change.what, change.banned) {
                (Barred::Address(address), true) => drop(facts.addresses.insert(*address)),
                (Barred::Address(address), false) => drop(facts.addresses.remove(address)),
                (Barred::Device(id), true) => drop(facts.devices.insert(id.clone())),
                (Barred::Device(id), false) => drop(facts.devices.remove(id)),
            }
        }
    }

    /// All bans of addresses, the oldest first.
    pub async fn addresses(&self) -> Result<Vec<ip_ban::Model>> {
        store::list_addresses(self.db.reader()).await
    }

    /// All bans of devices, the oldest first.
    pub async fn devices(&self) -> Result<Vec<device_ban::Model>> {
        store::list_devices(self.db.reader()).await
    }

    /// Somebody's devices, the last used first.
    pub async fn devices_of(&self, user: UserId) -> Result<Vec<device::Model>> {
        store::devices_of(self.db.reader(), user).await
    }

    /// Who has used a device, the last one first.
    pub async fn users_of(&self, device: &str) -> Result<Vec<UserId>> {
        store::users_of_device(self.db.reader(), device).await
    }

    /// The addresses from which somebody has signed in, the last one first, each once.
    pub async fn addresses_of(&self, user: UserId) -> Result<Vec<IpAddr>> {
        let mut addresses = Vec::new();
        for text in store::addresses_of(self.db.reader(), user).await? {
            if let Ok(address) = text.parse::<IpAddr>() {
                let address = address.to_canonical();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        }
        Ok(addresses)
    }

    /// Notes that somebody came with a device. Only the last few are remembered.
    pub async fn note_device(&self, seen: device::Model) -> Result<()> {
        let user = seen.user_id;
        let tx = self.db.begin().await?;
        store::upsert_device(&tx, seen).await?;
        store::trim_devices(&tx, user, DEVICES).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The next sighting; for the one who decides what follows from it.
    pub async fn next_sighting(&self) -> Option<Sighting> {
        self.seen.lock().await.recv().await
    }

    pub(super) fn saw(&self, sighting: Sighting) {
        // When that many wait, nobody looks at them any more.
        if self.sightings.try_send(sighting).is_err() {
            tracing::warn!("sightings of banned people are not looked at");
        }
    }
}

/// What the device of a request calls itself: the header, else the cookie. Names that are too long
/// or not plain text are none.
pub fn device_of(headers: &HeaderMap) -> Option<String> {
    let header = headers
        .get(DEVICE_HEADER)
        .and_then(|value| value.to_str().ok());
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='));
    let cookie = cookies
        .filter(|(name, _)| *name == DEVICE_COOKIE)
        .map(|(_, value)| value)
        .next();
    header.or(cookie).and_then(device_named)
}

/// A device's name, if it can be one.
pub fn device_named(name: &str) -> Option<String> {
    let fits = (1..=MAX_DEVICE_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{device_named, device_of};

    #[test]
    fn a_device_is_called_what_its_header_or_its_cookie_says() {
        let mut headers = HeaderMap::new();
        assert_eq!(device_of(&headers), None);
        headers.insert(
            "cookie",
            "a=b; client_id=phone; c=d".parse().expect("a value"),
        );
        assert_eq!(device_of(&headers).as_deref(), Some("phone"));
        headers.insert("x-client-id", "laptop".parse().expect("a value"));
        assert_eq!(device_of(&headers).as_deref(), Some("laptop"));
    }

    #[test]
    fn what_is_no_name_names_no_device() {
        for name in ["", "with space", "\u{e9}", &"x".repeat(129)] {
            assert_eq!(device_named(name), None, "{name}");
        }
        assert!(device_named(&"x".repeat(128)).is_some());
    }
}
