//! Who is who: the old server's accounts, and whom its rows mean.
//!
//! Rows there name people by id or by name, and some name people who are gone. Names there differ in
//! letter case alone, and may have characters that names here cannot: whoever comes second, or
//! cannot be called so, gets a name that is near, and the report says which.

use std::collections::{HashMap, HashSet};

use super::{
    Import,
    source::{Cursor, Row},
    spec::{ADMINS, USERS},
    store::{Kind, OldKey},
};
use crate::{
    account::{
        LANGUAGES, MAX_BIO_CHARS, MAX_STATUS_CHARS, PRESENCES, Passwords, THEMES, Username,
        folded_of, is_email,
        username::{self, MAX_CHARS},
    },
    file::Use,
};
use entity::{
    UserId,
    user::{self, Role},
};

/// The author of the old server's own messages.
const SYSTEM: &str = "system";
/// What accounts are called that stand for people who are gone, as everywhere here.
const GONE: &str = "Deleted user";

/// Whom a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    System,
    Person(UserId),
}

impl Who {
    /// The person, System being one with an account too.
    pub(super) const fn account(self) -> UserId {
        match self {
            Self::System => UserId::SYSTEM,
            Self::Person(id) => id,
        }
    }

    /// The author of a message.
    pub(super) const fn sender(self) -> Option<UserId> {
        match self {
            Self::System => None,
            Self::Person(id) => Some(id),
        }
    }
}

/// The people of the old server, by what rows call them.
#[derive(Debug, Default)]
pub(super) struct People {
    by_id: HashMap<String, UserId>,
    by_name: HashMap<String, UserId>,
    /// By the names that are compared, of those that only one person had.
    by_folded: HashMap<String, UserId>,
    /// Names as they are compared here, of everybody.
    taken: HashSet<String>,
    ids: HashSet<i64>,
    next_id: i64,
    /// Whose words are shown to themselves alone.
    pub(super) shadowed: HashSet<UserId>,
}

impl People {
    /// The person whom a mention means, by the folded name.
    pub(super) fn mentioned(&self, folded: &str) -> Option<UserId> {
        self.by_folded.get(folded).copied()
    }

    fn add(&mut self, key: &str, name: &str, id: UserId) {
        self.by_id.insert(key.to_owned(), id);
        self.by_name.insert(name.to_owned(), id);
        self.by_folded.entry(folded_of(name)).or_insert(id);
    }

    /// An id for a new account: the old one where it is free.
    fn id_for(&mut self, old: Option<i64>) -> UserId {
        let free = old.filter(|id| !self.ids.contains(id));
        let id = free.unwrap_or_else(|| {
            self.next_id += 1;
            self.next_id - 1
        });
        self.ids.insert(id);
        UserId(id)
    }

    /// The name itself where it may be one and is free, else one that is near.
    fn name_for(&self, old: &str) -> Username {
        let free = |name: &str| {
            let name = Username::parse(name).ok()?;
            (!self.taken.contains(&name.folded())).then_some(name)
        };
        if let Some(name) = free(old) {
            return name;
        }
        let kept: String = old.chars().filter(|c| username::allows(*c)).collect();
        let words: Vec<_> = kept.split_whitespace().collect();
        let mut near = words.join(" ");
        if !near.contains(char::is_alphanumeric) {
            "user".clone_into(&mut near);
        }
        let mut n = 1_u64;
        loop {
            let candidate: String = match n {
                1 => near.chars().take(MAX_CHARS).collect(),
                2..1000 => {
                    let room = MAX_CHARS - n.to_string().len();
                    let begin: String = near.chars().take(room).collect();
                    format!("{}{n}", begin.trim_end())
                }
                // What is left of the name may be of a kind that nobody can have.
                _ => format!("imported{n}"),
            };
            let candidate = candidate.trim_end();
            if let Some(name) = free(candidate) {
                return name;
            }
            n += 1;
        }
    }
}

