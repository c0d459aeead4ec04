//! Documents that many people edit at once.

mod agreement;
pub(crate) mod growth;
mod ledger;
mod opening;
pub(crate) mod plan;
mod prose;
mod replica;
mod screen;
mod seat;
pub(crate) mod session;
mod timeline;
mod typist;

use anyhow::{Context, Result};

use self::prose::{Random, prose};
pub(crate) use self::seat::Speaks;
use super::Target;
use crate::rest::Rest;

/// Makes a document of `bytes` for the first `people` accounts from `first` on, in turn, and answers its id.
pub(crate) fn create(
    target: &Target,
    bytes: usize,
    (first, people): (usize, usize),
) -> Result<u64> {
    let accounts: Vec<_> = target
        .accounts
        .iter()
        .cycle()
        .skip(first)
        .take(people)
        .collect();
    let (creator, others) = accounts.split_first().context("a document needs people")?;
    let names: Vec<&str> = others.iter().map(|account| account.name.as_str()).collect();
    let content = prose(bytes, &mut Random::new((first + bytes) as u64));
    Rest::new(target.address).create_document(&creator.cookie, "Minutes", &content, &names)
}
