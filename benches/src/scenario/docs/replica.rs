//! A Yjs editor: its copy of a document, and the messages of the sync and awareness protocols.
//!
//! Updates of others are applied together before the editor's next key, so that keeping up with them costs the
//! generator little.

use std::collections::{HashMap, VecDeque};

use anyhow::{Context, Result, bail};
use yrs::{
    Assoc, ClientID, Doc, GetString, ID, IndexedSequence, ReadTxn, StickyIndex, Text, TextRef,
    Transact, TransactionMut, Update,
    sync::{AwarenessUpdate, SyncMessage, awareness::AwarenessUpdateEntry},
    updates::{decoder::Decode, encoder::Encode},
};

use super::{
    prose::{Random, gap},
    typist::{Key, Move, Stroke},
};

const ROOT: &str = "content";
/// Places between words that are chosen in the beginning; finding them anew for every word would cost a whole text each.
const SPOTS: usize = 48;
/// After so many keys the page is loaded anew, which makes the editor another client to Yjs.
const KEYS_OF_A_SESSION: u32 = 500;

/// One editor's copy.
pub(super) struct Replica {
    doc: Doc,
    text: TextRef,
    /// The seed of client ids, and how many were used.
    seed: u64,
    sessions: u64,
    /// The next clock of this client.
    clock: u32,
    /// Updates that have arrived and are not applied.
    inbox: Vec<Vec<u8>>,
    /// Behind the character that was typed last.
    cursor: Option<StickyIndex>,
    spots: Vec<StickyIndex>,
    next_spot: usize,
    /// The ends of one's own words, oldest first.
    words: VecDeque<StickyIndex>,
    keys: u32,
    presence: u32,
}

/// What came of a message.
pub(super) enum Heard {
    /// The server wants to know this.
    Answer(Vec<u8>),
    /// The server's whole state.
    State,
    /// Somebody's edit.
    Update,
}

impl Replica {
    /// An empty copy. `seed` is nobody else's in this document.
    pub(super) fn new(seed: u64) -> Self {
        let (doc, text) = open(seed, 0);
        Self {
            doc,
            text,
            seed,
            sessions: 1,
            clock: 0,
            inbox: Vec::new(),
            cursor: None,
            spots: Vec::new(),
            next_spot: 0,
            words: VecDeque::new(),
            keys: 0,
            presence: 0,
        }
    }

    /// The message that asks for what this copy lacks.
    pub(super) fn step_1(&self) -> Vec<u8> {
        SyncMessage::SyncStep1(self.doc.transact().state_vector()).encode_v1()
    }

    /// Takes a message of the sync protocol.
    pub(super) fn hear(&mut self, message: &[u8]) -> Result<Heard> {
        match SyncMessage::decode_v1(message).context("a sync message that Yjs does not read")? {
            SyncMessage::SyncStep1(vector) => {
                let missing = self.doc.transact().encode_state_as_update_v1(&vector);
                Ok(Heard::Answer(SyncMessage::SyncStep2(missing).encode_v1()))
            }
            SyncMessage::SyncStep2(state) => {
                self.inbox.push(state);
                self.catch_up()?;
                Ok(Heard::State)
            }
            SyncMessage::Update(update) => {
                self.inbox.push(update);
                Ok(Heard::Update)
            }
        }
    }

    /// Looks for places to type at.
    pub(super) fn look_around(&mut self) {
        let mut random = Random::new(self.seed);
        let txn = self.doc.transact();
        let text = self.text.get_string(&txn);
        let gaps = (0..SPOTS).map(|_| gap(&text, &mut random));
        self.spots = gaps
            .filter_map(|gap| {
                let at = u32::try_from(gap).ok()?;
                self.text.sticky_index(&txn, at, Assoc::Before)
            })
            .collect();
    }

