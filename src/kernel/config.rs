//! Typed configuration: compiled-in defaults, then a file, then `CHATTER_SECTION__KEY`.
//!
//! The shipped `config.toml` is the manual: every key with its default and a line of why. A key
//! that does not exist, or a value that cannot be, stops the start with the key's name.

mod calls;

use std::{net::SocketAddr, num::NonZeroU32, path::Path};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

pub use self::calls::Calls;

/// The most that `storage.max_upload_bytes` can be: previews and pictures are read into memory.
const MAX_MAX_UPLOAD: u64 = 1024 * 1024 * 1024;

/// The most that `limits.webhook_text` can be, in characters: with their markup they fit a body.
const MAX_WEBHOOK_TEXT: usize = 20_000;

/// The whole configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens and what it is called from outside.
    pub server: Server,
    /// Where data lives.
    pub database: Database,
    /// What several nodes share.
    pub redis: Redis,
    /// Where files live.
    pub storage: Storage,
    /// Pictures that are elsewhere.
    pub media: Media,
    /// How people sign in.
    pub auth: Auth,
    /// How letters are sent.
    pub mail: Mail,
    /// How calls connect.
    pub calls: Calls,
    /// What stops abuse.
    pub limits: Limits,
    /// What is logged.
    pub logging: Logging,
}

/// `[server]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// `host:port`. `localhost` listens on IPv4 and IPv6 loopback; port 0 picks a free one.
    pub bind: String,
    /// The address in links and, when it is https, the reason for `Secure` cookies.
    pub public_url: String,
    /// Other origins whose pages may call with the session cookie.
    pub allowed_origins: Vec<String>,
    /// Proxies (CIDR) whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// A file that receives the bound `host:port` once the server accepts connections.
    pub port_file: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: "127.0.0.1:5000".into(),
            public_url: "http://localhost:5000".into(),
            allowed_origins: [
                "http://localhost:8080",
                "http://127.0.0.1:8080",
                "http://localhost:3000",
                "http://127.0.0.1:3000",
                "http://localhost:5173",
            ]
            .map(Into::into)
            .into(),
            trusted_proxies: Vec::new(),
            port_file: String::new(),
        }
    }
}

/// `[database]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite://...` or `postgres://...`.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite://data/chatter.db?mode=rwc".into(),
        }
    }
}

/// `[redis]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redis {
    /// Empty: this is the only node.
    pub url: String,
}

/// `[storage]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// The folder for files.
    pub dir: String,
    /// The largest file that is taken, in bytes.
    pub max_upload_bytes: u64,
    /// How much one person may have in the store, in bytes.
    pub max_bytes_per_person: u64,
    /// What may be fetched although it is not on the public Internet: for tests alone. No file and
    /// no variable sets it.
    #[serde(skip)]
    pub reachable: Vec<SocketAddr>,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            dir: "data/files".into(),
            max_upload_bytes: 20 * 1024 * 1024,
            max_bytes_per_person: 1024 * 1024 * 1024,
            reachable: Vec::new(),
        }
    }
}

/// `[media]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// Whether pictures that apps point at are fetched and shown.
    pub proxy: bool,
    /// How much memory the fetched ones may take, in bytes.
    pub proxy_cache_bytes: u64,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            proxy: true,
            proxy_cache_bytes: 64 * 1024 * 1024,
        }
    }
}

/// `[auth]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// While the bind address is loopback, the first account becomes superadmin.
    pub first_user_is_superadmin: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            first_user_is_superadmin: true,
        }
    }
}

/// `[mail]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The SMTP server, with name and password. Empty: no mail is sent.
    pub smtp_url: String,
    /// What mail comes from.
    pub from: String,
}

/// `[limits]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// `false` turns anti-spam and every rate limit off, login throttling too.
    pub enabled: bool,
    /// The longest text of a webhook's message, in characters.
    pub webhook_text: usize,
    /// How many requests apps may make.
    pub apps: AppLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enabled: true,
            webhook_text: 4000,
            apps: AppLimits::default(),
        }
    }
}

