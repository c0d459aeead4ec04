//! What is stored of an upload: of a picture its pixels, of anything else all of it.

use entity::{Timestamp, UserId};

use super::{
    blobs::Blobs,
    media::{self, Raster},
    model::{FileName, Names, Purpose, thumbnail_of},
    picture::{self, Picture},
    spool::Spooled,
    store::NewRow,
};
use crate::kernel::{Error, Result, Workers};

/// A file as it is going to be stored.
pub(super) struct Content {
    media_type: &'static str,
    bytes: Bytes,
    /// Bytes, the thumbnail's left out.
    pub(super) size: u64,
    /// Its format and its size in pixels, if it is a picture.
    picture: Option<(Raster, (u32, u32))>,
    thumbnail: Option<picture::Encoded>,
}

/// Where they are.
enum Bytes {
    Spooled(std::fs::File),
    Made(Vec<u8>),
}

impl Content {
    /// Reads what has arrived.
    ///
    /// # Errors
    /// `not_an_image` for an avatar that is none, `image_invalid`, `image_too_large`.
    pub(super) async fn read(
        workers: &Workers,
        spooled: Spooled,
        purpose: Purpose,
    ) -> Result<Self> {
        let media_type = media::sniff(&spooled.head);
        let is_avatar = purpose == Purpose::Avatar;
        let Some(format) = Raster::of(media_type) else {
            if is_avatar {
                let text = "An avatar is a PNG, JPEG, GIF or WebP picture";
                return Err(Error::invalid("not_an_image", text));
            }
            return Ok(Self {
                media_type,
                bytes: Bytes::Spooled(spooled.file),
                size: spooled.size,
                picture: None,
                thumbnail: None,
            });
        };
        let making = workers.run(move || {
            if is_avatar {
                picture::avatar(spooled.file, format)
            } else {
                picture::remake(spooled.file, format)
            }
        });
        let Picture {
            file,
            width,
            height,
            thumbnail,
        } = making.await??;
        Ok(Self {
            media_type: file.format.media_type(),
            size: file.bytes.len() as u64,
            bytes: Bytes::Made(file.bytes),
            picture: Some((file.format, (width, height))),
            thumbnail,
        })
    }

    /// The row that makes it a file of `owner`, and its names.
    pub(super) fn row(
        &self,
        owner: UserId,
        name: FileName,
        purpose: Purpose,
        now: Timestamp,
    ) -> (Names, NewRow) {
        let name = match self.picture {
            Some((format, _)) => name.with_format(format),
            None => name,
        };
        let names = Names::new(&name, purpose, self.picture.map(|(_, size)| size));
        let row = NewRow {
            names: names.clone(),
            purpose,
            owner,
            name: name.as_str().to_owned(),
            media_type: self.media_type.to_owned(),
            size: signed(self.size),
            thumbnail: self.thumbnail.as_ref().map(|thumbnail| {
                let media_type = thumbnail.format.media_type().to_owned();
                (media_type, signed(thumbnail.bytes.len() as u64))
            }),
            now,
        };
        (names, row)
    }

    /// Puts its bytes, and those of its thumbnail, into the store.
    pub(super) async fn put(self, blobs: &Blobs, blob: &str) -> Result<()> {
        match self.bytes {
            Bytes::Spooled(file) => blobs.put_file(blob, file).await?,
            Bytes::Made(bytes) => blobs.put(blob, bytes).await?,
        }
        match self.thumbnail {
            Some(thumbnail) => blobs.put(&thumbnail_of(blob), thumbnail.bytes).await,
            None => Ok(()),
        }
    }
}

/// Bytes as the database counts them.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
