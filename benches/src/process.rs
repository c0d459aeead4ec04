//! What the kernel says about the server's process.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// Processor time of a process and of the children it has waited for.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server is gone")?;
    // The name in parentheses may hold spaces, so counting starts behind it: state is field 3 of the manual.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .context("unexpected /proc/stat")?
        .1
        .split_whitespace()
        .collect();
    let ticks: u64 = fields
        .get(11..15)
        .context("short /proc/stat")?
        .iter()
        .map(|f| f.parse().unwrap_or(0))
        .sum();
    let hertz = rustix::param::clock_ticks_per_second();
    Ok(Duration::from_millis(ticks * 1000 / hertz))
}

/// Resident memory in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("no VmRSS")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// Allows this process as many open files as the system lets it have.
pub(crate) fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Without the raise the run still works for few connections, and fails with a clear error for many.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    );
}
