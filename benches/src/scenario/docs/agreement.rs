//! Whether everybody sees the same in the end, and everything that was typed is there once.

use anyhow::{Result, ensure};

use super::{
    ledger::Ledger,
    seat::{Seat, Speaks},
};
use crate::{check::Faults, rest::Rest};

/// The documents of a run, and what must be in them.
pub(super) struct Agreement {
    rest: Rest,
    /// Ids, each with the session of a member.
    documents: Vec<(u64, String)>,
    ledgers: Vec<Ledger>,
    /// The server's texts in the end.
    finals: Vec<String>,
    /// By seat: whether its editor sees the server's text.
    settled: Vec<bool>,
}

impl Agreement {
    /// Reads what is in the documents before the run.
    pub(super) fn new(rest: Rest, documents: Vec<(u64, String)>, seats: usize) -> Result<Self> {
        let mut ledgers = Vec::with_capacity(documents.len());
        for (id, cookie) in &documents {
            ensure!(!cookie.is_empty(), "a document without editors");
            ledgers.push(Ledger::of(&rest.document(cookie, *id)?));
        }
        Ok(Self {
            rest,
            documents,
            ledgers,
            finals: Vec::new(),
            settled: vec![false; seats],
        })
    }

    /// What must be in a document.
    pub(super) fn ledger(&mut self, document: usize) -> &mut Ledger {
        &mut self.ledgers[document]
    }

    /// Whether everything was answered, so that nothing changes any more, and everybody sees what the server has.
    pub(super) fn is_reached(&mut self, seats: &mut [Seat]) -> Result<bool> {
        if seats.iter().any(|seat| seat.unanswered > 0) {
            return Ok(false);
        }
        if self.finals.is_empty() {
            for (id, cookie) in &self.documents {
                self.finals.push(self.rest.document(cookie, *id)?);
            }
        }
        for (seat, settled) in seats.iter_mut().zip(&mut self.settled) {
            if !*settled {
                let expected = &self.finals[seat.document];
                // The second spelling of a text may still be on its way.
                *settled = seat.both_spellings() && seat.text()? == *expected;
            }
        }
        Ok(self.settled.iter().all(|&settled| settled))
    }

    /// Counts what is wrong. Answers how many words have all their characters, but not in one piece.
    pub(super) fn check(&self, seats: &mut [Seat], faults: &mut Faults) -> Result<u64> {
        for (number, seat) in seats.iter_mut().enumerate() {
            let speaks = seat.speaks;
            if seat.unanswered > 0 {
                faults.lost += u64::from(seat.unanswered);
                let unanswered = seat.unanswered;
                faults.note(|| format!("{unanswered} edits of editor {number} were not answered"));
            } else if !self.settled[number] {
                let length = seat.text()?.len();
                faults.disagreeing += 1;
                faults.note(|| {
                    format!(
                        "editor {number} ({speaks:?}) sees {length} bytes that are not the server's"
                    )
                });
            }
            if !seat.both_spellings() {
                faults.disagreeing += 1;
                faults.note(|| format!("editor {number} got a text in one spelling only"));
            }
        }
        let mut torn = 0;
        for (document, text) in self.finals.iter().enumerate() {
            let seats = seats.iter().filter(|seat| seat.document == document);
            let words = seats.flat_map(|seat| seat.typist.standing());
            torn += self.ledgers[document].check(text, words, faults);
        }
        if torn > 0 && seats.iter().all(|seat| seat.speaks == Speaks::Yjs) {
            // Guesses of what a whole text meant are not involved.
            faults.disagreeing += torn;
            faults.note(|| format!("{torn} words are in pieces"));
        }
        Ok(torn)
    }
}
