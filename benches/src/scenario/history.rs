//! Pages of history at random places, over kept-alive HTTP connections that each wait for their answer.

use std::{io::Write, time::Duration};

use anyhow::{Context, Result, ensure};
use memchr::memmem;

use super::{
    Target,
    reads::{self, Questions, Random, Subject},
};
use crate::{accounts, check::Faults, report::Outcome};

/// Settings of a run. The database was filled by `seed.mjs`: message `i` belongs to the conversation of the first account
/// with account `1 + i % conversations`, ids from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) messages: u64,
    pub(crate) conversations: u64,
    pub(crate) page: u64,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, plan: Plan) -> Result<Outcome> {
    ensure!(
        plan.messages / plan.conversations > 2 * plan.page,
        "too few messages in each conversation"
    );
    let reader = target.accounts.first().context("no account")?;
    let pages = Pages {
        plan,
        host: target.host(),
        cookie: reader.cookie.clone(),
        random: Random::new(),
    };
    let subject = Subject {
        address: target.address,
        pid: target.pid,
        name: "page",
    };
    let reads = reads::Plan {
        connections: plan.connections,
        warm_up: plan.warm_up,
        measure: plan.measure,
    };
    let scenario = format!(
        "history, pages of {} among {} messages in {} conversations, {} connections",
        plan.page, plan.messages, plan.conversations, plan.connections
    );
    reads::run(subject, reads, pages, scenario)
}

struct Pages {
    plan: Plan,
    host: String,
    cookie: String,
    random: Random,
}

impl Questions for Pages {
    /// The message that a page lies before.
    type Asked = u64;

    fn ask(&mut self, out: &mut Vec<u8>) -> Result<u64> {
        let Plan {
            messages,
            conversations,
            page,
            ..
        } = self.plan;
        let number = self.random.below(conversations);
        let peer = 1 + number;
        // A message of that conversation, as a client asks for what is older than its oldest one; far enough from the
        // beginning for the page to be full.
        let rounds = messages / conversations;
        let before = number + conversations * (page + 1 + self.random.below(rounds - page - 1));
        write!(
            out,
            "GET /api/dm/messages?peer={peer}&limit={page}&before={before} HTTP/1.1\r\nHost: {host}\r\n\
             Accept: application/json\r\nUser-Agent: chatter-bench\r\nCookie: {cookie}\r\n\r\n",
            peer = accounts::name(usize::try_from(peer)?),
            host = self.host,
            cookie = self.cookie,
        )?;
        Ok(before)
    }

    /// Checks the length, the limits and the gaplessness of a page.
    fn check(&self, &before: &u64, body: &[u8], faults: &mut Faults) {
        let numbers = |key: &'static [u8]| -> Vec<u64> {
            memmem::find_iter(body, key)
                .map(|at| {
                    let digits = body[at + key.len()..]
                        .iter()
                        .take_while(|b| b.is_ascii_digit());
                    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
                })
                .collect()
        };
        let (ids, seqs) = (numbers(b"\"id\":"), numbers(b"\"seq\":"));
        let whole = seqs.len() as u64 == self.plan.page && ids.len() == seqs.len();
        let gapless = seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        // The newest row is the message just before the asked one in its conversation.
        let placed = ids
            .last()
            .is_some_and(|&last| last + self.plan.conversations == before);
        if !(whole && gapless && placed) {
            faults.disagreeing += 1;
            faults.note(|| {
                format!(
                    "before {before}: {} rows, last id {:?}",
                    seqs.len(),
                    ids.last()
                )
            });
        }
    }
}
