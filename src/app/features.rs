//! The features, each made of the parts it needs.

use std::{sync::Arc, time::Duration};

use crate::{
    access::{self, Access},
    account::{
        self, Accounts, Bans, Directory, FirstAccount, LoginThrottle, Passwords, SessionStore,
    },
    admin::{self, Admin, Audit},
    apps::{
        integrations::Integrations,
        oauth::{self, Oauth},
        registry::{self, Deliveries, Registry},
        webhooks::{self, Webhooks},
        widgets::{self, Widgets},
    },
    call::{self, Calls},
    chat::{self, Chat, Groups, Servers},
    command::Commands,
    custom_channel::{self, CustomChannels},
    doc::{self, Docs},
    file::{self, Files},
    gdm::{self, Gdms},
    kernel::{Clock, Config, Db, InstallationKey, Mailer, Tasks},
    moderation::{self, Moderation},
    presence::{self, Presence},
    server::{self, Communities},
    settings::Settings,
    socket::Delivery,
};

/// How often what has run out is removed.
const HOUSEKEEPING: Duration = Duration::from_mins(10);

/// The features, wired together.
pub(super) struct Features {
    pub(super) access: Access,
    pub(super) accounts: Accounts,
    pub(super) files: Files,
    pub(super) chat: Chat,
    pub(super) gdms: Gdms,
    pub(super) communities: Communities,
    pub(super) docs: Docs,
    pub(super) presence: Presence,
    pub(super) calls: Calls,
    pub(super) admin: Admin,
    pub(super) moderation: Moderation,
    pub(super) custom_channels: CustomChannels,
    pub(super) settings: Settings,
    pub(super) apps: Apps,
}

/// The features of the four app kinds.
pub(super) struct Apps {
    pub(super) oauth: Oauth,
    pub(super) registry: Registry,
    pub(super) integrations: Integrations,
    pub(super) webhooks: Webhooks,
    pub(super) widgets: Widgets,
    pub(super) deliveries: Deliveries,
}

/// What all features share.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) config: &'a Config,
    pub(super) clock: &'a Clock,
    pub(super) db: &'a Db,
    pub(super) sessions: &'a SessionStore,
    pub(super) delivery: &'a Delivery,
    pub(super) tasks: &'a Tasks,
}

/// Builds the features from what they share.
pub(super) async fn features(
    shared: Shared<'_>,
    setup_token: Option<Arc<str>>,
) -> anyhow::Result<Features> {
    let Shared {
        config,
        clock,
        db,
        delivery,
        tasks,
        ..
    } = shared;
    let settings = Settings::load(db).await?;
    let directory = Directory::new(db.clone());
    let bans = Bans::load(db.clone()).await?;
    let accounts = accounts(shared, &settings, (&directory, bans), setup_token)?;
    let access = Access::start(access::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        tasks: tasks.clone(),
        limits: config.limits.clone(),
    });
    let files = files(shared, &accounts, &directory).await?;
    let groups = Groups::new(db.clone());
    let servers = Servers::new(db.clone(), clock.clone());
    let gdms = gdms(shared, &settings, &directory, &groups);
    let chat = Chat::start(chat::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        groups: groups.clone(),
        servers: servers.clone(),
        settings: settings.clone(),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        files: files.clone(),
        limits: config.limits.enabled,
    })
    .await?;
    let docs = docs(shared, &directory);
    keep_house(&accounts, tasks);
    let admin = Admin::new(admin::Parts {
        chat: chat.clone(),
        db: db.clone(),
        clock: clock.clone(),
        accounts: accounts.clone(),
        settings: settings.clone(),
        audit: Audit::new(db.clone(), clock.clone(), directory.clone()),
        delivery: delivery.clone(),
        tasks: tasks.clone(),
    });
    let moderation = moderation(shared, &accounts, &settings, &chat);
    let presence = Presence::start(presence::Parts {
        db: db.clone(),
        accounts: accounts.clone(),
        delivery: delivery.clone(),
        clock: clock.clone(),
        tasks: tasks.clone(),
        public_origin: config.public_origin().into(),
    });
    let calls = calls(shared, (&chat, &presence), directory.clone(), groups);
    let commands = answer_commands((&chat, &files), (&presence, &admin), &settings);
    let custom_channels = custom_channels(shared, &directory, (&chat, &files), commands);
    let communities = Communities::new(server::Parts {
        db: db.clone(),
        clock: clock.clone(),
        directory: directory.clone(),
        presence: presence.clone(),
        access: access.clone(),
        servers,
        delivery: delivery.clone(),
        tasks: tasks.clone(),
        public_url: config.server.public_url.as_str().into(),
    });
    let apps = apps(
        shared,
        (&accounts, &access),
        &directory,
        &communities,
        (&chat, &files),
    )
    .await?;
    Ok(Features {
        access,
        accounts,
        files,
        chat,
        gdms,
        communities,
        docs,
        presence,
        calls,
        admin,
        moderation,
        custom_channels,
        settings,
        apps,
    })
}

