//! Files that come from a folder of this machine, for what is brought over from another server.
//!
//! Bytes are put into the store as they come; rows are written by the caller's transaction. Until it
//! is committed they are nobody's, and [`Intake::undo`] takes them back; after a crash the server
//! finds them by itself.

use std::{
    fs::File as OsFile,
    io::{Read, Seek},
    path::{Path, PathBuf},
};

use entity::{FileId, Timestamp, UserId};

use super::{
    blobs::Blobs,
    content::Content,
    media::HEAD_BYTES,
    model::{FileName, Purpose, thumbnail_of},
    service::SPOOL,
    spool::Spooled,
    store,
};
use crate::kernel::{Error, Result, Tx, Workers, config::Storage};

/// Takes files in. Quotas and the pace of people do not apply: it is the operator who asks.
pub struct Intake {
    blobs: Blobs,
    workers: Workers,
    staged: Vec<String>,
}

/// What a file of another server is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// In a message.
    Attachment,
    /// Somebody's picture.
    Avatar,
}

/// A file that is here now.
#[derive(Clone, Debug)]
pub struct TakenIn {
    /// Its id.
    pub id: FileId,
    /// Its name below `/uploads/`.
    pub stored_name: String,
}

impl Intake {
    /// Opens the store, making its folder where there is none.
    pub async fn open(storage: &Storage) -> anyhow::Result<Self> {
        let folder = PathBuf::from(&storage.dir);
        tokio::fs::create_dir_all(folder.join(SPOOL))
            .await
            .map_err(|error| anyhow::anyhow!("storage.dir {}: {error}", folder.display()))?;
        Ok(Self {
            blobs: Blobs::local(&folder)?,
            workers: Workers::default(),
            staged: Vec::new(),
        })
    }

    /// Takes in the file at `path`, called `name`, as `owner`'s, since `at`.
    ///
    /// # Errors
    /// `not_an_image`, `image_invalid`, `image_too_large`; an internal one when it cannot be read.
    pub async fn take(
        &mut self,
        tx: &Tx,
        path: &Path,
        name: &str,
        (owner, used): (UserId, Use),
        at: Timestamp,
    ) -> Result<TakenIn> {
        let purpose = match used {
            Use::Attachment => Purpose::Attachment,
            Use::Avatar => Purpose::Avatar,
        };
        let path = path.to_owned();
        let opening = tokio::task::spawn_blocking(move || open(&path)).await;
        let spooled = opening.map_err(Error::internal)?.map_err(Error::internal)?;
        let content = Content::read(&self.workers, spooled, purpose).await?;
        let (names, row) = content.row(owner, FileName::of(name), purpose, at);
        self.staged.push(names.blob.clone());
        content.put(&self.blobs, &names.blob).await?;
        let file = store::insert(tx, row).await?;
        if used == Use::Attachment {
            store::attach(tx, &file.stored_name, at).await?;
        }
        Ok(TakenIn {
            id: file.id,
            stored_name: file.stored_name,
        })
    }

    /// Takes back the bytes of everything that was taken in.
    pub async fn undo(self) -> Result<()> {
        for blob in &self.staged {
            self.blobs.delete(blob).await?;
            self.blobs.delete(&thumbnail_of(blob)).await?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> std::io::Result<Spooled> {
    let mut file = OsFile::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.by_ref()
        .take(HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    file.rewind()?;
    Ok(Spooled { file, size, head })
}
