//! Updates of the Yjs protocol (encoding version 1), read before yrs may touch them.
//!
//! Owns: what an update from outside may contain, and whether a document can take it. Does not
//! own: taking it (`crdt`). Invariant: an update that passed [`Update::parse`] and
//! [`Update::check`] leaves nothing behind that waits for something else, holds nothing but plain
//! text of the one root text, and cannot make yrs panic: every count is backed by bytes, every
//! clock and client id is within its range, every reference exists and none is circular.
//!
//! Format: per client its consecutive structs, then per client the ranges that are deleted; all
//! numbers are lib0 varints. Linear in the length of the update.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use yrs::{ClientID, StateVector};

mod input;
mod order;

use self::input::{Id, Input, up_to};
pub(super) use self::order::Order;
use super::splice::utf16_units;
use crate::kernel::{Error, Result, error::ErrorKind};

/// The name of the root text; every client knows it by this name.
pub(super) const ROOT: &str = "content";
/// The longest update that is read, in bytes.
pub(super) const MAX_UPDATE_BYTES: usize = 2_000_000;

/// The lower bits of a struct's first byte: what it contains.
const KIND: u8 = 0b0001_1111;
const KIND_DELETED: u8 = 1;
const KIND_STRING: u8 = 4;
const KIND_SKIP: u8 = 10;
const HAS_KEY: u8 = 0b0010_0000;
const HAS_RIGHT_ORIGIN: u8 = 0b0100_0000;
const HAS_ORIGIN: u8 = 0b1000_0000;

/// An update that is well-formed.
#[derive(Debug)]
pub(super) struct Update {
    clients: Vec<Client>,
    deletions: Vec<Span>,
    /// Whether any of its text has a carriage return.
    pub(super) has_carriage_return: bool,
    /// Whether any of its text has a character beyond the basic plane, a surrogate pair in UTF-16.
    pub(super) has_pairs: bool,
}

/// What an update would add to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct News {
    /// Structs that the document does not have yet.
    pub(super) structs: usize,
    /// Bytes of text in them.
    pub(super) bytes: usize,
    /// Clients that the document has nothing of yet.
    pub(super) clients: usize,
    /// Ranges that the update deletes, whether or not they already are.
    pub(super) deletions: usize,
}

/// Consecutive structs of one client.
#[derive(Debug)]
struct Client {
    id: u64,
    structs: Vec<Struct>,
}

/// Consecutive characters (UTF-16 units) that were inserted together.
#[derive(Debug)]
struct Struct {
    clock: u32,
    end: u32,
    bytes: usize,
    /// A gap that the update leaves, because it does not bring what belongs there.
    is_gap: bool,
    /// What it was inserted between.
    origins: [Option<Id>; 2],
}

/// A range of units of one client.
#[derive(Debug)]
struct Span {
    client: u64,
    clock: u32,
    end: u32,
}