/// `[limits.apps]`: requests in a minute, where no other time is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AppLimits {
    /// What one person looks at.
    pub person_reads: NonZeroU32,
    /// What one person changes.
    pub person_writes: NonZeroU32,
    /// Requests of one address with tokens that are none.
    pub bearer_failures: NonZeroU32,
    /// Posts of one webhook in two seconds; as many changes of its messages.
    pub webhook_burst: NonZeroU32,
    /// Posts of one webhook; as many changes of its messages, and looks at it.
    pub webhook: NonZeroU32,
    /// Posts of all webhooks of one channel.
    pub webhook_channel: NonZeroU32,
    /// Requests of one address that found no webhook.
    pub webhook_failures: NonZeroU32,
    /// Posts to one widget.
    pub widget: NonZeroU32,
    /// Posts of one address to widgets.
    pub widget_address: NonZeroU32,
    /// Badges that one address fetches.
    pub widget_badges: NonZeroU32,
    /// Reads of one integration's token.
    pub integration_reads: NonZeroU32,
    /// Changes by one integration's token.
    pub integration_writes: NonZeroU32,
    /// Changes by all integrations of one server in a second.
    pub integration_server_writes: NonZeroU32,
    /// Consent pages that one person is shown.
    pub oauth_authorize: NonZeroU32,
    /// Requests of one OAuth client for tokens.
    pub oauth_client: NonZeroU32,
    /// Requests of one address by what turned out to be no OAuth client.
    pub oauth_failures: NonZeroU32,
}

impl Default for AppLimits {
    fn default() -> Self {
        let some = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            person_reads: some(600),
            person_writes: some(120),
            bearer_failures: some(60),
            webhook_burst: some(5),
            webhook: some(30),
            webhook_channel: some(120),
            webhook_failures: some(60),
            widget: some(60),
            widget_address: some(30),
            widget_badges: some(120),
            integration_reads: some(300),
            integration_writes: some(60),
            integration_server_writes: some(10),
            oauth_authorize: some(30),
            oauth_client: some(60),
            oauth_failures: some(10),
        }
    }
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[logging]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logging {
    /// A `tracing` filter, such as `info` or `chatter=debug,info`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

impl Default for Logging {
    fn default() -> Self {
        Self {
            level: "info,sea_orm_migration=warn".into(),
            format: LogFormat::Text,
        }
    }
}

impl Config {
    /// Reads defaults, then `file` where there is one, then the environment.
    ///
    /// # Errors
    /// Names the key that is unknown or cannot be read. A `file` that was asked for by name
    /// (`required`) must exist.
    pub fn load(file: &Path, required: bool) -> anyhow::Result<Self> {
        if required && !file.is_file() {
            anyhow::bail!("there is no configuration file {}", file.display());
        }
        // Only names with a section are ours: CHATTER_TEST_… and the like belong to other tools.
        let environment = Env::prefixed("CHATTER_")
            .filter(|key| key.as_str().contains("__"))
            .split("__");
        let mut sources = Figment::from(Serialized::defaults(Self::default()));
        if file.is_file() {
            sources = sources.merge(Toml::file_exact(file));
        }
        let config: Self = sources
            .merge(environment)
            .extract()
            .map_err(|error| anyhow::anyhow!("configuration: {error}"))?;
        config.validate()?;
        Ok(config)
    }

    /// Refuses values that have the right type and still cannot work.
    fn validate(&self) -> anyhow::Result<()> {
        let url = &self.database.url;
        anyhow::ensure!(
            url.starts_with("sqlite:")
                || url.starts_with("postgres:")
                || url.starts_with("postgresql:"),
            "configuration: database.url must begin with sqlite: or postgres:"
        );
        anyhow::ensure!(
            !url.contains(":memory:"),
            "configuration: database.url must name a file: every connection to :memory: is a database of its own"
        );
        anyhow::ensure!(
            self.redis.url.is_empty(),
            "configuration: redis.url is not supported by this version: it runs as a single node"
        );
        for origin in self
            .server
            .allowed_origins
            .iter()
            .chain([&self.server.public_url])
        {
            let parsed: http::Uri = origin
                .parse()
                .map_err(|_| anyhow::anyhow!("configuration: {origin:?} is not an origin (server.allowed_origins, server.public_url)"))?;
            anyhow::ensure!(
                matches!(parsed.scheme_str(), Some("http" | "https"))
                    && parsed.authority().is_some(),
                "configuration: {origin:?} must be http(s)://host[:port] (server.allowed_origins, server.public_url)"
            );
        }
        anyhow::ensure!(
            self.server
                .bind
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()),
            "configuration: server.bind must be host:port"
        );
        anyhow::ensure!(
            (1..=MAX_MAX_UPLOAD).contains(&self.storage.max_upload_bytes),
            "configuration: storage.max_upload_bytes must be between 1 and {MAX_MAX_UPLOAD}"
        );
        anyhow::ensure!(
            self.mail.smtp_url.is_empty() == self.mail.from.is_empty(),
            "configuration: mail.smtp_url and mail.from go together"
        );
        super::Mailer::new(&self.mail)?;
        self.calls.validate()?;
        anyhow::ensure!(
            (1..=MAX_WEBHOOK_TEXT).contains(&self.limits.webhook_text),
            "configuration: limits.webhook_text must be between 1 and {MAX_WEBHOOK_TEXT}"
        );
        tracing_subscriber::EnvFilter::try_new(&self.logging.level)
            .map_err(|error| anyhow::anyhow!("configuration: logging.level: {error}"))?;
        Ok(())
    }

    /// Whether only this machine can reach the server.
    pub fn binds_loopback(&self) -> bool {
        let host = self
            .server
            .bind
            .rsplit_once(':')
            .map_or("", |(host, _)| host);
        host == "localhost"
            || self
                .server
                .bind
                .parse::<SocketAddr>()
                .is_ok_and(|address| address.ip().is_loopback())
    }

    /// `scheme://host[:port]` of the public URL.
    pub fn public_origin(&self) -> String {
        origin_of(&self.server.public_url).unwrap_or_default()
    }
}

