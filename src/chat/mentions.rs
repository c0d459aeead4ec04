//! Mentions: finding `@name` in what a person wrote, of people and of roles.
//!
//! Owns: where a mention may stand and which spellings are tried. Does not own: who exists, who may
//! be notified. Invariant: at most [`MAX_MENTIONS`] mentions are looked at, each with at most as
//! many spellings as a name has characters, so the work and the number of look-ups are bounded.
//!
//! Names may contain spaces, so `@Bob Smith is here` could mean several people: the longest known
//! name wins, and of a person and a role of the same name the person. `@` counts at the start of a word only (no e-mail addresses, no paths), not after a
//! backslash, and not within code.

use std::{collections::HashMap, ops::Range};

use unicode_normalization::UnicodeNormalization;

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

/// Whom a text mentions, each once, in the order of their first mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named<Person, Role> {
    /// The people.
    pub people: Vec<Person>,
    /// The roles.
    pub roles: Vec<Role>,
}

/// The roles that a text may mention, by name.
#[derive(Clone, Debug)]
pub struct RoleNames<Role> {
    by_name: HashMap<String, Role>,
    /// The most characters that one of the names can be typed with.
    longest: usize,
}

impl<Role> Default for RoleNames<Role> {
    fn default() -> Self {
        Self {
            by_name: HashMap::new(),
            longest: 0,
        }
    }
}

impl<Role: Copy> RoleNames<Role> {
    /// Roles with their names as people see them; of several that are called the same, the first.
    pub fn of<'a>(roles: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        let mut names = Self::default();
        for (name, role) in roles {
            let folded = username::folded_of(name);
            let typed = [name, &folded].map(|form| form.nfd().count());
            names.longest = typed.into_iter().fold(names.longest, usize::max);
            names.by_name.entry(folded).or_insert(role);
        }
        names
    }

    /// The role with the longest name that `mention` begins with, and where that ends.
    fn longest_in(&self, mention: &str) -> Option<(usize, Role)> {
        // The name of a role is any line, so every end of a word is tried.
        let ends = ends(mention, self.longest, |_, next| next != '\n');
        ends.into_iter().rev().find_map(|end| {
            let role = self.by_name.get(&username::folded_of(&mention[..end]))?;
            Some((end, *role))
        })
    }
}

/// Whom the text mentions. `person` maps a folded name (see [`username::folded_of`]) to whose it is.
pub fn resolve<Person: Copy + PartialEq, Role: Copy + PartialEq>(
    source: &str,
    person: impl Fn(&str) -> Option<Person>,
    roles: &RoleNames<Role>,
) -> Named<Person, Role> {
    let mut named = Named {
        people: Vec::new(),
        roles: Vec::new(),
    };
    for mention in mentions(source) {
        let found = spellings(mention)
            .find_map(|name| Some((name.len(), person(&username::folded_of(name))?)));
        let role = roles.longest_in(mention);
        match (found, role) {
            (Some((end, _)), Some((beyond, role))) if beyond > end => add(&mut named.roles, role),
            (Some((_, person)), _) => add(&mut named.people, person),
            (None, Some((_, role))) => add(&mut named.roles, role),
            (None, None) => {}
        }
    }
    named
}