impl Update {
    /// Reads an update.
    ///
    /// # Errors
    ///
    /// `content_too_large` beyond [`MAX_UPDATE_BYTES`], `malformed_update` for everything that is
    /// no update or contains something else than plain text of the root text.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_UPDATE_BYTES {
            return Err(too_large("The update is too large."));
        }
        Self::read(&mut Input(bytes)).ok_or_else(malformed)
    }

    /// Reads an update that the server has made itself, however large it is.
    ///
    /// # Errors
    ///
    /// An internal one when it contains something else than plain text.
    pub(super) fn parse_own(bytes: &[u8]) -> Result<Self> {
        let foreign = || anyhow::anyhow!("the stored document is not a plain text");
        Self::read(&mut Input(bytes)).ok_or_else(|| Error::internal(foreign()))
    }

    fn read(input: &mut Input) -> Option<Self> {
        let mut update = Self {
            clients: Vec::new(),
            deletions: Vec::new(),
            has_carriage_return: false,
            has_pairs: false,
        };
        // A client that comes twice would not be one run of clocks any more.
        let mut names = HashSet::new();
        for _ in 0..input.count()? {
            let client = update.read_client(input)?;
            names.insert(client.id).then_some(())?;
            update.clients.push(client);
        }
        let mut names = HashSet::new();
        for _ in 0..input.count()? {
            let client = input.client()?;
            names.insert(client).then_some(())?;
            // In their order, as every Yjs has them: each takes yrs a step for all that come after.
            let mut before = 0;
            for _ in 0..input.count()? {
                let clock = input.clock(0)?;
                let end = input.clock(clock)?;
                (clock >= before && end > clock).then_some(())?;
                before = end;
                update.deletions.push(Span { client, clock, end });
            }
        }
        input.0.is_empty().then_some(update)
    }

    fn read_client(&mut self, input: &mut Input) -> Option<Client> {
        let count = input.count()?;
        (count > 0).then_some(())?;
        let id = input.client()?;
        let mut clock = input.clock(0)?;
        let mut structs = Vec::new();
        for _ in 0..count {
            let read = self.read_struct(input, clock)?;
            (read.end > clock).then_some(())?;
            clock = read.end;
            structs.push(read);
        }
        Some(Client { id, structs })
    }

    fn read_struct(&mut self, input: &mut Input, clock: u32) -> Option<Struct> {
        let info = input.byte()?;
        let mut read = Struct {
            clock,
            end: clock,
            bytes: 0,
            is_gap: info == KIND_SKIP,
            origins: [None, None],
        };
        if read.is_gap {
            read.end = input.clock(clock)?;
            return Some(read);
        }
        if info & HAS_ORIGIN != 0 {
            read.origins[0] = Some(input.id()?);
        }
        if info & HAS_RIGHT_ORIGIN != 0 {
            read.origins[1] = Some(input.id()?);
        }
        let is_first = info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0;
        let is_in_root = !is_first || (input.number()? == 1 && input.string()? == ROOT);
        (is_in_root && info & HAS_KEY == 0).then_some(())?;
        match info & KIND {
            KIND_DELETED => read.end = input.clock(clock)?,
            KIND_STRING => {
                let text = input.string()?;
                read.bytes = text.len();
                read.end = up_to(clock, utf16_units(text.as_bytes()).try_into().ok()?)?;
                self.has_carriage_return |= text.contains('\r');
                self.has_pairs |= has_pairs(text);
            }
            _ => return None,
        }
        Some(read)
    }

    /// How many structs it has, those that are already known included.
    pub(super) fn structs(&self) -> usize {
        self.clients.iter().map(|client| client.structs.len()).sum()
    }

    /// How many of the ends of `ranges` are within a struct, and cut it in two.
    pub(super) fn cuts(&self, ranges: &[(ClientID, Range<u32>)]) -> usize {
        let clients = self.clients.iter();
        let clients: HashMap<u64, &Client> = clients.map(|client| (client.id, client)).collect();
        let is_cut = |(client, clock): &(ClientID, u32)| {
            clients.get(&client.get()).is_some_and(|client| {
                let next = client.structs.partition_point(|it| it.end <= *clock);
                let at = client.structs.get(next);
                at.is_some_and(|it| it.clock < *clock)
            })
        };
        let ends = ranges.iter();
        let ends = ends.flat_map(|(client, range)| [(*client, range.start), (*client, range.end)]);
        ends.filter(is_cut).count()
    }

    /// The ranges that it deletes: client, first clock and the clock after the last.
    pub(super) fn deletions(&self) -> impl Iterator<Item = (ClientID, Range<u32>)> {
        self.deletions
            .iter()
            .map(|span| (ClientID::new(span.client), span.clock..span.end))
    }

    /// What it would add to a document whose state is `known`.
    ///
    /// # Errors
    ///
    /// `out_of_date` when it builds on something that the document does not have,
    /// `malformed_update` when its parts refer to each other in a circle.
    pub(super) fn check(&self, known: &StateVector) -> Result<News> {
        let reach = Reach::new(self, known);
        let mut news = News {
            structs: 0,
            bytes: 0,
            clients: 0,
            deletions: self.deletions.len(),
        };
        for client in &self.clients {
            let start = reach.known(client.id);
            if client.structs.first().is_none_or(|it| it.clock > start) {
                return Err(out_of_date());
            }
            news.clients += usize::from(start == 0);
            for new in client.structs.iter().filter(|it| it.end > start) {
                let mut origins = new.origins.iter().flatten();
                if new.is_gap || !origins.all(|id| id.clock < reach.end(id.client)) {
                    return Err(out_of_date());
                }
                news.structs += 1;
                news.bytes += new.bytes;
            }
        }
        let mut deletions = self.deletions.iter();
        if !deletions.all(|span| span.end <= reach.end(span.client)) {
            return Err(out_of_date());
        }
        if self.is_ordered(&reach) {
            Ok(news)
        } else {
            Err(malformed())
        }
    }

    /// Whether the structs can be taken one after another, each after all that it refers to.
    fn is_ordered(&self, reach: &Reach) -> bool {
        let mut taken: HashMap<u64, u32> = self
            .clients
            .iter()
            .map(|client| (client.id, reach.known(client.id)))
            .collect();
        let mut next = vec![0; self.clients.len()];
        let mut ready: Vec<usize> = (0..self.clients.len()).collect();
        let mut waiting: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
        while let Some(index) = ready.pop() {
            let client = &self.clients[index];
            let mut clock = reach.known(client.id);
            while let Some(new) = client.structs.get(next[index]) {
                if new.end > reach.known(client.id) {
                    let missing = new.origins.iter().flatten().find(|id| {
                        let taken = taken.get(&id.client).copied();
                        id.clock >= taken.unwrap_or_else(|| reach.known(id.client))
                    });
                    if let Some(id) = missing {
                        waiting.entry(*id).or_default().push(index);
                        break;
                    }
                    clock = new.end;
                    taken.insert(client.id, clock);
                }
                next[index] += 1;
            }
            let (client, first) = (
                client.id,
                Id {
                    client: client.id,
                    clock: 0,
                },
            );
            while let Some((&id, _)) = waiting.range(first..Id { client, clock }).next() {
                ready.extend(waiting.remove(&id).unwrap_or_default());
            }
        }
        let mut pairs = self.clients.iter().zip(next);
        pairs.all(|(client, next)| next == client.structs.len())
    }
}

