use proptest::prelude::*;
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text as _, TextRef, Transact,
    updates::{decoder::Decode, encoder::Encode},
};

use super::*;
use crate::doc::{
    diff::tests::{cases, mess},
    update::ROOT,
};

mod limits;
mod yjs;

/// Another program with the same document.
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

    /// Edits at `at` permille of the text, in the middle of surrogate pairs if it so happens.
    fn edit(&self, at: u32, delete: u32, insert: &str) {
        let mut txn = self.doc.transact_mut();
        let len = self.root.len(&txn);
        let at = len * at / 1000;
        let delete = delete.min(len - at);
        // yrs cuts a pair when it looks for a place in it, even if it does nothing there.
        if delete > 0 {
            self.root.remove_range(&mut txn, at, delete);
        }
        if !insert.is_empty() {
            self.root.insert(&mut txn, at, insert);
        }
    }

    fn receive(&self, update: &[u8]) {
        let update = yrs::Update::decode_v1(update).expect("the server sends updates");
        self.doc
            .transact_mut()
            .apply_update(update)
            .expect("they can be taken");
    }

    fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    fn diff_since(&self, state_vector: &[u8]) -> Vec<u8> {
        let state = StateVector::decode_v1(state_vector).expect("the server sends state vectors");
        self.doc.transact().encode_diff_v1(&state)
    }
}

/// A text with everything that follows it.
struct Server {
    text: Text,
    snapshot: Option<Vec<u8>>,
    log: Vec<Vec<u8>>,
    /// Knows nothing but what is told to everybody.
    follower: Peer,
}

impl Server {
    fn new() -> Self {
        Self {
            text: Text::new(),
            snapshot: None,
            log: Vec::new(),
            follower: Peer::new(99),
        }
    }

    fn apply(&mut self, update: &[u8]) {
        let before = self.text.as_str().to_owned();
        let applied = self.text.apply(update).expect("a peer's update is taken");
        assert_eq!(spliced(before, &applied.splices), self.text.as_str());
        self.note(applied.update);
    }

    fn splice(&mut self, at: usize, delete: usize, insert: &str) {
        let text = self.text.as_str();
        let start = text.floor_char_boundary(text.len() * at / 1000);
        let end = text.floor_char_boundary((start + delete).min(text.len()));
        let splice = Splice {
            old: start..end.max(start),
            insert: insert.to_owned(),
        };
        let update = self.text.splice(&[splice]).expect("it fits");
        self.note(Some(update));
    }

    fn note(&mut self, update: Option<Vec<u8>>) {
        if let Some(update) = update {
            self.follower.receive(&update);
            self.log.push(update);
        }
        assert_eq!(self.text.as_str(), self.text.crdt.read());
        assert_eq!(self.text.as_str(), self.follower.text());
        assert!(!self.text.as_str().contains('\r'));
    }

    fn load(&self) -> Text {
        Text::load(self.snapshot.as_deref(), &self.log).expect("what is stored can be read")
    }

    fn compact(&mut self) {
        let before = self.text.as_str().to_owned();
        self.snapshot = Some(self.text.compact().expect("it can be read"));
        self.log.clear();
        assert_eq!(
            (self.text.as_str(), self.text.crdt.read()),
            (&*before, before.clone())
        );
        assert_eq!((self.text.log_len(), self.text.log_bytes()), (0, 0));
    }

    fn sync(&mut self, peer: &Peer) {
        let update = peer.diff_since(&self.text.state_vector());
        let lacks = self.text.lacks(&update).expect("it is an update");
        let len = self.log.len();
        self.apply(&update);
        assert_eq!(lacks, self.log.len() > len);
        let missing = self.text.diff_since(&peer.state_vector());
        peer.receive(&missing.expect("it is a state vector"));
    }
}

fn spliced(mut text: String, splices: &[Splice]) -> String {
    for splice in splices.iter().rev() {
        text.replace_range(splice.old.clone(), &splice.insert);
    }
    text
}

