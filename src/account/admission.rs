//! Who may come in from where, and with what: bans of devices and addresses at the door.

use entity::device;

use super::{
    Accounts,
    bans::Sighting,
    model::{LoginSource, User},
};
use crate::{
    kernel::{Error, Result},
    settings::Key,
};

impl Accounts {
    /// Refuses who comes with a banned device or from a banned address, superadmins excepted, and
    /// of those from banned addresses the immune.
    pub(super) fn require_admitted(&self, user: &User, from: &LoginSource) -> Result<()> {
        if user.role.is_superadmin() {
            return Ok(());
        }
        let device = from.device.as_deref();
        if device.is_some_and(|device| self.bans().has_device(device)) {
            return Err(device_banned());
        }
        if self.bans().has_address(from.address) && !user.immune {
            return Err(address_banned());
        }
        Ok(())
    }

    /// Refuses who wants to register with a banned device, or one that resembles a banned one, or
    /// from a banned address.
    pub(super) fn require_welcome(&self, from: &LoginSource) -> Result<()> {
        if self.bans().has_address(from.address) {
            return Err(address_banned());
        }
        let Some(device) = &from.device else {
            return Ok(());
        };
        if self.bans().has_device(device) {
            return Err(device_banned());
        }
        if self.settings.is_on(Key::SecRegBanSimilarCid) && self.bans().has_resembling(device) {
            self.bans().saw(Sighting::Resembling {
                device: device.clone(),
            });
            return Err(Error::refused("device_banned", "Registration blocked"));
        }
        Ok(())
    }

    /// Notes with which device somebody has signed in, and names it where it has no name yet. That it
    /// cannot be noted is no reason not to sign in.
    pub(super) async fn note_login(&self, user: &User, from: &LoginSource) -> String {
        let name = || uuid::Uuid::new_v4().to_string();
        let device = from.device.clone().unwrap_or_else(name);
        let seen = device::Model {
            user_id: user.id,
            client_id: device.clone(),
            address: from.address.to_string(),
            private_address: String::new(),
            seen_at: self.clock.now(),
        };
        if let Err(error) = self.bans().note_device(seen).await {
            error.log("noting a device");
        }
        device
    }
}

fn device_banned() -> Error {
    Error::refused("device_banned", "Your device is banned")
}

fn address_banned() -> Error {
    Error::refused("ip_banned", "Your IP address is banned")
}
