//! What follows when banned people are seen at the door.

use serde_json::json;

use super::Moderation;
use crate::{
    account::{BanChange, Barred, Sighting},
    kernel::Result,
    settings::Key,
};

impl Moderation {
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
        // Their ban may have been lifted meanwhile, and this is to end with it.
        if let Some(owner) = owner {
            let owner = self.accounts.directory().find(owner).await?;
            if owner.is_none_or(|owner| owner.banned_at.is_none()) {
                return Ok(());
            }
        }
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
                automatic: true,
            };
            self.store(tx, &[change]).await?;
        }
        Ok(())
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
