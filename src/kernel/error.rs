//! The one error of the crate: what can be told to a caller, and what cannot.
//!
//! Every error has a stable `snake_case` [`code`](Error::code) for programs and a text for people.
//! The transports render the same error: HTTP as status and body (`crate::http`), sockets as a
//! failed acknowledgement (`crate::socket`). An internal error keeps its cause for the log and
//! tells the caller nothing.

use std::borrow::Cow;

/// A result whose error can be shown to the caller.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure it is; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request itself is wrong.
    Invalid,
    /// Nobody is signed in.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// It clashes with what is there.
    Conflict,
    /// It was there once and can never be had again.
    Gone,
    /// More bytes or characters than are taken.
    TooLarge,
    /// A body of a kind that is not read here.
    UnsupportedMediaType,
    /// What the caller took for granted is not so any more.
    PreconditionFailed,
    /// Understood, and still not to be done.
    Unprocessable,
    /// Too often; see [`Error::retry_after`].
    RateLimited,
    /// The server cannot do it now; trying again is right.
    Unavailable,
    /// Our fault; the cause is logged.
    Internal,
}

/// Why something was not done. See the module's description.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    code: Cow<'static, str>,
    text: Cow<'static, str>,
    pointer: Option<Box<str>>,
    all: Box<[Error]>,
    retry_after: Option<u64>,
    cause: Option<anyhow::Error>,
}

impl Error {
    /// An error of `kind` with its `code` and the text that people are shown.
    pub fn new(
        kind: ErrorKind,
        code: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            kind,
            code: code.into(),
            text: text.into(),
            pointer: None,
            all: Box::default(),
            retry_after: None,
            cause: None,
        }
    }

    /// The request is wrong in a way that has its own code.
    pub fn invalid(code: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Invalid, code, text)
    }

    /// Fields are missing or of the wrong type.
    pub fn bad_params() -> Self {
        Self::invalid("bad_params", "bad params")
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(
            ErrorKind::Unauthenticated,
            "unauthenticated",
            "not logged in",
        )
    }

    /// Not allowed, without further explanation.
    pub fn forbidden() -> Self {
        Self::new(ErrorKind::Forbidden, "forbidden", "forbidden")
    }

    /// Not allowed, for a reason that has its own code.
    pub fn refused(code: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Forbidden, code, text)
    }

    /// Switched off by a setting.
    pub fn disabled() -> Self {
        Self::refused("disabled", "disabled")
    }

    /// Absent, or not for the caller to know of.
    pub fn not_found() -> Self {
        Self::new(ErrorKind::NotFound, "not_found", "not found")
    }

    /// There is no such person.
    pub fn user_not_found() -> Self {
        Self::new(ErrorKind::NotFound, "user_not_found", "user not found")
    }

    /// The server has more to do than it can take on; nothing was done.
    pub fn busy() -> Self {
        let mut error = Self::new(
            ErrorKind::Unavailable,
            "busy",
            "The server is busy. Please try again.",
        );
        error.retry_after = Some(1);
        error
    }

    /// Too often. `retry_after` is in seconds.
    pub fn rate_limited(
        code: impl Into<Cow<'static, str>>,
        text: impl Into<Cow<'static, str>>,
        retry_after: Option<u64>,
    ) -> Self {
        let mut error = Self::new(ErrorKind::RateLimited, code, text);
        error.retry_after = retry_after;
        error
    }

    /// Our fault. The cause is for the log alone.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let mut error = Self::new(ErrorKind::Internal, "internal", "internal error");
        error.cause = Some(cause.into());
        error
    }

    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The same error, about the part of the body at `pointer` (RFC 6901: `/rows/2/label`).
    #[must_use]
    pub fn at(mut self, pointer: impl Into<Box<str>>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The stable name that programs compare. Where the contract has it so, a number is part of it:
    /// `row_2:label_too_long`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The code alone.
    pub fn into_code(self) -> Cow<'static, str> {
        self.code
    }

    /// The part of the body that is wrong, as a JSON pointer.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The same error, as the first of `all` that is wrong with the request, itself included.
    #[must_use]
    pub fn among(mut self, all: Vec<Self>) -> Self {
        self.all = all.into();
        self
    }

    /// All that is wrong with the request; empty where looking ended with the first.
    pub fn all(&self) -> &[Self] {
        &self.all
    }

    /// The same error, worth trying again after so many seconds.
    #[must_use]
    pub fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What people are shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Seconds after which it is worth trying again.
    pub fn retry_after(&self) -> Option<u64> {
        self.retry_after
    }

    /// Writes the error to the log, once, at the edge where it is answered.
    pub fn log(&self, doing: &str) {
        if let Some(cause) = &self.cause {
            tracing::error!(doing, code = %self.code, "failed: {cause:#}");
        } else {
            tracing::debug!(doing, code = %self.code, "refused: {}", self.text);
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.text)?;
        match &self.cause {
            Some(cause) => write!(f, ": {cause:#}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::internal(error)
    }
}

impl From<serde_json::Error> for Error {
    /// Only for values the server itself encodes or stored; callers' JSON has its own handling.
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}
