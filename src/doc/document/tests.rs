use std::time::Duration;

use super::*;
use crate::doc::text::MAX_BYTES;

impl Keeper for &'static str {
    type Author = Self;

    fn author(&self) -> Self {
        self
    }
}

impl Keeper for usize {
    type Author = Self;

    fn author(&self) -> Self {
        *self
    }
}

type Doc = Document<u8, &'static str>;

fn document(content: &str) -> Doc {
    let mut text = Text::new();
    let insert = content.to_owned();
    text.splice(&[Splice { old: 0..0, insert }])
        .expect("it fits");
    Document::new(text, 1)
}

/// A document, and a time that passes as it is told.
pub(super) struct Scene {
    pub(super) document: Doc,
    pub(super) now: Instant,
}

impl Scene {
    pub(super) fn new(content: &str) -> Self {
        Self {
            document: document(content),
            now: Instant::now(),
        }
    }

    pub(super) fn wait(&mut self, millis: u64) {
        self.now += Duration::from_millis(millis);
    }

    pub(super) fn join(&mut self, key: u8, keeper: &'static str) -> (Arc<str>, i64) {
        self.document.attach(key, keeper, self.now)
    }

    pub(super) fn leave(&mut self, key: u8) {
        self.document.detach(key, self.now);
    }

    pub(super) fn edit(&mut self, key: u8, keeper: &'static str, content: &str) -> Edited {
        let edited = self.document.edit(key, keeper, content, None, self.now);
        edited.expect("it is taken")
    }

    pub(super) fn edit_of(&mut self, version: i64, key: u8, content: &str) -> Edited {
        let edited = self
            .document
            .edit(key, "exact", content, Some(version), self.now);
        edited.expect("it is taken")
    }

    /// Who is sent what now.
    pub(super) fn sent(&mut self) -> Vec<(u8, String)> {
        let due = self.document.due(self.now, |_| true);
        let mut sent: Vec<_> = due
            .iter()
            .map(|(key, text, _)| (*key, text.to_string()))
            .collect();
        sent.sort();
        sent
    }

    pub(super) fn text(&self) -> &str {
        self.document.text().as_str()
    }
}

#[test]
fn edits_of_the_same_text_are_merged() {
    let mut scene = Scene::new("one two three");
    assert_eq!(scene.join(1, "ann"), (Arc::from("one two three"), 1));
    scene.join(2, "bob");

    let first = scene.edit(1, "ann", "one and two three");
    let second = scene.edit(2, "bob", "one two or three");

    assert!(first.update.is_some() && !first.is_merged);
    assert!(second.update.is_some() && second.is_merged);
    assert_eq!((first.version, second.version), (2, 3));
    assert_eq!(&*scene.document.content(), "one and two or three");
    assert_eq!(scene.document.version(), 3);
}

#[test]
fn an_edit_of_what_was_sent_and_has_arrived_is_one_of_that() {
    let mut scene = Scene::new("old");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(1000);
    scene.edit(1, "ann", "old and new");
    assert_eq!(scene.sent(), [(2, "old and new".to_owned())]);
    // What was put in is taken out: the same text as before, but no repetition of it.
    scene.wait(1000);
    let edited = scene.edit(2, "bob", "old");
    assert!(edited.update.is_some() && !edited.is_merged);
    assert_eq!(scene.text(), "old");
}

#[test]
fn a_text_that_is_sent_again_at_once_changes_nothing() {
    let mut scene = Scene::new("old");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(1000);
    scene.edit(2, "bob", "old!");
    scene.edit(1, "ann", "old and new");
    scene.wait(400);
    scene.sent();
    scene.wait(100);
    let edited = scene.edit(2, "bob", "old!");
    assert!(edited.update.is_none() && edited.is_merged);
    assert_eq!((scene.text(), edited.version), ("old and new!", 3));
}

