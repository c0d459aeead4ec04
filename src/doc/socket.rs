//! Documents over Socket.IO: one function for each event.

use bytes::Bytes;
use entity::{DocId, doc_member::Role};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;
use tokio::sync::oneshot;

use super::{
    Docs,
    command::{Command, Person},
    event::{DocEdited, DocSynced, Protocol},
    pace::Kind,
    protocol::SyncMessage,
    rights::require_member,
    store,
};
use crate::{
    kernel::{Error, Result},
    socket::{Ack, Caller, Placeholder, Routes},
};

/// Puts this feature's events into the table.
pub fn register(routes: &mut Routes, docs: &Docs) {
    routes.on_deferred("doc_join", docs, join);
    routes.on("doc_leave", docs, leave);
    routes.on("doc_edit", docs, edit);
    routes.on_binary("doc_sync", docs, sync);
    routes.on_binary("doc_awareness", docs, awareness);
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with doc_id")]
struct Join {
    #[serde(deserialize_with = "id")]
    doc_id: DocId,
    protocol: Option<Protocol>,
}

/// An event that names its document and nothing else.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with doc_id")]
struct Target {
    #[serde(deserialize_with = "id")]
    doc_id: DocId,
}

/// A message of the Yjs protocols; its bytes are beside the JSON.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with doc_id")]
struct Message {
    #[serde(deserialize_with = "id")]
    doc_id: DocId,
    #[serde(rename = "message")]
    _message: Placeholder,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with doc_id")]
struct Edit {
    #[serde(deserialize_with = "id")]
    doc_id: DocId,
    content: String,
    base_version: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Left {
    doc_id: DocId,
}

/// An answer without content.
#[derive(Debug, Serialize)]
struct Heard {}

async fn join(docs: Docs, caller: Caller, join: Join, ack: Ack) {
    match docs.admit(&caller, join.doc_id).await {
        Ok((person, _)) => {
            docs.pace
                .wait(caller.sid, join.doc_id, Kind::Presence)
                .await;
            docs.engine.delivery().catches_up(caller.sid).await;
            let (done, answered) = oneshot::channel();
            let command = Command::Join(person, join.protocol.unwrap_or_default(), ack, done);
            match docs.engine.tell(join.doc_id, command).await {
                // Resolves when it is dropped, too.
                Ok(()) => drop(answered.await),
                // Its acknowledgement has said so.
                Err(error) => error.log("doc_join"),
            }
        }
        Err(error) => ack.fail(&error),
    }
}

async fn leave(docs: Docs, caller: Caller, target: Target) -> Result<Left> {
    let (doc_id, sid) = (target.doc_id, caller.sid);
    docs.pace.wait(sid, doc_id, Kind::Question).await;
    let (reply, left) = oneshot::channel();
    let command = Command::Leave(sid, reply);
    if docs.engine.tell_open(doc_id, command).await {
        left.await.unwrap_or_else(|_| Err(Error::busy()))?;
    }
    Ok(Left { doc_id })
}

async fn edit(docs: Docs, caller: Caller, edit: Edit) -> Result<DocEdited> {
    let (person, role) = docs.admit(&caller, edit.doc_id).await?;
    docs.pace
        .wait(caller.sid, edit.doc_id, kind_of_edit(role))
        .await;
    docs.engine
        .ask(edit.doc_id, |reply| Command::Edit {
            person,
            content: edit.content,
            base_version: edit.base_version,
            reply,
        })
        .await
}

async fn sync(docs: Docs, caller: Caller, target: Message, message: Bytes) -> Result<DocSynced> {
    let (person, role) = docs.admit(&caller, target.doc_id).await?;
    docs.pace
        .wait(caller.sid, target.doc_id, kind_of_edit(role))
        .await;
    if matches!(SyncMessage::decode(&message), Ok(SyncMessage::Step1(_))) {
        docs.engine.delivery().catches_up(caller.sid).await;
    }
    docs.engine
        .ask(target.doc_id, |reply| Command::Sync(person, message, reply))
        .await
}

async fn awareness(docs: Docs, caller: Caller, target: Message, message: Bytes) -> Result<Heard> {
    let (person, _) = docs.admit(&caller, target.doc_id).await?;
    docs.pace
        .wait(caller.sid, target.doc_id, Kind::Presence)
        .await;
    docs.engine
        .ask(target.doc_id, |reply| {
            Command::Awareness(person, message, reply)
        })
        .await?;
    Ok(Heard {})
}

impl Docs {
    /// The person at the socket and what they may do with the document, if it is theirs to open. Its
    /// task decides again; this keeps strangers from having it opened.
    async fn admit(&self, caller: &Caller, id: DocId) -> Result<(Person, Role)> {
        let user = self.directory.find(caller.user).await?;
        let user = user.ok_or_else(Error::unauthenticated)?;
        let role = match self.engine.role(caller.sid, id) {
            Some(role) => role,
            None => require_member(store::role(self.db.reader(), id, user.id).await?)?,
        };
        Ok((Person::new(&user, caller), role))
    }

    /// Takes a socket that is gone out of its documents.
    pub fn left(&self, caller: &Caller) {
        self.engine.left(caller.sid);
    }
}

/// An edit that will be refused holds up nobody else's.
fn kind_of_edit(role: Role) -> Kind {
    if role.may_edit() {
        Kind::Edit
    } else {
        Kind::Question
    }
}

/// A number, or a text that is one.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DocId, D::Error> {
    let id = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    id.map(DocId)
        .ok_or_else(|| de::Error::custom("doc_id is not an id"))
}
