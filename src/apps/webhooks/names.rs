//! Names that a post may not be signed with, because somebody here is called so or looks so.
//!
//! Two names are alike when they read the same after case, spacing and look-alike letters are taken
//! away: `AIice` with a capital i, `аlice` with a Cyrillic a and `a-l-i-c-e` are all `alice`.

use std::collections::HashSet;

use unicode_security::skeleton;

use crate::account::username::folded_of;

/// The author of the server's own messages.
const SYSTEM: &str = "system";

/// The names of some people, and that of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names(HashSet<String>);

impl Names {
    /// The names of these people.
    pub fn of<'a>(people: impl IntoIterator<Item = &'a str>) -> Self {
        let names = people.into_iter().chain([SYSTEM]);
        Self(names.flat_map(keys).collect())
    }

    /// What they cost in memory, in names.
    pub fn weight(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Whether a name is one of them or looks like one.
    pub fn have_like(&self, name: &str) -> bool {
        keys(name).iter().any(|key| self.0.contains(key))
    }
}

/// What a name is compared by. A capital i looks like an l and is the i of another case, so there
/// are two keys, of which one is enough. A name without letters and digits has none.
fn keys(name: &str) -> Vec<String> {
    let visible: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    if visible.is_empty() {
        return Vec::new();
    }
    let looks = |text: &str| folded_of(&skeleton(text).collect::<String>());
    vec![looks(&folded_of(&visible)), looks(&visible)]
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_name_is_taken_in_every_guise() {
        let names = Names::of(["alice", "Iris", "Bob Smith", "山田", "root"]);
        for name in [
            "alice",
            "ALICE",
            "AIice",
            "\u{430}lice",
            "a-l-i-c-e",
            "a\u{200d}lice",
            " Alice ",
            "ａｌｉｃｅ",
            "iris",
            "lris",
            "bobsmith",
            "山田",
            "r00t",
            "System",
            "SYSTEM",
            "Sуstem",
        ] {
            assert!(names.have_like(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_free() {
        let names = Names::of(["alice", "bob"]);
        for name in ["CI", "GitHub", "alice bot", "alicia", "🎉", "", "...", "bo"] {
            assert!(!names.have_like(name), "{name}");
        }
    }
}