#[test]
fn texts_are_sent_one_at_a_time_and_not_into_somebodys_typing() {
    let mut scene = Scene::new("");
    for (key, keeper) in [(1, "ann"), (2, "bob"), (3, "cat")] {
        scene.join(key, keeper);
    }
    assert_eq!(scene.document.next_due(), None);
    scene.wait(5000);
    scene.edit(1, "ann", "a");
    // Nobody else types: at once, and to the author not at all.
    assert_eq!(scene.document.next_due(), Some(scene.now));
    assert_eq!(scene.sent(), [(2, "a".to_owned()), (3, "a".to_owned())]);
    // The next one when the first must have arrived, and those who typed are silent.
    scene.wait(100);
    scene.edit(1, "ann", "ab");
    scene.wait(400);
    scene.edit(2, "bob", "ax");
    assert_eq!(scene.sent(), [(1, "axb".to_owned())]);
    scene.wait(199);
    assert_eq!(scene.sent(), []);
    scene.wait(1);
    assert_eq!(scene.sent(), [(3, "axb".to_owned())]);
    scene.wait(100);
    assert_eq!(scene.sent(), [(2, "axb".to_owned())]);
    assert_eq!(scene.document.next_due(), None);
}

#[test]
fn somebody_who_never_stops_typing_is_told_after_some_seconds() {
    let mut scene = Scene::new("x");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.edit(2, "bob", "xb");
    scene.edit(1, "ann", "ax");
    let mut typed = "xb".to_owned();
    for _ in 0..14 {
        scene.wait(200);
        typed.push('b');
        scene.edit(2, "bob", &typed);
        assert!(scene.sent().iter().all(|(key, _)| *key == 1));
    }
    scene.wait(200);
    let sent = scene.sent();
    assert_eq!(sent.last().map(|(key, _)| *key), Some(2));
}

#[test]
fn a_reader_that_takes_nothing_has_its_turn_later() {
    let mut scene = Scene::new("");
    scene.join(1, "ann");
    scene.join(2, "bob");
    scene.wait(1000);
    scene.edit(1, "ann", "a");
    assert_eq!(scene.document.due(scene.now, |_| false).len(), 0);
    let later = scene.now + Duration::from_millis(100);
    assert_eq!(scene.document.next_due(), Some(later));
    assert_eq!(scene.sent(), []);
    scene.edit(1, "ann", "ab");
    scene.wait(100);
    assert_eq!(scene.sent(), [(2, "ab".to_owned())]);
}

#[test]
fn a_version_that_is_named_is_what_the_edit_started_from() {
    let mut scene = Scene::new("red green blue");
    scene.join(1, "exact");
    scene.join(2, "exact");
    let first = scene.edit_of(1, 2, "red blue");
    assert!(!first.is_merged);
    let second = scene.edit_of(1, 1, "red green blue black");
    assert!(second.is_merged);
    assert_eq!(scene.text(), "red blue black");
    scene.document.answered(1, scene.now);
    // Neither a repetition nor a guess: it puts back what the other one has taken out.
    let third = scene.edit_of(second.version, 1, "red green blue black");
    assert!(third.update.is_some() && !third.is_merged);
    assert_eq!(scene.text(), "red green blue black");
}

#[test]
fn edits_that_name_the_same_version_build_on_each_other() {
    let mut scene = Scene::new("x");
    scene.join(1, "exact");
    scene.edit_of(1, 1, "xa");
    scene.edit_of(1, 1, "xab");
    assert_eq!(scene.text(), "xab");
    // Nobody knows whether the first of them arrived before the connection was cut.
    scene.leave(1);
    scene.edit_of(1, 2, "xabc");
    assert_eq!(scene.text(), "xabc");
    scene.join(3, "exact");
    scene.edit_of(1, 3, "xabcd");
    assert_eq!(scene.text(), "xabcd");
}

#[test]
fn versions_that_there_are_not_are_refused() {
    let mut scene = Scene::new("kept");
    for version in [-1, 2, i64::MAX] {
        let refused = scene
            .document
            .edit(1, "exact", "lost", Some(version), scene.now);
        assert_eq!(refused.expect_err("it is no version").code(), "bad_params");
    }
    assert_eq!((scene.text(), scene.document.next_due()), ("kept", None));
}

