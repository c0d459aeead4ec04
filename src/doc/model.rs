//! What the documents feature speaks of.

use std::borrow::Cow;

use entity::{Timestamp, UserId, doc, doc_member::Role};
use unicode_normalization::UnicodeNormalization;

use super::text::lf;
use crate::kernel::{Error, Result};

/// The most people in a document, its creator included.
pub(super) const MAX_MEMBERS: usize = 500;
/// The longest name of a document or of a kept state, in characters.
const MAX_NAME_CHARS: usize = 100;

/// A document's name: 1-100 characters on one line, composed (NFC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DocName(String);

impl DocName {
    /// Accepts a name as typed, spaces around it left out.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        parse_name(typed).map(Self)
    }

    /// What fits of a text that was not written to be a name; none when nothing does.
    pub(super) fn fitted(text: &str) -> Option<Self> {
        let spaced: String = text
            .nfc()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(MAX_NAME_CHARS * 4)
            .collect();
        let words: Vec<_> = spaced.split_whitespace().collect();
        let short: String = words.join(" ").chars().take(MAX_NAME_CHARS).collect();
        Self::parse(&short).ok()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DocName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<DocName> for String {
    fn from(name: DocName) -> Self {
        name.0
    }
}

/// What somebody calls a kept state: as a document's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RevisionName(String);

impl RevisionName {
    /// Accepts a name as typed, spaces around it left out.
    pub(super) fn parse(typed: &str) -> Result<Self> {
        parse_name(typed).map(Self)
    }
}

impl From<RevisionName> for String {
    fn from(name: RevisionName) -> Self {
        name.0
    }
}

fn parse_name(typed: &str) -> Result<String> {
    // One more than there may be is enough to refuse it.
    let name: String = typed.trim().nfc().take(MAX_NAME_CHARS + 1).collect();
    let is_short = name.chars().count() <= MAX_NAME_CHARS;
    if name.is_empty() || !is_short || name.contains(char::is_control) {
        return Err(Error::invalid("invalid_name", "invalid name"));
    }
    Ok(name)
}

/// A text that somebody brings along, with line feeds for line ends of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewText(String);

impl NewText {
    /// Takes a text with whatever line ends.
    pub(super) fn new(text: String) -> Self {
        let changed = match lf(&text) {
            Cow::Owned(changed) => Some(changed),
            Cow::Borrowed(_) => None,
        };
        Self(changed.unwrap_or(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<NewText> for String {
    fn from(text: NewText) -> Self {
        text.0
    }
}

/// Reads a role that can be given to somebody: a document has the one creator.
pub(super) fn parse_role(text: &str) -> Result<Role> {
    match text {
        "viewer" => Ok(Role::Viewer),
        "editor" => Ok(Role::Editor),
        _ => Err(Error::invalid("invalid_role", "invalid role")),
    }
}

/// One change to who may do what with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberChange {
    /// Somebody comes in; who is in keeps their role.
    Add(UserId, Role),
    /// A member may do more or less than before.
    SetRole(UserId, Role),
    /// A member goes, or is put out.
    Remove(UserId),
}

impl MemberChange {
    /// Whom it is about.
    pub(super) fn user(self) -> UserId {
        match self {
            Self::Add(user, _) | Self::SetRole(user, _) | Self::Remove(user) => user,
        }
    }
}

/// What a change to the members did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MemberOutcome {
    /// To whom.
    pub(super) user: UserId,
    /// What.
    pub(super) kind: MemberKind,
}

/// In what way a membership changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberKind {
    Added(Role),
    RoleChanged(Role),
    Removed,
}

/// What a new document starts with.
#[derive(Clone, Debug)]
pub(super) struct NewDoc {
    pub(super) name: DocName,
    pub(super) text: NewText,
    /// Names and roles of the people who are let in besides the creator.
    pub(super) members: Vec<(String, Role)>,
}

/// A document without its text, for one of its members.
#[derive(Clone, Debug)]
pub(super) struct Overview {
    pub(super) doc: doc::Model,
    /// What the member may do.
    pub(super) role: Role,
    /// The creator's name.
    pub(super) created_by: String,
    /// The name of who last edited it.
    pub(super) last_edited_by: Option<String>,
}

/// One member, by name.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) username: String,
    pub(super) role: Role,
    pub(super) added_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::{DocName, NewText, RevisionName, Role, parse_role};

    #[test]
    fn a_name_is_one_line_of_up_to_a_hundred_characters() {
        let name = |text: &str| DocName::parse(text).map(String::from).ok();
        assert_eq!(name("  Minutes ").as_deref(), Some("Minutes"));
        assert_eq!(name("e\u{301}").as_deref(), Some("é"), "composed");
        assert_eq!(name(&"ä".repeat(100)), Some("ä".repeat(100)));
        // Two code points each as typed, one when composed.
        assert_eq!(name(&"e\u{301}".repeat(100)), Some("é".repeat(100)));
        for refused in ["", "  ", "a\nb", "a\0b", "a\u{85}b", &"a".repeat(101)] {
            assert_eq!(name(refused), None, "{refused:?}");
        }
        let error = RevisionName::parse("").expect_err("empty");
        assert_eq!(error.code(), "invalid_name");
    }

    #[test]
    fn a_text_that_is_no_name_is_made_to_fit() {
        let name = |text: &str| DocName::fitted(text).map(String::from);
        assert_eq!(name(" a\t b\r\nc\0 ").as_deref(), Some("a b c"));
        assert_eq!(name(&"ä".repeat(1000)), Some("ä".repeat(100)));
        assert_eq!(name(" \u{1}\n"), None);
    }

    #[test]
    fn a_text_has_line_feeds_only() {
        let text = |text: &str| String::from(NewText::new(text.to_owned()));
        assert_eq!(text("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n");
        assert_eq!(text("a\0b\u{2028}"), "a\0b\u{2028}");
    }

    #[test]
    fn two_roles_can_be_given() {
        assert_eq!(parse_role("viewer").expect("a role"), Role::Viewer);
        assert_eq!(parse_role("editor").expect("a role"), Role::Editor);
        for refused in ["creator", "Editor", "", "admin"] {
            let error = parse_role(refused).expect_err(refused);
            assert_eq!(error.code(), "invalid_role");
        }
    }
}
