//! Files of messages, and avatars: looked up by name in the old server's folder, and nowhere else.

use std::{
    collections::HashMap,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, ensure};
use entity::{Timestamp, UserId};

use super::{
    Import, Options,
    source::Source,
    spec::{DIRECT_MESSAGES, GROUP_MESSAGES, MESSAGES},
    store::Kind,
};
use crate::{
    file::{Intake, Use},
    kernel::error::ErrorKind,
};

/// What the folder is called that is beside the old database.
const FOLDER: &str = "uploads";
/// The most files that a message here has.
const MAX_FILES: usize = 10;

/// The old server's files.
pub(super) struct Uploads {
    folder: Option<PathBuf>,
    /// None in a dry run.
    intake: Option<Intake>,
    /// What was looked at in this run: the stored names here, none for what is missing.
    seen: HashMap<(String, bool), Option<String>>,
}

/// What has become of a message's files.
#[derive(Debug, Default)]
pub(super) struct Attached {
    /// What the message here says.
    pub(super) attachment: Option<String>,
    /// Names of those that are not there.
    pub(super) missing: Vec<String>,
}

impl Uploads {
    pub(super) fn new(folder: Option<PathBuf>, intake: Option<Intake>) -> Self {
        Self {
            folder,
            intake,
            seen: HashMap::new(),
        }
    }

    /// Takes back the files of a run that came to nothing.
    pub(super) async fn undo(self) -> anyhow::Result<()> {
        if let Some(intake) = self.intake {
            intake.undo().await?;
        }
        Ok(())
    }

    /// Where the file called `name` is, if it is in the folder.
    fn find(&self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_deref()?;
        let is_within = |name: &Path| {
            let mut parts = name.components();
            parts.all(|part| matches!(part, Component::Normal(_)))
        };
        let name = Path::new(name);
        if name.as_os_str().is_empty() || !is_within(name) {
            return None;
        }
        // A link may point to anywhere.
        let path = folder.join(name).canonicalize().ok()?;
        (path.starts_with(folder) && path.is_file()).then_some(path)
    }
}

/// The folder of uploads.
///
/// # Errors
/// When files are named and there is none: a second run would not bring them, so it has to be said.
pub(super) async fn folder(source: &Source, options: &Options) -> anyhow::Result<Option<PathBuf>> {
    if options.without_files {
        return Ok(None);
    }
    if let Some(folder) = &options.uploads {
        let found = folder.canonicalize();
        let found = found.with_context(|| format!("--uploads {}", folder.display()))?;
        ensure!(
            found.is_dir(),
            "--uploads {} is no folder",
            folder.display()
        );
        return Ok(Some(found));
    }
    let beside = options.file.canonicalize()?.with_file_name(FOLDER);
    if beside.is_dir() {
        return Ok(Some(beside.canonicalize()?));
    }
    let tables = [
        (&MESSAGES, "attachment"),
        (&DIRECT_MESSAGES, "attachment"),
        (&GROUP_MESSAGES, "attachment"),
        (&super::spec::USERS, "avatar"),
    ];
    for (table, column) in tables {
        ensure!(
            !source.has_any(table, column).await?,
            "there are files in {}.{column}, but no folder {}: name it with --uploads, or leave \
             the files behind with --without-files",
            table.name,
            beside.display()
        );
    }
    Ok(None)
}

impl Import {
    /// Brings over the files that a message names: a name, or a JSON array of names.
    pub(super) async fn attached(
        &mut self,
        field: &str,
        owner: UserId,
        at: Timestamp,
    ) -> anyhow::Result<Attached> {
        let names: Vec<String> = if field.starts_with('[') {
            serde_json::from_str(field).unwrap_or_else(|_| vec![field.to_owned()])
        } else {
            vec![field.to_owned()]
        };
        let mut attached = Attached::default();
        let mut stored = Vec::new();
        for name in names {
            let taken = if stored.len() < MAX_FILES {
                self.file(&name, (owner, Use::Attachment), at).await?
            } else {
                None
            };
            match taken {
                Some(name) => stored.push(name),
                None => attached.missing.push(name),
            }
        }
        attached.attachment = match stored.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(serde_json::to_string(several)?),
        };
        Ok(attached)
    }

    /// Brings over one file; its name here, or none when it is not there or cannot be one.
    pub(super) async fn file(
        &mut self,
        field: &str,
        (owner, used): (UserId, Use),
        at: Timestamp,
    ) -> anyhow::Result<Option<String>> {
        let name = field.trim_start_matches('/');
        let name = name.strip_prefix("uploads/").unwrap_or(name).to_owned();
        let seen = (name.clone(), used == Use::Avatar);
        if let Some(stored) = self.uploads.seen.get(&seen) {
            // An avatar is one person's; a file may be in several messages.
            if used == Use::Attachment {
                return Ok(stored.clone());
            }
        }
        let stored = self.find_or_take(&name, (owner, used), at).await?;
        self.uploads.seen.insert(seen, stored.clone());
        Ok(stored)
    }

    async fn find_or_take(
        &mut self,
        name: &str,
        (owner, used): (UserId, Use),
        at: Timestamp,
    ) -> anyhow::Result<Option<String>> {
        let (table, mark) = match used {
            Use::Attachment => ("files", String::new()),
            Use::Avatar => ("avatars", format!("avatar of {owner}")),
        };
        let key = (name.to_owned(), mark);
        let known = self
            .target
            .known(Kind::File, std::slice::from_ref(&key))
            .await?;
        if let Some(id) = known.get(&key) {
            self.report.already_here(table);
            return self.target.stored_name(*id).await;
        }
        let Some(path) = self.uploads.find(name) else {
            let why = if self.uploads.folder.is_some() {
                "not in the folder of uploads"
            } else {
                "left behind"
            };
            self.report.skipped(table, why, name);
            return Ok(None);
        };
        let Some(intake) = &mut self.uploads.intake else {
            self.report.imported(table);
            return Ok(Some(name.to_owned()));
        };
        match intake
            .take(&self.target.tx, &path, name, (owner, used), at)
            .await
        {
            Ok(file) => {
                self.report.imported(table);
                self.target
                    .remember(Kind::File, vec![(key, file.id.0)])
                    .await?;
                Ok(Some(file.stored_name))
            }
            // A picture that is none, or too large to be unpacked.
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::TooLarge) => {
                let row = format!("{name}: {}", error.text());
                self.report
                    .skipped(table, "cannot be read as the picture it begins as", row);
                Ok(None)
            }
            Err(error) => Err(anyhow::Error::from(error).context(path.display().to_string())),
        }
    }
}
