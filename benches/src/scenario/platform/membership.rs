//! An integration that reads the members of a server, one after the other in no particular order.

use std::{io::Write, time::Duration};

use anyhow::Result;
use memchr::memmem;

use super::super::{
    Target, excerpt,
    reads::{self, Questions, Random, Subject},
};
use crate::{check::Faults, community::Community, report::Outcome};

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measure: Duration,
}

/// Runs one measurement.
pub(crate) fn run(target: &Target, community: &Community, plan: Plan) -> Result<Outcome> {
    let members = Members {
        community: community.clone(),
        host: target.host(),
        random: Random::new(),
    };
    let subject = Subject {
        address: target.address,
        pid: target.pid,
        name: "read",
    };
    let reads = reads::Plan {
        connections: plan.connections,
        warm_up: plan.warm_up,
        measure: plan.measure,
    };
    let scenario = format!(
        "memberships, one of {}, {} connections",
        community.members.len(),
        plan.connections
    );
    reads::run(subject, reads, members, scenario)
}

struct Members {
    community: Community,
    host: String,
    random: Random,
}

impl Questions for Members {
    /// The member's id.
    type Asked = u64;

    fn ask(&mut self, out: &mut Vec<u8>) -> Result<u64> {
        let members = &self.community.members;
        let member = members[usize::try_from(self.random.below(members.len() as u64))?];
        write!(
            out,
            "GET /servers/{server}/memberships/{member} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n\
             User-Agent: chatter-bench\r\nAuthorization: Bearer {token}\r\n\r\n",
            server = self.community.server,
            host = self.host,
            token = self.community.token,
        )?;
        Ok(member)
    }

    /// It is that member, and their roles are there.
    fn check(&self, member: &u64, body: &[u8], faults: &mut Faults) {
        let is_them = memmem::find(body, format!("\"userId\":{member},").as_bytes()).is_some();
        let has_roles = memmem::find(body, b"\"position\":").is_some();
        if !(is_them && has_roles) {
            faults.disagreeing += 1;
            faults.note(|| format!("member {member}: {}", excerpt(body)));
        }
    }
}
