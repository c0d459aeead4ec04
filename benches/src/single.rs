//! One scenario on one server, and its result on the standard output.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    accounts,
    community::{self, Community},
    report::Outcome,
    rest::Rest,
    scenario::{Target, dm},
    server::{Kind, Programs, Server},
};

/// Members of the server of the platform.
const MEMBERS: usize = 1_000;

/// The server to measure: one that runs, or one to start for this run.
#[derive(Args)]
pub(crate) struct At {
    /// Address of a running server; needs --pid.
    #[arg(long, requires = "pid")]
    address: Option<SocketAddr>,
    /// Process id of the running server.
    #[arg(long)]
    pid: Option<u32>,
    /// Which server to start where no address is given.
    #[arg(long, value_enum, default_value_t = Kind::Chatter)]
    kind: Kind,
    #[command(flatten)]
    programs: Programs,
    /// Data folder of the server to start, and the place of the accounts file. Made if missing, kept afterwards.
    #[arg(long)]
    data: PathBuf,
}

#[derive(Args)]
pub(crate) struct Time {
    /// Seconds before the measurement.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Seconds of measurement.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

impl Time {
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_secs_f64(self.warm_up)
    }

    pub(crate) fn measure(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    pub(crate) fn dm(&self, pairs: usize, load: dm::Load) -> dm::Plan {
        let (warm_up, measure) = (self.warm_up(), self.measure());
        dm::Plan {
            pairs,
            load,
            warm_up,
            measure,
        }
    }
}

/// Prints a result for people and for scripts; answers the number of faults.
pub(crate) fn told(outcome: &Outcome) -> Result<u64> {
    println!("{}", outcome.text());
    println!("{}", serde_json::to_string(outcome)?);
    Ok(outcome.faults.total())
}

impl At {
    pub(crate) fn measure(
        &self,
        people: usize,
        scenario: impl FnOnce(&Target) -> Result<Outcome>,
    ) -> Result<u64> {
        self.measure_on(people, |target, _| scenario(target))
    }

    pub(crate) fn measure_platform(
        &self,
        scenario: impl FnOnce(&Target, &Community) -> Result<Outcome>,
    ) -> Result<u64> {
        self.measure_on(MEMBERS, |target, rest| {
            let community = community::ensure(rest, &self.data, &target.accounts)?;
            scenario(target, &community)
        })
    }

    fn measure_on(
        &self,
        people: usize,
        scenario: impl FnOnce(&Target, &Rest) -> Result<Outcome>,
    ) -> Result<u64> {
        if let (Some(address), Some(pid)) = (self.address, self.pid) {
            let rest = Rest::new(address);
            let accounts = accounts::ensure(&rest, &self.data, people)?;
            let target = Target {
                address,
                pid,
                accounts,
            };
            return told(&scenario(&target, &rest)?);
        }
        let server = Server::start(&self.programs, self.kind, &self.data)?;
        let accounts = accounts::ensure(&server.rest(), &server.folder, people)?;
        let target = Target {
            address: server.address,
            pid: server.pid(),
            accounts,
        };
        let faults = told(&scenario(&target, &server.rest())?)?;
        server.stop().context("after the run")?;
        Ok(faults)
    }
}