    /// Presses a key and answers the message that tells of it.
    pub(super) fn press(&mut self, stroke: Stroke) -> Result<Vec<u8>> {
        self.catch_up()?;
        if stroke.moved != Move::Stay {
            self.walk(stroke.moved)?;
        }
        self.keys += 1;
        let mut txn = self.doc.transact_mut();
        let at = self.cursor.as_ref().map_or(Some(0), |cursor| {
            cursor.get_offset(&txn).map(|offset| offset.index)
        });
        let at = at.context("the cursor's place is gone")?;
        match stroke.key {
            Key::Type(char) => {
                let mut buffer = [0; 4];
                self.text
                    .insert(&mut txn, at, char.encode_utf8(&mut buffer));
                let typed =
                    StickyIndex::from_id(ID::new(self.doc.client_id(), self.clock), Assoc::Before);
                self.clock += 1;
                if char == ' ' {
                    self.words.push_back(typed.clone());
                }
                self.cursor = Some(typed);
            }
            Key::Back(_) => {
                let before = at.checked_sub(1).context("nothing before the cursor")?;
                self.text.remove_range(&mut txn, before, 1);
            }
        }
        Ok(message(&txn))
    }

    /// The message that shows one's cursor to the others.
    pub(super) fn presence(&mut self) -> Vec<u8> {
        self.presence += 1;
        let client = self.doc.client_id();
        let place = self.cursor.as_ref().and_then(StickyIndex::id).map_or_else(
            || "null".to_owned(),
            |id| {
                format!(
                    r#"{{"type":null,"tname":"{ROOT}","item":{{"client":{},"clock":{}}},"assoc":-1}}"#,
                    id.client.get(),
                    id.clock
                )
            },
        );
        let json = format!(
            r##"{{"user":{{"name":"","color":"#30bced","colorLight":"#30bced33"}},"cursor":{{"anchor":{place},"head":{place}}}}}"##
        );
        let entry = AwarenessUpdateEntry {
            clock: self.presence,
            json: json.into(),
        };
        let clients = HashMap::from([(client, entry)]);
        AwarenessUpdate { clients }.encode_v1()
    }

    /// The text with all that has arrived.
    pub(super) fn text(&mut self) -> Result<String> {
        self.catch_up()?;
        Ok(self.text.get_string(&self.doc.transact()))
    }

    fn catch_up(&mut self) -> Result<()> {
        if self.inbox.is_empty() {
            return Ok(());
        }
        let mut txn = self.doc.transact_mut();
        for update in self.inbox.drain(..) {
            txn.apply_update(Update::decode_v1(&update)?)?;
        }
        // An update whose predecessor has not come would wait here for ever.
        if txn.has_missing_updates() {
            bail!("an update arrived before one that it builds on");
        }
        Ok(())
    }

    fn walk(&mut self, moved: Move) -> Result<()> {
        if moved == Move::BehindOldest {
            let word = self.words.pop_front();
            self.cursor = Some(word.context("no word to take away")?);
            return Ok(());
        }
        if self.keys >= KEYS_OF_A_SESSION {
            self.load_anew()?;
        }
        self.cursor = self.spots.get(self.next_spot).cloned();
        self.next_spot = (self.next_spot + 1) % self.spots.len().max(1);
        Ok(())
    }

    fn load_anew(&mut self) -> Result<()> {
        let (doc, text) = open(self.seed, self.sessions);
        let state = self
            .doc
            .transact()
            .encode_state_as_update_v1(&yrs::StateVector::default());
        doc.transact_mut()
            .apply_update(Update::decode_v1(&state)?)?;
        (self.doc, self.text) = (doc, text);
        self.sessions += 1;
        self.clock = 0;
        self.keys = 0;
        self.presence = 0;
        Ok(())
    }
}

