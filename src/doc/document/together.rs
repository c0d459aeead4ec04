//! Whole texts and Yjs updates in one document, in any order. The links are quick and people slow,
//! so that it is never in question what somebody was looking at (that is what `simulation` is for).

use proptest::prelude::*;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text as _, TextRef, Transact,
    updates::{decoder::Decode, encoder::Encode},
};

use std::time::Duration;

use super::*;
use crate::doc::{diff::tests::cases, update::ROOT};

const READERS: usize = 3;
const PEERS: usize = 3;
/// Time enough for a text to arrive wherever it is sent.
const LONG: Duration = Duration::from_secs(4);

/// A Yjs client, which may be offline for as long as it likes.
struct Peer {
    doc: Doc,
    root: TextRef,
}

impl Peer {
    fn new(client: u64) -> Self {
        let doc = Doc::with_options(Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_client_id(yrs::ClientID::new(client))
        });
        let root = doc.get_or_insert_text(ROOT);
        Self { doc, root }
    }

    fn text(&self) -> String {
        self.root.get_string(&self.doc.transact())
    }
}

/// What somebody does: at permille of the text, deleting so many characters.
#[derive(Debug, Clone)]
enum Step {
    Edit(usize, usize, usize, bool),
    /// A reader is sent what is due to all of them.
    Look,
    Wait(u64),
    Cut(usize),
    Type(usize, usize, usize, bool),
    Sync(usize),
    Restore,
    Compact,
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (0..=1000usize, 0..4usize, any::<bool>());
    prop_oneof![
        6 => (0..READERS, place()).prop_map(|(who, (at, delete, insert))| {
            Step::Edit(who, at, delete, insert)
        }),
        3 => Just(Step::Look),
        3 => (0..1500u64).prop_map(Step::Wait),
        1 => (0..READERS).prop_map(Step::Cut),
        6 => (0..PEERS, place()).prop_map(|(who, (at, delete, insert))| {
            Step::Type(who, at, delete, insert)
        }),
        4 => (0..PEERS).prop_map(Step::Sync),
        1 => Just(Step::Restore),
        1 => Just(Step::Compact),
        1 => Just(Step::Reload),
    ]
}

struct Stage {
    document: Document<usize, usize>,
    now: Instant,
    snapshot: Option<Vec<u8>>,
    log: Vec<Vec<u8>>,
    /// The connection and the screen of each reader, whose links are quick.
    readers: Vec<(usize, String)>,
    peers: Vec<Peer>,
    sockets: usize,
    fresh: u32,
    /// Characters that somebody has put in, and those that somebody has taken out.
    inserted: Vec<char>,
    deleted: Vec<char>,
}

impl Stage {
    fn new() -> Self {
        let mut stage = Self {
            document: Document::new(Text::new(), 0),
            now: Instant::now(),
            snapshot: None,
            log: Vec::new(),
            readers: vec![(0, String::new()); READERS],
            peers: (1..=PEERS as u64).map(Peer::new).collect(),
            sockets: 0,
            fresh: 0,
            inserted: Vec::new(),
            deleted: Vec::new(),
        };
        (0..READERS).for_each(|reader| stage.connect(reader));
        stage
    }

    fn connect(&mut self, reader: usize) {
        self.sockets += 1;
        let (content, _) = self.document.attach(self.sockets, reader, self.now);
        self.readers[reader] = (self.sockets, content.to_string());
        self.now += LONG;
    }

    /// A character that nobody else puts in, every other one beyond the basic plane.
    fn fresh(&mut self) -> char {
        self.fresh += 1;
        let start = if self.fresh.is_multiple_of(2) {
            0x20000
        } else {
            0x4e00
        };
        let fresh = char::from_u32(start + self.fresh).expect("there are enough");
        self.inserted.push(fresh);
        fresh
    }

    fn note(&mut self, edited: Edited) {
        self.log.extend(edited.update);
        let text = self.document.text().as_str();
        for (at, character) in text.char_indices() {
            let rest = &text[at + character.len_utf8()..];
            assert!(!rest.contains(character), "{character} is there twice");
        }
    }