#[test]
fn readers_that_name_versions_are_told_soon() {
    let mut scene = Scene::new("");
    scene.join(1, "exact");
    scene.join(2, "bob");
    scene.edit_of(1, 1, "a");
    scene.wait(400);
    scene.sent();
    for round in 0..3 {
        scene.wait(100);
        scene.edit(2, "bob", &format!("a{round}"));
        let sent: Vec<u8> = scene.sent().iter().map(|(key, _)| *key).collect();
        assert_eq!(sent, [1], "round {round}");
        scene.wait(50);
        assert_eq!(scene.sent(), []);
        scene.wait(50);
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut scene = Scene::new("kept");
    scene.join(1, "ann");
    scene.join(2, "bob");
    let large = "x".repeat(MAX_BYTES + 1);
    let refusals = [
        scene.document.edit(1, "ann", &large, None, scene.now),
        scene.document.edit(3, "cat", &large, None, scene.now),
        scene.document.replace(&large, scene.now),
    ];
    for refusal in refusals {
        assert_eq!(
            refusal.expect_err("it is too large").code(),
            "content_too_large"
        );
    }
    let refusal = scene.document.apply(&[1, 2, 3], scene.now);
    assert_eq!(refusal.expect_err("it is none").code(), "malformed_update");
    assert_eq!((scene.text(), scene.document.version()), ("kept", 1));

    // Too large only together with what somebody else has put in.
    let half = "y".repeat(MAX_BYTES / 2);
    scene.edit(2, "bob", &format!("kept{half}"));
    let other = format!("{half}kept");
    let refusal = scene.document.edit(1, "ann", &other, None, scene.now);
    assert_eq!(
        refusal.expect_err("it is too large").code(),
        "content_too_large"
    );
    assert!(
        !scene
            .edit(1, "ann", "kept!")
            .update
            .expect("it is new")
            .is_empty()
    );
    assert_eq!(scene.text(), format!("kept!{half}"));
}

#[test]
fn carriage_returns_become_newlines_on_every_way_in() {
    let mut scene = Scene::new("");
    scene.join(1, "ann");
    let edited = scene.edit(1, "ann", "a\r\nb\rc\r");
    assert!(!edited.is_merged, "its author needs no other text");
    assert_eq!(scene.text(), "a\nb\nc\n");
    scene
        .document
        .replace("x\r\ny", scene.now)
        .expect("it fits");
    assert_eq!(scene.text(), "x\ny");
}

#[test]
fn an_earlier_text_comes_back_as_one_edit() {
    let mut scene = Scene::new("one two");
    scene.join(1, "ann");
    let replaced = scene
        .document
        .replace("one three", scene.now)
        .expect("it fits");
    assert!(replaced.update.is_some() && replaced.version == 2);
    assert_eq!(scene.sent(), []);
    scene.wait(700);
    assert_eq!(scene.sent(), [(1, "one three".to_owned())]);
    let again = scene
        .document
        .replace("one three", scene.now)
        .expect("it fits");
    assert!(again.update.is_none() && again.version == 2);
}

#[test]
fn an_update_that_changes_no_letter_is_a_version_and_sent_to_nobody() {
    let mut scene = Scene::new("abc");
    scene.join(1, "ann");
    let mut other = Text::new();
    let everything = scene
        .document
        .text()
        .diff_since(&[0])
        .expect("it is a state vector");
    other.apply(&everything).expect("it is an update");
    let splice = |old, insert: &str| {
        [Splice {
            old,
            insert: insert.to_owned(),
        }]
    };
    other.splice(&splice(0..0, "x")).expect("it fits");
    other.splice(&splice(0..1, "")).expect("it fits");
    let update = other.diff_since(&[0]).expect("it is a state vector");
    let edited = scene
        .document
        .apply(&update, scene.now)
        .expect("it is taken");
    assert!(edited.update.is_some() && edited.version == 2);
    assert_eq!(scene.sent(), []);
    assert_eq!(scene.text(), "abc");
    let again = scene
        .document
        .apply(&update, scene.now)
        .expect("it is taken");
    assert!(again.update.is_none() && again.version == 2);
    // A text of that version is this text.
    assert!(!scene.edit_of(2, 7, "abcd").is_merged);
}

#[test]
fn the_texts_that_readers_may_have_are_bounded() {
    let mut scene = Scene::new(&"x".repeat(400_000));
    for key in 0..40 {
        scene.join(key, "ann");
    }
    scene.join(100, "bob");
    for at in 0..30 {
        scene.wait(1000);
        scene.edit(100, "bob", &"x".repeat(400_001 + at));
        scene.sent();
    }
    let readers = scene.document.readers.values();
    let bytes = readers.flat_map(Reader::views).map(|view| view.text.len());
    assert!(bytes.sum::<usize>() <= MAX_VIEWED + 3 * 410_000);
}