fn add<Id: PartialEq>(ids: &mut Vec<Id>, id: Id) {
    if !ids.contains(&id) {
        ids.push(id);
    }
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
        .filter(|rest| rest.starts_with(|c: char| !c.is_whitespace() && c != '@'))
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

/// The names of people that a mention may mean, the longest first.
fn spellings(mention: &str) -> impl Iterator<Item = &str> {
    let mut words = 1;
    let ends = ends(mention, username::MAX_CHARS, |last, next| {
        words += usize::from(next == ' ');
        username::allows(next) && words <= MAX_WORDS && !(next == ' ' && last == ' ')
    });
    ends.into_iter().rev().map(|end| &mention[..end])
}

/// Where a name of at most `max` characters that `mention` begins with may end: where a word does,
/// as long as the name `goes_on` from one character to the next.
fn ends(mention: &str, max: usize, mut goes_on: impl FnMut(char, char) -> bool) -> Vec<usize> {
    let mut previous = '@';
    let mut ends = Vec::new();
    for (length, (at, character)) in mention.char_indices().enumerate() {
        if at > 0 && ends_name(previous, &mention[at..]) {
            ends.push(at);
        }
        if length == max || !goes_on(previous, character) {
            return ends;
        }
        previous = character;
    }
    // The text itself ended, within the length of a name.
    ends.push(mention.len());
    ends
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
        let found = named(source, &RoleNames::default());
        found.people.into_iter().map(|id| PEOPLE[id]).collect()
    }

    fn named(source: &str, roles: &RoleNames<usize>) -> Named<usize, usize> {
        let person = |name: &str| PEOPLE.iter().position(|known| *known == name);
        resolve(source, person, roles)
    }

    const ROLES: &[&str] = &[
        "everyone",
        "Bob Smith Fans",
        "C++ (EU)",
        "🎮 gamers",
        "Alice",
        "Äpfel",
    ];

    fn roles_in(source: &str) -> Vec<&'static str> {
        let names = RoleNames::of(ROLES.iter().copied().zip(0..));
        let found = named(source, &names);
        found.roles.into_iter().map(|id| ROLES[id]).collect()
    }

    #[test]
    fn roles_have_any_name_in_any_case_and_form() {
        assert_eq!(roles_in("@everyone, @EVERYONE!"), ["everyone"]);
        assert_eq!(roles_in("hey @c++ (eu): look"), ["C++ (EU)"]);
        assert_eq!(
            roles_in("@🎮 Gamers and @A\u{308}PFEL"),
            ["🎮 gamers", "Äpfel"]
        );
        for source in [
            "@everyones",
            "me@everyone",
            "`@everyone`",
            "\\@everyone",
            "@every\none",
        ] {
            assert!(roles_in(source).is_empty(), "{source}");
        }
    }

    #[test]
    fn the_longer_name_wins_and_of_two_that_are_the_same_the_persons() {
        let names = RoleNames::of(ROLES.iter().copied().zip(0..));
        let numbers = |source| {
            let Named { people, roles } = named(source, &names);
            (people.len(), roles.len())
        };
        assert_eq!(numbers("@Alice"), (1, 0), "the person of this name");
        assert_eq!(
            numbers("@bob smith fans unite"),
            (0, 1),
            "not the person Bob Smith"
        );
        assert_eq!(numbers("@bob smith fan"), (1, 0));
        let twice = RoleNames::of([("Mods", 1), ("mods", 2)]);
        assert_eq!(resolve("@MODS", |_| None::<u8>, &twice).roles, [1]);
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
        let none = RoleNames::<u64>::default();
        let count = |_: &str| {
            asked.set(asked.get() + 1);
            None::<u64>
        };
        resolve(&source, count, &none);
        assert!(asked.get() <= MAX_MENTIONS * MAX_WORDS, "{}", asked.get());
        let everybody = |source: &str| resolve(source, |_| Some(1), &none).people;
        assert!(everybody(&"@".repeat(100_000)).is_empty());
        assert!(
            resolve(&"_@".repeat(50_000), |_| None::<u64>, &none)
                .people
                .is_empty()
        );
    }

    proptest! {
        #[test]
        fn any_text_is_handled(source in "([@a-c ._*`~\\\\\n-]|bob|[^a]){0,40}") {
            let candidates = candidates(&source);
            let names = RoleNames::of([("bob", 1), ("a-b c", 2), ("*", 3)]);
            let person = |name: &str| {
                assert!(candidates.iter().any(|candidate| candidate == name));
                None::<u64>
            };
            resolve(&source, person, &names);
        }

        #[test]
        fn every_valid_name_can_be_mentioned(name in "[a-zA-Z0-9é]{1,8}([ ._-][a-z0-9]{1,5}){0,2}") {
            let folded = username::folded_of(&name);
            let find = |source: &str| {
                let roles = RoleNames::<u64>::default();
                resolve(source, |known| (known == folded).then_some(1), &roles).people
            };
            prop_assert_eq!(find(&format!("hi @{name}! Hello")), vec![1]);
            prop_assert_eq!(find(&format!("@{name}")), vec![1]);
        }
    }
}
