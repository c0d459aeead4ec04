//! What people at their screens do.

use std::ops::Range;

use crate::doc::diff;

/// How long people need to read before they take out what they read, in milliseconds.
const REACTION: u64 = 700;

/// What people do to the text on their screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Style {
    /// Put in characters that nobody else does, anywhere.
    Unique,
    /// Put in one of two letters, anywhere.
    TwoLetters,
    /// Type on where they are, take back what they typed, and now and then go elsewhere.
    Cursor,
    /// Put in and take out a few letters, anywhere.
    Mixed,
    /// As `Unique`, but send the same text again and again.
    Repeated,
    /// Put in and take out whole words that are nearly the same.
    Words,
    /// Put in and take out lines of a list that differ in a number.
    Lines,
    /// Type words letter by letter, and go on where they see what they have typed.
    Spelled,
}

impl Style {
    /// The text that they begin with.
    pub(super) fn start(self, dice: &mut Dice) -> String {
        let letter = |at| match self {
            Self::Words if at % 7 == 6 => ' ',
            Self::Lines if at % 7 == 6 => '\n',
            _ => char::from(b'a' + u8::try_from(dice.below(2)).expect("small")),
        };
        (0..300).map(letter).collect()
    }
}

/// A small generator of random numbers, to have the same session again.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    /// A place in something of `len` parts, its end included.
    pub(super) fn place(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64 + 1)).expect("it was a usize")
    }

    pub(super) fn letter(&mut self) -> char {
        char::from(b'a' + u8::try_from(self.below(26)).expect("small"))
    }

    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

/// Someone at a screen.
#[derive(Default)]
pub(super) struct Person {
    pub(super) screen: Vec<char>,
    /// Since when each character of the screen is there.
    since: Vec<u64>,
    /// The version that came last.
    pub(super) version: i64,
    cursor: usize,
    /// What is typed of a word, and what is not.
    typed: String,
    untyped: Vec<char>,
    /// The connection, if there is one.
    pub(super) socket: Option<usize>,
    /// Edits that wait for a connection.
    pub(super) buffer: Vec<(String, i64)>,
    /// When the last message of either direction arrives: none overtakes another.
    pub(super) up: u64,
    pub(super) down: u64,
}

impl Person {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self {
            cursor: dice.place(300),
            ..Self::default()
        }
    }

    /// A text arrives.
    pub(super) fn show(&mut self, content: &str, now: u64) {
        let old: String = self.screen.iter().collect();
        let mut since = Vec::new();
        let mut at = 0;
        for hunk in diff::diff(&old, content) {
            let kept = old[at..hunk.old.start].chars().count();
            let first = old[..at].chars().count();
            since.extend_from_slice(&self.since[first..first + kept]);
            since.extend(content[hunk.new].chars().map(|_| now));
            at = hunk.old.end;
        }
        let first = old[..at].chars().count();
        since.extend_from_slice(&self.since[first..]);
        self.screen = content.chars().collect();
        self.since = since;
        self.cursor = self.cursor.min(self.screen.len());
    }

    /// Does to the text what people of its style do; what it takes out.
    pub(super) fn type_something(
        &mut self,
        style: Style,
        dice: &mut Dice,
        now: u64,
        fresh: &mut u32,
    ) -> Vec<char> {
        let len = self.screen.len();
        let mut unique = || {
            *fresh += 1;
            char::from_u32(*fresh)
                .expect("there are enough")
                .to_string()
        };
        match style {
            Style::Repeated if dice.percent(30) => {}
            Style::Unique | Style::Repeated => self.put(dice.place(len), &unique()),
            Style::TwoLetters => {
                let letter = if dice.percent(50) { "a" } else { "b" };
                self.put(dice.place(len), letter);
            }
            Style::Cursor => self.type_on(dice, now),
            Style::Spelled => {
                let first = if self.untyped.is_empty() {
                    unique()
                } else {
                    String::new()
                };
                self.spell(&first, dice);
            }
            Style::Words => {
                let words = ["butter ", "better ", "buttermilk ", "bitter "];
                self.edit_list(&words, ' ', dice, now);
            }
            Style::Lines => {
                let lines = ["- [ ] task 1\n", "- [ ] task 2\n", "- [x] task 12\n"];
                self.edit_list(&lines, '\n', dice, now);
            }
            Style::Mixed => {
                let start = dice.place(len);
                let end = (start + 1 + dice.place(2)).min(len);
                if dice.percent(40) && start < end {
                    return self.take(start..end, now);
                }
                self.put(start, &unique());
            }
        }
        Vec::new()
    }

    /// Types the next letter of a word, which begins with `first` if it is a new one.
    fn spell(&mut self, first: &str, dice: &mut Dice) {
        if !first.is_empty() {
            let tails = ["", "", "é", "日本", "e\u{301}", "👩‍👩‍👧"];
            let letters: String = (0..3 + dice.place(5)).map(|_| dice.letter()).collect();
            let word = format!("{first}{letters}{}]", tails[dice.place(tails.len() - 1)]);
            self.untyped = word.chars().rev().collect();
            self.typed.clear();
        }
        let place = if self.typed.is_empty() {
            let ends = self.screen.iter().enumerate().filter(|(_, it)| **it == ']');
            let gaps: Vec<usize> = [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect();
            Some(gaps[dice.place(gaps.len() - 1)])
        } else {
            let screen: String = self.screen.iter().collect();
            let typed = screen.find(&self.typed);
            typed.map(|at| screen[..at + self.typed.len()].chars().count())
        };
        if let Some(place) = place
            && let Some(letter) = self.untyped.pop()
        {
            self.put(place, &letter.to_string());
            self.typed.push(letter);
        }
    }

    fn type_on(&mut self, dice: &mut Dice, now: u64) {
        if dice.percent(5) {
            self.cursor = dice.place(self.screen.len());
        }
        if dice.percent(20) && self.cursor > 0 {
            let at = self.cursor - 1;
            if !self.take(at..at + 1, now).is_empty() {
                self.cursor = at;
            }
        } else {
            let letter = dice.letter();
            self.put(self.cursor, &letter.to_string());
            self.cursor += 1;
        }
    }

    /// Puts one of `items` between others, or takes one out.
    fn edit_list(&mut self, items: &[&str], end: char, dice: &mut Dice, now: u64) {
        let ends = self.screen.iter().enumerate().filter(|(_, it)| **it == end);
        let starts: Vec<usize> = [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect();
        let start = starts[dice.place(starts.len() - 1)];
        let next = starts.iter().copied().find(|next| *next > start);
        match next.filter(|_| dice.percent(40)) {
            Some(next) => drop(self.take(start..next, now)),
            None => self.put(start, items[dice.place(items.len() - 1)]),
        }
    }

    fn put(&mut self, at: usize, text: &str) {
        self.screen.splice(at..at, text.chars());
        self.since.splice(at..at, text.chars().map(|_| 0));
    }

    /// Takes something out, if it has been there long enough to have been read.
    fn take(&mut self, range: Range<usize>, now: u64) -> Vec<char> {
        if self.since[range.clone()]
            .iter()
            .any(|since| *since > 0 && since + REACTION > now)
        {
            return Vec::new();
        }
        self.since.drain(range.clone());
        self.screen.drain(range).collect()
    }
}