fn gdms(shared: Shared<'_>, settings: &Settings, directory: &Directory, groups: &Groups) -> Gdms {
    Gdms::new(gdm::Parts {
        db: shared.db.clone(),
        clock: shared.clock.clone(),
        directory: directory.clone(),
        settings: settings.clone(),
        groups: groups.clone(),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        public_url: shared.config.server.public_url.as_str().into(),
    })
}

fn accounts(
    shared: Shared<'_>,
    settings: &Settings,
    (directory, bans): (&Directory, Bans),
    setup_token: Option<Arc<str>>,
) -> anyhow::Result<Accounts> {
    Ok(Accounts::new(account::Parts {
        db: shared.db.clone(),
        clock: shared.clock.clone(),
        directory: directory.clone(),
        sessions: shared.sessions.clone(),
        passwords: Passwords::new()?,
        bans,
        throttle: LoginThrottle::new(shared.config.limits.enabled),
        settings: settings.clone(),
        delivery: shared.delivery.clone(),
        first_account: match setup_token {
            Some(token) => FirstAccount::SuperadminWithToken(token),
            None if shared.config.auth.first_user_is_superadmin => FirstAccount::Superadmin,
            None => FirstAccount::Ordinary,
        },
        tasks: shared.tasks.clone(),
        mailer: Mailer::new(&shared.config.mail)?,
        public_url: shared.config.server.public_url.as_str().into(),
    }))
}

async fn files(
    shared: Shared<'_>,
    accounts: &Accounts,
    directory: &Directory,
) -> anyhow::Result<Files> {
    let key = InstallationKey::load(shared.db, shared.clock.now()).await?;
    Files::start(file::Parts {
        db: shared.db.clone(),
        clock: shared.clock.clone(),
        directory: directory.clone(),
        accounts: accounts.clone(),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        storage: shared.config.storage.clone(),
        media: shared.config.media.clone(),
        signer: key.signer("pictures of other sites"),
        limits: shared.config.limits.enabled,
    })
    .await
}

fn moderation(
    shared: Shared<'_>,
    accounts: &Accounts,
    settings: &Settings,
    chat: &Chat,
) -> Moderation {
    let (db, clock) = (shared.db.clone(), shared.clock.clone());
    Moderation::start(moderation::Parts {
        accounts: accounts.clone(),
        settings: settings.clone(),
        audit: Audit::new(db.clone(), clock.clone(), accounts.directory().clone()),
        chat: chat.clone(),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        db,
        clock,
    })
}

fn calls(
    shared: Shared<'_>,
    (chat, presence): (&Chat, &Presence),
    directory: Directory,
    groups: Groups,
) -> Calls {
    Calls::start(call::Parts {
        chat: chat.clone(),
        presence: presence.clone(),
        directory,
        groups,
        clock: shared.clock.clone(),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        config: shared.config.calls.clone(),
        limits: shared.config.limits.enabled,
        public_url: shared.config.server.public_url.as_str().into(),
    })
}

