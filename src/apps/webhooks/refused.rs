//! Why a body was refused.

/// A refusal of a body: nothing of it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The stable name that programs compare: `embed_0:title_too_long`.
    pub code: String,
    /// What people are shown.
    pub text: String,
    /// The part of the body that is wrong, as a JSON pointer (RFC 6901).
    pub pointer: Option<String>,
}

/// A result whose error is shown to the sender of the body.
pub type Result<T, E = Refused> = std::result::Result<T, E>;

impl Refused {
    /// A refusal with its code and the text for people.
    pub fn invalid(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            text: text.into(),
            pointer: None,
        }
    }

    /// The same refusal, about the part of the body at `pointer`.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}