/// How far the clocks of the clients go: in the document, and together with the update.
struct Reach<'a> {
    known: &'a StateVector,
    ends: HashMap<u64, u32>,
}

impl<'a> Reach<'a> {
    fn new(update: &Update, known: &'a StateVector) -> Self {
        let ends = update.clients.iter().filter_map(|client| {
            let last = client.structs.last()?;
            Some((client.id, last.end))
        });
        Self {
            known,
            ends: ends.collect(),
        }
    }

    fn known(&self, client: u64) -> u32 {
        self.known.get(&ClientID::new(client))
    }

    fn end(&self, client: u64) -> u32 {
        let end = self.ends.get(&client).copied().unwrap_or_default();
        end.max(self.known(client))
    }
}

/// Reads a state vector: what a client says that it has.
///
/// # Errors
///
/// `malformed_update` when it is none.
pub(super) fn parse_state_vector(bytes: &[u8]) -> Result<StateVector> {
    let mut input = Input(bytes);
    let read = |input: &mut Input| {
        let count = input.count()?;
        let mut clocks = Vec::new();
        for _ in 0..count {
            clocks.push((ClientID::new(input.client()?), input.clock(0)?));
        }
        input.0.is_empty().then_some(clocks)
    };
    let clocks = read(&mut input).ok_or_else(malformed)?;
    Ok(clocks.into_iter().collect())
}

/// Whether `text` has characters that are two units in UTF-16.
pub(super) fn has_pairs(text: &str) -> bool {
    text.bytes().any(|byte| byte >= 0xf0)
}

pub(super) fn malformed() -> Error {
    Error::invalid("malformed_update", "malformed update")
}

fn out_of_date() -> Error {
    let text = "The update builds on changes that are not known here.";
    Error::new(ErrorKind::Conflict, "out_of_date", text)
}

pub(super) fn too_large(text: &'static str) -> Error {
    Error::new(ErrorKind::TooLarge, "content_too_large", text)
}

#[cfg(test)]
mod tests;
