use proptest::prelude::*;

use super::*;

/// Texts of everything that makes a character hard to find the end of.
pub(in crate::doc) fn mess() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a",
        "b",
        "c",
        " ",
        "\n",
        "word ",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{200d}",
        "👩‍👩‍👧",
        "👍🏽",
        "🏽",
        "🇩🇪",
        "🇩",
        "\u{1100}",
        "\u{1161}",
        "\u{11a8}",
        "각",
        "\u{600}",
        "क\u{94d}",
        "ष",
        "\0",
        "😀",
        "ﬃ",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|it| it.concat())
}

/// So many cases of a property, or as many times more as `DOC_TEST_SCALE` says.
pub(in crate::doc) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count * scale())
    }
}

/// How much more thoroughly than usual is tested.
pub(in crate::doc) fn scale() -> u32 {
    let scale = std::env::var("DOC_TEST_SCALE").ok();
    scale.map_or(1, |scale| {
        scale.parse().expect("DOC_TEST_SCALE is a number")
    })
}

fn apply(old: &str, new: &str, hunks: &[Hunk]) -> String {
    let mut text = old.to_owned();
    for hunk in hunks.iter().rev() {
        text.replace_range(hunk.old.clone(), &new[hunk.new.clone()]);
    }
    text
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn hunks_lead_from_one_text_to_the_other(old in mess(), new in mess()) {
        let hunks = diff(&old, &new);
        prop_assert_eq!(apply(&old, &new, &hunks), new.clone());
        for pair in hunks.windows(2) {
            prop_assert!(pair[0].old.end < pair[1].old.start);
            prop_assert!(pair[0].new.end < pair[1].new.start);
        }
    }

    #[test]
    fn a_grapheme_is_replaced_as_a_whole(
        head in mess(), old in mess(), new in mess(), tail in mess(),
    ) {
        let (old, new) = ([&*head, &old, &tail].concat(), [&*head, &new, &tail].concat());
        for hunk in diff(&old, &new) {
            for (text, range) in [(&old, hunk.old), (&new, hunk.new)] {
                prop_assert!(is_boundary(text, range.start), "{:?} {:?}", text, range);
                prop_assert!(is_boundary(text, range.end), "{:?} {:?}", text, range);
            }
        }
    }

    #[test]
    fn changes_hold_both_texts(old in mess(), new in mess()) {
        let changes = changes(&old, &new);
        let of = |other| -> String {
            changes.iter().filter(|it| it.kind != other).map(|it| it.text.as_str()).collect()
        };
        prop_assert_eq!(of(ChangeKind::Insert), old);
        prop_assert_eq!(of(ChangeKind::Delete), new);
        prop_assert!(changes.iter().all(|change| !change.text.is_empty()));
    }

    #[test]
    fn changes_cut_no_word(old in mess(), new in mess(), tail in mess()) {
        let (old, new) = (old + &tail, new + &tail);
        let changes = changes(&old, &new);
        for (text, other) in [(old, ChangeKind::Insert), (new, ChangeKind::Delete)] {
            let ends = text.split_word_bound_indices().map(|(at, word)| at + word.len());
            let ends: Vec<_> = ends.collect();
            let mut at = 0;
            for change in changes.iter().filter(|it| it.kind != other) {
                at += change.text.len();
                prop_assert!(ends.contains(&at), "{:?} is cut at {}", text, at);
            }
        }
    }
}

#[test]
fn equal_texts_do_not_differ() {
    assert_eq!(diff("abc", "abc"), []);
    assert_eq!(changes("", ""), []);
}

#[test]
fn one_key_in_a_large_text_is_one_hunk() {
    let old = "Many lines of text.\n".repeat(10_000);
    let mut new = old.clone();
    new.insert(100_003, 'x');
    let hunk = Hunk {
        old: 100_003..100_003,
        new: 100_003..100_004,
    };
    assert_eq!(diff(&old, &new), [hunk]);
}

#[test]
fn far_changes_are_separate_and_near_ones_fine() {
    let body = "A line in between.\n".repeat(100);
    let old = format!("The first line\n{body}The last line\n");
    let new = format!("The fist line\n{body}The very last line\n");
    let hunks = diff(&old, &new);
    let changed: Vec<_> = hunks
        .iter()
        .map(|hunk| (&old[hunk.old.clone()], &new[hunk.new.clone()]))
        .collect();
    assert_eq!(changed, [("r", ""), ("", " very")]);
}

