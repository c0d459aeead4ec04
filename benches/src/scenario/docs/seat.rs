//! One editor in one document: a socket, a client of one of the protocols, and somebody who types.

use std::{borrow::Cow, io::Write, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::{
    ledger::Ledger,
    replica::{Heard, Replica},
    screen::Screen,
    timeline::{Timeline, Told},
    typist::Typist,
};
use crate::wire::{send_binary, send_text};

/// Acknowledgements of what comes before the first edit; edits have the numbers after them.
pub(super) const JOIN: u32 = 0;
pub(super) const SYNC: u32 = 1;
pub(super) const FIRST_EDIT: u32 = 2;

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// Yjs updates, and a cursor after every key.
    Yjs,
    /// Whole texts that name the version they are based on.
    Based,
    /// Whole texts and nothing else, as the existing clients do.
    Plain,
}

enum Client {
    Yjs(Replica),
    Text(Screen),
}

/// An answer or an event, as far as it matters here.
#[derive(Deserialize)]
struct Said {
    version: i64,
    content: Option<String>,
}

/// Where a session of an editor stands.
pub(super) struct Seat {
    pub(super) document: usize,
    pub(super) speaks: Speaks,
    /// `"doc_id":5`, which begins every payload.
    field: String,
    number: u64,
    client: Client,
    pub(super) typist: Typist,
    /// Edits without an answer.
    pub(super) unanswered: u32,
    /// When the oldest key was pressed that no edit has.
    oldest: Option<Instant>,
    /// Events in the one spelling and in the other.
    texts: [u64; 2],
    shows_cursor: bool,
}

impl Seat {
    /// `number` is nobody else's in this document.
    pub(super) fn new(
        (document, id): (usize, u64),
        speaks: Speaks,
        number: usize,
        typist: Typist,
        shows_cursor: bool,
    ) -> Self {
        let number = number as u64;
        Self {
            document,
            speaks,
            field: format!("\"doc_id\":{id}"),
            number,
            client: if speaks == Speaks::Yjs {
                Client::Yjs(Replica::new(number))
            } else {
                Client::Text(Screen::new(String::new(), 0, false, number))
            },
            typist,
            unanswered: 0,
            oldest: None,
            texts: [0; 2],
            shows_cursor: shows_cursor && speaks == Speaks::Yjs,
        }
    }

    pub(super) fn told(&self) -> Told {
        match self.speaks {
            Speaks::Yjs => Told::Updates,
            Speaks::Based | Speaks::Plain => Told::Texts,
        }
    }

    /// Asks to be let in.
    pub(super) fn join(&self, out: &mut Vec<u8>) {
        let protocol = match self.told() {
            Told::Updates => "yjs",
            Told::Texts => "text",
        };
        let packet = format!(
            "42{JOIN}[\"doc_join\",{{{},\"protocol\":\"{protocol}\"}}]",
            self.field
        );
        send_text(out, packet.as_bytes());
    }

    /// Was let in. Whether everything is there to begin; else the rest was asked for.
    pub(super) fn joined(&mut self, out: &mut Vec<u8>, answer: &[u8]) -> Result<bool> {
        match &mut self.client {
            Client::Yjs(replica) => {
                send_binary(out, "doc_sync", Some(SYNC), &self.field, &replica.step_1());
                Ok(false)
            }
            Client::Text(screen) => {
                let said: Said = serde_json::from_slice(answer)?;
                let content = said
                    .content
                    .context("no content in the answer to doc_join")?;
                *screen = Screen::new(
                    content,
                    said.version,
                    self.speaks == Speaks::Based,
                    self.number,
                );
                Ok(true)
            }
        }
    }

    /// The document is here: looks for places to type at.
    pub(super) fn synced(&mut self) -> Result<()> {
        let Client::Yjs(replica) = &mut self.client else {
            bail!("a client with whole texts synced")
        };
        replica.look_around();
        Ok(())
    }