#[derive(Debug, Clone)]
enum Step {
    Edit(usize, u32, u32, String),
    Sync(usize),
    Splice(usize, usize, String),
    Compact,
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    let content = || prop_oneof![4 => mess(), 1 => Just("a\r\nb\rc".to_owned())];
    prop_oneof![
        6 => (0..3usize, 0..=1000u32, 0..6u32, content())
            .prop_map(|(peer, at, delete, insert)| Step::Edit(peer, at, delete, insert)),
        4 => (0..3usize).prop_map(Step::Sync),
        3 => (0..=1000usize, 0..9usize, mess())
            .prop_map(|(at, delete, insert)| Step::Splice(at, delete, insert)),
        1 => Just(Step::Compact),
        1 => Just(Step::Reload),
    ]
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn everybody_arrives_at_the_same_text(steps in prop::collection::vec(step(), 0..30)) {
        let mut server = Server::new();
        let peers = [Peer::new(1), Peer::new(2), Peer::new(u64::from(u32::MAX))];
        for step in steps {
            match step {
                Step::Edit(peer, at, delete, insert) => peers[peer].edit(at, delete, &insert),
                Step::Sync(peer) => server.sync(&peers[peer]),
                Step::Splice(at, delete, insert) => server.splice(at, delete, &insert),
                Step::Compact => server.compact(),
                Step::Reload => server.text = server.load(),
            }
        }
        for peer in peers.iter().chain(&peers) {
            server.sync(peer);
        }
        for peer in &peers {
            prop_assert_eq!(peer.text(), server.text.as_str());
        }
        let loaded = server.load();
        prop_assert_eq!(loaded.as_str(), server.text.as_str());
        prop_assert_eq!(loaded.crdt.state(), server.text.crdt.state());
    }

    #[test]
    fn hostile_bytes_change_nothing_or_are_taken(
        steps in prop::collection::vec((0..2usize, 0..=1000u32, 0..4u32, mess()), 1..6),
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut server = Server::new();
        let peers = [Peer::new(1), Peer::new(2)];
        let mut updates = Vec::new();
        for (peer, at, delete, insert) in steps {
            let known = server.text.state_vector();
            peers[peer].edit(at, delete, &insert);
            updates.push(peers[peer].diff_since(&known));
            server.sync(&peers[peer]);
        }
        updates.push(peers[0].diff_since(&[0]));
        let mut hostile = vec![bytes];
        for update in updates {
            let mut flipped = update.clone();
            for (at, bit) in &flips {
                *at.get_mut(&mut flipped) ^= 1 << bit;
            }
            hostile.push(update[..cut.index(update.len())].to_vec());
            hostile.push(flipped);
        }
        for bytes in hostile {
            let before = (server.text.as_str().to_owned(), server.text.state_vector().len());
            let state = server.text.crdt.state();
            drop(server.text.diff_since(&bytes));
            let lacks = server.text.lacks(&bytes);
            if let Ok(applied) = server.text.apply(&bytes) {
                prop_assert_eq!(lacks.expect("it was taken"), applied.update.is_some());
                server.note(applied.update);
            } else {
                let after = (server.text.as_str().to_owned(), server.text.state_vector().len());
                prop_assert_eq!(before, after);
                prop_assert_eq!(state, server.text.crdt.state());
                prop_assert_eq!(server.text.as_str(), server.text.crdt.read());
            }
        }
        let loaded = server.load();
        prop_assert_eq!(loaded.as_str(), server.text.as_str());
    }
}

#[test]
fn nothing_new_is_no_update() {
    let mut server = Server::new();
    server.splice(0, 0, "abc");
    let everything = server.text.diff_since(&[0]).expect("it is a state vector");
    assert!(!server.text.lacks(&everything).expect("it is known"));
    assert!(
        server
            .text
            .apply(&everything)
            .expect("it is known")
            .update
            .is_none()
    );
    let peer = Peer::new(1);
    server.sync(&peer);
    peer.edit(0, 1, "");
    let deletion = peer.diff_since(&server.text.state_vector());
    assert!(server.text.lacks(&deletion).expect("it is an update"));
    server.apply(&deletion);
    assert!(!server.text.lacks(&deletion).expect("it is known"));
}

#[test]
fn what_is_stored_and_cannot_be_read_is_an_error() {
    let log: [&[u8]; 1] = [&[1, 2, 3]];
    let broken = Text::load(None, log).err().map(Error::into_code);
    assert_eq!(broken, Some("internal".into()));
    let broken = Text::load::<&[u8]>(Some(&[1]), [])
        .err()
        .map(Error::into_code);
    assert_eq!(broken, Some("internal".into()));
    let mut server = Server::new();
    server.splice(0, 0, "a");
    server.splice(0, 0, "b");
    let broken = Text::load(None, &server.log[1..])
        .err()
        .map(Error::into_code);
    assert_eq!(
        broken,
        Some("internal".into()),
        "the first update is missing"
    );
}