#[test]
fn a_mark_that_is_added_takes_its_letter_along() {
    let hunks = diff("cafe!", "cafe\u{301}!");
    assert_eq!(
        hunks,
        [Hunk {
            old: 3..4,
            new: 3..6
        }]
    );
}

#[test]
fn what_would_take_too_long_is_replaced() {
    // Words of 30,000 letters.
    let text = |period: u32| -> String {
        let letters = (0..30_000u32).map(|at| u32::from(b'a') + at * at % period % 26);
        letters.filter_map(char::from_u32).collect()
    };
    let (old, new) = (text(997), text(991));
    let hunks = diff(&old, &new);
    assert_eq!(apply(&old, &new, &hunks), new);
    assert_eq!(hunks.len(), 1);
}

#[test]
fn no_text_takes_long_or_falls_to_pieces() {
    let lines = |word: &str| -> String {
        let line = |at| format!("Line {at} {word} ipsum dolor {word} ipsum dolor\n");
        (0..6_000).map(line).collect()
    };
    let rows = |step: usize| -> String {
        let line = |at| format!("{} is a line of the text\n", at * step % 6_007);
        (0..6_007).map(line).collect()
    };
    let ruler = |start: u32| -> String {
        let word = |at: u32| format!("{} ", at.trailing_zeros() + start);
        (1..60_000).map(word).collect()
    };
    let cases = [
        (lines("lorem"), lines("other")),
        (rows(1), rows(7)),
        ("a b ".repeat(60_000), "b a ".repeat(60_000)),
        ("foo bar ".repeat(30_000), "foo baz ".repeat(29_999)),
        (ruler(0), ruler(1)),
        ("\n".repeat(200_000), "\na\n".repeat(70_000)),
        ("👩‍👩‍👧".repeat(10_000), "x👩‍👩‍👧".repeat(9_000)),
    ];
    for (old, new) in cases {
        let hunks = diff(&old, &new);
        assert_eq!(apply(&old, &new, &hunks), new);
        assert!(hunks.len() <= MAX_HUNKS);
        assert!(changes(&old, &new).len() <= 3 * MAX_HUNKS + 1);
    }
}

#[test]
fn words_that_are_replaced_in_many_lines_are_found() {
    let lines = |word: &str| -> String {
        let line = |at| format!("Line {at} {word} ipsum {word} dolor\n");
        (0..500).map(line).collect()
    };
    let (old, new) = (lines("mmm"), lines("xyz"));
    let hunks = diff(&old, &new);
    assert_eq!(hunks.len(), 1000);
    assert!(hunks.iter().all(|hunk| hunk.cost() <= 10));
    // Where no word is there only once.
    let (old, new) = ("one two\n".repeat(500), "one too\n".repeat(500));
    assert!(diff(&old, &new).iter().all(|hunk| hunk.cost() <= 2));
}

#[test]
fn people_are_shown_whole_words() {
    let shown = |old, new| -> Vec<String> {
        let changes = changes(old, new).into_iter();
        let told = changes.filter(|it| it.kind != ChangeKind::Equal);
        told.map(|it| it.text).collect()
    };
    let tuesday = "We ship on Tuesday.\nThe end";
    assert_eq!(
        shown(tuesday, "We ship on Thursday.\nThe end"),
        ["Tuesday", "Thursday"]
    );
    // Also where the change is not the only one, and not in the same line.
    assert_eq!(
        shown(tuesday, "We ship on Thursday.\nThe ends"),
        ["Tuesday", "Thursday", "end", "ends"]
    );
    assert_eq!(shown("a line\n", "a line\na\n"), ["a\n"]);
}

#[test]
fn people_are_shown_words() {
    let old = "One line.\nThe quick brown fox jumps.\nEnd.";
    let new = "One line.\nThe slow green fox jumps high.\nEnd.";
    let changes = changes(old, new);
    let shown: Vec<_> = changes
        .iter()
        .map(|it| (it.kind, it.text.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (ChangeKind::Equal, "One line.\nThe "),
            (ChangeKind::Delete, "quick brown"),
            (ChangeKind::Insert, "slow green"),
            (ChangeKind::Equal, " fox jumps"),
            (ChangeKind::Insert, " high"),
            (ChangeKind::Equal, ".\nEnd."),
        ]
    );
}
