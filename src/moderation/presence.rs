//! Who is connected and from where, who is in the staff, who is banned.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use entity::{Timestamp, UserId, device, user::Role};
use serde_json::json;

use super::{Moderation, store};
use crate::{
    account::{User, device_named},
    kernel::{Error, Result},
    settings::Key,
    socket::Room,
};

/// The longest address that a device says it has in its own network, in characters.
const MAX_PRIVATE_CHARS: usize = 64;

/// Somebody who is connected.
pub(super) struct Connected {
    pub(super) user: Arc<User>,
    pub(super) address: IpAddr,
    pub(super) device: Option<device::Model>,
    pub(super) address_banned: bool,
    pub(super) private_banned: bool,
    pub(super) device_banned: bool,
}

/// A device that is banned.
pub(super) struct BannedDevice {
    pub(super) client_id: String,
    pub(super) username: Option<String>,
    pub(super) banned_at: Timestamp,
}

/// Everything and everybody out of the ordinary.
#[derive(Default)]
pub(super) struct Overview {
    pub(super) admins: Vec<String>,
    pub(super) superadmins: Vec<String>,
    pub(super) banned: Vec<String>,
    pub(super) shadow_banned: Vec<String>,
    pub(super) timed_out: Vec<(String, Timestamp)>,
    pub(super) immune: Vec<String>,
    pub(super) addresses: Vec<String>,
    pub(super) devices: Vec<BannedDevice>,
}

impl Moderation {
    /// Everybody who is connected, by name.
    pub(super) async fn connected(&self) -> Result<Vec<Connected>> {
        let live: HashMap<UserId, IpAddr> = self.delivery.addresses().into_iter().collect();
        let mut connected = Vec::with_capacity(live.len());
        for (id, address) in live {
            let Some(user) = self.accounts.directory().find(id).await? else {
                continue;
            };
            let device = self.bans().devices_of(id).await?.into_iter().next();
            let private = device.as_ref().map(|device| device.private_address.parse());
            connected.push(Connected {
                address_banned: self.bans().has_address(address),
                private_banned: matches!(private, Some(Ok(it)) if self.bans().has_address(it)),
                device_banned: device
                    .as_ref()
                    .is_some_and(|device| self.bans().has_device(&device.client_id)),
                user,
                address,
                device,
            });
        }
        connected
            .sort_unstable_by(|one, two| one.user.username_folded.cmp(&two.user.username_folded));
        Ok(connected)
    }

    /// Everything and everybody out of the ordinary.
    pub(super) async fn overview(&self) -> Result<Overview> {
        let mut overview = Overview::default();
        let now = self.clock.now();
        for user in store::marked(self.db.reader()).await? {
            let name = || user.username.clone();
            match user.role {
                Role::Admin => overview.admins.push(name()),
                Role::Superadmin => overview.superadmins.push(name()),
                Role::User => {}
            }
            if user.banned_at.is_some() {
                overview.banned.push(name());
            }
            if user.shadow_banned_at.is_some() {
                overview.shadow_banned.push(name());
            }
            if let Some(until) = user.timed_out_until.filter(|until| *until > now) {
                overview.timed_out.push((name(), until));
            }
            if user.immune {
                overview.immune.push(name());
            }
        }
        let addresses = self.bans().addresses().await?.into_iter();
        overview.addresses = addresses.map(|ban| ban.address).collect();
        for ban in self.bans().devices().await? {
            overview.devices.push(BannedDevice {
                client_id: ban.client_id,
                username: match ban.user_id {
                    Some(id) => Some(self.name(id).await?),
                    None => None,
                },
                banned_at: ban.banned_at,
            });
        }
        Ok(overview)
    }

    /// The admins and superadmins who are connected; nobody while they do not want to be seen.
    pub(super) async fn staff_online(&self) -> Result<Vec<Arc<User>>> {
        if self.settings.is_on(Key::AdminsStealth) {
            return Ok(Vec::new());
        }
        let mut staff = Vec::new();
        for id in self.delivery.people(Room::Admins) {
            let user = self.accounts.directory().find(id).await?;
            staff.extend(user.filter(|user| user.role.is_admin() && user.presence != "offline"));
        }
        staff.sort_unstable_by(|one, two| one.username_folded.cmp(&two.username_folded));
        Ok(staff)
    }

    /// Hides the staff from the list of who is there, or no longer.
    pub(super) async fn set_stealth(&self, actor: &Arc<User>, hidden: bool) -> Result<()> {
        let actor = actor.clone();
        self.complete(async move |it: Self| {
            let value = if hidden { "1" } else { "0" };
            let key = Key::AdminsStealth;
            let detail = json!({key.name(): {"new": value}});
            let tx = it
                .begin(Some(&actor), "settings.change", key.name(), detail)
                .await?;
            it.settings
                .change_with(tx, &[(key, value.to_owned())])
                .await?;
            let admins = if hidden {
                Vec::new()
            } else {
                it.overview().await?.admins
            };
            it.delivery
                .emit(&[Room::Everyone], "admin_list", &json!({"admins": admins}));
            Ok(())
        })
        .await
    }

    /// Ends the sockets of people who may not be there any more; how many.
    pub(super) async fn clean_up_sockets(&self, actor: &User) -> Result<usize> {
        self.note(actor, "sockets.clean_up", "", json!({})).await?;
        let mut gone = Vec::new();
        for id in self.delivery.people(Room::Everyone) {
            let user = self.accounts.directory().find(id).await?;
            if user.is_none_or(|user| user.banned_at.is_some() || user.deleted_at.is_some()) {
                gone.push(id);
            }
        }
        Ok(self
            .delivery
            .disconnect_where(|user, _| gone.contains(&user)))
    }

    /// Notes which device somebody uses, as it says itself.
    pub(super) async fn note_device(
        &self,
        user: &User,
        address: IpAddr,
        (device, private): (&str, Option<&str>),
    ) -> Result<()> {
        let private = private.filter(|text| text.chars().count() <= MAX_PRIVATE_CHARS);
        let seen = device::Model {
            user_id: user.id,
            client_id: device_named(device).ok_or_else(Error::bad_params)?,
            address: address.to_string(),
            private_address: private.unwrap_or_default().to_owned(),
            seen_at: self.clock.now(),
        };
        self.bans().note_device(seen).await
    }
}
