//! Names of uploaded files in messages: only files that are there can be attached.

use std::path::{Component, Path, PathBuf};

use crate::kernel::{Error, Result};

/// The longest list of names taken, in bytes.
const MAX_BYTES: usize = 2048;
/// The most files of one message.
const MAX_FILES: usize = 10;

/// Checks attachments against the folder of uploads. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Attachments {
    folder: PathBuf,
}

impl Attachments {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Accepts the stored name of an uploaded file, or a JSON array of such names.
    pub(super) async fn check(&self, attachment: String) -> Result<String> {
        if attachment.len() > MAX_BYTES {
            return Err(not_found());
        }
        let names: Vec<String> = if attachment.starts_with('[') {
            serde_json::from_str(&attachment).map_err(|_| not_found())?
        } else {
            vec![attachment.clone()]
        };
        if names.is_empty() || names.len() > MAX_FILES {
            return Err(not_found());
        }
        for name in &names {
            self.require_file(name).await?;
        }
        Ok(attachment)
    }

    async fn require_file(&self, name: &str) -> Result<()> {
        let path = Path::new(name);
        // Nothing but plain names below the folder: no `..`, no absolute path.
        let plain = !name.contains(['\0', '\\'])
            && path
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
        if !plain {
            return Err(not_found());
        }
        let metadata = tokio::fs::metadata(self.folder.join(path)).await;
        if metadata.is_ok_and(|metadata| metadata.is_file()) {
            Ok(())
        } else {
            Err(not_found())
        }
    }
}

fn not_found() -> Error {
    Error::invalid(
        "attachment_not_found",
        "There is no uploaded file of this name",
    )
}

#[cfg(test)]
mod tests {
    use super::Attachments;

    #[tokio::test]
    async fn only_files_below_the_folder_can_be_attached() {
        let folder = tempfile::tempdir().expect("a folder");
        let uploads = folder.path().join("uploads");
        std::fs::create_dir(&uploads).expect("made");
        std::fs::write(uploads.join("a.png"), "x").expect("written");
        std::fs::write(folder.path().join("secret"), "x").expect("written");
        let attachments = Attachments::new(uploads);
        let check = async |name: &str| attachments.check(name.to_owned()).await.is_ok();
        assert!(check("a.png").await);
        assert!(check(r#"["a.png"]"#).await);
        for bad in [
            "b.png",
            "../secret",
            "/etc/passwd",
            "[]",
            "[",
            "x\0",
            r#"["a.png","../secret"]"#,
        ] {
            assert!(!check(bad).await, "{bad}");
        }
    }
}
