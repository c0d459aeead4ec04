//! The reference of the Socket.IO events, `docs/events.md`.
//!
//! The fields of what the server sends are read off the types it sends, and the names of what it
//! takes are checked against the table of handlers, so the page cannot say anything else than the
//! program does. A test compares it with the file.

mod calls;
mod table;

use std::fmt::Write;

use serde_json::Value;
use utoipa::PartialSchema;

use self::table::{INCOMING, OUTGOING, Payload};
use crate::{
    apps::widgets::{SnapshotView, WidgetUpdated},
    call::{CallEnded, CallJoined, CallState, Peer, VoiceParticipants, VoiceRoom},
    chat::Commanded,
    chat::event::{
        AuthorOut, Changed, MessageDeleted, MessageEdited, MessageOut, PinUpdate, ReactionChanged,
        ReactionOut, ReadState, Sent, Synced, SyncedConversation, SystemMessage, UserTyping,
    },
    doc::event::{
        DocContent, DocEdited, DocJoined, DocMember, DocNews, DocRenamed, DocSynced, DocUpdated,
        DocUser,
    },
    moderation::{Report, ReportsPage},
};

/// The names of all events that clients send, sorted.
pub fn incoming() -> Vec<&'static str> {
    let mut names: Vec<_> = INCOMING
        .iter()
        .chain(calls::INCOMING)
        .flat_map(|event| event.names)
        .copied()
        .collect();
    names.sort_unstable();
    names
}

/// The whole page.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(
        "\n## Client to server\n\n| Event | Payload | Answer | What it does |\n|---|---|---|---|\n",
    );
    for event in INCOMING.iter().chain(calls::INCOMING) {
        row(
            &mut page,
            &[&code(event.names), event.payload, event.answer, event.about],
        );
    }
    page.push_str(
        "\n## Server to client\n\n| Event | Payload | To whom | When |\n|---|---|---|---|\n",
    );
    for event in OUTGOING.iter().chain(calls::OUTGOING) {
        let payload = match event.payload {
            Payload::Typed(name) => format!("[{name}](#{})", name.to_lowercase()),
            Payload::Told(words) => words.to_owned(),
        };
        row(
            &mut page,
            &[&code(event.names), &payload, event.to, event.about],
        );
    }
    page.push_str("\n## Types\n");
    for (name, schema) in types() {
        describe(&mut page, name, &schema);
    }
    page
}

