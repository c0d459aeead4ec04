//! User names: which may be registered, and when two are the same.
//!
//! Owns: the rules for names, the reserved name, the folding that makes names unique. Does not own:
//! storage, registration, who exists. Invariant: a [`Username`] satisfies every rule below, and two
//! names fold to the same key exactly if a person would read one for the other's spelling in
//! another case or form.
//!
//! A name has 1 to 20 characters: letters and digits of any living script, space, `_`, `-` and `.`,
//! at least one of them a letter or digit. What does not fit is refused and never altered, because
//! clients sign in with the very string they registered. The one exception is Unicode NFC, which
//! changes no visible thing and which look-ups apply as well.
//!
//! Within a word, letters of different scripts do not mix (UTS 39, "highly restrictive"), so that
//! no Cyrillic letter hides in `admin`. Names written entirely in look-alike letters of another
//! script are allowed, as real names consist of them, except where they imitate `system`.

use std::fmt;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{
    GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, skeleton,
};

/// The most characters a name may have.
pub const MAX_CHARS: usize = 20;

/// The author of the server's own messages; nobody may be called that.
const RESERVED: &str = "system";

/// A name that may be registered, in Unicode NFC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

impl Username {
    /// Accepts a name as typed, or says what is wrong with it.
    ///
    /// # Errors
    ///
    /// The [`UsernameError`] of the first rule broken.
    pub fn parse(typed: &str) -> Result<Self, UsernameError> {
        // Before normalising, so that an enormous input costs nothing: no 20 composed characters
        // come from more bytes than this.
        if typed.len() > MAX_CHARS * 32 {
            return Err(UsernameError::TooLong);
        }
        let name: String = typed.nfc().collect();
        if name.chars().count() > MAX_CHARS {
            return Err(UsernameError::TooLong);
        }
        check_characters(&name)?;
        if name.starts_with(' ') || name.ends_with(' ') || name.contains("  ") {
            return Err(UsernameError::Spaces);
        }
        if !name.contains(char::is_alphanumeric) {
            return Err(UsernameError::Empty);
        }
        if !name.split([' ', '_', '-', '.']).all(is_one_script) {
            return Err(UsernameError::MixedScripts);
        }
        if skeleton(&folded_of(&name)).eq(skeleton(RESERVED)) {
            return Err(UsernameError::Reserved);
        }
        Ok(Self(name))
    }

    /// The name as people see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which the name is unique, see [`folded_of`].
    #[must_use]
    pub fn folded(&self) -> String {
        folded_of(&self.0)
    }
}

impl AsRef<str> for Username {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

/// Why a name may not be registered. Displays as the text that clients know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsernameError {
    /// Nothing there, or no letter or digit in it.
    Empty,
    /// More than [`MAX_CHARS`] characters.
    TooLong,
    /// A character that names may not have.
    Characters,
    /// Spaces at an end, or two in a row.
    Spaces,
    /// Letters of several scripts in one word.
    MixedScripts,
    /// The name of the system, or one that looks like it.
    Reserved,
}

impl UsernameError {
    /// What to tell a person beyond the documented text.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Empty => "A username needs at least one letter or digit.",
            Self::TooLong => "A username has at most 20 characters.",
            Self::Characters => {
                "A username may contain letters, digits, spaces, and the characters _ - and . only."
            }
            Self::Spaces => "A username may not start or end with a space or contain two in a row.",
            Self::MixedScripts => "A word of a username may not mix letters of different scripts.",
            Self::Reserved => "This username is reserved.",
        }
    }
}

impl fmt::Display for UsernameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reserved => "Reserved username",
            _ => "Invalid username (max 20 characters)",
        })
    }
}

impl std::error::Error for UsernameError {}

/// Whether a typed text can be somebody's name at all. To be asked before folding it, which costs
/// by length, and before a query, since PostgreSQL takes no NUL. A name in its longest spelling,
/// decomposed, has some 32 bytes for each character.
#[must_use]
pub fn may_be_one(typed: &str) -> bool {
    typed.len() <= MAX_CHARS * 32 && !typed.contains('\0')
}

/// The key of a name as typed: equal for all spellings that differ only in case, composition or
/// compatibility form. Never fails; what is no valid name simply matches none.
#[must_use]
pub fn folded_of(typed: &str) -> String {
    if typed.is_ascii() {
        return typed.to_ascii_lowercase();
    }
    // Unicode 3.13, compatibility caseless matching: folding can undo normalisation and the
    // reverse, hence both twice. Composed at the end for a compact key.
    typed
        .nfd()
        .default_case_fold()
        .nfkd()
        .default_case_fold()
        .nfkc()
        .collect()
}

/// Whether a name may contain this character.
#[must_use]
pub fn allows(character: char) -> bool {
    match character {
        ' ' | '_' | '-' | '.' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        _ => {
            (character.is_alphanumeric() || is_combining_mark(character))
                && character.identifier_allowed()
        }
    }
}