fn docs(shared: Shared<'_>, directory: &Directory) -> Docs {
    Docs::start(doc::Parts {
        db: shared.db.clone(),
        clock: shared.clock.clone(),
        directory: directory.clone(),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        limits: shared.config.limits.enabled,
    })
}

async fn apps(
    shared: Shared<'_>,
    (accounts, access): (&Accounts, &Access),
    directory: &Directory,
    communities: &Communities,
    (chat, files): (&Chat, &Files),
) -> anyhow::Result<Apps> {
    let Shared {
        db, clock, tasks, ..
    } = shared;
    let public_url = &shared.config.server.public_url;
    let deliveries = Deliveries::start(db.clone(), clock.clone(), tasks);
    let widgets = Widgets::start(widgets::Parts {
        db: db.clone(),
        clock: clock.clone(),
        communities: communities.clone(),
        accounts: accounts.clone(),
        access: access.clone(),
        deliveries: deliveries.clone(),
        delivery: shared.delivery.clone(),
        tasks: tasks.clone(),
        public_url: public_url.clone(),
    });
    let oauth = Oauth::start(oauth::Parts {
        db: db.clone(),
        clock: clock.clone(),
        chat: chat.clone(),
        deliveries: deliveries.clone(),
        directory: directory.clone(),
        tasks: tasks.clone(),
        limits: access.limits().clone(),
        public_url: public_url.clone(),
    })
    .await?;
    Ok(Apps {
        oauth,
        registry: Registry::start(registry::Parts {
            db: db.clone(),
            clock: clock.clone(),
            tasks: tasks.clone(),
            audit: Audit::new(db.clone(), clock.clone(), directory.clone()),
            chat: chat.clone(),
            directory: directory.clone(),
            communities: communities.clone(),
            bearers: access.bearers().clone(),
            deliveries: deliveries.clone(),
            widgets: widgets.clone(),
            sockets: shared.delivery.clone(),
            public_url: public_url.as_str().into(),
        }),
        integrations: Integrations {
            servers: communities.facts().clone(),
            limits: access.limits().clone(),
        },
        webhooks: Webhooks::start(webhooks::Parts {
            db: db.clone(),
            clock: clock.clone(),
            chat: chat.clone(),
            files: files.clone(),
            directory: directory.clone(),
            access: access.clone(),
            deliveries: deliveries.clone(),
            max_content: shared.config.limits.webhook_text,
            tasks: tasks.clone(),
        }),
        widgets,
        deliveries,
    })
}

fn answer_commands(
    (chat, files): (&Chat, &Files),
    (presence, admin): (&Presence, &Admin),
    settings: &Settings,
) -> Commands {
    let commands = Commands {
        chat: chat.clone(),
        files: files.clone(),
        presence: presence.clone(),
        admin: admin.clone(),
        settings: settings.clone(),
    };
    commands.clone().start();
    commands
}

fn custom_channels(
    shared: Shared<'_>,
    directory: &Directory,
    (chat, files): (&Chat, &Files),
    commands: Commands,
) -> CustomChannels {
    let (db, clock) = (shared.db.clone(), shared.clock.clone());
    CustomChannels::start(custom_channel::Parts {
        directory: directory.clone(),
        files: files.clone(),
        chat: chat.clone(),
        commands,
        audit: Audit::new(db.clone(), clock.clone(), directory.clone()),
        delivery: shared.delivery.clone(),
        tasks: shared.tasks.clone(),
        db,
        clock,
    })
}

/// Has what has run out forgotten.
fn keep_house(accounts: &Accounts, tasks: &Tasks) {
    let sweeping = accounts.clone();
    tasks.every(HOUSEKEEPING, move || {
        let accounts = sweeping.clone();
        async move {
            if let Err(error) = accounts.sweep().await {
                error.log("housekeeping");
            }
        }
    });
}