    /// Presses the next key. A client that waits for an answer sends it later.
    pub(super) fn press(
        &mut self,
        seat: usize,
        at: Instant,
        (timeline, ledger): (&mut Timeline, &mut Ledger),
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let stroke = self.typist.stroke();
        let (char, change) = stroke.key.change();
        match &mut self.client {
            Client::Yjs(replica) => {
                let update = replica.press(stroke)?;
                ledger.add(char, change);
                let ack = number_of(timeline.sent(seat, at))?;
                send_binary(out, "doc_sync", Some(ack), &self.field, &update);
                self.unanswered += 1;
                if self.shows_cursor {
                    let shown = replica.presence();
                    send_binary(out, "doc_awareness", None, &self.field, &shown);
                }
                Ok(())
            }
            Client::Text(screen) => {
                if !screen.press(stroke) {
                    return Ok(());
                }
                ledger.add(char, change);
                self.oldest.get_or_insert(at);
                self.send(seat, timeline, out)
            }
        }
    }

    /// An edit was answered; sends what was typed meanwhile.
    pub(super) fn answered(
        &mut self,
        seat: usize,
        answer: &[u8],
        (timeline, ledger): (&mut Timeline, &mut Ledger),
        out: &mut Vec<u8>,
    ) -> Result<i64> {
        self.unanswered = self.unanswered.saturating_sub(1);
        let said: Said = serde_json::from_slice(answer)?;
        if let Client::Text(screen) = &mut self.client
            && self.speaks == Speaks::Based
        {
            let (has_more, undone) = screen.answered(said.version, said.content);
            for (char, change) in undone {
                ledger.add(char, change);
            }
            // Either it has its own text, which was the newest, or it got the newest.
            timeline.told(seat, said.version);
            if has_more {
                self.send(seat, timeline, out)?;
            }
        }
        Ok(said.version)
    }

    fn send(&mut self, seat: usize, timeline: &mut Timeline, out: &mut Vec<u8>) -> Result<()> {
        let Client::Text(screen) = &mut self.client else {
            return Ok(());
        };
        let Some(at) = self.oldest else {
            return Ok(());
        };
        let Some((content, base)) = screen.send() else {
            return Ok(());
        };
        self.oldest = None;
        self.unanswered += 1;
        let ack = number_of(timeline.sent(seat, at))?;
        let mut packet = Vec::with_capacity(content.len() + content.len() / 8 + 128);
        write!(packet, "42{ack}[\"doc_edit\",{{{},\"content\":", self.field)?;
        serde_json::to_writer(&mut packet, content)?;
        if let Some(base) = base {
            write!(packet, ",\"base_version\":{base}")?;
        }
        packet.extend_from_slice(b"}]");
        send_text(out, &packet);
        Ok(())
    }

    /// The whole text arrived, in the first or the second spelling of its event. Answers its version, of the first.
    pub(super) fn text_arrived(&mut self, spelling: usize, data: &[u8]) -> Result<Option<i64>> {
        self.texts[spelling] += 1;
        let Client::Text(screen) = &mut self.client else {
            bail!("a Yjs editor was sent a whole text")
        };
        if spelling > 0 {
            return Ok(None);
        }
        let said: Said = serde_json::from_slice(data)?;
        let content = said.content.context("doc_updated without content")?;
        screen.arrived(content, said.version);
        Ok(Some(said.version))
    }

    /// A message of the sync protocol arrived. Whether it was somebody's edit.
    pub(super) fn heard(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<bool> {
        let Client::Yjs(replica) = &mut self.client else {
            bail!("a client with whole texts was sent a Yjs message")
        };
        Ok(match replica.hear(message)? {
            Heard::Answer(answer) => {
                send_binary(out, "doc_sync", None, &self.field, &answer);
                false
            }
            Heard::State => false,
            Heard::Update => true,
        })
    }

    /// The text as the editor sees it.
    pub(super) fn text(&mut self) -> Result<Cow<'_, str>> {
        Ok(match &mut self.client {
            Client::Yjs(replica) => Cow::Owned(replica.text()?),
            Client::Text(screen) => Cow::Borrowed(screen.text()),
        })
    }

    /// Whether both spellings of every text came.
    pub(super) fn both_spellings(&self) -> bool {
        self.texts[0] == self.texts[1]
    }
}

fn number_of(edit: usize) -> Result<u32> {
    let number = u32::try_from(edit)?;
    ensure!(number < u32::MAX - FIRST_EDIT, "too many edits");
    Ok(number + FIRST_EDIT)
}
