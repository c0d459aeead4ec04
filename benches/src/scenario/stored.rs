//! What the database holds, read back through the history endpoints.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::Place;
use crate::{check::Faults, nonce::Run, rest::Rest};

/// What the endpoints of DMs and groups answer at most.
pub(super) const PAGE: usize = 1000;

/// The stored messages of one conversation by nonce.
#[derive(Debug, Default)]
pub(super) struct Stored {
    pub(super) by_nonce: BTreeMap<Vec<u8>, Place>,
}

impl Stored {
    /// Reads the whole conversation and notes what is wrong with it by itself: a nonce twice, a gap, a wrong order.
    /// `path` is the history endpoint with its conversation, as in `/api/dm/messages?peer=bob&`, and `page` how many it
    /// answers at most.
    pub(super) fn read(
        rest: &Rest,
        cookie: &str,
        (path, page): (&str, usize),
        faults: &mut Faults,
    ) -> Result<Self> {
        let mut stored = Self::default();
        let (mut after, mut last_seq) = (0, 0);
        loop {
            let rows = rest.history(cookie, &format!("{path}limit={page}&after={after}"))?;
            for row in &rows {
                let id = row["id"].as_u64().context("a row without id")?;
                let seq = row["seq"].as_u64().context("a row without seq")?;
                let nonce = row["nonce"]
                    .as_str()
                    .context("a row without nonce")?
                    .as_bytes()
                    .to_vec();
                if id <= after {
                    faults.reordered += 1;
                    faults.note(|| format!("{path}: id {id} is listed after {after}"));
                }
                if seq != last_seq + 1 {
                    faults.lost += 1;
                    faults.note(|| format!("{path}: stored seq {seq} follows {last_seq}"));
                }
                (after, last_seq) = (id, seq);
                if stored.by_nonce.insert(nonce, (id, seq)).is_some() {
                    faults.doubled += 1;
                    faults.note(|| format!("{path}: the nonce of message {id} is stored twice"));
                }
            }
            if rows.len() < page {
                return Ok(stored);
            }
        }
    }
}

impl Stored {
    /// Compares with the acknowledged sends of one sender: each is stored exactly once, at the place its ack named.
    pub(super) fn agree(&self, run: Run, sender: u16, acks: &[(u32, Place)], faults: &mut Faults) {
        let mut by_counter: BTreeMap<u32, Place> = BTreeMap::new();
        for (nonce, &place) in &self.by_nonce {
            let Some(mark) = run.read(nonce).filter(|mark| mark.sender == sender) else {
                continue;
            };
            if by_counter.insert(mark.counter, place).is_some() {
                faults.doubled += 1;
                faults.note(|| {
                    format!(
                        "message {} of sender {sender} is stored twice",
                        mark.counter
                    )
                });
            }
        }
        for &(counter, place) in acks {
            match by_counter.get(&counter) {
                Some(&stored) if stored == place => {}
                Some(stored) => {
                    faults.disagreeing += 1;
                    faults.note(|| format!("message {counter} of sender {sender}: acked {place:?}, stored {stored:?}"));
                }
                None => {
                    faults.lost += 1;
                    faults.note(|| {
                        format!("message {counter} of sender {sender} was acked and is not stored")
                    });
                }
            }
        }
    }
}
