//! Bans of accounts, addresses and devices, one by one and all at once.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use serde_json::json;

use super::{
    Moderation,
    model::{TrueBan, TrueUnban},
};
use crate::{
    account::{BanChange, Barred, User, device_named},
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
            // What was banned only because they were seen with it is their own again.
            let seen_with = if banned {
                Vec::new()
            } else {
                it.automatic_bans_of(target.id).await?
            };
            let changes = changes(seen_with, &target, false);
            let tx = it
                .begin(Some(&actor), action, &target.username, json!({}))
                .await?;
            it.bans().write(&tx, &changes, it.clock.now()).await?;
            it.accounts.set_banned_with(tx, &target, banned).await?;
            it.bans().apply(&changes);
            Ok(())
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
                automatic: false,
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
            automatic: false,
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

    pub(super) async fn store(&self, tx: Tx, changes: &[BanChange]) -> Result<()> {
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
}

fn changes(what: impl IntoIterator<Item = Barred>, owner: &User, banned: bool) -> Vec<BanChange> {
    let changes = what.into_iter().map(|what| BanChange {
        what,
        owner: Some(owner.id),
        banned,
        automatic: false,
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