/// An empty document for the session with this number.
fn open(seed: u64, session: u64) -> (Doc, TextRef) {
    // Ids as long as the random ones of browsers, and yet the same in every run.
    let mut random = Random::new(seed << 16 | session);
    let id = random.below(1 << 32) as u64;
    let doc = Doc::with_client_id(ClientID::new(id).get());
    let text = doc.get_or_insert_text(ROOT);
    (doc, text)
}

fn message(txn: &TransactionMut<'_>) -> Vec<u8> {
    SyncMessage::Update(txn.encode_update_v1()).encode_v1()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{
        super::{
            ledger::Ledger,
            prose::prose,
            typist::{Habit, Typist},
        },
        *,
    };
    use crate::check::Faults;

    /// A copy that plays the server: it has the text from the beginning.
    fn server(text: &str) -> Replica {
        let server = Replica::new(999);
        server.text.insert(&mut server.doc.transact_mut(), 0, text);
        server
    }

    fn join(editor: &mut Replica, server: &mut Replica) -> Result<()> {
        let Heard::Answer(state) = server.hear(&editor.step_1())? else {
            bail!("no answer to the first step")
        };
        assert!(matches!(editor.hear(&state)?, Heard::State));
        editor.look_around();
        Ok(())
    }

    #[test]
    fn editors_who_hear_of_each_other_end_with_the_same_text() -> Result<()> {
        let text = prose(2_000, &mut Random::new(5));
        let mut ledger = Ledger::of(&text);
        let mut server = server(&text);
        let habit = Habit {
            period: Duration::from_millis(200),
            keep: Some(3),
        };
        let mut editors: Vec<(Replica, Typist)> = (0..3)
            .map(|n| {
                (
                    Replica::new(n),
                    Typist::new(usize::try_from(n).unwrap_or(0), habit, Instant::now()),
                )
            })
            .collect();
        for (editor, _) in &mut editors {
            join(editor, &mut server)?;
        }
        // Long enough for everybody to become another client once.
        for turn in 0..2_000 {
            let number = turn % 3;
            let (editor, typist) = &mut editors[number];
            let stroke = typist.stroke();
            let (char, change) = stroke.key.change();
            ledger.add(char, change);
            let update = editor.press(stroke)?;
            assert!(matches!(server.hear(&update)?, Heard::Update));
            for (other, (editor, _)) in editors.iter_mut().enumerate() {
                if other != number {
                    editor.hear(&update)?;
                }
            }
        }
        let expected = server.text()?;
        let mut faults = Faults::default();
        let words = editors.iter().flat_map(|(_, typist)| typist.standing());
        assert_eq!(ledger.check(&expected, words, &mut faults), 0);
        assert_eq!(faults.total(), 0, "{faults}");
        for (editor, _) in &mut editors {
            assert_eq!(editor.text()?, expected);
            assert!(editor.sessions > 1);
        }
        Ok(())
    }

    #[test]
    fn an_update_before_its_predecessor_is_noticed() -> Result<()> {
        let mut server = server("some words");
        let (mut one, mut other) = (Replica::new(1), Replica::new(2));
        join(&mut one, &mut server)?;
        join(&mut other, &mut server)?;
        let stroke = Stroke {
            moved: Move::Stay,
            key: Key::Type('a'),
        };
        one.press(stroke)?;
        other.hear(&one.press(stroke)?)?;
        assert!(other.text().is_err());
        Ok(())
    }

    #[test]
    fn the_cursor_that_is_shown_names_the_character_typed_last() -> Result<()> {
        let mut editor = Replica::new(1);
        editor.press(Stroke {
            moved: Move::Stay,
            key: Key::Type('a'),
        })?;
        let shown = AwarenessUpdate::decode_v1(&editor.presence())?;
        let entry = &shown.clients[&editor.doc.client_id()];
        let state: serde_json::Value = serde_json::from_str(&entry.json)?;
        assert_eq!(state["cursor"]["head"]["item"]["clock"], 0);
        assert_eq!(state["cursor"]["anchor"]["tname"], "content");
        Ok(())
    }
}
