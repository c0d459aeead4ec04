//! Files of messages: those that were uploaded before, by name, and those that come along.

use std::sync::Arc;

use entity::UserId;

use super::{Chat, channels::is_outdated, event::Sent, model::Place, send::Draft, store};
use crate::{
    account::User,
    file::{Files, Inline},
    kernel::{Error, Result, Tasks},
};

/// The longest list of names taken, in bytes.
const MAX_BYTES: usize = 4096;
/// The most files of one message.
const MAX_FILES: usize = 10;

/// Who is told what has become of a message.
type Answer = Box<dyn FnOnce(Result<Sent>) + Send>;

/// Accepts the stored name of an uploaded file, or a JSON array of such names.
pub(super) async fn check(files: &Files, attachment: String) -> Result<String> {
    for name in names(&attachment)? {
        if !files.attach(&name).await? {
            return Err(not_found());
        }
    }
    Ok(attachment)
}

/// The attachment of a message with the files of these stored names.
pub(super) fn of_names(names: &[String]) -> Result<Option<String>> {
    Ok(match names {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(serde_json::to_string(several)?),
    })
}

/// The stored names in a message's attachment.
fn names(attachment: &str) -> Result<Vec<String>> {
    if attachment.len() > MAX_BYTES {
        return Err(not_found());
    }
    let names: Vec<String> = if attachment.starts_with('[') {
        serde_json::from_str(attachment).map_err(|_| not_found())?
    } else {
        vec![attachment.to_owned()]
    };
    if names.is_empty() || names.len() > MAX_FILES || names.iter().any(|name| name.contains('\0')) {
        return Err(not_found());
    }
    Ok(names)
}

impl Chat {
    /// Keeps the files that come along with a draft, which names them from here on. They are removed
    /// again when the message is refused.
    pub(super) async fn keep_files(
        &self,
        user: &Arc<User>,
        place: &Place,
        mut draft: Draft,
        answer: Answer,
    ) -> std::result::Result<(Draft, Answer), (Error, Answer)> {
        if draft.files.is_empty() {
            return Ok((draft, answer));
        }
        // Whoever may not speak does not fill the store. Whether the channel has changed meanwhile
        // is for the sending to find.
        match self.require_may_send(user, place, &draft).await {
            Err(error) if !is_outdated(&error) => return Err((error, answer)),
            _ => {}
        }
        let files = std::mem::take(&mut draft.files);
        let kept = match self.try_keep(user, place, &draft, &files).await {
            Ok(kept) => kept,
            Err(error) => return Err((error, answer)),
        };
        draft.attachment = match of_names(&kept) {
            Ok(attachment) => attachment,
            Err(error) => return Err((error, answer)),
        };
        let (files, tasks, owner) = (self.files.clone(), self.tasks.clone(), user.id);
        let answer = Box::new(move |sent: Result<Sent>| {
            if sent.is_err() {
                release(files, &tasks, owner, kept);
            }
            answer(sent);
        });
        Ok((draft, answer))
    }

    /// The stored names of the files; none when the message is stored already.
    async fn try_keep(
        &self,
        user: &Arc<User>,
        place: &Place,
        draft: &Draft,
        files: &[Inline],
    ) -> Result<Vec<String>> {
        let is_named_too = draft
            .attachment
            .as_ref()
            .is_some_and(|name| !name.is_empty());
        if is_named_too || files.len() > MAX_FILES {
            let text = format!("bad params: at most {MAX_FILES} files, either uploaded or within");
            return Err(Error::invalid("bad_params", text));
        }
        let nonce = draft.nonce.as_deref();
        if self.stored_before(user, place.id, nonce).await?.is_some() {
            return Ok(Vec::new());
        }
        self.files.keep_inline(user, files).await
    }
}

impl Chat {
    /// Removes the files of a message that was deleted, those of its author that no other message
    /// has. It has been said that the message is gone; this follows.
    pub(super) fn forget_files(&self, row: &store::Row) {
        let Some(attachment) = row.attachment.as_deref() else {
            return;
        };
        let Ok(names) = names(attachment) else { return };
        let (chat, sender, app) = (self.clone(), row.sender_id, row.app_id);
        self.tasks.spawn(async move {
            let forgetting = async {
                // What an app posts is kept for whoever made it.
                let author = match (sender, app) {
                    (None, Some(app)) => store::owner_of_app(chat.db.reader(), app).await?,
                    (sender, _) => sender,
                };
                let Some(author) = author else { return Ok(()) };
                for name in names {
                    if !store::is_attached(chat.db.reader(), &name).await? {
                        chat.files.release(author, &[name]).await?;
                    }
                }
                Ok::<_, Error>(())
            };
            if let Err(error) = forgetting.await {
                error.log("removing the files of a deleted message");
            }
        });
    }
}

fn release(files: Files, tasks: &Tasks, owner: UserId, names: Vec<String>) {
    tasks.spawn(async move {
        if let Err(error) = files.release(owner, &names).await {
            error.log("removing the files of a refused message");
        }
    });
}

fn not_found() -> Error {
    Error::invalid(
        "attachment_not_found",
        "There is no uploaded file of this name",
    )
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn an_attachment_is_a_name_or_a_list_of_names() {
        assert_eq!(names("a.png").expect("a name"), ["a.png"]);
        assert_eq!(names(r#"["a","b"]"#).expect("a list"), ["a", "b"]);
        let long = format!("[{}\"a\"]", "\"a\",".repeat(10));
        for bad in ["[]", "[", "[1]", "x\0", &long, &"x".repeat(5000)] {
            assert!(names(bad).is_err(), "{bad:?}");
        }
    }
}
