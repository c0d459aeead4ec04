//! Integration tests: the real app in process, on a database of its own and a clock that tests move.
//!
//! What needs neither the clock, nor the database, nor the inside of the process is tested with
//! real clients in `tests/e2e`. With `CHATTER_TEST_POSTGRES_URL` every app gets a fresh database on
//! that server; without it, a `SQLite` file.

mod access;
mod accounts;
mod apps;
mod apps_clients;
mod apps_secrets;
mod architecture;
mod command_line;
mod commands;
mod conversations;
mod docs;
mod docs_files;
mod docs_history;
mod docs_members;
mod docs_rest;
mod files;
mod files_fetched;
mod files_sent;
mod files_shared;
mod fuzz;
mod groups;
mod history;
mod integrations;
mod integrations_members;
mod legacy;
mod legacy_odd;
mod lifecycle;
mod matrix;
mod matrix_apps;
mod matrix_routes;
mod messages;
mod migrations;
mod moderation;
mod moderation_bans;
mod moderation_people;
mod moderation_reports;
mod moderation_standing;
mod notices;
mod oauth;
mod oauth_authorize;
mod oauth_grants;
mod oauth_site;
mod oauth_tokens;
mod origins;
mod people;
mod pictures_elsewhere;
mod pins;
mod profile;
mod reactions;
mod role_mentions;
mod search;
mod secrets;
mod servers;
mod servers_hidden;
mod servers_locked;
mod servers_members;
mod servers_races;
mod servers_roles;
mod servers_rooms;
mod sessions;
mod system;
mod throttle;
mod webhooks;
mod webhooks_guards;
mod webhooks_keys;
mod webhooks_refusals;
mod webhooks_services;
mod widgets;
mod widgets_live;
mod widgets_members;

mod support;
