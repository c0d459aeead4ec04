//! What must be in a document in the end: every character that was typed and not taken away, and every word once.

use std::collections::HashMap;

use crate::check::Faults;

/// `@` and eight digits.
const WORD: usize = 9;

/// The characters of one document, all of them ASCII.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    counts: [i64; 128],
}

impl Ledger {
    /// The characters that are there before anybody types.
    pub(super) fn of(text: &str) -> Self {
        let mut ledger = Self { counts: [0; 128] };
        for byte in text.bytes() {
            ledger.add(char::from(byte), 1);
        }
        ledger
    }

    /// One more of a character, or one less.
    pub(super) fn add(&mut self, char: char, change: i64) {
        if let Some(count) = self.counts.get_mut(char as usize) {
            *count += change;
        }
    }

    /// Compares with the text that the server has in the end. `words` are those that must be in it; answers how many
    /// of them are not there in one piece, whose characters may all be there for all that.
    pub(super) fn check<'a>(
        &self,
        text: &str,
        words: impl Iterator<Item = &'a str>,
        faults: &mut Faults,
    ) -> u64 {
        let found = Self::of(text);
        for (code, (&expected, &found)) in (0_u8..).zip(self.counts.iter().zip(&found.counts)) {
            let difference = expected.abs_diff(found);
            if difference == 0 {
                continue;
            }
            let char = char::from(code);
            if found < expected {
                faults.lost += difference;
            } else {
                faults.doubled += difference;
            }
            faults.note(|| format!("{found} times {char:?} instead of {expected}"));
        }

        let mut places: HashMap<&str, u64> = HashMap::new();
        for (at, _) in text.match_indices('@') {
            if let Some(word) = text.get(at..at + WORD) {
                *places.entry(word).or_default() += 1;
            }
        }
        let mut torn = 0;
        for word in words {
            match places.get(word.trim_end()) {
                None => torn += 1,
                Some(1) => {}
                Some(times) => {
                    faults.doubled += times - 1;
                    faults.note(|| format!("{times} times the word {word:?}"));
                }
            }
        }
        torn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ledger: &Ledger, text: &str) -> (u64, u64, u64) {
        let mut faults = Faults::default();
        let torn = ledger.check(text, ["@00100000 ", "@00100001 "].into_iter(), &mut faults);
        (faults.lost, faults.doubled, torn)
    }

    #[test]
    fn a_text_with_every_word_once_is_right_wherever_the_words_are() {
        let ledger = Ledger::of("so it is @00100000 @00100001 ");
        assert_eq!(check(&ledger, "so @00100001 it is @00100000 "), (0, 0, 0));
    }

    #[test]
    fn lost_and_doubled_characters_are_counted_one_by_one() {
        let ledger = Ledger::of("so it is @00100000 @00100001 ");
        assert_eq!(check(&ledger, "so it is @00100000 @0010000 "), (1, 0, 1));
        assert_eq!(check(&ledger, "so it iss @00100000 @00100001 "), (0, 1, 0));
    }

    #[test]
    fn a_word_in_pieces_is_torn_and_not_lost() {
        let ledger = Ledger::of("so it is @00100000 @00100001 ");
        assert_eq!(check(&ledger, "so it @0010is 0000 @00100001 "), (0, 0, 1));
    }

    #[test]
    fn a_word_in_the_place_of_another_is_doubled() {
        let ledger = Ledger::of("@00100000 @00100001 ");
        let (lost, doubled, torn) = check(&ledger, "@00100000 @00100000 ");
        // A 1 is missing and a 0 too many; and the word itself is there twice.
        assert_eq!((lost, doubled, torn), (1, 2, 1));
    }

    #[test]
    fn what_was_typed_and_taken_away_again_need_not_be_there() {
        let mut ledger = Ledger::of("@00100000 @00100001 ");
        ledger.add('~', 1);
        ledger.add('~', -1);
        assert_eq!(check(&ledger, "@00100000 @00100001 "), (0, 0, 0));
        assert_eq!(check(&ledger, "@0010~0000 @00100001 "), (0, 1, 1));
    }
}
