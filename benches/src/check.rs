//! Bookkeeping of what must arrive: nothing lost, nothing doubled, nothing out of order.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

const EXAMPLES: usize = 5;

/// What went wrong. Every count must be zero in every run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) reordered: u64,
    /// An ack or a stored row that does not say what the event said.
    pub(crate) disagreeing: u64,
    pub(crate) refused: u64,
    pub(crate) disconnected: u64,
    /// The first few in words.
    pub(crate) examples: Vec<String>,
}

impl Faults {
    pub(crate) fn total(&self) -> u64 {
        self.lost
            + self.doubled
            + self.reordered
            + self.disagreeing
            + self.refused
            + self.disconnected
    }

    pub(crate) fn note(&mut self, example: impl FnOnce() -> String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.reordered += other.reordered;
        self.disagreeing += other.disagreeing;
        self.refused += other.refused;
        self.disconnected += other.disconnected;
        for example in &other.examples {
            self.note(|| example.clone());
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "lost {}, doubled {}, reordered {}, disagreeing {}, refused {}, disconnected {}",
            self.lost,
            self.doubled,
            self.reordered,
            self.disagreeing,
            self.refused,
            self.disconnected
        )?;
        for example in &self.examples {
            write!(f, "\n    {example}")?;
        }
        Ok(())
    }
}

/// Numbers that must come one after the other.
#[derive(Clone, Debug, Default)]
struct Series {
    next: Option<u64>,
    missing: BTreeSet<u64>,
}

impl Series {
    fn starting_at(first: u64) -> Self {
        Self {
            next: Some(first),
            missing: BTreeSet::new(),
        }
    }

    fn take(&mut self, number: u64, faults: &mut Faults, what: &str) {
        let next = self.next.unwrap_or(number);
        if number == next {
            self.next = Some(number + 1);
            return;
        }
        if number > next {
            self.missing.extend(next..number);
            self.next = Some(number + 1);
            faults.lost += number - next;
            faults.note(|| format!("{what} jumped from {next} to {number}"));
        } else if self.missing.remove(&number) {
            faults.lost -= 1;
            faults.reordered += 1;
        } else {
            faults.doubled += 1;
            faults.note(|| format!("{what} {number} came again"));
        }
    }
}

/// One kind of event of one conversation at one receiver: checked by the server's `seq` and by each sender's counter.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    seq: Series,
    last_id: u64,
    counters: Vec<Series>,
    pub(crate) received: u64,
}

impl Stream {
    pub(crate) fn new(senders: usize) -> Self {
        Self {
            seq: Series::default(),
            last_id: 0,
            counters: vec![Series::starting_at(0); senders],
            received: 0,
        }
    }

    /// `sender` is the sender's place among this stream's senders.
    pub(crate) fn take(
        &mut self,
        (id, seq): (u64, u64),
        sender: usize,
        counter: u32,
        faults: &mut Faults,
    ) {
        self.seq.take(seq, faults, "seq");
        if let Some(series) = self.counters.get_mut(sender) {
            series.take(u64::from(counter), faults, "counter");
        } else {
            faults.disagreeing += 1;
            faults
                .note(|| format!("a message of sender {sender} arrived where it does not belong"));
        }
        if id <= self.last_id {
            faults.reordered += 1;
            faults.note(|| format!("id {id} came after id {}", self.last_id));
        }
        self.last_id = self.last_id.max(id);
        self.received += 1;
    }

    /// Compares with what the senders have sent by now, for the messages missing at the end.
    pub(crate) fn finish(&self, sent: &[u32], faults: &mut Faults) {
        for (series, &sent) in self.counters.iter().zip(sent) {
            let next = series.next.unwrap_or(0);
            if next < u64::from(sent) {
                faults.lost += u64::from(sent) - next;
                faults.note(|| format!("only {next} of {sent} messages of a sender arrived"));
            }
        }
    }

    /// Whether everything sent by then has arrived.
    pub(crate) fn complete(&self, sent: &[u32]) -> bool {
        self.counters
            .iter()
            .zip(sent)
            .all(|(series, &sent)| series.next.unwrap_or(0) >= u64::from(sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(numbers: &[(u64, u64, u32)]) -> Faults {
        let mut faults = Faults::default();
        let mut stream = Stream::new(1);
        for &(id, seq, counter) in numbers {
            stream.take((id, seq), 0, counter, &mut faults);
        }
        stream.finish(&[3], &mut faults);
        faults
    }

    #[test]
    fn a_whole_stream_has_no_faults() {
        assert_eq!(taken(&[(11, 5, 0), (12, 6, 1), (20, 7, 2)]).total(), 0);
    }

    #[test]
    fn a_gap_is_lost_by_seq_and_by_counter() {
        let faults = taken(&[(11, 5, 0), (20, 7, 2)]);
        assert_eq!((faults.lost, faults.doubled, faults.reordered), (2, 0, 0));
    }

    #[test]
    fn the_missing_end_is_lost() {
        assert_eq!(taken(&[(11, 5, 0), (12, 6, 1)]).lost, 1);
    }

    #[test]
    fn a_repetition_is_doubled() {
        let faults = taken(&[(11, 5, 0), (12, 6, 1), (12, 6, 1), (13, 7, 2)]);
        assert_eq!((faults.lost, faults.doubled), (0, 2));
    }

    #[test]
    fn a_swap_is_reordered_and_not_lost() {
        let faults = taken(&[(11, 5, 0), (13, 7, 2), (12, 6, 1)]);
        assert_eq!((faults.lost, faults.doubled), (0, 0));
        assert_eq!(faults.reordered, 3);
    }
}
