//! A client with whole texts: what is on its screen, and what it sends and shows when.
//!
//! Without `base_version` it behaves like the existing clients: every key sends the whole text at once, and every text
//! that arrives replaces the screen. With it one edit is under way at a time; what is typed meanwhile goes with the next.

use memchr::memmem;

use super::{
    prose::{Random, gap},
    typist::{Key, Move, Stroke},
};

/// So much of the text before the cursor is remembered to find the cursor again in another text.
const CONTEXT: usize = 32;
/// Less than this is found in too many places.
const LEAST_CONTEXT: usize = 8;

/// One open text.
#[derive(Debug)]
pub(super) struct Screen {
    text: String,
    cursor: usize,
    /// The version that the text is based on.
    version: i64,
    names_base: bool,
    /// Where the cursor was when the edit left that is under way.
    flight: Option<Anchor>,
    /// What was typed since then.
    since: Vec<Stroke>,
    /// The newest text that arrived meanwhile.
    waiting: Option<(String, i64)>,
    random: Random,
}

impl Screen {
    pub(super) fn new(text: String, version: i64, names_base: bool, seed: u64) -> Self {
        Self {
            text,
            cursor: 0,
            version,
            names_base,
            flight: None,
            since: Vec::new(),
            waiting: None,
            random: Random::new(seed),
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Presses a key; whether that changed anything.
    pub(super) fn press(&mut self, stroke: Stroke) -> bool {
        let has_changed = self.strike(stroke);
        if self.names_base && has_changed {
            self.since.push(stroke);
        }
        has_changed
    }

    /// The text to send now and the version that it is based on, if that is to be named. Nothing where it has to wait.
    pub(super) fn send(&mut self) -> Option<(&str, Option<i64>)> {
        if !self.names_base {
            return Some((&self.text, None));
        }
        if self.flight.is_some() {
            return None;
        }
        self.flight = Some(Anchor::at(&self.text, self.cursor));
        self.since.clear();
        Some((&self.text, Some(self.version)))
    }

    /// The edit under way was stored as `version`, merged into `content` where that differs. Whether there is more to
    /// send; and the changes that got lost on the way, because their place is not there any more.
    pub(super) fn answered(
        &mut self,
        version: i64,
        content: Option<String>,
    ) -> (bool, Vec<(char, i64)>) {
        let mut undone = Vec::new();
        let Some(anchor) = self.flight.take() else {
            return (false, undone);
        };
        self.version = version;
        if let Some(content) = content {
            self.cursor = anchor.find(&content);
            self.text = content;
            for stroke in std::mem::take(&mut self.since) {
                if self.strike(stroke) {
                    self.since.push(stroke);
                } else {
                    let (char, change) = stroke.key.change();
                    undone.push((char, -change));
                }
            }
        }
        if let Some((content, newest)) = self.waiting.take_if(|_| self.since.is_empty())
            && newest > version
        {
            self.show(content, newest);
        }
        (!self.since.is_empty(), undone)
    }

    /// A text arrived.
    pub(super) fn arrived(&mut self, content: String, version: i64) {
        if !self.names_base {
            self.show(content, version);
        } else if self.flight.is_some() {
            self.waiting = Some((content, version));
        } else if version > self.version {
            self.show(content, version);
        }
    }

    fn show(&mut self, content: String, version: i64) {
        self.cursor = Anchor::at(&self.text, self.cursor).find(&content);
        self.text = content;
        self.version = version;
    }

    fn strike(&mut self, stroke: Stroke) -> bool {
        if stroke.moved != Move::Stay {
            self.cursor = gap(&self.text, &mut self.random);
        }
        match stroke.key {
            Key::Type(char) => {
                self.text.insert(self.cursor, char);
                self.cursor += char.len_utf8();
                true
            }
            Key::Back(char) => {
                // Not where the screen changed so that another character is there now.
                let is_there = self.text[..self.cursor].ends_with(char);
                if is_there {
                    self.cursor -= char.len_utf8();
                    self.text.remove(self.cursor);
                }
                is_there
            }
        }
    }
}

/// A place in a text, told by what is before it.
#[derive(Debug)]
struct Anchor {
    at: usize,
    before: String,
}

impl Anchor {
    fn at(text: &str, at: usize) -> Self {
        Self {
            at,
            before: text[at.saturating_sub(CONTEXT)..at].to_owned(),
        }
    }

    /// The same place in another text: behind as much of what was before it as is there.
    fn find(&self, text: &str) -> usize {
        let before = self.before.as_str();
        // The last characters may be missing where they are still on their way to the server.
        for end in (LEAST_CONTEXT.min(before.len())..=before.len()).rev() {
            for start in [0, end.saturating_sub(LEAST_CONTEXT)] {
                let needle = &before[start..end];
                let places = memmem::find_iter(text.as_bytes(), needle).map(|at| at + needle.len());
                if let Some(place) = places.min_by_key(|place| place.abs_diff(self.at)) {
                    return place;
                }
            }
        }
        self.at.min(text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "they write down what changed since last week";

    fn stay(key: Key) -> Stroke {
        Stroke {
            moved: Move::Stay,
            key,
        }
    }

    fn screen(names_base: bool) -> Screen {
        let mut screen = Screen::new(LINE.to_owned(), 3, names_base, 1);
        screen.cursor = LINE.len();
        screen
    }

    fn press(screen: &mut Screen, text: &str) {
        for char in text.chars() {
            assert!(screen.press(stay(Key::Type(char))));
        }
    }

    #[test]
    fn without_a_base_every_key_is_sent_and_every_text_shown() {
        let mut screen = screen(false);
        press(&mut screen, "!");
        assert_eq!(screen.send(), Some((format!("{LINE}!").as_str(), None)));
        press(&mut screen, "?");
        assert_eq!(screen.send(), Some((format!("{LINE}!?").as_str(), None)));
        // The second key has not reached the server, so it is gone from the screen until it comes back.
        screen.arrived(format!("So {LINE}!"), 4);
        assert_eq!(screen.text(), format!("So {LINE}!"));
        press(&mut screen, ".");
        assert_eq!(screen.text(), format!("So {LINE}!."));
    }

    #[test]
    fn with_a_base_one_edit_is_under_way_at_a_time() {
        let mut screen = screen(true);
        press(&mut screen, "!");
        assert_eq!(screen.send(), Some((format!("{LINE}!").as_str(), Some(3))));
        press(&mut screen, "?");
        assert_eq!(screen.send(), None);
        screen.arrived(format!("So {LINE}"), 4);
        assert_eq!(screen.text(), format!("{LINE}!?"));

        let merged = Some(format!("So {LINE}!"));
        assert_eq!(screen.answered(5, merged), (true, vec![]));
        assert_eq!(screen.text(), format!("So {LINE}!?"));
        let expected = format!("So {LINE}!?");
        assert_eq!(screen.send(), Some((expected.as_str(), Some(5))));
        // The text that was waiting is older than the answer.
        assert_eq!(screen.answered(6, None), (false, vec![]));
        assert_eq!(screen.text(), expected);
    }

    #[test]
    fn a_text_newer_than_the_answer_is_shown_after_it() {
        let mut screen = screen(true);
        press(&mut screen, "!");
        assert!(screen.send().is_some());
        screen.arrived(format!("So {LINE}!"), 9);
        assert_eq!(screen.answered(5, None), (false, vec![]));
        assert_eq!(screen.text(), format!("So {LINE}!"));
        screen.arrived("old".to_owned(), 8);
        assert_eq!(screen.text(), format!("So {LINE}!"));
    }

    #[test]
    fn a_slip_is_taken_back_only_where_it_still_is() {
        let mut screen = screen(false);
        press(&mut screen, "~");
        let back = stay(Key::Back('~'));
        assert!(screen.press(back));
        assert_eq!(screen.text(), LINE);
        assert!(!screen.press(back));
        assert_eq!(screen.text(), LINE);
    }

    #[test]
    fn the_cursor_follows_its_text() {
        let anchor = Anchor::at(LINE, 20);
        let longer = format!("A line before.\n{LINE}");
        assert_eq!(anchor.find(&longer), 35);
        assert_eq!(anchor.find(LINE), 20);
        // Where everything around is gone, it stays where it was.
        assert_eq!(anchor.find("short"), 5);
    }
}
