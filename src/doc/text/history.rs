//! How much history a text may have.
//!
//! Owns: its limits, and what is known of how far they are used. What is known is exact when
//! everything was measured, and then an upper bound, until it does not suffice any more: measuring
//! means to encode and read the whole text.
//!
//! A history that is full still takes what makes it usable: small edits for a while, another text
//! as a whole for a while longer, and what takes text out in one place for ever.

use crate::doc::update::{Order, Update};

/// The most blocks (runs of characters and of deleted ones): some 60 MB of memory and milliseconds
/// an edit.
pub(super) const MAX_BLOCKS: usize = 200_000;
/// The most steps in which the blocks are put in order: 0.7 s when the document is opened.
pub(super) const MAX_STEPS: usize = 10_000_000;
/// What may be added before it is measured: at most so many structs, or so many that each of them
/// would have to pass every block in [`MAX_STEPS`].
const UNMEASURED: usize = 200;
/// The most clients that have ever put something in. All of them are named in every state vector.
pub(super) const MAX_CLIENTS: usize = 50_000;

/// What a change is to a history that is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// One that needs room.
    Ordinary,
    /// One of a few characters, or in one place.
    Small,
    /// Another text instead of all there is.
    Whole,
    /// One that takes out what stands in one place. There is an end to it.
    Shortening,
}

impl Kind {
    /// A limit for such a change.
    fn of(self, limit: usize) -> usize {
        match self {
            Self::Ordinary => limit,
            Self::Small => limit + limit / 10,
            Self::Whole => limit + limit / 5,
            Self::Shortening => usize::MAX,
        }
    }
}

/// The history of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct History {
    /// At most so many.
    pub(super) blocks: usize,
    /// When it was measured.
    steps: usize,
    /// Structs that came after that.
    pub(super) unmeasured: usize,
}

impl History {
    /// Measures the history that is `everything`, and what it would be with `more`; none if there
    /// was no way to open a document with it.
    pub(super) fn measure(everything: &Update, more: Option<&Update>) -> (Self, usize) {
        let most = 2 * MAX_STEPS;
        let mut order = Order::default();
        let steps = order.take(&[everything], most);
        let here = Self {
            blocks: everything.structs(),
            steps,
            unmeasured: 0,
        };
        let steps = more.map_or(steps, |more| {
            // As it comes now, and as it will be read in other order when the document is opened.
            let arrival = order.take(&[more], most);
            arrival.max(Order::default().take(&[everything, more], most))
        });
        (here, steps)
    }

    /// Whether a change that adds so many blocks, of which so many are new structs, certainly has
    /// room.
    pub(super) fn has_room(&self, blocks: usize, structs: usize, kind: Kind) -> bool {
        let free = UNMEASURED.max(MAX_STEPS / (self.blocks + blocks).max(1));
        let is_known = self.unmeasured + structs <= free || kind == Kind::Shortening;
        is_known && self.is_within(blocks, self.steps, kind)
    }

    /// Whether a change is within the limits that adds so many blocks, with so many steps in all.
    pub(super) fn is_within(&self, blocks: usize, steps: usize, kind: Kind) -> bool {
        self.blocks + blocks <= kind.of(MAX_BLOCKS) && steps <= kind.of(MAX_STEPS)
    }

    /// A change was made.
    pub(super) fn note(&mut self, blocks: usize, structs: usize) {
        self.blocks += blocks;
        self.unmeasured += structs;
    }

    /// The steps when it was measured.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }
}
