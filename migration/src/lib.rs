//! Chatter's schema, as migrations that run at start on SQLite and on PostgreSQL.
//!
//! Owns every `CREATE` and `ALTER`. A migration is frozen once it is on the main branch: what comes
//! later is a new file. Statements are plain SQL, since partial indexes, triggers and `WITHOUT
//! ROWID` have no builder; where the two databases differ, [`dialect`] has the words.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod dialect;
mod m20261121_000001_create_accounts;
mod m20261121_000002_create_conversations;
mod m20261121_000003_create_groups;
mod m20261121_000004_create_administration;
mod m20261122_000001_create_docs;
mod m20261122_000002_create_servers;
mod m20261122_000003_create_apps;
mod m20261122_000004_create_files;
mod m20261122_000005_mention_roles;
mod m20261122_000006_create_installation_key;
mod m20261122_000011_create_system_user;
mod m20261122_000012_create_password_resets;
mod m20261122_000013_create_moderation;
mod m20261122_000014_create_search;
mod m20261122_000015_create_reactions;
mod m20261122_000016_create_pins;
mod m20261122_000017_create_custom_channels;
mod m20261122_000019_create_import;

/// All migrations, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_accounts::Migration),
            Box::new(m20261121_000002_create_conversations::Migration),
            Box::new(m20261121_000003_create_groups::Migration),
            Box::new(m20261121_000004_create_administration::Migration),
            Box::new(m20261122_000001_create_docs::Migration),
            Box::new(m20261122_000002_create_servers::Migration),
            Box::new(m20261122_000003_create_apps::Migration),
            Box::new(m20261122_000004_create_files::Migration),
            Box::new(m20261122_000005_mention_roles::Migration),
            Box::new(m20261122_000006_create_installation_key::Migration),
            Box::new(m20261122_000011_create_system_user::Migration),
            Box::new(m20261122_000012_create_password_resets::Migration),
            Box::new(m20261122_000013_create_moderation::Migration),
            Box::new(m20261122_000014_create_search::Migration),
            Box::new(m20261122_000015_create_reactions::Migration),
            Box::new(m20261122_000016_create_pins::Migration),
            Box::new(m20261122_000017_create_custom_channels::Migration),
            Box::new(m20261122_000019_create_import::Migration),
        ]
    }
}
