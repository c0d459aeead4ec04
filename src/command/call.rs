//! A command as it was typed.

use std::sync::Arc;

use crate::{
    account::User,
    chat::{Audience, Place},
    kernel::{Error, Result},
};

/// Where a command is typed.
#[derive(Debug)]
pub(super) enum Scene {
    /// In a conversation.
    Conversation(Place),
    /// In a custom channel, which is none; what there is to say of it.
    CustomChannel(String),
}

impl Scene {
    /// Whom the conversation concerns, if it is one.
    pub(super) const fn audience(&self) -> Option<&Audience> {
        match self {
            Self::Conversation(place) => Some(&place.audience),
            Self::CustomChannel(_) => None,
        }
    }
}

/// Somebody typed a command somewhere.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) user: Arc<User>,
    pub(super) scene: Scene,
    text: String,
    words: Vec<Word>,
}

/// One word, and where it ends in the text.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    end: usize,
}

impl Call {
    /// Reads a command; none when it does not look like one: `/usr/bin` is not.
    pub(super) fn read(user: Arc<User>, scene: Scene, typed: &str) -> Option<Self> {
        let text = typed.strip_prefix('/')?;
        let words = words(text);
        let name = &words.first()?.text;
        let is_name = !text.starts_with(' ')
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        is_name.then(|| Self {
            user,
            scene,
            text: text.to_owned(),
            words,
        })
    }

    /// Its first word.
    pub(super) fn name(&self) -> &str {
        self.words.first().map_or("", |word| word.text.as_str())
    }

    /// Whether it begins with the words of `name`.
    pub(super) fn names(&self, name: &str) -> bool {
        let mut words = self.words.iter();
        name.split(' ')
            .all(|part| words.next().is_some_and(|word| word.text == part))
    }

    /// The word at this place, the command's own counted.
    ///
    /// # Errors
    /// `bad_params` with `usage`, when there is none.
    pub(super) fn word(&self, at: usize, usage: &str) -> Result<&str> {
        let word = self.words.get(at).map(|word| word.text.as_str());
        word.ok_or_else(|| Error::invalid("bad_params", usage.to_owned()))
    }

    /// Everything from the word at this place on, as it was typed.
    ///
    /// # Errors
    /// `bad_params` with `usage`, when there is nothing.
    pub(super) fn rest(&self, at: usize, usage: &str) -> Result<&str> {
        let end = self
            .words
            .get(at - 1)
            .map_or(self.text.len(), |word| word.end);
        let rest = self.text[end..].trim();
        if rest.is_empty() {
            return Err(Error::invalid("bad_params", usage.to_owned()));
        }
        Ok(rest)
    }
}

/// Splits at spaces; what stands in quotes is one word, without them.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let begin = at + (rest.len() - rest.trim_start().len());
        let rest = &text[begin..];
        if rest.is_empty() {
            return words;
        }
        let quoted = rest.strip_prefix('"').and_then(|rest| rest.split_once('"'));
        let (word, end) = if let Some((word, _)) = quoted {
            (word, begin + word.len() + 2)
        } else {
            let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
            (&rest[..length], begin + length)
        };
        words.push(Word {
            text: word.to_owned(),
            end,
        });
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        let read = |text| {
            let words = words(text).into_iter().map(|word| word.text);
            words.collect::<Vec<_>>()
        };
        assert_eq!(
            read("user info \"Bob Smith\"  x"),
            ["user", "info", "Bob Smith", "x"]
        );
        assert_eq!(read("user info \"Bob"), ["user", "info", "\"Bob"]);
        assert_eq!(read("say it's 5\" wide"), ["say", "it's", "5\"", "wide"]);
        assert_eq!(read("  "), [""; 0]);
        assert_eq!(read("a \"\" b"), ["a", "", "b"]);
        assert_eq!(read("é \"ü ö\" ß"), ["é", "ü ö", "ß"]);
    }
}
