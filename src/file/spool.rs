//! A file on its way in: a nameless temporary file, which is gone with whoever held it.

use std::{
    fs::File,
    io::{Seek, SeekFrom},
    path::Path,
};

use tokio::io::AsyncWriteExt;

use super::{media::HEAD_BYTES, model::too_large};
use crate::kernel::{Error, Result};

/// What has arrived of a file.
#[derive(Debug)]
pub(super) struct Spool {
    file: tokio::fs::File,
    size: u64,
    max: u64,
    head: Vec<u8>,
}

/// A file that is here as a whole.
#[derive(Debug)]
pub(super) struct Spooled {
    /// At its beginning.
    pub(super) file: File,
    /// Bytes.
    pub(super) size: u64,
    /// Its first bytes.
    pub(super) head: Vec<u8>,
}

impl Spool {
    /// An empty one in `folder`, for `max` bytes at most.
    pub(super) async fn new(folder: &Path, max: u64) -> Result<Self> {
        let folder = folder.to_owned();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let file = made.map_err(Error::internal)?.map_err(Error::internal)?;
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            size: 0,
            max,
            head: Vec::new(),
        })
    }

    /// Takes what came next.
    ///
    /// # Errors
    /// `file_too_large`.
    pub(super) async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.size += chunk.len() as u64;
        if self.size > self.max {
            return Err(too_large(self.max));
        }
        let missing = HEAD_BYTES - self.head.len();
        self.head.extend(chunk.iter().take(missing));
        self.file.write_all(chunk).await.map_err(Error::internal)
    }

    /// The file, when nothing comes any more.
    pub(super) async fn finish(mut self) -> Result<Spooled> {
        self.file.flush().await.map_err(Error::internal)?;
        let mut file = self.file.into_std().await;
        file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
        Ok(Spooled {
            file,
            size: self.size,
            head: self.head,
        })
    }
}
