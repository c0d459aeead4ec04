//! Who edits which documents, and when.

use std::time::Duration;

use super::seat::Speaks;

/// One editor: the place of the document in the plan, the account, and the protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Editor {
    pub(crate) document: usize,
    pub(crate) account: usize,
    pub(crate) speaks: Speaks,
}

/// When keys are pressed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Load {
    /// By each editor as many a second, whatever comes back. They begin one after the other within the time of a word,
    /// and are measured from then on.
    Typing { rate: f64, measure: Duration },
    /// By all editors together so many, as fast as they are answered, but not for longer than that.
    Building { keys: u64, at_most: Duration },
}

/// Settings of a run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Ids of the documents.
    pub(crate) documents: Vec<u64>,
    pub(crate) editors: Vec<Editor>,
    pub(crate) load: Load,
    /// The number of the first editor; no other run on the same documents may have the same numbers.
    pub(crate) first_number: usize,
}