    fn edit(&mut self, reader: usize, at: usize, delete: usize, insert: bool) {
        let (socket, screen) = self.readers[reader].clone();
        let mut letters: Vec<char> = screen.chars().collect();
        let start = letters.len() * at / 1000;
        let end = (start + delete).min(letters.len());
        let fresh = insert.then(|| self.fresh());
        self.deleted.extend(letters.splice(start..end, fresh));
        let content: String = letters.into_iter().collect();
        self.readers[reader].1.clone_from(&content);
        let edited = self.document.edit(socket, reader, &content, None, self.now);
        self.note(edited.expect("it is taken"));
    }

    fn type_text(&mut self, peer: usize, at: usize, delete: usize, insert: bool) {
        let letters: Vec<char> = self.peers[peer].text().chars().collect();
        let start = letters.len() * at / 1000;
        let end = (start + delete).min(letters.len());
        let fresh = insert.then(|| self.fresh());
        self.deleted.extend(&letters[start..end]);
        let units = |letters: &[char]| -> u32 {
            letters
                .iter()
                .map(|it| 1 + u32::from(*it > '\u{ffff}'))
                .sum()
        };
        let Peer { doc, root } = &self.peers[peer];
        let mut txn = doc.transact_mut();
        root.remove_range(
            &mut txn,
            units(&letters[..start]),
            units(&letters[start..end]),
        );
        if let Some(fresh) = fresh {
            root.insert(&mut txn, units(&letters[..start]), &fresh.to_string());
        }
    }

    fn sync(&mut self, peer: usize) {
        let Peer { doc, .. } = &self.peers[peer];
        let known = StateVector::decode_v1(&self.document.text().state_vector());
        let update = doc.transact().encode_diff_v1(&known.expect("it is one"));
        let missing = doc.transact().state_vector().encode_v1();
        let missing = self
            .document
            .text()
            .diff_since(&missing)
            .expect("it is one");
        let missing = yrs::Update::decode_v1(&missing).expect("it is one");
        doc.transact_mut()
            .apply_update(missing)
            .expect("it is taken");
        let edited = self.document.apply(&update, self.now);
        self.note(edited.expect("it is taken"));
    }

    fn look(&mut self) {
        for (socket, content, _) in self.document.due(self.now, |_| true) {
            let reader = self.readers.iter_mut().find(|(of, _)| *of == socket);
            if let Some((_, screen)) = reader {
                *screen = content.to_string();
            }
        }
        self.now += LONG;
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Edit(reader, at, delete, insert) => self.edit(reader, at, delete, insert),
            Step::Look => self.look(),
            Step::Wait(millis) => self.now += Duration::from_millis(millis),
            Step::Cut(reader) => {
                self.document.detach(self.readers[reader].0, self.now);
                self.connect(reader);
            }
            Step::Type(peer, at, delete, insert) => self.type_text(peer, at, delete, insert),
            Step::Sync(peer) => self.sync(peer),
            Step::Restore => {
                let content = self.document.content();
                let edited = self.document.replace(&content, self.now).expect("it fits");
                assert!(edited.update.is_none());
            }
            Step::Compact => {
                self.snapshot = Some(self.document.compact().expect("it can be read"));
                self.log.clear();
            }
            Step::Reload => {
                let text = Text::load(self.snapshot.as_deref(), &self.log);
                let text = text.expect("what is stored can be read");
                assert_eq!(text.as_str(), self.document.text().as_str());
                let version = self.document.version();
                self.document = Document::new(text, version);
                (0..READERS).for_each(|reader| self.connect(reader));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn nothing_is_lost_or_doubled(steps in prop::collection::vec(step(), 0..60)) {
        let mut stage = Stage::new();
        for step in &steps {
            stage.take(step);
        }
        for peer in (0..PEERS).chain(0..PEERS) {
            stage.sync(peer);
        }
        for _ in 0..3 {
            stage.look();
        }
        let text = stage.document.content();
        for peer in &stage.peers {
            prop_assert_eq!(peer.text(), &*text);
        }
        for (_, screen) in &stage.readers {
            prop_assert_eq!(screen.as_str(), &*text);
        }
        for character in &stage.inserted {
            let is_left = !stage.deleted.contains(character);
            prop_assert_eq!(text.contains(*character), is_left, "{}", character);
        }
        prop_assert_eq!(stage.document.next_due(), None);
    }
}
