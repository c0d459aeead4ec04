//! Bans of people, addresses and devices.

use std::net::IpAddr;

use entity::{Timestamp, UserId};

use super::{
    Import,
    people::Who,
    source::{Cursor, Row},
    spec::{BANNED_DEVICES, BANNED_IPS, BANNED_USERS, BANS, SHADOW_BANS, Table},
    store::Kind,
};
use crate::account::{BanChange, Barred, device_named};

/// What is banned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ban {
    User,
    Shadow,
    Address,
    Device,
}

impl Import {
    /// Brings over who is heard by themselves alone: before messages, which show it.
    pub(super) async fn shadow_bans(&mut self) -> anyhow::Result<()> {
        for id in self.target.shadow_banned().await? {
            self.people.shadowed.insert(id);
        }
        self.bans_in(&SHADOW_BANS, Some(Ban::Shadow)).await
    }

    /// Brings the other bans over.
    pub(super) async fn bans(&mut self) -> anyhow::Result<()> {
        self.bans_in(&BANNED_USERS, Some(Ban::User)).await?;
        self.bans_in(&BANNED_IPS, Some(Ban::Address)).await?;
        self.bans_in(&BANNED_DEVICES, Some(Ban::Device)).await?;
        self.bans_in(&BANS, None).await
    }

    async fn bans_in(&mut self, table: &Table, what: Option<Ban>) -> anyhow::Result<()> {
        if !self.source.has_table(table) {
            return Ok(());
        }
        self.report.read(table.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(table, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                self.ban(table, what, row).await?;
            }
        }
    }

    async fn ban(&mut self, table: &Table, what: Option<Ban>, row: &Row) -> anyhow::Result<()> {
        let Some(what) = what.or_else(|| kind_of(row)) else {
            self.report
                .skipped(table.name, "of nothing that is known", row.key());
            return Ok(());
        };
        let own = match what {
            Ban::User | Ban::Shadow => row.text("username"),
            Ban::Address => row.text("ip"),
            Ban::Device => row.text("client_id"),
        };
        let Some(value) = own.or_else(|| row.text("value")).map(str::to_owned) else {
            self.report.skipped(table.name, "of nobody", row.key());
            return Ok(());
        };
        if row
            .time("expires_at")
            .is_some_and(|end| end <= self.target.now)
        {
            self.report.skipped(table.name, "over", value);
            return Ok(());
        }
        let key = (format!("{what:?}:{value}"), row.mark());
        let known = self
            .target
            .known(Kind::Ban, std::slice::from_ref(&key))
            .await?;
        if !known.is_empty() {
            self.report.already_here(table.name);
            return Ok(());
        }
        let at = row.time("created_at").unwrap_or(self.target.now);
        let owner = row.text("username").and_then(|name| self.find_named(name));
        let owner = owner.and_then(Who::sender);
        if let Err(why) = self.impose(what, &value, owner, at).await? {
            self.report.skipped(table.name, why, value);
            return Ok(());
        }
        if row.text("expires_at").is_some() {
            let changed = "bans with an end, which have none here: lift them when it is time";
            self.report.changed(changed, value);
        }
        self.report.imported(table.name);
        self.target.remember(Kind::Ban, vec![(key, 0)]).await
    }

    /// Bans somebody or something, or says why not.
    async fn impose(
        &mut self,
        what: Ban,
        value: &str,
        owner: Option<UserId>,
        at: Timestamp,
    ) -> anyhow::Result<Result<(), &'static str>> {
        let barred = match what {
            Ban::User | Ban::Shadow => {
                let Some(Who::Person(id)) = self.find_named(value) else {
                    return Ok(Err("without an account"));
                };
                let is_shadow = what == Ban::Shadow;
                if !self.target.ban(id, is_shadow, at).await? {
                    return Ok(Err("superadmins, who cannot be banned"));
                }
                if is_shadow {
                    self.people.shadowed.insert(id);
                }
                return Ok(Ok(()));
            }
            Ban::Address => match value.trim().parse::<IpAddr>() {
                Ok(address) if !address.is_loopback() && !address.is_unspecified() => {
                    Barred::address(address)
                }
                _ => return Ok(Err("no address that can be banned")),
            },
            Ban::Device => match device_named(value) {
                Some(device) => Barred::Device(device),
                None => return Ok(Err("no name of a device")),
            },
        };
        let change = BanChange {
            what: barred,
            owner,
            banned: true,
            automatic: false,
        };
        self.target.bar(change, at).await?;
        Ok(Ok(()))
    }
}

/// What a row of a table for all kinds of bans is about.
fn kind_of(row: &Row) -> Option<Ban> {
    match row.text("type") {
        Some("user" | "account") => Some(Ban::User),
        Some("shadow") => Some(Ban::Shadow),
        Some("ip" | "private_ip" | "public_ip" | "public" | "private") => Some(Ban::Address),
        Some("device" | "client") => Some(Ban::Device),
        None if row.text("client_id").is_some() => Some(Ban::Device),
        None if row.text("ip").is_some() => Some(Ban::Address),
        None if row.text("username").is_some() => Some(Ban::User),
        _ => None,
    }
}
