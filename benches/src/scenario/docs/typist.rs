//! What somebody types, and when: a word at one place, a pause, a word at another place. Now and then they mistype and
//! correct themselves.
//!
//! Every word is there once in all the world, so that a lost or a doubled one can be told from the final text.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Strokes of a word without a slip.
pub(super) const STROKES_OF_A_WORD: f64 = 10.0;
/// Every so many words have a slip in them.
const SLIP_EVERY: u32 = 7;
/// A character that is in no text but as a slip.
const SLIP: char = '~';
/// Within a word the keys follow each other faster than on average; the pause after it makes up for that.
const HASTE: f64 = 0.75;

/// Where the cursor goes before the key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// It stays where the last key left it.
    Stay,
    /// To another place between two words.
    Elsewhere,
    /// Behind the oldest word of one's own that still stands.
    BehindOldest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// The last character of a word is a space, and there is no other space.
    Type(char),
    /// Takes away the character before the cursor, which is this one.
    Back(char),
}

impl Key {
    /// The character that the key brings or takes: one more of it, or one less.
    pub(super) fn change(self) -> (char, i64) {
        match self {
            Self::Type(char) => (char, 1),
            Self::Back(char) => (char, -1),
        }
    }
}

/// One press of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) moved: Move,
    pub(super) key: Key,
}

/// How somebody types.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habit {
    /// Time from one key to the next on average.
    pub(super) period: Duration,
    /// Whoever has so many words standing takes the oldest away again. The text then keeps its length.
    pub(super) keep: Option<usize>,
}

/// Somebody at a keyboard.
#[derive(Debug)]
pub(super) struct Typist {
    number: usize,
    habit: Habit,
    begun: u32,
    /// What is planned, of so many strokes in all.
    run: VecDeque<Stroke>,
    strokes: u32,
    /// The word that is being typed.
    word: Option<String>,
    standing: VecDeque<String>,
    /// When the next key is pressed.
    pub(super) due: Instant,
}

impl Typist {
    /// `number` is in every word and must be nobody else's in the same text.
    pub(super) fn new(number: usize, habit: Habit, due: Instant) -> Self {
        Self {
            number,
            habit,
            begun: 0,
            run: VecDeque::new(),
            strokes: 1,
            word: None,
            standing: VecDeque::new(),
            due,
        }
    }

    /// The next key.
    pub(super) fn stroke(&mut self) -> Stroke {
        let stroke = self.run.pop_front().unwrap_or_else(|| self.plan());
        self.due += self.habit.period.mul_f64(HASTE);
        if self.run.is_empty() {
            self.standing.extend(self.word.take());
            self.due += self.habit.period.mul_f64(1.0 - HASTE) * self.strokes;
        }
        stroke
    }

    /// Words that were finished and not taken away.
    pub(super) fn standing(&self) -> impl Iterator<Item = &str> {
        self.standing.iter().map(String::as_str)
    }

    /// Plans the next word, or to take the oldest one away, and begins with it.
    fn plan(&mut self) -> Stroke {
        let is_full = self
            .habit
            .keep
            .is_some_and(|keep| self.standing.len() >= keep);
        let (moved, keys) = match self.standing.pop_front_if(|_| is_full) {
            Some(word) => (
                Move::BehindOldest,
                word.chars().rev().map(Key::Back).collect(),
            ),
            None => (Move::Elsewhere, self.spell()),
        };
        self.strokes = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        self.run.extend(keys.iter().skip(1).map(|&key| Stroke {
            moved: Move::Stay,
            key,
        }));
        Stroke {
            moved,
            key: keys[0],
        }
    }

    /// The keys of the next word.
    fn spell(&mut self) -> Vec<Key> {
        let word = format!("@{:03}{:05} ", self.number, self.begun);
        self.begun += 1;
        let mut keys: Vec<Key> = word.chars().map(Key::Type).collect();
        if self.begun.is_multiple_of(SLIP_EVERY) {
            keys.splice(4..4, [Key::Type(SLIP), Key::Back(SLIP)]);
        }
        self.word = Some(word);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typist(keep: Option<usize>) -> Typist {
        let habit = Habit {
            period: Duration::from_millis(200),
            keep,
        };
        Typist::new(7, habit, Instant::now())
    }

    /// Types into a text of which the places do not matter.
    fn typed(typist: &mut Typist, strokes: usize) -> String {
        let mut text = String::new();
        for _ in 0..strokes {
            let stroke = typist.stroke();
            match stroke.key {
                Key::Type(char) => text.push(char),
                Key::Back(char) if stroke.moved == Move::Stay => {
                    assert_eq!(text.pop(), Some(char));
                }
                Key::Back(_) => return text,
            }
        }
        text
    }

    #[test]
    fn words_are_all_different_and_slips_corrected() {
        let mut typist = typist(None);
        // The seventh word has two strokes more than its ten characters.
        let text = typed(&mut typist, 72);
        assert!(text.starts_with("@00700000 @00700001 "), "{text}");
        assert!(
            text.ends_with("@00700006 ") && !text.contains('~'),
            "{text}"
        );
        assert_eq!(typist.standing().count(), 7);
        assert_eq!(typist.standing().collect::<String>(), text);
    }

    #[test]
    fn the_pace_is_kept_over_a_word_and_its_pause() {
        let mut typist = typist(None);
        let began = typist.due;
        typed(&mut typist, 9);
        assert_eq!(typist.due - began, Duration::from_millis(9 * 150));
        typed(&mut typist, 1);
        assert_eq!(typist.due - began, Duration::from_secs(2));
    }

    #[test]
    fn whoever_keeps_few_words_takes_the_oldest_away() {
        let mut typist = typist(Some(2));
        typed(&mut typist, 20);
        assert_eq!(typist.standing().count(), 2);
        let first = typist.stroke();
        assert_eq!(
            (first.moved, first.key),
            (Move::BehindOldest, Key::Back(' '))
        );
        assert_eq!(typist.standing().collect::<Vec<_>>(), ["@00700001 "]);
        let rest: Vec<Key> = (0..9).map(|_| typist.stroke().key).collect();
        assert_eq!(rest[8], Key::Back('@'));
        assert_eq!(typist.stroke().moved, Move::Elsewhere);
    }
}
