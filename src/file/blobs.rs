//! The bytes of files, in an object store: a folder on this machine.
//!
//! Nothing is found here by what people call it: names are random, and a file without a row in the
//! database is nobody's.

use std::{ops::Range, path::Path, sync::Arc};

use bytes::Bytes;
use entity::Timestamp;
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt, buffered::BufWriter, local::LocalFileSystem, path::Path as Key,
};
use tokio::io::AsyncWriteExt;

use super::model::file_not_found;
use crate::kernel::{Error, Result};

/// The folder of the bytes, within the store.
const FOLDER: &str = "blobs";

/// Where the bytes of files are. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Blobs(Arc<dyn ObjectStore>);

/// Something that is in the store.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its name.
    pub(super) name: String,
    /// When it was put there, by the store's clock.
    pub(super) put_at: Timestamp,
}

impl Blobs {
    /// Those in a folder, which is there already. What was put is on the disk when it is said to be.
    pub(super) fn local(folder: &Path) -> anyhow::Result<Self> {
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Stores all of `file`.
    pub(super) async fn put_file(&self, name: &str, file: std::fs::File) -> Result<()> {
        let mut file = tokio::fs::File::from_std(file);
        let mut writer = BufWriter::new(self.0.clone(), key(name));
        let written = tokio::io::copy(&mut file, &mut writer).await;
        let written = match written {
            Ok(_) => writer.shutdown().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            if let Err(error) = writer.abort().await {
                tracing::warn!(%error, "an upload was not taken back");
            }
            return Err(Error::internal(error));
        }
        Ok(())
    }

    /// Stores `bytes`.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        let stored = self.0.put(&key(name), bytes.into()).await;
        stored.map(drop).map_err(Error::internal)
    }

    /// The bytes in `range`, which is not empty.
    pub(super) async fn read(
        &self,
        name: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        let options = object_store::GetOptions::new().with_range(Some(range));
        match self.0.get_opts(&key(name), options).await {
            Ok(found) => Ok(found.into_stream()),
            // Deleted a moment ago, or lost with the disk that it was on.
            Err(object_store::Error::NotFound { .. }) => {
                tracing::warn!(name, "a file has no bytes");
                Err(file_not_found())
            }
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Removes one; it is no error that it is not there.
    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        match self.0.delete(&key(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::internal(error)),
        }
    }

    /// Everything that is there.
    pub(super) fn list(&self) -> BoxStream<'static, Result<Found>> {
        let all = self.0.list(Some(&Key::from(FOLDER)));
        all.map(|found| {
            let found = found.map_err(Error::internal)?;
            Ok(Found {
                name: found.location.filename().unwrap_or_default().to_owned(),
                put_at: Timestamp(found.last_modified.timestamp_millis()),
            })
        })
        .boxed()
    }
}

/// Folders of a few hundred files each, as file systems like them.
fn key(name: &str) -> Key {
    let shelf = name.get(..2).unwrap_or_default();
    Key::from_iter([FOLDER, shelf, name])
}