fn check_characters(name: &str) -> Result<(), UsernameError> {
    let mut marks = 0;
    let mut previous = ' ';
    for character in name.chars() {
        // Marks belong on letters, and few: more of them pile up over the neighbouring lines.
        marks = if is_combining_mark(character) {
            marks + 1
        } else {
            0
        };
        let stray = marks == 1 && !previous.is_alphabetic();
        if !allows(character) || stray || marks > 3 {
            return Err(UsernameError::Characters);
        }
        previous = character;
    }
    Ok(())
}

fn is_one_script(word: &str) -> bool {
    word.check_restriction_level(RestrictionLevel::HighlyRestrictive)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refuses(name: &str, error: UsernameError) {
        assert_eq!(Username::parse(name), Err(error), "{name:?}");
    }

    #[test]
    fn ordinary_names_are_accepted_unchanged() {
        for name in [
            "a",
            "alice",
            "Bob Smith",
            "x_y-z.1",
            "12345",
            "20 characters long..",
            "_-. a",
        ] {
            assert_eq!(Username::parse(name).map(String::from), Ok(name.to_owned()));
        }
    }

    #[test]
    fn names_of_the_world_are_accepted() {
        for name in [
            "Élodie",
            "Müller",
            "Иван Петров",
            "山田太郎",
            "たろう123",
            "Tシャツ",
            "محمد",
            "विक्रम",
            "สมชาย",
            "김철수",
            "Nguyễn Văn",
            "Иван Smith",
            "Ελένη",
            "ağaç",
        ] {
            assert_eq!(
                Username::parse(name).map(String::from),
                Ok(name.to_owned()),
                "{name}"
            );
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_and_not_altered() {
        refuses("", UsernameError::Empty);
        refuses("...", UsernameError::Empty);
        refuses(&"a".repeat(21), UsernameError::TooLong);
        refuses(&"a".repeat(1_000_000), UsernameError::TooLong);
        for name in [" a", "a ", "a  b", " "] {
            refuses(name, UsernameError::Spaces);
        }
        for name in [
            "a/b",
            "<b>x</b>",
            "a@b",
            "a\tb",
            "a\nb",
            "a\0",
            "a\u{a0}b",
            "a\u{200b}b",
            "a\u{202e}b",
            "a👋",
            "ａ",
            "x²",
            "\u{301}a",
            "a\u{308}\u{301}\u{301}\u{301}\u{301}",
            "a#",
            "a&b",
            "a,b",
        ] {
            refuses(name, UsernameError::Characters);
        }
    }

    #[test]
    fn scripts_do_not_mix_within_a_word() {
        for name in ["\u{430}dmin", "super \u{430}dmin", "al\u{456}ce", "Ωmega"] {
            refuses(name, UsernameError::MixedScripts);
        }
    }

    #[test]
    fn the_system_is_nobody_else() {
        for name in ["system", "System", "SYSTEM", "systern"] {
            refuses(name, UsernameError::Reserved);
        }
        assert!(Username::parse("system1").is_ok());
    }

    #[test]
    fn errors_carry_the_documented_texts() {
        assert_eq!(
            UsernameError::TooLong.to_string(),
            "Invalid username (max 20 characters)"
        );
        assert_eq!(
            UsernameError::Characters.to_string(),
            "Invalid username (max 20 characters)"
        );
        assert_eq!(UsernameError::Reserved.to_string(), "Reserved username");
    }

    #[test]
    fn composition_is_the_only_change() {
        let name = Username::parse("E\u{301}lodie").expect("a name");
        assert_eq!(name.as_str(), "Élodie");
    }

    #[test]
    fn folding_ignores_case_and_form() {
        for (one, other) in [
            ("Alice", "aLICE"),
            ("Straße", "STRASSE"),
            ("Élodie", "E\u{301}LODIE"),
            ("Σίσυφος", "σίσυφοσ"),
            ("ａｌｉｃｅ", "alice"),
            ("Иван", "ИВАН"),
        ] {
            assert_eq!(folded_of(one), folded_of(other));
        }
        assert_ne!(folded_of("alice"), folded_of("alice "));
        assert_ne!(folded_of("a_b"), folded_of("a-b"));
        assert_eq!(
            Username::parse("Bob Smith").map(|name| name.folded()),
            Ok("bob smith".to_owned())
        );
    }

    proptest! {
        #[test]
        fn any_input_is_handled_and_accepted_names_are_stable(typed in "\\PC{0,24}") {
            let folded = folded_of(&typed);
            prop_assert_eq!(folded_of(&folded), folded);
            if let Ok(name) = Username::parse(&typed) {
                prop_assert_eq!(Username::parse(name.as_str()), Ok(name.clone()));
                prop_assert_eq!(name.folded(), folded_of(&typed));
            }
        }

        #[test]
        fn words_of_letters_and_digits_are_names(name in "[a-zA-Z0-9]{1,10}([ _.-][a-zA-Z0-9]{1,9})?") {
            prop_assume!(!folded_of(&name).contains("syste"));
            prop_assert_eq!(Username::parse(&name).map(String::from), Ok(name));
        }
    }
}
