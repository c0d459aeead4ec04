//! The edits of an open document that are on their way into the database.

use std::{sync::Arc, time::Instant};

use super::{
    command::Reply,
    document::Edited,
    event::{DocEdited, DocSynced},
    log::{Append, Update},
    task::{Editor, Task},
};
use crate::{kernel::Error, socket::Sid};

/// An edit that waits to be stored.
pub(super) struct Pending {
    editor: Editor,
    /// The socket that it came from.
    origin: Option<Sid>,
    edited: Edited,
    pub(super) answer: Answer,
}

/// Who waits for an edit to be stored.
pub(super) enum Answer {
    /// A client with whole texts; whether it wants the merged text in the answer.
    Text(Reply<DocEdited>, bool),
    Sync(Reply<DocSynced>),
    Version(Reply<i64>),
}

impl Answer {
    pub(super) fn fail(self, error: Error) {
        match self {
            Self::Text(reply, _) => drop(reply.send(Err(error))),
            Self::Sync(reply) => drop(reply.send(Err(error))),
            Self::Version(reply) => drop(reply.send(Err(error))),
        }
    }
}

impl Task {
    /// Puts an edit that is in the text now among those to be stored.
    pub(super) fn push(
        &mut self,
        editor: Editor,
        origin: Option<Sid>,
        edited: Edited,
        answer: Answer,
    ) {
        self.batch.push(Pending {
            editor,
            origin,
            edited,
            answer,
        });
    }

    /// Stores the edits that are in the text, then tells everybody and answers.
    pub(super) async fn settle(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let mut updates = Vec::with_capacity(self.batch.len());
        for pending in &self.batch {
            updates.extend(pending.edited.update.as_ref().map(|data| Update {
                author: pending.editor.0,
                data: data.clone(),
            }));
        }
        if self.batch.iter().any(|pending| pending.edited.is_sweeping) {
            self.keep_what_goes().await;
        }
        if !updates.is_empty() {
            let count = i64::try_from(updates.len()).unwrap_or(i64::MAX);
            let append = Append {
                doc: self.id,
                version: self.stored,
                updates,
            };
            if let Err(error) = self.writer.append(append).await {
                error.log("storing edits");
                return self.reload().await;
            }
            self.stored += count;
            self.unkept_since.get_or_insert_with(Instant::now);
            self.recovered();
        }
        for pending in std::mem::take(&mut self.batch) {
            let Edited {
                update, version, ..
            } = &pending.edited;
            if let Some(update) = update {
                self.tell_editors(&pending.editor, pending.origin, update, *version);
                self.note_editor(&pending.editor);
            }
            self.answer(pending);
        }
    }

    fn answer(&mut self, pending: Pending) {
        // Who does not wait any more needs no answer.
        match pending.answer {
            Answer::Text(reply, wants_text) => {
                let merged = wants_text.then(|| self.text_for(pending.origin)).flatten();
                let (version, content) = match merged {
                    Some((content, version)) => (version, Some(content)),
                    None => (pending.edited.version, None),
                };
                drop(reply.send(Ok(DocEdited {
                    doc_id: self.id,
                    version,
                    content,
                })));
            }
            Answer::Sync(reply) => drop(reply.send(Ok(DocSynced {
                doc_id: self.id,
                version: pending.edited.version,
            }))),
            Answer::Version(reply) => drop(reply.send(Ok(pending.edited.version))),
        }
    }

    /// The current text as an answer to the socket, which then counts as having it.
    fn text_for(&mut self, sid: Option<Sid>) -> Option<(Arc<str>, i64)> {
        let text = self.text.as_mut()?;
        text.answered(sid?, Instant::now());
        Some((text.content(), text.version()))
    }

    fn note_editor(&mut self, editor: &Editor) {
        if self.editors[0]
            .as_ref()
            .is_none_or(|last| last.0 != editor.0)
        {
            self.editors.swap(0, 1);
            self.editors[0] = Some(editor.clone());
        }
    }
}