impl Import {
    /// Brings the accounts over.
    pub(super) async fn users(&mut self) -> anyhow::Result<()> {
        self.report.read(USERS.name);
        for (_, folded) in self.target.accounts().await? {
            self.people.taken.insert(folded);
        }
        self.people.ids = self.target.ids("user").await?;
        let largest = self
            .source
            .largest(&USERS, "id", super::values::LARGEST_ID)
            .await?;
        self.people.next_id = self.target.next_id("user").await?.max(largest + 1);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&USERS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let keys: Vec<OldKey> = rows.iter().map(|row| (row.key(), row.mark())).collect();
            let known = self.target.known(Kind::User, &keys).await?;
            let mut made = Vec::new();
            for (row, key) in rows.iter().zip(keys) {
                let Some(name) = row.text("username").map(str::to_owned) else {
                    self.report.skipped(USERS.name, "without a name", &key.0);
                    continue;
                };
                let is_system = folded_of(name.trim()) == SYSTEM;
                if let Some(id) = known.get(&key) {
                    self.people.add(&key.0, &name, UserId(*id));
                    self.report.already_here(USERS.name);
                } else if is_system {
                    self.people.by_id.insert(key.0, UserId::SYSTEM);
                    self.report.already_here(USERS.name);
                } else {
                    let id = self.user(row, &name, &key.0).await?;
                    self.people.add(&key.0, &name, id);
                    self.report.imported(USERS.name);
                    made.push((key, id.0));
                }
            }
            self.target.remember(Kind::User, made).await?;
        }
    }

    async fn user(&mut self, row: &Row, old_name: &str, key: &str) -> anyhow::Result<UserId> {
        let name = self.people.name_for(old_name);
        if name.as_str() != old_name {
            let renamed = format!("\"{old_name}\" (id {key}) is \"{name}\"");
            self.report.changed(
                "accounts with another name, which they sign in with",
                renamed,
            );
        }
        self.people.taken.insert(name.folded());
        let id = self.people.id_for(row.id());
        let role = role_of(row);
        if role.is_admin() {
            self.report
                .note(format!("\"{name}\" is {} as there", role.as_str()));
        }
        let created_at = row.time("created_at").unwrap_or(self.target.now);
        let status = row.text("status").unwrap_or_default();
        let is_presence = PRESENCES.contains(&status);
        let (presence, custom_status) = if is_presence {
            (status, "")
        } else {
            ("", status)
        };
        let one_of = |column, known: &[&str], default: &str| {
            let value = row.text(column).filter(|value| known.contains(value));
            value.unwrap_or(default).to_owned()
        };
        let account = user::Model {
            id,
            username_folded: name.folded(),
            username: name.into(),
            password_hash: self.password(row, old_name),
            role,
            email: self.email(row, old_name),
            avatar: None,
            bio: cut(row.text("bio").unwrap_or_default(), MAX_BIO_CHARS),
            custom_status: cut(custom_status, MAX_STATUS_CHARS),
            presence: presence.to_owned(),
            theme: one_of("theme", &THEMES, "light"),
            language: one_of("language", &LANGUAGES, "en"),
            created_at,
            last_seen_at: row.time("last_seen"),
            banned_at: row.is("banned").then_some(self.target.now),
            timed_out_at: None,
            timed_out_until: None,
            shadow_banned_at: None,
            immune: false,
            deleted_at: None,
        };
        self.target.insert_user(account).await?;
        if let Some(avatar) = row.text("avatar") {
            self.avatar(id, avatar, created_at).await?;
        }
        Ok(id)
    }

    fn password(&mut self, row: &Row, name: &str) -> String {
        let stored = row.text("password").unwrap_or_default();
        if Passwords::is_old(stored) {
            return stored.to_owned();
        }
        let why = "accounts whose password cannot be taken over: give them one with \
                   `chatter user password`, or they ask for a reset";
        self.report.changed(why, name);
        String::new()
    }

    fn email(&mut self, row: &Row, name: &str) -> Option<String> {
        let email = row.text("email").map(str::trim)?;
        if is_email(email) && !email.contains('*') {
            return Some(email.to_owned());
        }
        self.report
            .changed("accounts whose address is none and was left out", name);
        None
    }

    async fn avatar(
        &mut self,
        owner: UserId,
        name: &str,
        at: entity::Timestamp,
    ) -> anyhow::Result<()> {
        if let Some(stored) = self.file(name, (owner, Use::Avatar), at).await? {
            self.target.set_avatar(owner, stored).await?;
        }
        Ok(())
    }

    /// Makes those admins whom the old server's superadmins made admins.
    pub(super) async fn admins(&mut self) -> anyhow::Result<()> {
        if !self.source.has_table(&ADMINS) {
            return Ok(());
        }
        self.report.read(ADMINS.name);
        let mut cursor = Cursor::default();
        loop {
            let rows = self.source.page(&ADMINS, &mut cursor).await?;
            if rows.is_empty() {
                return Ok(());
            }
            for row in rows {
                let name = row.text("username").unwrap_or_default().to_owned();
                // Letter case counts: there, somebody else could be called nearly so.
                let Some(id) = self.people.by_name.get(&name).copied() else {
                    self.report.skipped(ADMINS.name, "without an account", name);
                    continue;
                };
                let key = (name.clone(), String::new());
                let known = self
                    .target
                    .known(Kind::Admin, std::slice::from_ref(&key))
                    .await?;
                if !known.is_empty() {
                    self.report.already_here(ADMINS.name);
                    continue;
                }
                self.target.make_admin(id).await?;
                self.report.note(format!("\"{name}\" is admin as there"));
                self.report.imported(ADMINS.name);
                self.target.remember(Kind::Admin, vec![(key, id.0)]).await?;
            }
        }
    }

    /// Whom a row means by its columns `id` and `name`; somebody who is gone gets an account that
    /// stands for them.
    pub(super) async fn who(&mut self, row: &Row, id: &str, name: &str) -> anyhow::Result<Who> {
        if let Some(known) = row.text(id).and_then(|id| self.find_by_id(id)) {
            return Ok(known);
        }
        let name = row.text(name).unwrap_or_default().to_owned();
        self.named(&name).await
    }

    /// Whom a text means, which is a name or an id.
    pub(super) async fn named(&mut self, name: &str) -> anyhow::Result<Who> {
        if let Some(known) = self.find_named(name) {
            return Ok(known);
        }
        self.report.changed(
            "people who are gone there, under \"Deleted user\"",
            format!("\"{name}\""),
        );
        let key = (format!("name:{name}"), String::new());
        let known = self
            .target
            .known(Kind::User, std::slice::from_ref(&key))
            .await?;
        let id = match known.get(&key) {
            Some(id) => UserId(*id),
            None => self.gone().await?,
        };
        self.people.by_name.insert(name.to_owned(), id);
        self.target.remember(Kind::User, vec![(key, id.0)]).await?;
        Ok(Who::Person(id))
    }

    /// Whom a key means, if they are there.
    pub(super) fn find_by_id(&self, id: &str) -> Option<Who> {
        self.people.by_id.get(id).map(|id| match *id {
            UserId::SYSTEM => Who::System,
            id => Who::Person(id),
        })
    }

    /// Whom a text means, if they are there.
    pub(super) fn find_named(&self, name: &str) -> Option<Who> {
        if folded_of(name.trim()) == SYSTEM || name == "0" {
            return Some(Who::System);
        }
        let people = &self.people;
        let by_name = people.by_name.get(name);
        let found = by_name.or_else(|| people.by_folded.get(&folded_of(name)));
        let found = found.map(|id| Who::Person(*id));
        found.or_else(|| self.find_by_id(name))
    }

    /// An account that nobody can open.
    async fn gone(&mut self) -> anyhow::Result<UserId> {
        let id = self.people.id_for(None);
        let now = self.target.now;
        let account = user::Model {
            id,
            username: GONE.to_owned(),
            // A slash is in nobody's name.
            username_folded: format!("deleted/{id}"),
            password_hash: String::new(),
            role: Role::User,
            email: None,
            avatar: None,
            bio: String::new(),
            custom_status: String::new(),
            presence: String::new(),
            theme: "light".to_owned(),
            language: "en".to_owned(),
            created_at: now,
            last_seen_at: None,
            banned_at: None,
            timed_out_at: None,
            timed_out_until: None,
            shadow_banned_at: None,
            immune: false,
            deleted_at: Some(now),
        };
        self.target.insert_user(account).await?;
        Ok(id)
    }
}

fn role_of(row: &Row) -> Role {
    let named = row.text("role").unwrap_or_default();
    if named == Role::Superadmin.as_str() || row.is("is_superadmin") {
        Role::Superadmin
    } else if named == Role::Admin.as_str() || row.is("is_admin") {
        Role::Admin
    } else {
        Role::User
    }
}

fn cut(text: &str, most: usize) -> String {
    let kept = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.take(most).collect()
}
