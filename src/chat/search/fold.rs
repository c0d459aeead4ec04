//! Texts as they are compared.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// How many characters the index knows a word by.
pub(super) const GRAM: usize = 3;
/// The most trigrams that are asked for: of a long word these say enough.
const MOST_GRAMS: usize = 24;

/// What a message has besides its text.
pub(super) const FILE: i64 = 1;
pub(super) const LINK: i64 = 1 << 1;
pub(super) const IMAGE: i64 = 1 << 2;
pub(super) const VIDEO: i64 = 1 << 3;
pub(super) const AUDIO: i64 = 1 << 4;

/// What a message consists of, as far as it is searched.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Content<'a> {
    pub(super) source: &'a str,
    pub(super) attachment: Option<&'a str>,
    pub(super) card: Option<&'a str>,
}

/// `text` in the form in which texts are compared: compatible characters are one, and letter case
/// is gone, in every script.
pub(super) fn fold(text: &str) -> String {
    let folded = text.nfkc().flat_map(char::to_lowercase);
    // The one letter that has two small forms.
    folded
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .nfc()
        .collect()
}

/// The trigrams that every text with `word` in it has; none for a short one.
pub(super) fn grams(word: &str) -> BTreeSet<String> {
    let characters: Vec<char> = word.chars().collect();
    let all = characters.windows(GRAM);
    let step = all.len().div_ceil(MOST_GRAMS).max(1);
    all.step_by(step)
        .map(|gram| gram.iter().collect())
        .collect()
}

impl Content<'_> {
    /// All that is searched: the text, the names of files, and what an app's cards say.
    pub(super) fn folded(&self) -> String {
        let mut text = self.source.to_owned();
        for name in self.files() {
            text.push('\n');
            text.push_str(shown_name(&name));
        }
        if let Some(card) = self.card.and_then(|card| serde_json::from_str(card).ok()) {
            words_of(&card, false, &mut text);
        }
        fold(&text)
    }

    /// The bits of what it has.
    pub(super) fn has(&self) -> i64 {
        let mut has = 0;
        if self.source.contains("http://") || self.source.contains("https://") {
            has |= LINK;
        }
        for name in self.files() {
            has |= FILE;
            let ending = name
                .rsplit_once('.')
                .map(|(_, ending)| ending.to_lowercase());
            has |= match ending.as_deref() {
                Some("png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "bmp") => IMAGE,
                Some("mp4" | "webm" | "mov" | "mkv" | "avi") => VIDEO,
                Some("mp3" | "ogg" | "oga" | "opus" | "wav" | "flac" | "m4a") => AUDIO,
                _ => 0,
            };
        }
        has
    }

    /// Stored names: one, or a JSON array of them.
    fn files(&self) -> Vec<String> {
        let Some(attachment) = self.attachment else {
            return Vec::new();
        };
        serde_json::from_str(attachment).unwrap_or_else(|_| vec![attachment.to_owned()])
    }
}

/// A file's own name, without what keeps stored names apart.
fn shown_name(stored: &str) -> &str {
    stored.split_once('_').map_or(stored, |(_, name)| name)
}

/// Appends the texts of a card: what people read of it, not its addresses and colours.
fn words_of(value: &Value, is_read: bool, text: &mut String) {
    match value {
        Value::String(words) if is_read => {
            text.push('\n');
            text.push_str(words);
        }
        Value::Array(values) => {
            for value in values {
                words_of(value, is_read, text);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_read = matches!(
                    name.as_str(),
                    "title" | "description" | "name" | "value" | "text"
                );
                words_of(value, is_read, text);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{AUDIO, Content, FILE, IMAGE, LINK, MOST_GRAMS, fold, grams};

    #[test]
    fn case_and_forms_of_characters_do_not_matter_in_any_script() {
        for (one, other) in [
            ("Hello", "hELLO"),
            ("ПРИВЕТ", "привет"),
            ("ΟΔΟΣ", "οδος"),
            ("ＡＢＣ１２３", "abc123"),
            ("e\u{301}", "\u{e9}"),
            ("ﾃｽﾄ", "テスト"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("hello"), fold("hallo"));
        assert_eq!(fold("100%_*\"'"), "100%_*\"'");
    }

    #[test]
    fn a_word_is_known_by_its_trigrams() {
        assert!(grams("ab").is_empty());
        assert_eq!(Vec::from_iter(grams("abcd")), ["abc", "bcd"]);
        assert_eq!(Vec::from_iter(grams("你好世界")), ["你好世", "好世界"]);
        let long: String = ('\u{4e00}'..'\u{4fff}').collect();
        let few = grams(&long);
        assert!(few.len() <= MOST_GRAMS && few.iter().all(|gram| long.contains(gram)));
    }

    #[test]
    fn files_and_cards_are_part_of_what_is_searched() {
        let content = Content {
            source: "see https://example.org",
            attachment: Some(r#"["0123_Report.PDF","4567_photo.PNG"]"#),
            card: Some(r#"{"username":"CI","embeds":[{"title":"Build failed","url":"x:y"}]}"#),
        };
        assert_eq!(
            content.folded(),
            "see https://example.org\nreport.pdf\nphoto.png\nbuild failed"
        );
        assert_eq!(content.has(), FILE | IMAGE | LINK);
        let song = Content {
            attachment: Some("89_song.mp3"),
            ..Content::default()
        };
        assert_eq!(song.has(), FILE | AUDIO);
        assert_eq!(Content::default().has(), 0);
    }
}
