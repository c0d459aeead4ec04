//! The direction of dependencies, read off the sources: news travels up as events, and nothing
//! below knows what is above it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Modules and what each may use of this crate, besides itself. Those that are not listed - the
/// composition root, the command line, the reference of events - may use everything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("permission", &["kernel"]),
    ("socket", &["kernel"]),
    // The address of a client is the address of its connection, which `socket` accepts.
    ("http", &["kernel", "socket"]),
    ("settings", &["kernel", "http", "socket"]),
    ("account", &["kernel", "http", "socket", "settings"]),
    (
        "access",
        &["kernel", "http", "socket", "account", "permission"],
    ),
    (
        "presence",
        &["kernel", "http", "socket", "settings", "account"],
    ),
    ("file", &["kernel", "http", "socket", "account"]),
    (
        "chat",
        &[
            "kernel",
            "http",
            "socket",
            "settings",
            "account",
            "file",
            "permission",
        ],
    ),
    (
        "gdm",
        &["kernel", "http", "socket", "settings", "account", "chat"],
    ),
    (
        "server",
        &[
            "kernel",
            "http",
            "socket",
            "settings",
            "account",
            "access",
            "permission",
            "presence",
            "chat",
        ],
    ),
    ("doc", &["kernel", "http", "socket", "account"]),
    (
        "admin",
        &[
            "kernel", "http", "socket", "settings", "account", "presence", "chat", "gdm",
        ],
    ),
    (
        "call",
        &["kernel", "http", "socket", "account", "presence", "chat"],
    ),
    (
        "moderation",
        &[
            "kernel", "http", "socket", "settings", "account", "chat", "admin",
        ],
    ),
    (
        "legacy",
        &[
            "kernel", "settings", "account", "file", "chat", "gdm", "doc",
        ],
    ),
    (
        "command",
        &[
            "kernel",
            "socket",
            "settings",
            "account",
            "permission",
            "presence",
            "file",
            "chat",
            "admin",
        ],
    ),
    (
        "custom_channel",
        &[
            "kernel", "http", "socket", "account", "file", "chat", "admin", "command",
        ],
    ),
    (
        "apps",
        &[
            "kernel",
            "http",
            "socket",
            "settings",
            "account",
            "access",
            "permission",
            "file",
            "chat",
            "server",
            "admin",
        ],
    ),
];

/// Where the database is spoken to. Queries are in the `store.rs` of a feature; the others are the
/// write path, the group cache that reads for it, the types of columns where an account or a
/// session is written, and the kernel's own.
const SEA_ORM: &[&str] = &[
    "access/store.rs",
    "account/service.rs",
    "account/session_store.rs",
    "account/standing.rs",
    "account/store.rs",
    "account/store_bans.rs",
    "admin/store.rs",
    "apps/oauth/store.rs",
    "apps/registry/store.rs",
    "apps/registry/store_changes.rs",
    "apps/registry/store_deliveries.rs",
    "apps/registry/store_expiry.rs",
    "apps/webhooks/store.rs",
    "apps/widgets/store.rs",
    "chat/amendment.rs",
    "chat/batch.rs",
    "chat/change_store.rs",
    "chat/groups.rs",
    "chat/moderated_store.rs",
    "chat/nonce.rs",
    "chat/pin_store.rs",
    "chat/reaction_store.rs",
    "chat/search/store.rs",
    "chat/server_store.rs",
    "chat/standing.rs",
    "chat/store.rs",
    "chat/sweep_store.rs",
    "chat/writer.rs",
    "custom_channel/store.rs",
    "doc/log.rs",
    "doc/revision_store.rs",
    "doc/store.rs",
    "file/store.rs",
    "gdm/store.rs",
    "kernel/db.rs",
    "kernel/error.rs",
    "kernel/key.rs",
    "legacy/source.rs",
    "legacy/store.rs",
    "legacy/store_messages.rs",
    "legacy/store_records.rs",
    "moderation/store.rs",
    "moderation/store_records.rs",
    "presence/store.rs",
    "server/store.rs",
    "server/store_members.rs",
    "server/store_reading.rs",
    "server/store_roles.rs",
    "settings/store.rs",
];

/// Where HTTP is spoken: the plumbing, the features' `http*.rs`, the extractors of people, and the
/// connections under the sockets.
const AXUM: &[&str] = &[
    "access/actor.rs",
    "access/bearer.rs",
    "access/declared.rs",
    "access/envelope.rs",
    "access/idempotency.rs",
    "access/pace.rs",
    "access/people.rs",
    "account/identity.rs",
    "app/router.rs",
    "app.rs",
    "socket/handshake.rs",
    "socket/link.rs",
];

/// Where the transport of sockets is known, besides `socket/`.
const SOCKETIOXIDE: &[&str] = &["account/identity.rs", "app/router.rs", "app.rs"];

/// A source file without its comments, texts and tests.
struct Source {
    /// Its path below `src/`.
    path: String,
    /// Names and punctuation, in order.
    tokens: Vec<String>,
}

