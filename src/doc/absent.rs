//! Texts on the screens of people who are not here.
//!
//! Owns: what those who went, and those whom nobody knows yet, may be looking at. Does not own: the
//! readers that are here (`reader`). Bounded: a number of texts, and minutes after which nobody is
//! expected any more.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    past::{Explanation, Past},
    splice::Splice,
    view::View,
};

/// For how long somebody may come back with a text that is not current any more.
const RETURN: Duration = Duration::from_mins(10);
/// Texts of readers that went, and the bytes of them.
const MAX_DEPARTED: (usize, usize) = (256, 16_000_000);
/// Texts that were sent lately, for clients that are not known.
const MAX_RECENT: usize = 4;
/// For how long such a client may have had a text.
const LATELY: Duration = Duration::from_secs(10);

/// Somebody who reads, over however many connections.
pub(super) trait Keeper: Clone + Eq {
    /// Who their edits are by.
    type Author: Copy + Eq;

    /// Who their edits are by.
    fn author(&self) -> Self::Author;
}

/// What may be on the screens of people who are not here.
pub(super) struct Absent<P: Keeper> {
    departed: VecDeque<Departed<P>>,
    recent: VecDeque<View>,
    opened: Option<Opened<P::Author>>,
}

/// A text that a reader that went may still have on its screen.
struct Departed<P> {
    keeper: P,
    view: View,
    until: Instant,
}

/// The document as it was opened, and before.
struct Opened<A> {
    view: View,
    past: Past<A>,
    until: Instant,
}

impl<P: Keeper> Absent<P> {
    /// Nobody.
    pub(super) fn new() -> Self {
        Self {
            departed: VecDeque::new(),
            recent: VecDeque::new(),
            opened: None,
        }
    }

    /// The document has been opened, with the text `view`; clients may come that were shown what it
    /// was before.
    pub(super) fn opened(&mut self, view: View, past: Past<P::Author>) {
        let until = view.since + RETURN;
        self.opened = Some(Opened { view, past, until });
    }

    /// A reader went with any of `views` on its screen.
    pub(super) fn depart(
        &mut self,
        keeper: &P,
        views: impl IntoIterator<Item = View>,
        now: Instant,
    ) {
        self.forget(now);
        self.departed.extend(views.into_iter().map(|view| Departed {
            keeper: keeper.clone(),
            view,
            until: now + RETURN,
        }));
        let mut bytes: usize = self.departed.iter().map(|it| it.view.text.len()).sum();
        while self.departed.len() > MAX_DEPARTED.0 || bytes > MAX_DEPARTED.1 {
            let oldest = self.departed.pop_front();
            bytes -= oldest.map_or(bytes, |it| it.view.text.len());
        }
    }

    /// Whether somebody went and may come back.
    pub(super) fn expects_somebody(&self) -> bool {
        !self.departed.is_empty()
    }

    /// A text was sent to somebody.
    pub(super) fn note_sent(&mut self, view: &View) {
        let last = self.recent.back();
        if last.is_none_or(|last| last.version != view.version) {
            self.recent.push_back(view.clone());
            let surplus = self.recent.len().saturating_sub(MAX_RECENT);
            self.recent.drain(..surplus);
        }
    }

    /// The texts that were sent lately.
    pub(super) fn recent(&self, now: Instant) -> impl Iterator<Item = &View> {
        let recent = self.recent.iter();
        recent.filter(move |view| now < view.since + LATELY)
    }

    /// The texts that `keeper` may have left on a screen.
    pub(super) fn left_by(&mut self, keeper: &P, now: Instant) -> impl Iterator<Item = &View> {
        self.forget(now);
        let left = self.departed.iter().filter(|it| it.keeper == *keeper);
        left.map(|it| &it.view)
    }

    /// The text that `author` has most likely changed to come to `new`, of those that the document
    /// had before it was opened, and where it is in the current one.
    pub(super) fn explain(
        &mut self,
        new: &str,
        author: P::Author,
        now: Instant,
    ) -> Option<Explanation> {
        self.forget(now);
        let opened = self.opened.as_ref()?;
        let explanation = opened.past.explain(new, author)?;
        Some(Explanation {
            runs: explanation.runs.through(&opened.view.runs),
            ..explanation
        })
    }

    /// The current text has changed.
    pub(super) fn shift(&mut self, splices: &[Splice]) {
        self.views().for_each(|view| view.runs.shift(splices));
    }

    /// The versions after `last`, which `splices` take back, have not come about.
    pub(super) fn forget_since(&mut self, last: i64, splices: &[Splice]) {
        self.views()
            .for_each(|view| view.forget_since(last, splices));
    }

    /// The texts that are kept.
    pub(super) fn seen(&self) -> impl Iterator<Item = &View> {
        let departed = self.departed.iter().map(|it| &it.view);
        departed.chain(&self.recent)
    }

    fn views(&mut self) -> impl Iterator<Item = &mut View> {
        let departed = self.departed.iter_mut().map(|it| &mut it.view);
        let opened = self.opened.iter_mut().map(|it| &mut it.view);
        departed.chain(&mut self.recent).chain(opened)
    }

    fn forget(&mut self, now: Instant) {
        self.departed.retain(|it| it.until > now);
        self.opened.take_if(|opened| opened.until <= now);
    }
}
