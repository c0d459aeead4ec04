//! Which addresses and devices are whose, for bans.

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use entity::UserId;

use super::{
    Moderation,
    rights::{not_allowed, require_over},
    store,
};
use crate::{
    account::{Barred, User},
    http::ClientAddress,
    kernel::{Error, Result},
};

impl Moderation {
    /// Refuses to ban this machine, and where admins are.
    pub(super) async fn require_bannable(&self, address: IpAddr) -> Result<()> {
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
    pub(super) fn live_address(&self, user: &User) -> Result<IpAddr> {
        let mut live = self.delivery.addresses().into_iter();
        let found = live.find(|(id, _)| *id == user.id);
        found.map(|(_, address)| address).ok_or_else(|| {
            let text = format!("no ip for user {} (offline)", user.username);
            Error::invalid("no_ip", text)
        })
    }

    pub(super) async fn known_addresses(&self, user: UserId) -> Result<Vec<IpAddr>> {
        let live = self.delivery.addresses().into_iter();
        let mut addresses: Vec<_> = live
            .filter(|(id, _)| *id == user)
            .map(|(_, address)| address)
            .collect();
        addresses.extend(self.bans().addresses_of(user).await?);
        Ok(addresses)
    }

    /// The banned addresses that are somebody's.
    pub(super) async fn banned_addresses_of(&self, user: UserId) -> Result<Vec<IpAddr>> {
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
    pub(super) async fn banned_devices_of(&self, user: UserId) -> Result<Vec<String>> {
        let known = self.bans().devices_of(user).await?.into_iter();
        let known: HashSet<_> = known.map(|device| device.client_id).collect();
        let bans = self.bans().devices().await?.into_iter();
        Ok(bans
            .filter(|ban| ban.user_id == Some(user) || known.contains(&ban.client_id))
            .map(|ban| ban.client_id)
            .collect())
    }

    pub(super) async fn last_device(&self, user: UserId) -> Result<Option<String>> {
        let mut devices = self.bans().devices_of(user).await?.into_iter();
        Ok(devices.next().map(|device| device.client_id))
    }

    /// Refuses a device that somebody uses who is not below `actor`; who used it last.
    pub(super) async fn require_device_below(
        &self,
        actor: &User,
        device: &str,
    ) -> Result<Option<Arc<User>>> {
        let mut last = None;
        for id in self.bans().users_of(device).await? {
            if let Some(user) = self.accounts.directory().find(id).await? {
                require_over(actor, &user).map_err(|_| not_allowed())?;
                last = last.or(Some(user));
            }
        }
        Ok(last)
    }

    /// What was banned because somebody was seen with it while they were banned.
    pub(super) async fn automatic_bans_of(&self, user: UserId) -> Result<Vec<Barred>> {
        let addresses = self.bans().addresses().await?.into_iter();
        let addresses = addresses.filter(|ban| ban.automatic && ban.user_id == Some(user));
        let addresses = addresses.filter_map(|ban| ban.address.parse().ok());
        let devices = self.bans().devices().await?.into_iter();
        let devices = devices.filter(|ban| ban.automatic && ban.user_id == Some(user));
        let devices = devices.map(|ban| Barred::Device(ban.client_id));
        Ok(addresses.map(Barred::Address).chain(devices).collect())
    }
}
