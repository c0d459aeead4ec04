//! A widget as its viewers are shown it: what was posted, who has been shown what, and what everybody has.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use super::Due;
use crate::{check::Faults, community};

/// A widget and the connection that posts to it, one post after the other.
pub(super) struct Widget {
    pub(super) app: u64,
    pub(super) path: String,
    /// Posts that were sent. The `n`th one shows the number `n`.
    pub(super) sent: u64,
    /// When the post that is not answered yet left, or should have left.
    pub(super) open: Option<Instant>,
    pub(super) due: Option<Due>,
    /// When the posts left that not everybody has, the oldest first.
    pub(super) flights: VecDeque<(u64, Instant)>,
    /// By viewer: the last number that they were shown, 0 before the first.
    pub(super) shown: Vec<u64>,
    /// How many viewers were last shown which number.
    spread: BTreeMap<u64, usize>,
    /// What the server's version is ahead of the number, known from the first answer.
    ahead: Option<i128>,
}

impl Widget {
    pub(super) fn new(widget: &community::Widget, viewers: usize) -> Self {
        Self {
            app: widget.app,
            path: widget.path.clone(),
            sent: 0,
            open: None,
            due: None,
            flights: VecDeque::new(),
            shown: vec![0; viewers],
            spread: BTreeMap::from([(0, viewers)]),
            ahead: None,
        }
    }

    /// Notes what the server says about a number and its version.
    pub(super) fn agree(&mut self, number: u64, version: u64, faults: &mut Faults) {
        let ahead = i128::from(version) - i128::from(number);
        if *self.ahead.get_or_insert(ahead) != ahead {
            faults.disagreeing += 1;
            faults.note(|| format!("number {number} has version {version}"));
        }
    }

    /// Notes that a viewer is shown a number. What everybody has been shown by now is taken off the flights.
    pub(super) fn show(&mut self, viewer: usize, number: u64, faults: &mut Faults) -> Vec<Instant> {
        let before = self.shown[viewer];
        if number <= before || number > self.sent {
            if number > self.sent {
                faults.disagreeing += 1;
            } else {
                faults.doubled += 1;
            }
            faults.note(|| format!("a viewer was shown {number} after {before}"));
            return Vec::new();
        }
        self.shown[viewer] = number;
        if let Some(count) = self.spread.get_mut(&before) {
            *count -= 1;
            if *count == 0 {
                self.spread.remove(&before);
            }
        }
        *self.spread.entry(number).or_default() += 1;
        let everybody = self.everybody();
        let landed = self.flights.iter().take_while(|(it, _)| *it <= everybody);
        let landed = landed.count();
        self.flights.drain(..landed).map(|(_, at)| at).collect()
    }

    /// The number that all viewers have been shown, it or a later one.
    fn everybody(&self) -> u64 {
        self.spread.first_key_value().map_or(0, |(least, _)| *least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A widget of two viewers after `sent` posts.
    fn widget(sent: u64) -> Widget {
        let made = community::Widget {
            app: 7,
            path: String::new(),
        };
        let mut widget = Widget::new(&made, 2);
        widget.sent = sent;
        widget.flights = (1..=sent).map(|number| (number, Instant::now())).collect();
        widget
    }

    #[test]
    fn a_post_has_landed_when_everybody_is_shown_it_or_a_later_one() {
        let (mut widget, mut faults) = (widget(3), Faults::default());
        assert_eq!(widget.show(0, 2, &mut faults).len(), 0);
        assert_eq!(widget.show(1, 3, &mut faults).len(), 2);
        assert_eq!(widget.show(0, 3, &mut faults).len(), 1);
        assert_eq!((widget.flights.len(), faults.total()), (0, 0));
    }

    #[test]
    fn what_is_shown_again_or_was_never_posted_is_a_fault() {
        let (mut widget, mut faults) = (widget(2), Faults::default());
        widget.show(0, 2, &mut faults);
        widget.show(0, 2, &mut faults);
        widget.show(0, 1, &mut faults);
        assert_eq!((faults.doubled, faults.disagreeing), (2, 0));
        widget.show(1, 3, &mut faults);
        assert_eq!((faults.doubled, faults.disagreeing), (2, 1));
    }

    #[test]
    fn versions_and_numbers_rise_together() {
        let (mut widget, mut faults) = (widget(3), Faults::default());
        widget.agree(1, 11, &mut faults);
        widget.agree(3, 13, &mut faults);
        assert_eq!(faults.total(), 0);
        widget.agree(2, 13, &mut faults);
        assert_eq!(faults.disagreeing, 1);
    }
}
