//! What is said in an open document: edits, cursors, and what becomes of them elsewhere.

use std::{sync::Arc, time::Instant};

use bytes::Bytes;
use entity::UserId;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{
    awareness::Sender,
    batch::Answer,
    command::{Person, Reply, not_joined, unavailable},
    document::Edited,
    event::{DocAwareness, DocContent, DocEdited, DocSync, DocSynced, DocUpdated, Protocol},
    protocol::SyncMessage,
    rights::edit_access_denied,
    task::{Editor, Task},
};
use crate::{
    kernel::{Error, Result},
    socket::{Binary, Sid},
};

/// The names that different clients know a new text by.
const UPDATED: &[&str] = &["doc_updated", "doc_content_updated"];
/// How many bytes could be read while one of an edit is merged, where that is no usual edit.
const EFFORT: usize = 8;

impl Task {
    /// Takes a whole text. It is merged now, and answered once it is stored.
    pub(super) async fn edit(
        &mut self,
        person: &Person,
        content: String,
        base_version: Option<i64>,
        reply: Reply<DocEdited>,
    ) {
        match self.merge(person, content, base_version).await {
            Ok(edited) => {
                let wants_text = base_version.is_some() && edited.is_merged;
                let editor = (person.user, person.name.clone());
                let answer = Answer::Text(reply, wants_text);
                self.push(editor, Some(person.sid), edited, answer);
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    async fn merge(
        &mut self,
        person: &Person,
        content: String,
        base_version: Option<i64>,
    ) -> Result<Edited> {
        self.require_editor(person.user)?;
        // A client that was cut off may have more to say before it asks to be let in again.
        let listener = self.audience.get(person.sid);
        let is_here = listener.is_some_and(|listener| listener.protocol == Protocol::Text);
        // Whoever has sent something and gone does not hear of it any more, but has said it.
        let is_here = is_here || self.let_in(person, Protocol::Text)?;
        let (sid, keeper) = (person.sid, (person.user, person.session.clone()));
        let text = self.text.as_ref().map_or(0, |it| it.text().as_str().len());
        let bytes = text.max(content.len());
        let edited = self.with_bytes(EFFORT * bytes, move |text| {
            let now = Instant::now();
            let edited = text.edit(sid, keeper, &content, base_version, now);
            if !is_here {
                text.detach(sid, now);
            }
            edited
        });
        edited.await?
    }

    /// Takes a message of the Yjs sync protocol.
    pub(super) async fn sync(&mut self, person: &Person, message: &Bytes, reply: Reply<DocSynced>) {
        let outcome = match self.read_sync(person, message) {
            Ok(SyncMessage::Step1(vector)) => {
                self.settle().await;
                match self.missing() {
                    Some(_) => Err(unavailable()),
                    None => self.bring_up(person, vector).await.map(|()| None),
                }
            }
            Ok(SyncMessage::Step2(update) | SyncMessage::Update(update)) => {
                self.merge_update(person, update).await.map(Some)
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(Some(edited)) => {
                let editor = (person.user, person.name.clone());
                // An editor whose update was corrected needs it like the others.
                let origin = (!edited.is_merged).then_some(person.sid);
                self.push(editor, origin, edited, Answer::Sync(reply));
            }
            Ok(None) => {
                let version = self.stored;
                let doc_id = self.id;
                drop(reply.send(Ok(DocSynced { doc_id, version })));
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    fn read_sync<'a>(&self, person: &Person, message: &'a [u8]) -> Result<SyncMessage<'a>> {
        self.require_member(person.user)?;
        // What somebody has sent before they went is taken.
        if self.shared.delivery.is_connected(person.sid) {
            self.require_joined(person.sid)?;
        }
        SyncMessage::decode(message)
    }

    /// Sends what a client lacks, and asks for what it has beyond that.
    async fn bring_up(&mut self, person: &Person, vector: &[u8]) -> Result<()> {
        let vector = vector.to_vec();
        let steps = self.with_text(move |text| {
            let text = text.text();
            Ok::<_, Error>((text.diff_since(&vector)?, text.state_vector()))
        });
        let (missing, have) = steps.await??;
        self.send_sync(person.sid, SyncMessage::Step2(&missing));
        self.send_sync(person.sid, SyncMessage::Step1(&have));
        Ok(())
    }

    async fn merge_update(&mut self, person: &Person, update: &[u8]) -> Result<Edited> {
        let may_edit = self.require_editor(person.user).is_ok();
        let update = update.to_vec();
        let edited = self.with_bytes(EFFORT * update.len(), move |text| {
            if may_edit {
                text.apply(&update, Instant::now())
            } else if text.text().lacks(&update)? {
                Err(edit_access_denied())
            } else {
                Ok(text.unchanged())
            }
        });
        edited.await?
    }

    /// Takes a message of the Yjs awareness protocol, and tells the others.
    pub(super) fn hear(&mut self, person: &Person, message: &[u8]) -> Result<()> {
        self.require_member(person.user)?;
        self.require_joined(person.sid)?;
        let sender = Sender {
            sid: person.sid,
            user: person.user,
            name: &person.name,
        };
        let told = self.awareness.receive(sender, message)?;
        self.relay_awareness(Some(person.sid), &told);
        Ok(())
    }

    /// Tells the Yjs editors of an update.
    pub(super) fn tell_editors(
        &self,
        editor: &Editor,
        origin: Option<Sid>,
        update: &[u8],
        version: i64,
    ) {
        let event = DocSync {
            doc_id: self.id,
            message: Binary(SyncMessage::Update(update).encode().into()),
            version,
            edited_by: Some(&editor.1),
        };
        for sid in self.audience.speaking(Protocol::Yjs, origin) {
            let delivery = &self.shared.delivery;
            delivery.emit_to_socket(sid, &["doc_sync"], &event, update.len());
        }
    }

    /// Sends the text to the clients whose turn it is.
    pub(super) fn send_texts(&mut self) {
        let delivery = self.shared.delivery.clone();
        let Some(text) = self.text() else { return };
        let due = text.due(Instant::now(), |sid| delivery.is_ready(sid));
        // All are sent the same text, which may be long: it is encoded once for each editor named.
        let mut encoded = Vec::new();
        for (sid, content, version) in due {
            let Some(listener) = self.audience.get(sid) else {
                continue;
            };
            let editor = self.editor_for(listener.user);
            let is_named = |(named, _): &(Option<&Editor>, _)| *named == editor;
            let known = encoded.iter().position(is_named).unwrap_or(encoded.len());
            if known == encoded.len() {
                let event = DocUpdated {
                    doc_id: self.id,
                    content: &content,
                    version,
                    edited_by: editor.map_or("", |editor| &editor.1),
                };
                let Some(event) = encode(&event) else { return };
                encoded.push((editor, event));
            }
            let event = &encoded[known].1;
            delivery.emit_to_socket(sid, UPDATED, event, event.get().len());
            // What a person did in another window, older clients take for their own echo.
            if editor.is_some_and(|editor| editor.0 == listener.user) {
                self.send_content(sid, &content, version);
            }
        }
    }

    /// Who edited last, as `user` is told: somebody else, where there is anybody.
    fn editor_for(&self, user: UserId) -> Option<&Editor> {
        let editors = || self.editors.iter().flatten();
        let other = editors().find(|editor| editor.0 != user);
        other.or_else(|| editors().next())
    }

    /// Gives pages with whole texts the one that was read again, since what was not stored is lost.
    pub(super) fn show_stored(&mut self) {
        let texts: Vec<_> = self.audience.speaking(Protocol::Text, None).collect();
        for sid in texts {
            let Some(listener) = self.audience.get(sid) else {
                continue;
            };
            let keeper = (listener.user, listener.session.clone());
            if let Some(text) = self.text() {
                let (content, version) = text.attach(sid, keeper, Instant::now());
                self.send_content(sid, &content, version);
            }
        }
    }

    /// Asks Yjs clients for what they have beyond what is stored.
    pub(super) fn ask_editors(&mut self) {
        let Some(text) = self.text() else { return };
        let have = text.text().state_vector();
        for sid in self.audience.speaking(Protocol::Yjs, None) {
            self.send_sync(sid, SyncMessage::Step1(&have));
        }
    }

    pub(super) async fn give_text(&mut self, person: &Person) -> Result<Arc<str>> {
        let (sid, keeper) = (person.sid, (person.user, person.session.clone()));
        let attached = self.with_text(move |text| text.attach(sid, keeper, Instant::now()));
        let (content, version) = attached.await?;
        self.send_content(sid, &content, version);
        Ok(content)
    }

    pub(super) fn forget_reader(&mut self, sid: Sid) {
        if let Some(text) = self.text() {
            text.detach(sid, Instant::now());
        }
    }

    fn require_joined(&self, sid: Sid) -> Result<()> {
        let listener = self.audience.get(sid);
        match listener {
            Some(listener) if listener.protocol == Protocol::Yjs => Ok(()),
            _ => Err(not_joined(self.id)),
        }
    }

    fn send_content(&self, sid: Sid, content: &str, version: i64) {
        let event = DocContent {
            doc_id: self.id,
            content,
            version,
        };
        if let Some(event) = encode(&event) {
            let delivery = &self.shared.delivery;
            delivery.emit_to_socket(sid, &["doc_content"], &event, event.get().len());
        }
    }

    fn send_sync(&self, sid: Sid, message: SyncMessage<'_>) {
        let message = message.encode();
        let bytes = message.len();
        let event = DocSync {
            doc_id: self.id,
            message: Binary(message.into()),
            version: self.stored,
            edited_by: None,
        };
        let delivery = &self.shared.delivery;
        delivery.emit_to_socket(sid, &["doc_sync"], &event, bytes);
    }

    pub(super) fn send_awareness(&self, sid: Sid, message: Vec<u8>) {
        let bytes = message.len();
        let event = DocAwareness {
            doc_id: self.id,
            message: Binary(message.into()),
        };
        let delivery = &self.shared.delivery;
        delivery.emit_to_socket(sid, &["doc_awareness"], &event, bytes);
    }

    pub(super) fn relay_awareness(&self, from: Option<Sid>, message: &[u8]) {
        for sid in self.audience.speaking(Protocol::Yjs, from) {
            self.send_awareness(sid, message.to_vec());
        }
    }
}

/// An event with a text; what it takes on the wire is seen from it.
fn encode<T: Serialize>(event: &T) -> Option<Box<RawValue>> {
    let encoded = to_raw_value(event);
    encoded
        .inspect_err(|error| tracing::error!(%error, "a text could not be encoded"))
        .ok()
}