/// The origin part of a URL, in lower case.
pub fn origin_of(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Config;

    #[test]
    fn the_shipped_file_says_what_the_program_does_without_it() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config.toml");
        let config = Config::load(&shipped, true).expect("the shipped file is valid");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn an_unknown_key_and_a_wrong_value_are_refused_with_the_key() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("config.toml");
        for (text, key) in [
            ("[server]\nbnd = \"x\"", "bnd"),
            ("[limits]\nenabled = \"maybe\"", "enabled"),
            ("[limits.apps]\nwidget = 0", "limits.apps.widget"),
            ("[limits]\nwebhook_text = 0", "limits.webhook_text"),
            ("[database]\nurl = \"mysql://x\"", "database.url"),
            ("[server]\nbind = \"5000\"", "server.bind"),
            ("[nonsense]\nx = 1", "nonsense"),
            ("[calls]\nstun_urls = [\"turn:h\"]", "calls.stun_urls"),
            ("[calls]\nturn_urls = [\"turn:h\"]", "calls.turn_secret"),
            (
                "[calls]\nturn_urls = [\"http://h\"]\nturn_secret = \"x\"",
                "calls.turn_urls",
            ),
            ("[calls]\nmax_participants = 1", "calls.max_participants"),
            ("[mail]\nfrom = \"a@b.example\"", "mail.smtp_url"),
            (
                "[mail]\nsmtp_url = \"smtp://h\"\nfrom = \"nobody\"",
                "mail.from",
            ),
            (
                "[mail]\nsmtp_url = \"http://h\"\nfrom = \"a@b.example\"",
                "mail.smtp_url",
            ),
            (
                "[storage]\nmax_upload_bytes = 0",
                "storage.max_upload_bytes",
            ),
            ("[storage]\nreachable = [\"127.0.0.1:80\"]", "reachable"),
        ] {
            std::fs::write(&file, text).expect("written");
            let error = Config::load(&file, true).expect_err(text).to_string();
            assert!(error.contains(key), "{text}: {error}");
        }
    }
}
