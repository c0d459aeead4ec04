//! Files that come along with something: within events, as base64 beside the text, from clients that
//! know no upload, and in the forms of apps.

use std::sync::Arc;

use base64::engine::DecodePaddingMode;
use base64::{Engine, alphabet, engine::GeneralPurpose, engine::GeneralPurposeConfig};
use bytes::Bytes;

use super::{
    Files,
    model::{File, FileName, Purpose},
    service::Upload,
};
use crate::{
    account::User,
    kernel::{Error, Result},
};

/// Base64 with its padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A file within an event.
#[derive(Clone, Debug)]
pub struct Inline {
    /// What it is called; may be empty.
    pub filename: String,
    /// Base64, which may be a whole data URL.
    pub content: String,
}

impl Inline {
    fn decode(&self) -> Result<Vec<u8>> {
        let text = match self.content.strip_prefix("data:") {
            Some(url) => url.split_once(";base64,").ok_or_else(invalid)?.1,
            None => &self.content,
        };
        let text: Vec<u8> = text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        BASE64.decode(text).map_err(|_| invalid())
    }
}

impl Files {
    /// Keeps files that came within an event; the names by which it goes on to name them.
    ///
    /// # Errors
    /// `attachment_invalid`, and those of any upload. What was kept of several is freed then.
    pub async fn keep_inline(&self, owner: &Arc<User>, inline: &[Inline]) -> Result<Vec<String>> {
        let decode = |file: &Inline| Ok((file.filename.clone(), file.decode()?.into()));
        let files = inline.iter().map(decode).collect::<Result<Vec<_>>>()?;
        self.keep_all(owner, &files).await
    }

    /// Keeps files that are in memory, each with what it is called; the names by which a message may
    /// name them.
    ///
    /// # Errors
    /// Those of any upload. What was kept of several is freed then.
    pub async fn keep_all(
        &self,
        owner: &Arc<User>,
        files: &[(String, Bytes)],
    ) -> Result<Vec<String>> {
        let mut kept = Vec::with_capacity(files.len());
        for (name, bytes) in files {
            match self.keep_one(owner, name, bytes).await {
                Ok(file) => kept.push(file),
                Err(error) => {
                    for file in &kept {
                        self.remove(file).await?;
                    }
                    return Err(error);
                }
            }
        }
        Ok(kept.into_iter().map(|file| file.stored_name).collect())
    }

    async fn keep_one(&self, owner: &Arc<User>, name: &str, bytes: &Bytes) -> Result<File> {
        let _turn = self.admit(owner)?;
        let mut spool = self.spool(self.max_bytes).await?;
        spool.write(bytes).await?;
        self.keep(Upload {
            owner: owner.clone(),
            name: FileName::of(name),
            purpose: Purpose::Attachment,
            spooled: spool.finish().await?,
        })
        .await
    }
}

fn invalid() -> Error {
    let text = "The file in the message is not base64";
    Error::invalid("attachment_invalid", text)
}

#[cfg(test)]
mod tests {
    use super::Inline;

    #[test]
    fn content_is_base64_or_a_data_url() {
        let decode = |content: &str| {
            let inline = Inline {
                filename: String::new(),
                content: content.to_owned(),
            };
            inline.decode()
        };
        for content in [
            "aGk=",
            "aGk",
            "aG\nk=",
            "data:text/plain;base64,aGk=",
            "data:;base64,aGk",
        ] {
            assert_eq!(decode(content).expect(content), b"hi");
        }
        for content in ["a", "*", "data:text/plain,hi", "data:"] {
            let refused = decode(content).expect_err(content);
            assert_eq!(refused.code(), "attachment_invalid");
        }
    }
}