impl Source {
    /// The top-level module that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.trim_end_matches(".rs")
    }

    /// The modules of this crate that it names.
    fn uses(&self) -> BTreeSet<&str> {
        let mut uses = BTreeSet::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if token != "crate" || self.token(at + 1) != "::" {
                continue;
            }
            if self.token(at + 2) == "{" {
                uses.extend(self.group(at + 3));
            } else {
                uses.insert(self.token(at + 2));
            }
        }
        uses
    }

    /// The first names of the paths in a group of imports that begins at `at`.
    fn group(&self, at: usize) -> Vec<&str> {
        let mut names = Vec::new();
        let (mut depth, mut is_first) = (1, true);
        for token in &self.tokens[at..] {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                "," => is_first = depth == 1,
                name if is_first && depth == 1 => {
                    names.push(name);
                    is_first = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        names
    }

    fn token(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", String::as_str)
    }

    fn names(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| token == name)
    }
}

/// Every source of the server.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort_unstable();
    let sources = files.into_iter().map(|file| {
        let path = file.strip_prefix(&root).expect("below src");
        let text = std::fs::read_to_string(&file).expect("a source");
        Source {
            path: path.display().to_string(),
            tokens: tokens(without_tests(&text)),
        }
    });
    // A whole file of tests is declared as such by the module above it.
    sources
        .filter(|source| !source.path.ends_with("tests.rs"))
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// What comes before the unit tests, which stand last in a file.
fn without_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}

/// Names, `::`, braces and commas of a source; comments and texts are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            text_length(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            let name = &rest[..end.unwrap_or(rest.len())];
            tokens.push(name.to_owned());
            name.len()
        } else {
            let length = if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            if matches!(&rest[..length], "::" | "{" | "}" | ",") {
                tokens.push(rest[..length].to_owned());
            }
            length
        };
        rest = &rest[length..];
    }
    tokens
}

/// How long the text is that `rest` begins with, quotes included.
fn text_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The paths of the sources that name `library` and satisfy `counts`.
fn naming(library: &str, counts: impl Fn(&Source) -> bool) -> Vec<String> {
    let sources = sources().into_iter();
    sources
        .filter(|source| source.names(library) && counts(source))
        .map(|source| source.path)
        .collect()
}

#[test]
fn imports_are_read_whatever_their_form() {
    let source = Source {
        path: "x/y.rs".to_owned(),
        tokens: tokens(
            "use crate::{a::{b, c}, d, e::f}; // crate::comment\n\
             fn g() { crate::h::i(\"crate::text \\\" crate::text\", '\"', crate::j) }",
        ),
    };
    let uses: Vec<_> = source.uses().into_iter().collect();
    assert_eq!(uses, ["a", "d", "e", "h", "j"]);
    assert_eq!(source.module(), "x");
    assert!(!source.names("comment") && !source.names("text"));
}

#[test]
fn nothing_uses_what_is_above_it() {
    let sources = sources();
    assert!(sources.len() > 80, "{}", sources.len());

    let mut wrong = Vec::new();
    for source in &sources {
        let rule = MAY_USE
            .iter()
            .find(|(module, _)| *module == source.module());
        let Some((module, allowed)) = rule else {
            continue;
        };
        for used in source.uses() {
            if used != *module && !allowed.contains(&used) {
                wrong.push(format!("{} uses {used}", source.path));
            }
        }
    }

    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_feature_has_a_place_in_the_order() {
    let outside = ["app", "cli", "events", "lib", "main"];
    let sources = sources();
    let modules: BTreeSet<_> = sources.iter().map(Source::module).collect();

    let ordered = MAY_USE.iter().map(|(module, _)| *module);

    let known: BTreeSet<_> = ordered.chain(outside).collect();
    assert_eq!(modules, known);
}

#[test]
fn only_stores_and_the_write_path_speak_to_the_database() {
    assert_eq!(naming("sea_orm", |_| true), SEA_ORM);
}

#[test]
fn only_http_and_its_extractors_know_axum() {
    let elsewhere = naming("axum", |source| {
        let file = source.path.rsplit('/').next().unwrap_or_default();
        source.module() != "http" && !file.starts_with("http")
    });
    assert_eq!(elsewhere, AXUM);
}

#[test]
fn only_the_socket_plumbing_knows_socketioxide() {
    let elsewhere = naming("socketioxide", |source| source.module() != "socket");
    assert_eq!(elsewhere, SOCKETIOXIDE);
}

#[test]
fn no_source_is_longer_than_it_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "entity/src", "migration/src", "tests/it"] {
        collect(&root.join(folder), &mut files);
    }
    let long = files.into_iter().filter(|file| {
        let text = std::fs::read_to_string(file).expect("a source");
        text.lines().count() > 500
    });
    let long: Vec<_> = long.collect();
    assert!(long.is_empty(), "{long:?}");
}
