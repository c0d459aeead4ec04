//! The people of a run. They are made once per data folder and kept in a file beside the database, sessions included:
//! hashing passwords is slow on purpose and is not what is measured.

use std::{fs, path::Path, sync::Mutex};

use anyhow::{Context, Result, anyhow};
use serde::{Deserialize, Serialize};

use crate::rest::Rest;

const FILE: &str = "accounts.json";
const PASSWORD: &str = "correct horse battery bench";
/// Enough to keep the server's hashing busy on a few cores.
const WORKERS: usize = 4;

/// Somebody with a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) cookie: String,
}

/// Reads the accounts of a data folder, or none where there are none yet.
pub(crate) fn load(folder: &Path) -> Result<Vec<Account>> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path)?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// Makes sure that there are at least `count` accounts and answers the first `count`.
pub(crate) fn ensure(rest: &Rest, folder: &Path, count: usize) -> Result<Vec<Account>> {
    let mut accounts = load(folder)?;
    if accounts.len() < count {
        let made = make(rest, accounts.len()..count)?;
        accounts.extend(made);
        fs::write(folder.join(FILE), serde_json::to_string(&accounts)?)?;
    }
    accounts.truncate(count);
    Ok(accounts)
}

/// The name of the account with this number.
pub(crate) fn name(number: usize) -> String {
    format!("bench{number:05}")
}

fn make(rest: &Rest, numbers: std::ops::Range<usize>) -> Result<Vec<Account>> {
    let queue = Mutex::new(numbers.clone());
    let made = Mutex::new(Vec::with_capacity(numbers.len()));
    let worker = || -> Result<()> {
        loop {
            let next = queue
                .lock()
                .map_err(|_| anyhow!("a worker panicked"))?
                .next();
            let Some(number) = next else { return Ok(()) };
            let name = name(number);
            rest.register(&name, PASSWORD)?;
            let cookie = rest.login(&name, PASSWORD)?;
            made.lock()
                .map_err(|_| anyhow!("a worker panicked"))?
                .push(Account { name, cookie });
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| anyhow!("a worker panicked"))?)
    })?;
    let mut made = made
        .into_inner()
        .map_err(|_| anyhow!("a worker panicked"))?;
    made.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(made)
}
