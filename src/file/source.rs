//! What is read from elsewhere for a feature that keeps it itself.

use std::time::Duration;

use entity::UserId;
use tokio::{io::AsyncReadExt, time::timeout};

use super::{
    Files,
    fetch::{Schemes, failed},
};
use crate::kernel::{Error, Result};

/// How long reading may take, redirects included. Somebody waits for it.
const READING: Duration = Duration::from_secs(10);

/// What was found at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is said to be there: a media type without parameters, in lower case; may be empty.
    pub declared: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Files {
    /// Reads at most `max` bytes from the public Internet, at the pace of the person whom it is
    /// for; none where the server looks by itself.
    ///
    /// # Errors
    /// `url_invalid`, `url_not_allowed`, `fetch_failed`, `file_too_large`, `rate_limited`, `busy`.
    pub async fn read_from_url(
        &self,
        url: &str,
        max: u64,
        reader: Option<UserId>,
    ) -> Result<Source> {
        let _turn = reader.map(|reader| self.pace.fetch(reader)).transpose()?;
        let spool = self.spool(max).await?;
        let fetching = self.fetcher.fetch((url, Schemes::Web), spool, max);
        let fetched = timeout(READING, fetching).await;
        let fetched = fetched.map_err(|_| failed("It took too long."))??;
        let mut file = tokio::fs::File::from_std(fetched.spooled.file);
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes).await;
        read.map_err(Error::internal)?;
        Ok(Source {
            declared: fetched.declared,
            bytes,
        })
    }
}
