//! `/file`: shared files. Who is no admin knows of their own alone.

use entity::file;

use super::{Commands, call::Call};
use crate::{
    account::User,
    kernel::{Error, Result, error::ErrorKind},
};

/// Files of one answer.
const MOST: u64 = 100;

pub(super) async fn list(all: &Commands, call: &Call) -> Result<String> {
    let (files, _) = all.files.list(0, MOST).await?;
    let lines: Vec<String> = files
        .iter()
        .filter(|file| is_for(&call.user, file))
        .map(|file| {
            let expires = file
                .expires_at
                .map_or_else(String::new, |at| format!(", until {at}"));
            format!(
                "{} {} ({} bytes{expires})",
                file.public_id, file.name, file.size
            )
        })
        .collect();
    Ok(if lines.is_empty() {
        "No files.".to_owned()
    } else {
        lines.join("\n")
    })
}

pub(super) async fn info(all: &Commands, call: &Call) -> Result<String> {
    let id = call.word(2, "/file info <id>")?;
    let file = all.files.find(&call.user, id).await?;
    if !is_for(&call.user, &file) {
        return Err(not_found());
    }
    let owner = all.chat.name_of_user(file.owner_id).await?;
    let expires = file
        .expires_at
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    Ok(format!(
        "{} {}\n{} bytes, {}\nuploaded by {owner}, {}\nexpires: {expires}",
        file.public_id, file.name, file.size, file.media_type, file.created_at
    ))
}

pub(super) async fn delete(all: &Commands, call: &Call) -> Result<String> {
    let id = call.word(2, "/file delete <id>")?;
    let file = all.files.find(&call.user, id).await?;
    if !is_for(&call.user, &file) {
        return Err(not_found());
    }
    all.files.delete(&call.user, id).await?;
    Ok(format!("Deleted {}.", file.name))
}

pub(super) async fn upload(all: &Commands, call: &Call) -> Result<String> {
    let url = call.word(2, "/file upload <url>")?;
    let file = all.files.share_from_url(call.user.clone(), url).await?;
    Ok(format!(
        "Shared {} as {}: /api/files/download/{}",
        file.name, file.public_id, file.public_id
    ))
}

fn is_for(user: &User, file: &file::Model) -> bool {
    file.owner_id == user.id || user.role.is_admin()
}

fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, "file_not_found", "file not found")
}
