//! Texts to edit, and the dice that everything here rolls. Both are the same in every run.

use memchr::memchr;

const WORDS: [&str; 48] = [
    "the",
    "meeting",
    "agreed",
    "that",
    "every",
    "draft",
    "needs",
    "one",
    "owner",
    "and",
    "a",
    "date",
    "before",
    "it",
    "goes",
    "out",
    "budget",
    "for",
    "spring",
    "was",
    "cut",
    "by",
    "half",
    "so",
    "travel",
    "waits",
    "until",
    "summer",
    "while",
    "two",
    "people",
    "write",
    "down",
    "what",
    "changed",
    "since",
    "last",
    "week",
    "open",
    "questions",
    "stay",
    "on",
    "this",
    "list",
    "with",
    "names",
    "beside",
    "them",
];
const WORDS_OF_A_LINE: usize = 14;

/// Xorshift: quick, even enough, and repeatable.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // A state of zero would stay zero.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }
}

/// Lines of plain words, `bytes` bytes long.
pub(super) fn prose(bytes: usize, random: &mut Random) -> String {
    let mut text = String::with_capacity(bytes + 16);
    let mut words = 0;
    while text.len() < bytes {
        text.push_str(WORDS[random.below(WORDS.len())]);
        words += 1;
        text.push(if words % WORDS_OF_A_LINE == 0 {
            '\n'
        } else {
            ' '
        });
    }
    text.truncate(bytes);
    text
}

/// A place right behind a space, or the beginning of a text that has none.
pub(super) fn gap(text: &str, random: &mut Random) -> usize {
    let bytes = text.as_bytes();
    let from = random.below(bytes.len().max(1));
    let behind = |start: usize| memchr(b' ', &bytes[start..]).map(|space| start + space + 1);
    behind(from.min(bytes.len()))
        .or_else(|| behind(0))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_has_the_length_asked_for_and_is_the_same_every_time() {
        let text = prose(10_000, &mut Random::new(3));
        assert_eq!(text.len(), 10_000);
        assert_eq!(text, prose(10_000, &mut Random::new(3)));
        assert_ne!(text, prose(10_000, &mut Random::new(4)));
        assert!(text.contains('\n'));
    }

    #[test]
    fn gaps_are_between_words() {
        let mut random = Random::new(1);
        let text = prose(500, &mut random);
        for _ in 0..100 {
            let gap = gap(&text, &mut random);
            assert_eq!(text.as_bytes()[gap - 1], b' ');
        }
        assert_eq!(gap("", &mut random), 0);
        assert_eq!(gap("word", &mut random), 0);
    }
}
