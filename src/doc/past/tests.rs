use proptest::prelude::*;

use super::*;
use crate::doc::diff::tests::{cases, mess};

fn splice(old: std::ops::Range<usize>, insert: &str) -> [Splice; 1] {
    let insert = insert.to_owned();
    [Splice { old, insert }]
}

/// Ann and Bob, 1 and 2, change "one two three".
fn past() -> Past<u8> {
    let mut past = Past::new("one two three", 5);
    past.note(6, 1, &splice(0..4, "")); // two three
    past.note(7, 2, &splice(3..9, " four")); // two four
    past.note(8, 1, &splice(8..8, "!")); // two four!
    past.note(9, 2, &splice(0..0, "a ")); // a two four!
    past
}

fn shown(past: &Past<u8>, version: i64, author: u8) -> String {
    past.view(version, version, author).0
}

#[test]
fn everybody_was_shown_versions_and_their_own_edits() {
    let past = past();
    for author in [1, 2, 3] {
        assert_eq!(shown(&past, 9, author), "a two four!");
    }
    assert_eq!(shown(&past, 5, 3), "one two three");
    assert_eq!(shown(&past, 6, 3), "two three");
    assert_eq!(shown(&past, 5, 1), "two! three");
    assert_eq!(shown(&past, 7, 1), "two four!");
    assert_eq!(shown(&past, 5, 2), "a one two four");
    assert_eq!(shown(&past, 6, 2), "a two four");
}

#[test]
fn what_is_left_of_a_view_is_where_it_is_now() {
    let past = past();
    let now = shown(&past, 9, 3);
    for (version, author) in [(5, 3), (6, 3), (7, 1), (6, 2), (9, 3)] {
        let (text, runs, _) = past.view(version, version, author);
        for (at, letter) in text.char_indices() {
            for place in runs.places(&(at..at + letter.len_utf8())) {
                assert_eq!(now[place].chars().next(), Some(letter));
            }
        }
    }
    assert_eq!(past.view(9, 9, 3).1, Runs::whole(now.len()));
}

#[test]
fn an_edit_is_explained_by_the_version_that_it_differs_the_least_from() {
    let past = past();
    // Bob's page has not shown the exclamation mark, and he types on.
    let Explanation { text, runs, .. } = past
        .explain("a two fourteen", 2)
        .expect("there are versions");
    assert_eq!(text, "a two four");
    let hunks = diff::diff(&text, "a two fourteen");
    let (splices, _) = runs.rebase(&hunks, "a two fourteen", "a two four!", None);
    assert_eq!(splices, splice(10..10, "teen"));
    // Somebody's page shows everything, and they take something out.
    let explanation = past.explain("a two!", 3).expect("there are versions");
    assert_eq!(explanation.text, "a two four!");
}

#[test]
fn what_was_written_while_a_version_was_on_its_way_may_have_been_replaced_by_it() {
    let mut past = Past::new("end", 0);
    past.note(1, 1, &splice(0..0, "one ")); // one end
    past.note(2, 2, &splice(7..7, "!")); // one end!
    past.note(3, 1, &splice(4..4, "two ")); // one two end!
    past.note(4, 2, &splice(12..12, "?")); // one two end!?
    past.note(5, 1, &splice(8..8, "three ")); // one two three end!?
    // Ann was sent version 2, which came when she had written "two".
    let page = "one three four end!";
    let Explanation { text, runs, .. } = past.explain(page, 1).expect("there are versions");
    assert_eq!(text, "one three end!");
    let hunks = diff::diff(&text, page);
    let (splices, _) = runs.rebase(&hunks, page, "one two three end!?", None);
    assert_eq!(splices, splice(14..14, "four "));
}

#[test]
fn a_word_that_shares_letters_with_one_that_its_author_has_not_seen_does_not_take_its_place() {
    let mut past = Past::new("the end", 0);
    for (version, letter) in (1..).zip("unseen日本 ".char_indices()) {
        let (at, letter) = letter;
        past.note(version, 1, &splice(4 + at..4 + at, &letter.to_string()));
    }
    // Bob has written another word to the same place.
    let explanation = past
        .explain("the ausen日本 end", 2)
        .expect("there are versions");
    assert_eq!(explanation.text, "the end");
}

#[test]
fn places_count_what_is_left_only() {
    let mut past = Past::new("abc", 0);
    past.note(1, 1, &splice(1..2, "")); // ac
    past.note(2, 1, &[splice(0..1, "x"), splice(1..2, "yz")].concat()); // xyz
    past.note(3, 1, &splice(1..2, "")); // xz
    assert_eq!(shown(&past, 3, 9), "xz");
    assert_eq!(shown(&past, 2, 9), "xyz");
    assert_eq!(shown(&past, 1, 9), "ac");
    assert_eq!(shown(&past, 0, 9), "abc");
}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn every_version_is_what_it_was(texts in prop::collection::vec(mess(), 1..8)) {
        let mut past = Past::new(&texts[0], 0);
        for (version, pair) in (1..).zip(texts.windows(2)) {
            past.note(version, 1, &diff::splices(&pair[0], &pair[1]));
        }
        for (version, text) in (0..).zip(&texts) {
            prop_assert_eq!(&shown(&past, version, 2), text);
            prop_assert_eq!(Some(&shown(&past, version, 1)), texts.last());
        }
    }
}
