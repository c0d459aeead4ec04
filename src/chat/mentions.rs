//! Mentions: finding `@name` in what a person wrote.
//!
//! Owns: where a mention may stand and which spellings are tried. Does not own: who exists, who may
//! be notified. Invariant: at most [`MAX_MENTIONS`] mentions are looked at, each with at most as
//! many spellings as a name has characters, so the work and the number of look-ups are bounded.
//!
//! Names may contain spaces, so `@Bob Smith is here` could mean several people: the longest known
//! name wins. `@` counts at the start of a word only (no e-mail addresses, no paths), not after a
//! backslash, and not within code.

use std::ops::Range;

use super::render;
use crate::account::username;

/// The most mentions of one message that are looked at; further ones are plain text.
pub const MAX_MENTIONS: usize = 50;

/// The most words a mentioned name may have.
pub const MAX_WORDS: usize = 4;

/// Every folded name that the text may mention, each once: what to look up before
/// [`resolve`].
#[must_use]
pub fn candidates(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for mention in mentions(source) {
        for name in spellings(mention).map(username::folded_of) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The ids of those mentioned, each once, in the order of their first mention. `known` maps a
/// folded name (see [`username::folded_of`]) to its id.
pub fn resolve<Id: Copy + PartialEq>(source: &str, known: impl Fn(&str) -> Option<Id>) -> Vec<Id> {
    let mut ids = Vec::new();
    for mention in mentions(source) {
        let id = spellings(mention).find_map(|name| known(&username::folded_of(name)));
        if let Some(id) = id.filter(|id| !ids.contains(id)) {
            ids.push(id);
        }
    }
    ids
}

/// The texts after each `@` that may begin a mention, to the end of the source.
fn mentions(source: &str) -> impl Iterator<Item = &str> {
    let signs = source.contains('@');
    let code = if signs {
        render::code_ranges(source)
    } else {
        Vec::new()
    };
    source
        .match_indices('@')
        .filter(move |(at, _)| !within(&code, *at) && begins_word(&source[..*at]))
        .map(|(at, sign)| &source[at + sign.len()..])
        .filter(|rest| rest.starts_with(|c| c != ' ' && username::allows(c)))
        .take(MAX_MENTIONS)
}

fn within(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.end <= at);
    ranges.get(next).is_some_and(|range| range.start <= at)
}

/// Whether a mention may follow this text: not `me@host`, `/@path`, `a.@b` or `\@escaped`.
fn begins_word(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    // "_@alice_" is emphasis, "first_@host" is an address.
    let last = if matches!(last, '_' | '*') {
        before
            .trim_end_matches(['_', '*'])
            .chars()
            .next_back()
            .unwrap_or(' ')
    } else {
        last
    };
    !last.is_alphanumeric()
        && !matches!(
            last,
            '/' | '\\' | '.' | '@' | '-' | '+' | '=' | '#' | '%' | '&' | '$'
        )
}

/// The names that a mention may mean, the longest first. A name ends where its word ends.
fn spellings(mention: &str) -> impl Iterator<Item = &str> {
    let mut words = 1;
    let mut previous = '@';
    let mut ends = Vec::new();
    for (at, character) in mention.char_indices().take(username::MAX_CHARS + 1) {
        if at > 0 && ends_name(previous, &mention[at..]) {
            ends.push(at);
        }
        words += usize::from(character == ' ');
        let double_space = character == ' ' && previous == ' ';
        if !username::allows(character) || words > MAX_WORDS || double_space {
            previous = '\0';
            break;
        }
        previous = character;
    }
    // The text itself ended, within the length of a name.
    if previous != '\0' && mention.chars().nth(username::MAX_CHARS).is_none() {
        ends.push(mention.len());
    }
    ends.into_iter().rev().map(|end| &mention[..end])
}

/// Whether a name whose last character is `last` may end before `rest`: "@al" in "@alice" and in
/// "@al-x" is no name, in "@al." it is.
fn ends_name(last: char, rest: &str) -> bool {
    let after = rest.trim_start_matches(['.', '_', '-']);
    last != ' '
        && !after.starts_with(|c: char| {
            c.is_alphanumeric() || (c != ' ' && !c.is_ascii() && username::allows(c))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEOPLE: &[&str] = &[
        "alice",
        "bob",
        "bob smith",
        "j. r. tolkien",
        "x-y_z",
        "élodie",
        "山田",
        "12345",
        "ann.",
        "a b c d",
    ];

    fn mentioned(source: &str) -> Vec<&'static str> {
        let ids = resolve(source, |name| {
            PEOPLE.iter().position(|known| *known == name)
        });
        ids.into_iter().map(|id| PEOPLE[id]).collect()
    }

    #[test]
    fn names_are_found_in_any_case_and_form() {
        assert_eq!(mentioned("@alice hello"), ["alice"]);
        assert_eq!(mentioned("hello @ALICE"), ["alice"]);
        assert_eq!(
            mentioned("hi @E\u{301}lodie, hi @山田！"),
            ["élodie", "山田"]
        );
        assert_eq!(mentioned("@12345 @x-y_z"), ["12345", "x-y_z"]);
    }

    #[test]
    fn the_longest_known_name_wins() {
        assert_eq!(mentioned("@Bob Smith is here"), ["bob smith"]);
        assert_eq!(mentioned("@Bob is here"), ["bob"]);
        assert_eq!(mentioned("@J. R. Tolkien wrote"), ["j. r. tolkien"]);
        assert_eq!(mentioned("@a b c d e"), ["a b c d"]);
        assert_eq!(mentioned("@bob  smith"), ["bob"]);
        assert_eq!(mentioned("@ann. @ann"), ["ann."]);
    }

    #[test]
    fn punctuation_and_markup_around_a_name_do_not_matter() {
        for source in [
            "(@alice)",
            "@alice.",
            "@alice...",
            "@alice's",
            "@alice, you",
            "**@alice**",
            "_@alice_",
            "\"@alice\"",
            "@alice\n@alice",
            "[@alice](https://a.example)",
            "> @alice",
            "a,@alice",
        ] {
            assert_eq!(mentioned(source), ["alice"], "{source}");
        }
    }

    #[test]
    fn parts_of_words_are_no_mentions() {
        for source in [
            "@alicex",
            "@alice-x",
            "@alice.example",
            "me@alice",
            "me_@alice",
            "https://a.example/@alice",
            "@@alice",
            "\\@alice",
            "@ alice",
            "@",
            "alice",
            "@aliceé",
            "@al ice",
        ] {
            assert!(mentioned(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn code_mentions_nobody() {
        assert_eq!(mentioned("`@alice` and ``@bob ` x`` @élodie"), ["élodie"]);
        assert!(mentioned("```\n@alice\n```").is_empty());
        assert!(mentioned("~~~\n@alice").is_empty());
        assert!(mentioned("    @alice").is_empty());
        assert_eq!(mentioned("` @alice"), ["alice"]);
    }

    #[test]
    fn each_person_is_mentioned_once_in_order() {
        assert_eq!(
            mentioned("@bob @alice @BOB @Bob Smith"),
            ["bob", "alice", "bob smith"]
        );
    }

    #[test]
    fn candidates_name_everything_that_resolve_asks_for() {
        assert_eq!(candidates("@Bob Smith, @bob"), ["bob smith", "bob"]);
        assert!(candidates("nobody@example.org").is_empty());
    }

    #[test]
    fn the_number_of_mentions_is_bounded() {
        let source = "@n ".repeat(1000);
        let asked = std::cell::Cell::new(0_usize);
        resolve(&source, |_| {
            asked.set(asked.get() + 1);
            None::<u64>
        });
        assert!(asked.get() <= MAX_MENTIONS * MAX_WORDS, "{}", asked.get());
        assert!(resolve(&"@".repeat(100_000), |_| Some(1)).is_empty());
        assert!(resolve(&"_@".repeat(50_000), |_| None::<u64>).is_empty());
    }

    proptest! {
        #[test]
        fn any_text_is_handled(source in "([@a-c ._*`~\\\\\n-]|bob|[^a]){0,40}") {
            let candidates = candidates(&source);
            resolve(&source, |name| {
                assert!(candidates.iter().any(|candidate| candidate == name));
                None::<u64>
            });
        }

        #[test]
        fn every_valid_name_can_be_mentioned(name in "[a-zA-Z0-9é]{1,8}([ ._-][a-z0-9]{1,5}){0,2}") {
            let folded = username::folded_of(&name);
            let find = |source: &str| resolve(source, |known| (known == folded).then_some(1));
            prop_assert_eq!(find(&format!("hi @{name}! Hello")), vec![1]);
            prop_assert_eq!(find(&format!("@{name}")), vec![1]);
        }
    }
}