fn code(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn row(page: &mut String, cells: &[&str]) {
    page.push_str("| ");
    page.push_str(&cells.join(" | "));
    page.push_str(" |\n");
}

fn types() -> Vec<(&'static str, Value)> {
    fn schema<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap_or_default()
    }
    vec![
        ("Message", schema::<MessageOut>()),
        ("Author", schema::<AuthorOut>()),
        ("Sent", schema::<Sent>()),
        ("Commanded", schema::<Commanded>()),
        ("Changed", schema::<Changed>()),
        ("MessageEdited", schema::<MessageEdited>()),
        ("MessageDeleted", schema::<MessageDeleted>()),
        ("ReactionChanged", schema::<ReactionChanged>()),
        ("Reaction", schema::<ReactionOut>()),
        ("PinUpdate", schema::<PinUpdate>()),
        ("ReadState", schema::<ReadState>()),
        ("Synced", schema::<Synced>()),
        ("SyncedConversation", schema::<SyncedConversation>()),
        ("UserTyping", schema::<UserTyping>()),
        ("SystemMessage", schema::<SystemMessage>()),
        ("ReportsPage", schema::<ReportsPage>()),
        ("Report", schema::<Report>()),
        ("DocJoined", schema::<DocJoined>()),
        ("DocEdited", schema::<DocEdited>()),
        ("DocSynced", schema::<DocSynced>()),
        ("DocContent", schema::<DocContent<'_>>()),
        ("DocUpdated", schema::<DocUpdated<'_>>()),
        ("DocUser", schema::<DocUser<'_>>()),
        ("DocMember", schema::<DocMember<'_>>()),
        ("DocRenamed", schema::<DocRenamed<'_>>()),
        ("DocNews", schema::<DocNews>()),
        ("CallState", schema::<CallState>()),
        ("CallJoined", schema::<CallJoined>()),
        ("CallEnded", schema::<CallEnded>()),
        ("VoiceParticipants", schema::<VoiceParticipants>()),
        ("Peer", schema::<Peer>()),
        ("VoiceRoom", schema::<VoiceRoom>()),
        ("WidgetUpdated", schema::<WidgetUpdated>()),
        ("Snapshot", schema::<SnapshotView>()),
    ]
}

/// A type's fields as a table.
fn describe(page: &mut String, name: &str, schema: &Value) {
    let _ = write!(
        page,
        "\n### {name}\n\n| Field | Type | Meaning |\n|---|---|---|\n"
    ); // to a String
    let parts = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(resolve).collect(),
        None => vec![schema.clone()],
    };
    for part in parts {
        let required: Vec<_> = part["required"].as_array().cloned().unwrap_or_default();
        for (field, about) in part["properties"].as_object().into_iter().flatten() {
            let optional = if required.contains(&Value::from(field.as_str())) {
                ""
            } else {
                " (may be absent)"
            };
            let meaning = about["description"].as_str().unwrap_or_default();
            let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
            row(
                page,
                &[
                    &format!("`{field}`"),
                    &(type_name(about) + optional),
                    &meaning,
                ],
            );
        }
    }
}

/// A part that names another type is that type.
fn resolve(part: &Value) -> Value {
    match reference_name(part).as_deref() {
        Some("ChangedAt") => {
            serde_json::to_value(crate::chat::event::ChangedAt::schema()).unwrap_or_default()
        }
        _ => part.clone(),
    }
}

fn reference_name(schema: &Value) -> Option<String> {
    Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned())
}

fn type_name(schema: &Value) -> String {
    if let Some(name) = reference_name(schema) {
        return match name.as_str() {
            "MessageId" | "ConversationId" | "UserId" | "DocId" | "ServerId" | "AppId"
            | "ReportId" => "integer".into(),
            "Timestamp" => "time".into(),
            "Kind" => "`public`, `dm` or `gdm`".into(),
            "MessageOut" => "Message".into(),
            "Medium" => "`voice` or `video`".into(),
            "Reason" => "word".into(),
            "SnapshotView" => "Snapshot".into(),
            "Row" => "row".into(),
            other => other.into(),
        };
    }
    if let Some(parts) = schema["oneOf"].as_array() {
        let names: Vec<_> = parts.iter().map(type_name).collect();
        return names.join(" or ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => {
            format!("list of {}", type_name(&schema["items"]))
        }
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<_> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        _ => "any".into(),
    }
}

const INTRODUCTION: &str = r#"# Socket.IO events

<!-- Written by `UPDATE_SNAPSHOTS=1 cargo test --lib events`, and compared by every test run. -->

Connect to `/socket.io/` (namespace `/`) with the session cookie. Without a valid session the
connection is refused with `CONNECT_ERROR {"message": "unauthorized"}`.

**Answers.** Every event is answered. With an acknowledgement the answer is `{"ok": true, ...}` or
`{"ok": false, "error": code, "message": text, "retry_after"?: seconds}`; without one, a failure
arrives as the event `error`. Nothing is acknowledged before it is stored durably.

**Order.** The events of one socket are handled in the order in which they arrive. News of one
conversation goes out in the order of `rev`.

**Catching up.** Keep the highest `rev` of each conversation. An event with the next `rev` applies;
one with a known `rev` is a repetition; a jump is a gap. After every connect, and after a gap, call
`sync` with what you have until `more` is false.

**Resending.** Give each message a `nonce` of up to 64 visible ASCII characters, best a UUIDv7, and
send it again with the same one until it is answered: it is stored once, and every answer is the
first one's; only `rev` is what the message has by then, so do not take it as known. A message that was sent in parts has `nonce`, `nonce#1`, `nonce#2` ... in its parts.

**Slow clients.** A client that does not read what it is sent is disconnected rather than skipped; it
reconnects and catches up.

**Documents with whole texts.** After `doc_join` send the whole text with `doc_edit` whenever it
changes, and show what `doc_updated` and `doc_content` bring. If you say with `base_version` which
version you changed, and wait for one answer before you send the next text, nothing is guessed; the
answer then brings the merged text when it is another one.

**Documents with Yjs.** With the official `y-protocols/sync`, and the text in the root `content`:

    const send = (message) => socket.emit("doc_sync", { doc_id, message }, (ack) => {
      if (ack.error === "out_of_date") send(step1()); // made with sync.writeSyncStep1
    });
    socket.on("doc_sync", ({ message }) => { // steps and updates, at any time
      const answer = encoding.createEncoder();
      sync.readSyncMessage(decoding.createDecoder(new Uint8Array(message)), answer, ydoc, "server");
      if (encoding.length(answer) > 0) send(encoding.toUint8Array(answer));
    });
    ydoc.on("update", (update, origin) => {
      if (origin !== "server" && socket.connected) send(updateMessage(update)); // sync.writeUpdate
    });
    socket.on("connect", async () => { // each time
      await socket.emitWithAck("doc_join", { doc_id, protocol: "yjs" });
      send(step1());
    });

**Calls.** Sound and pictures go from browser to browser; the server relays what they need to connect,
between those who are in the same room and to nobody else. `call_start_dm` rings the other one, who
gets `incoming_call` in all tabs and answers in one with `answer_call`; both then `voice_join` the room
with the call's id. A person is in a room through one socket. After each change everybody in it gets
`voice_participants`; for each pair the one whose name is first makes an offer, with `to` where there
are more than two. Servers for `RTCPeerConnection` are at `GET /api/voice/ice`. When a connection goes
its place is kept for 20 seconds (`away`): whoever comes back to it in time, with `peer_id`, may go on
with the connections that are still there.

**When documents cannot be stored** edits are answered `unavailable`. Nothing is lost that was
answered: pages with whole texts are sent what is stored as `doc_content` and may send theirs again,
and Yjs clients are asked for theirs with a step 1 of the server's, which they answer as always.
"#;

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn the_page_is_what_the_program_says() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events.md");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, reference()).expect("written");
        }
        let written = std::fs::read_to_string(&file).expect("docs/events.md is there");
        assert_eq!(written, reference(), "run UPDATE_SNAPSHOTS=1 cargo test");
    }

    #[test]
    fn the_api_document_is_what_the_program_serves() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
        let document = crate::app::openapi().to_pretty_json().expect("encoded") + "\n";
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&file, &document).expect("written");
        }
        let written = std::fs::read_to_string(&file).expect("docs/openapi.json is there");
        assert_eq!(written, document, "run UPDATE_SNAPSHOTS=1 cargo test");
    }
}
