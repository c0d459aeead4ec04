//! Who had which edit when.
//!
//! Everything that the server says of a document names the version it is, and the acknowledgement of an edit names the
//! edit's. A receiver has an edit as soon as it was told of that version or a later one.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::{
    check::Faults,
    report::{Outcome, histogram, micros},
};

/// An edit on its way.
#[derive(Clone, Copy, Debug)]
struct Edit {
    seat: usize,
    /// When the key was to be pressed.
    at: Instant,
    /// The version that it made, and when its acknowledgement came.
    stored: Option<(i64, Instant)>,
}

/// How a receiver is told of edits, which decides how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Of each by itself.
    Updates,
    /// With the whole text, at the server's pace.
    Texts,
}

/// Edits and receivers of one run.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    edits: Vec<Edit>,
    /// By seat: the versions it was told of, rising, and when.
    told: Vec<Vec<(i64, Instant)>>,
}

impl Timeline {
    pub(super) fn new(seats: usize) -> Self {
        Self {
            edits: Vec::new(),
            told: vec![Vec::new(); seats],
        }
    }

    /// Notes an edit and answers its number.
    pub(super) fn sent(&mut self, seat: usize, at: Instant) -> usize {
        self.edits.push(Edit {
            seat,
            at,
            stored: None,
        });
        self.edits.len() - 1
    }

    /// Notes an acknowledgement; false where that edit has one already.
    pub(super) fn stored(&mut self, edit: usize, version: i64) -> bool {
        match self.edits.get_mut(edit) {
            Some(edit) if edit.stored.is_none() => {
                edit.stored = Some((version, Instant::now()));
                true
            }
            _ => false,
        }
    }

    /// Notes what a seat was told; false where it was told of that version before.
    pub(super) fn told(&mut self, seat: usize, version: i64) -> bool {
        let told = &mut self.told[seat];
        let is_new = told.last().is_none_or(|&(last, _)| version > last);
        if is_new {
            told.push((version, Instant::now()));
        }
        is_new
    }

    /// Edits that left between the two times.
    pub(super) fn between(&self, from: Instant, to: Instant) -> usize {
        self.within(from, to).count()
    }

    /// Puts the latencies of the edits between the two times into the outcome. `others` are the seats that share a seat's
    /// document, itself included.
    pub(super) fn report<'a>(
        &self,
        (from, to): (Instant, Instant),
        others: impl Fn(usize) -> &'a [(usize, Told)],
        outcome: &mut Outcome,
        faults: &mut Faults,
    ) {
        let (mut to_ack, mut to_all) = (histogram(), histogram());
        let mut apart = [(Told::Updates, histogram()), (Told::Texts, histogram())];
        for edit in self.within(from, to) {
            let Some((version, acked)) = edit.stored else {
                continue;
            };
            to_ack.saturating_record(micros(acked - edit.at));
            let mut last: [Option<Duration>; 2] = [None; 2];
            for &(seat, how) in others(edit.seat) {
                if seat == edit.seat {
                    continue;
                }
                let slot = usize::from(how == Told::Texts);
                if let Some(at) = self.first(seat, version) {
                    last[slot] = last[slot].max(Some(at.saturating_duration_since(edit.at)));
                } else if how == Told::Updates {
                    faults.lost += 1;
                    faults.note(|| format!("editor {seat} was not told of version {version}"));
                }
            }
            for ((_, histogram), last) in apart.iter_mut().zip(last) {
                record(histogram, last);
            }
            record(&mut to_all, last.into_iter().flatten().max());
        }
        outcome.set_latency("ack", &to_ack);
        outcome.set_latency("receiver", &to_all);
        if apart.iter().all(|(_, histogram)| !histogram.is_empty()) {
            outcome.set_latency("yjs_receiver", &apart[0].1);
            outcome.set_latency("text_receiver", &apart[1].1);
        }
    }

    fn within(&self, from: Instant, to: Instant) -> impl Iterator<Item = &Edit> {
        self.edits
            .iter()
            .filter(move |edit| (from..to).contains(&edit.at))
    }

    /// When the seat was first told of this version or a later one.
    fn first(&self, seat: usize, version: i64) -> Option<Instant> {
        let told = &self.told[seat];
        let place = told.partition_point(|&(told, _)| told < version);
        told.get(place).map(|&(_, at)| at)
    }
}

fn record(histogram: &mut Histogram<u64>, latency: Option<Duration>) {
    if let Some(latency) = latency {
        histogram.saturating_record(micros(latency));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(usize, Told); 3] = [(0, Told::Updates), (1, Told::Updates), (2, Told::Texts)];

    #[test]
    fn an_edit_is_there_when_the_last_receiver_was_told_of_its_version() {
        let began = Instant::now();
        let mut timeline = Timeline::new(3);
        let edit = timeline.sent(0, began);
        assert!(timeline.told(1, 4));
        assert!(timeline.stored(edit, 4));
        assert!(!timeline.stored(edit, 4), "acknowledged twice");
        assert!(timeline.told(2, 6));
        assert!(!timeline.told(2, 6) && !timeline.told(2, 5));

        let (mut outcome, mut faults) = (Outcome::default(), Faults::default());
        let window = (began, Instant::now() + Duration::from_secs(1));
        timeline.report(window, |_| &ALL, &mut outcome, &mut faults);
        assert_eq!(
            (timeline.between(window.0, window.1), faults.total()),
            (1, 0)
        );
        let figure = |name: &str| outcome.figures[name];
        assert!(figure("receiver_max_ms") >= figure("yjs_receiver_max_ms"));
        assert!((figure("receiver_max_ms") - figure("text_receiver_max_ms")).abs() < 1e-9);
    }

    #[test]
    fn an_editor_who_was_told_of_later_versions_only_by_then_has_lost_nothing() {
        let began = Instant::now();
        let mut timeline = Timeline::new(3);
        let edit = timeline.sent(0, began);
        timeline.stored(edit, 4);
        timeline.told(1, 3);
        let (mut outcome, mut faults) = (Outcome::default(), Faults::default());
        let window = (began, Instant::now() + Duration::from_secs(1));
        timeline.report(window, |_| &ALL, &mut outcome, &mut faults);
        // The editor was not told; who gets whole texts may have had the same text already.
        assert_eq!(faults.lost, 1);
    }
}
