use proptest::prelude::*;

use super::*;
use crate::doc::diff::tests::cases;

/// A text in which every character is different, and changes of it in permille of its length.
fn letters(from: u32, count: usize) -> String {
    (from..)
        .filter_map(char::from_u32)
        .filter(|it| it.is_alphabetic())
        .take(count)
        .collect()
}

type Cuts = Vec<(usize, usize, usize)>;

fn cuts() -> impl Strategy<Value = Cuts> {
    prop::collection::vec((0..1000usize, 0..200usize, 0..4usize), 0..4)
}

/// Splices of `text` whose insertions are letters that come from `from` on.
fn splices(text: &str, cuts: &Cuts, from: u32) -> Vec<Splice> {
    let mut at = 0;
    let mut cuts = cuts.clone();
    cuts.sort_unstable();
    let mut splices = Vec::new();
    for (index, (start, len, insert)) in (0..).zip(cuts) {
        let place = |permille: usize| text.floor_char_boundary(text.len() * permille / 1000);
        let old = place(start).max(at)..place(start + len).max(at).min(text.len());
        at = old.end;
        let insert = letters(from + 16 * index, insert);
        splices.push(Splice { old, insert });
    }
    splices
}

fn spliced(text: &str, splices: &[Splice]) -> String {
    let mut text = text.to_owned();
    for splice in splices.iter().rev() {
        text.replace_range(splice.old.clone(), &splice.insert);
    }
    text
}

/// The alignment that follows from every character being different.
fn aligned(source: &str, current: &str) -> Runs {
    let mut runs = Runs(Vec::new());
    for (at, character) in source.char_indices() {
        if let Some(place) = current.find(character) {
            let len = character.len_utf8();
            runs.push(Run {
                source: at,
                place,
                len,
            });
        }
    }
    runs
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn runs_follow_what_is_left(len in 0..40usize, first in cuts(), second in cuts()) {
        let base = letters(0x4e00, len);
        let mut current = base.clone();
        let mut runs = Runs::whole(base.len());
        for (from, cuts) in [(0x5e00, first), (0x6e00, second)] {
            let splices = splices(&current, &cuts, from);
            current = spliced(&current, &splices);
            runs.shift(&splices);
            prop_assert_eq!(&runs, &aligned(&base, &current));
        }
    }

    #[test]
    fn an_edit_changes_what_its_author_changed(
        len in 0..40usize, theirs in cuts(), ours in cuts(),
    ) {
        let base = letters(0x4e00, len);
        let theirs = splices(&base, &theirs, 0x5e00);
        let current = spliced(&base, &theirs);
        let ours = splices(&base, &ours, 0x6e00);
        let new = spliced(&base, &ours);
        let mut runs = Runs::whole(base.len());
        runs.shift(&theirs);

        let hunks = diff::diff(&base, &new);
        let (changes, runs) = runs.rebase(&hunks, &new, &current, None);
        let merged = spliced(&current, &changes);

        prop_assert_eq!(&runs, &aligned(&new, &merged));
        for character in base.chars() {
            let is_left = new.contains(character) && current.contains(character);
            prop_assert_eq!(merged.matches(character).count(), usize::from(is_left));
        }
        for inserted in theirs.iter().chain(&ours).flat_map(|it| it.insert.chars()) {
            prop_assert_eq!(merged.matches(inserted).count(), 1);
        }
    }
}

#[test]
fn an_insertion_does_not_take_a_mark_from_its_letter() {
    let mut runs = Runs::whole("ab".len());
    runs.shift(&[Splice {
        old: 1..1,
        insert: "\u{301}".to_owned(),
    }]);
    let hunks = diff::diff("ab", "axb");
    let (changes, _) = runs.rebase(&hunks, "axb", "a\u{301}b", None);
    assert_eq!(spliced("a\u{301}b", &changes), "a\u{301}xb");
}
