//! What is in a ZIP archive, by its table of contents: nothing is unpacked.

use std::io::Cursor;

use bytes::Bytes;
use zip::ZipArchive;

use crate::kernel::{Error, Result};

/// How many entries are listed.
const MAX_LISTED: usize = 1000;
/// How much of an entry's name is shown, in characters.
const MAX_NAME_CHARS: usize = 200;

/// A table of contents.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// Names and sizes as the archive says they are, in bytes; folders have none.
    pub(super) entries: Vec<(String, Option<u64>)>,
    /// How many entries there are, those included that are not listed.
    pub(super) total: usize,
}

/// Reads the table of contents.
///
/// # Errors
/// `archive_invalid`.
pub(super) fn list(archive: Bytes) -> Result<Listing> {
    let archive = ZipArchive::new(Cursor::new(archive)).map_err(|_| invalid())?;
    let total = archive.len();
    let mut entries = Vec::new();
    for index in 0..total.min(MAX_LISTED) {
        let entry = archive.by_index_data(index).map_err(|_| invalid())?;
        let name = String::from_utf8_lossy(entry.name_raw());
        let name = name.chars().take(MAX_NAME_CHARS).collect();
        let size = (!entry.is_dir()).then(|| entry.size());
        entries.push((name, size));
    }
    Ok(Listing { entries, total })
}

fn invalid() -> Error {
    Error::invalid(
        "archive_invalid",
        "The archive is damaged and cannot be read",
    )
}
