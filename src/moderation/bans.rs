//! Bans of accounts, addresses and devices, one by one and all at once.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use entity::UserId;
use serde_json::json;

use super::{
    Moderation,
    model::{TrueBan, TrueUnban},
    rights::{not_allowed, require_over},
    store,
};
use crate::{
    account::{BanChange, Barred, Sighting, User, device_named},
    http::ClientAddress,
    kernel::{Error, Result, Tx, error::ErrorKind},
    settings::Key,
    socket::Room,
};

/// Which address is to be banned, or no longer.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressTarget {
    /// The address.
    pub(super) address: Option<String>,
    /// Whose, where no address is given.
    pub(super) username: Option<String>,
}

impl Moderation {
    /// Bans the person called `name`, or lifts their ban.
    ///
    /// # Errors
    /// `disabled` by `UM_BAN_USER`, `user_not_found`, `forbidden` for who is not below `actor`.
    pub async fn set_banned(&self, actor: &Arc<User>, name: &str, banned: bool) -> Result<()> {
        self.require_on(Key::UmBanUser)?;
        let target = self.subordinate(actor, name).await?;
        if target.banned_at.is_some() == banned {
            return Ok(());
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            it.announce_ban(&target, banned).await;
            let action = if banned { "user.ban" } else { "user.unban" };
            let tx = it
                .begin(Some(&actor), action, &target.username, json!({}))
                .await?;
            it.accounts.set_banned_with(tx, &target, banned).await
        })
        .await
    }

    /// Bans an address, or lifts its ban. Who comes from there is out at once; the public is told,
    /// without the address.
    pub(super) async fn set_address_banned(
        &self,
        actor: &Arc<User>,
        target: AddressTarget,
        banned: bool,
    ) -> Result<()> {
        let given = target.address.as_deref().map(str::trim);
        let owner = match target.username.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(self.subordinate(actor, name).await?),
            None => None,
        };
        let addresses = match (given.filter(|text| !text.is_empty()), &owner) {
            (Some(text), _) => vec![parse_address(text)?],
            (None, Some(owner)) if banned => vec![self.live_address(owner)?],
            (None, Some(owner)) => self.banned_addresses_of(owner.id).await?,
            (None, None) => return Err(Error::bad_params()),
        };
        if banned {
            for address in &addresses {
                self.require_bannable(*address).await?;
            }
        }
        let changes: Vec<_> = addresses
            .iter()
            .map(|address| BanChange {
                what: Barred::address(*address),
                owner: owner.as_ref().map(|owner| owner.id),
                banned,
            })
            .collect();
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            let action = if banned { "ip.ban" } else { "ip.unban" };
            let detail = json!({"username": owner.map(|owner| owner.username.clone())});
            let tx = it
                .begin(Some(&actor), action, listed(&addresses), detail)
                .await?;
            it.store(tx, &changes).await?;
            if banned {
                it.put_out(&addresses).await?;
            }
            let news = if banned {
                "An IP address was banned."
            } else {
                "The ban of an IP address was lifted."
            };
            it.chat.notify(&[Room::Everyone], news);
            Ok(())
        })
        .await
    }

    /// Bans somebody's account, a device of theirs - the one they used last, unless one is named -
    /// and the addresses from which they came, apart from those that admins use.
    ///
    /// # Errors
    /// `user_not_found`, `forbidden` for who is not below `actor`.
    pub async fn true_ban(
        &self,
        actor: &Arc<User>,
        name: &str,
        device: Option<&str>,
    ) -> Result<TrueBan> {
        let target = self.subordinate(actor, name).await?;
        let device = match named(device)? {
            Some(device) => {
                self.require_device_below(actor, &device).await?;
                Some(device)
            }
            None => self.last_device(target.id).await?,
        };
        let mut addresses = Vec::new();
        for address in self.known_addresses(target.id).await? {
            let bucket = ClientAddress(address).bucket();
            if !addresses.contains(&bucket) && self.require_bannable(address).await.is_ok() {
                addresses.push(bucket);
            }
        }
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            it.announce_ban(&target, true).await;
            let detail = json!({"ips": addresses, "client_id": device});
            let tx = it
                .begin(Some(&actor), "user.true_ban", &target.username, detail)
                .await?;
            let what = addresses.iter().copied().map(Barred::Address);
            let changes = changes(
                what.chain(device.clone().map(Barred::Device)),
                &target,
                true,
            );
            it.bans().write(&tx, &changes, it.clock.now()).await?;
            it.accounts.set_banned_with(tx, &target, true).await?;
            it.bans().apply(&changes);
            it.put_out(&addresses).await?;
            Ok(TrueBan {
                banned_ips: addresses,
                client_id: device,
            })
        })
        .await
    }

    /// Lifts the ban of somebody's account, of their devices and of their addresses.
    ///
    /// # Errors
    /// `user_not_found`, `forbidden` for who is not below `actor`.
    pub async fn true_unban(
        &self,
        actor: &Arc<User>,
        name: &str,
        device: Option<&str>,
    ) -> Result<TrueUnban> {
        let target = self.subordinate(actor, name).await?;
        let mut devices = self.banned_devices_of(target.id).await?;
        if let Some(device) = named(device)?
            && self.bans().has_device(&device)
            && !devices.contains(&device)
        {
            self.require_device_below(actor, &device).await?;
            devices.push(device);
        }
        let addresses = self.banned_addresses_of(target.id).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            let detail = json!({"ips": addresses, "client_ids": devices});
            let tx = it
                .begin(Some(&actor), "user.true_unban", &target.username, detail)
                .await?;
            let what = addresses.iter().copied().map(Barred::Address);
            let what = what.chain(devices.iter().cloned().map(Barred::Device));
            let changes = changes(what, &target, false);
            it.bans().write(&tx, &changes, it.clock.now()).await?;
            it.accounts.set_banned_with(tx, &target, false).await?;
            it.bans().apply(&changes);
            Ok(TrueUnban {
                unbanned_ips: addresses,
                cleared_client_ids: devices,
            })
        })
        .await
    }

    /// Bans a device together with the account of whoever used it last, or lifts both bans. The
    /// device is named, or is the one that the person called `username` used last.
    pub(super) async fn set_device_banned(
        &self,
        actor: &Arc<User>,
        (device, username): (Option<&str>, Option<&str>),
        banned: bool,
    ) -> Result<()> {
        let device = named(device)?;
        let owner = match username.filter(|name| !name.is_empty()) {
            Some(name) => Some(self.subordinate(actor, name).await?),
            None => None,
        };
        let (device, owner) = match (device, owner) {
            (Some(device), owner) => {
                let last = self.require_device_below(actor, &device).await?;
                (device, owner.or(last))
            }
            (None, Some(owner)) => {
                let device = self.last_device(owner.id).await?;
                (device.ok_or_else(no_device)?, Some(owner))
            }
            (None, None) => {
                return Err(Error::invalid(
                    "client_id_or_username_required",
                    "client_id_or_username_required",
                ));
            }
        };
        let change = BanChange {
            what: Barred::Device(device.clone()),
            owner: owner.as_ref().map(|owner| owner.id),
            banned,
        };
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            let action = if banned { "device.ban" } else { "device.unban" };
            let detail = json!({"username": owner.as_ref().map(|owner| &owner.username)});
            let tx = it.begin(Some(&actor), action, device, detail).await?;
            let changes = [change];
            match owner.filter(|owner| owner.banned_at.is_some() != banned) {
                Some(owner) => {
                    it.bans().write(&tx, &changes, it.clock.now()).await?;
                    it.accounts.set_banned_with(tx, &owner, banned).await?;
                    it.bans().apply(&changes);
                    Ok(())
                }
                None => it.store(tx, &changes).await,
            }
        })
        .await
    }

    /// Lifts the bans of all of somebody's devices; their account stays as it is.
    pub(super) async fn unban_devices_of(&self, actor: &Arc<User>, name: &str) -> Result<()> {
        let target = self.subordinate(actor, name).await?;
        let devices = self.banned_devices_of(target.id).await?;
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let _turn = it.changing.lock().await;
            let detail = json!({"client_ids": devices});
            let name = &target.username;
            let tx = it
                .begin(Some(&actor), "device.unban_all", name, detail)
                .await?;
            let changes = changes(devices.into_iter().map(Barred::Device), &target, false);
            it.store(tx, &changes).await
        })
        .await
    }

    /// Does what is due when banned people are seen at the door, until the server stops.
    pub(super) async fn follow_sightings(self) {
        let stop = self.tasks.stopping();
        let next = async || stop.run_until_cancelled(self.bans().next_sighting()).await;
        while let Some(Some(sighting)) = next().await {
            if let Err(error) = self.follow(sighting).await {
                error.log("following a banned person");
            }
        }
    }

    async fn follow(&self, sighting: Sighting) -> Result<()> {
        let (what, owner) = match sighting {
            Sighting::Resembling { device } => (vec![Barred::Device(device)], None),
            Sighting::Banned {
                user,
                address,
                device,
            } => {
                let mut what = Vec::new();
                if self.settings.is_on(Key::SecDeviceBanOnLogin)
                    && let Some(device) = device
                    && self.is_nobody_above(&device).await?
                {
                    what.push(Barred::Device(device));
                }
                if self.settings.is_on(Key::SecStrictAssociatedBan)
                    && self.require_bannable(address).await.is_ok()
                {
                    what.push(Barred::address(address));
                }
                (what, Some(user))
            }
        };
        let _turn = self.changing.lock().await;
        for what in what {
            let (known, action, target) = match &what {
                Barred::Address(address) => {
                    let known = self.bans().has_address(*address);
                    (known, "ip.ban", address.to_string())
                }
                Barred::Device(id) => (self.bans().has_device(id), "device.ban", id.clone()),
            };
            if known {
                continue;
            }
            let detail = match owner {
                Some(owner) => json!({"seen_with": self.name(owner).await?}),
                None => json!({"seen_with": "registration"}),
            };
            let tx = self.begin(None, action, target, detail).await?;
            let change = BanChange {
                what,
                owner,
                banned: true,
            };
            self.store(tx, &[change]).await?;
        }
        Ok(())
    }

    async fn store(&self, tx: Tx, changes: &[BanChange]) -> Result<()> {
        self.bans().write(&tx, changes, self.clock.now()).await?;
        tx.commit().await?;
        self.bans().apply(changes);
        Ok(())
    }

    /// Tells somebody that they are banned, while they can still hear it, or that they no longer
    /// are.
    async fn announce_ban(&self, target: &Arc<User>, banned: bool) {
        if target.banned_at.is_some() != banned {
            let text = if banned {
                "You have been banned."
            } else {
                "Your ban was lifted."
            };
            self.tell(target, text.to_owned()).await;
        }
    }

    /// Ends the sockets from `addresses`, apart from those of people whom bans of addresses do not
    /// concern.
    async fn put_out(&self, addresses: &[IpAddr]) -> Result<()> {
        let concerned = |address: IpAddr| {
            let bucket = ClientAddress(address).bucket();
            let mut banned = addresses.iter().map(|one| ClientAddress(*one).bucket());
            banned.any(|one| one == bucket)
        };
        let mut exempt = HashSet::new();
        for (user, address) in self.delivery.addresses() {
            if concerned(address)
                && let Some(found) = self.accounts.directory().find(user).await?
                && (found.role.is_superadmin() || found.immune)
            {
                exempt.insert(user);
            }
        }
        self.delivery
            .disconnect_where(|user, address| concerned(address) && !exempt.contains(&user));
        Ok(())
    }

    /// Refuses to ban this machine, and where admins are.
    async fn require_bannable(&self, address: IpAddr) -> Result<()> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return Err(Error::invalid("loopback", "refuse loopback"));
        }
        if address.is_unspecified() || address.is_multicast() {
            return Err(Error::bad_params());
        }
        let bucket = ClientAddress(address).bucket();
        let staff = store::staff(self.db.reader()).await?;
        let mut used = store::session_addresses(self.db.reader(), &staff, self.clock.now()).await?;
        let live = self.delivery.addresses().into_iter();
        used.extend(
            live.filter(|(user, _)| staff.contains(user))
                .map(|(_, address)| address),
        );
        if used
            .iter()
            .any(|one| ClientAddress(*one).bucket() == bucket)
        {
            return Err(Error::invalid(
                "ip_in_use",
                "ip in use by an admin/superadmin",
            ));
        }
        Ok(())
    }

    /// The address that somebody is connected from.
    fn live_address(&self, user: &User) -> Result<IpAddr> {
        let mut live = self.delivery.addresses().into_iter();
        let found = live.find(|(id, _)| *id == user.id);
        found.map(|(_, address)| address).ok_or_else(|| {
            let text = format!("no ip for user {} (offline)", user.username);
            Error::invalid("no_ip", text)
        })
    }

    async fn known_addresses(&self, user: UserId) -> Result<Vec<IpAddr>> {
        let live = self.delivery.addresses().into_iter();
        let mut addresses: Vec<_> = live
            .filter(|(id, _)| *id == user)
            .map(|(_, address)| address)
            .collect();
        addresses.extend(self.bans().addresses_of(user).await?);
        Ok(addresses)
    }

    /// The banned addresses that are somebody's.
    async fn banned_addresses_of(&self, user: UserId) -> Result<Vec<IpAddr>> {
        let known = self.known_addresses(user).await?.into_iter();
        let known: HashSet<_> = known.map(|one| ClientAddress(one).bucket()).collect();
        let bans = self.bans().addresses().await?.into_iter();
        Ok(bans
            .filter_map(|ban| Some((ban.user_id, ban.address.parse().ok()?)))
            .filter(|(owner, address)| *owner == Some(user) || known.contains(address))
            .map(|(_, address)| address)
            .collect())
    }

    /// The banned devices that are somebody's.
    async fn banned_devices_of(&self, user: UserId) -> Result<Vec<String>> {
        let known = self.bans().devices_of(user).await?.into_iter();
        let known: HashSet<_> = known.map(|device| device.client_id).collect();
        let bans = self.bans().devices().await?.into_iter();
        Ok(bans
            .filter(|ban| ban.user_id == Some(user) || known.contains(&ban.client_id))
            .map(|ban| ban.client_id)
            .collect())
    }

    async fn last_device(&self, user: UserId) -> Result<Option<String>> {
        let mut devices = self.bans().devices_of(user).await?.into_iter();
        Ok(devices.next().map(|device| device.client_id))
    }

    /// Refuses a device that somebody uses who is not below `actor`; who used it last.
    async fn require_device_below(&self, actor: &User, device: &str) -> Result<Option<Arc<User>>> {
        let mut last = None;
        for id in self.bans().users_of(device).await? {
            if let Some(user) = self.accounts.directory().find(id).await? {
                require_over(actor, &user).map_err(|_| not_allowed())?;
                last = last.or(Some(user));
            }
        }
        Ok(last)
    }

    /// Whether no admin uses a device: a shared machine must not lock them out.
    async fn is_nobody_above(&self, device: &str) -> Result<bool> {
        for id in self.bans().users_of(device).await? {
            let user = self.accounts.directory().find(id).await?;
            if user.is_some_and(|user| user.role.is_admin()) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn changes(what: impl IntoIterator<Item = Barred>, owner: &User, banned: bool) -> Vec<BanChange> {
    let changes = what.into_iter().map(|what| BanChange {
        what,
        owner: Some(owner.id),
        banned,
    });
    changes.collect()
}

/// The name of a device that is given; an empty one is none.
fn named(device: Option<&str>) -> Result<Option<String>> {
    match device.filter(|device| !device.is_empty()) {
        Some(device) => device_named(device).map(Some).ok_or_else(Error::bad_params),
        None => Ok(None),
    }
}

fn parse_address(text: &str) -> Result<IpAddr> {
    let address: IpAddr = text.parse().map_err(|_| Error::bad_params())?;
    Ok(address.to_canonical())
}

fn listed(addresses: &[IpAddr]) -> String {
    let texts: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

fn no_device() -> Error {
    Error::new(
        ErrorKind::NotFound,
        "no_client_id_for_user",
        "no_client_id_for_user",
    )
}
