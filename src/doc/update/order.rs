//! What it takes to put the structs of updates in order.
//!
//! Owns: the steps in which yrs finds the place of each struct. Does not own: what is done about
//! too many. Invariant: reckoned in a fraction of the time that yrs would take, and never beyond
//! the most steps that are of interest.
//!
//! A struct belongs somewhere between the two units that its author saw beside it. What its author
//! had not seen stands there as well: all of that is walked over. For what editors send that is
//! next to nothing; but an update can be made so that every struct walks over every other, at its
//! arrival and whenever the document is opened again. This follows yrs (`Item::resolve_conflict`,
//! `BlockPicker`) in the order in which it takes the structs and in the walks themselves.

use std::collections::{BTreeMap, HashMap};

use super::{Struct, Update, input::Id};

/// yrs forgets what it has walked over in a set; one step for so many entries of its capacity.
const FORGOTTEN_A_STEP: usize = 1_000;

/// The order of all structs of a document.
#[derive(Default)]
pub(in crate::doc) struct Order {
    items: Vec<Item>,
    /// The items by the first unit of each.
    starts: BTreeMap<Id, usize>,
    first: Option<usize>,
    /// How far the clock of each client goes.
    ends: HashMap<u64, u32>,
    steps: usize,
}

/// Units that were inserted together, as far as nothing refers to a place within them. When they
/// are divided the item is the right part, so that what refers to its end still does.
struct Item {
    client: u64,
    clock: u32,
    end: u32,
    /// The item whose last unit it was inserted behind.
    origin: Option<usize>,
    right_origin: Option<Id>,
    left: Option<usize>,
    right: Option<usize>,
    /// In which walk it was seen last, and as the how manieth.
    seen: (usize, usize),
}

impl Order {
    /// Adds what is new in `updates`, which can be taken together, as long as that takes no more than
    /// `most` steps in all; the number of them.
    pub(in crate::doc) fn take(&mut self, updates: &[&Update], most: usize) -> usize {
        let mut structs: BTreeMap<u64, Vec<&Struct>> = BTreeMap::new();
        for client in updates.iter().flat_map(|update| &update.clients) {
            structs
                .entry(client.id)
                .or_default()
                .extend(&client.structs);
        }
        // The clients with the greatest names come first.
        let mut queues: BTreeMap<u64, _> = structs
            .into_iter()
            .map(|(client, structs)| (client, structs.into_iter()))
            .collect();
        let mut waiting: Vec<(u64, &Struct)> = Vec::new();
        while self.steps <= most {
            let Some((client, next)) = waiting.pop().or_else(|| pop(&mut queues)) else {
                break;
            };
            let mut origins = next.origins.iter().flatten();
            let Some(missing) = origins.find(|id| !self.has(**id)) else {
                self.add(client, next);
                continue;
            };
            // First what that client has put in before it.
            let before = queues.get_mut(&missing.client).and_then(Iterator::next);
            let Some(before) = before else {
                break;
            };
            waiting.push((client, next));
            waiting.push((missing.client, before));
        }
        self.steps
    }

    fn has(&self, id: Id) -> bool {
        self.ends.get(&id.client).is_some_and(|end| id.clock < *end)
    }

    /// Adds what is new of a struct, all that it refers to being there.
    fn add(&mut self, client: u64, new: &Struct) {
        let known = self.ends.get(&client).copied().unwrap_or_default();
        if new.end <= known {
            return;
        }
        let clock = new.clock.max(known);
        let [mut origin, right_origin] = new.origins;
        if clock > new.clock {
            let clock = clock - 1;
            origin = Some(Id { client, clock });
        }
        let origin = origin.and_then(|id| self.ending_with(id));
        let part = self.items.len();
        let right = right_origin.and_then(|id| self.beginning_with(id));
        // To yrs it is the left part that stays what it was.
        let is_divided = self.items.len() > part && right == origin;
        let left = if is_divided { Some(part) } else { origin };
        let item = Item {
            client,
            clock,
            end: new.end,
            origin,
            right_origin,
            left,
            right,
            seen: (0, 0),
        };
        let left = if self.after(left) == right && (left.is_some() || right.is_some()) {
            left
        } else {
            self.resolve(&item)
        };
        self.ends.insert(client, new.end);
        self.insert(item, left);
    }

    /// The item that `item` comes behind: the walk over those between its origins.
    fn resolve(&mut self, item: &Item) -> Option<usize> {
        let walk = self.items.len() + 1;
        let mut left = item.left;
        // Of what was seen in this walk, which is not forgotten; and how much that was at most.
        let (mut seen, mut kept, mut most) = (0, 0, 0);
        let mut next = self.after(left);
        while let Some(at) = next.filter(|at| Some(*at) != item.right) {
            self.steps += 1;
            seen += 1;
            self.items[at].seen = (walk, seen);
            most = most.max(seen - kept);
            let other = &self.items[at];
            let goes_first = if other.origin == item.origin {
                if other.client >= item.client && other.right_origin == item.right_origin {
                    break;
                }
                other.client < item.client
            } else {
                let origin = other.origin.map(|origin| self.items[origin].seen);
                let Some((_, nth)) = origin.filter(|(in_walk, _)| *in_walk == walk) else {
                    break;
                };
                nth <= kept
            };
            next = other.right;
            if goes_first {
                left = Some(at);
                kept = seen;
                self.steps += most / FORGOTTEN_A_STEP;
            }
        }
        left
    }

    fn insert(&mut self, mut item: Item, left: Option<usize>) {
        let at = self.items.len();
        item.left = left;
        item.right = self.after(left);
        if let Some(right) = item.right {
            self.items[right].left = Some(at);
        }
        *self.after_mut(left) = Some(at);
        let (client, clock) = (item.client, item.clock);
        self.starts.insert(Id { client, clock }, at);
        self.items.push(item);
    }

    fn after(&self, left: Option<usize>) -> Option<usize> {
        left.map_or(self.first, |left| self.items[left].right)
    }

    fn after_mut(&mut self, left: Option<usize>) -> &mut Option<usize> {
        match left {
            Some(left) => &mut self.items[left].right,
            None => &mut self.first,
        }
    }

    /// The item whose last unit is `id`; one is divided if need be.
    fn ending_with(&mut self, id: Id) -> Option<usize> {
        let at = self.containing(id)?;
        let end = id.clock + 1;
        if self.items[at].end == end {
            return Some(at);
        }
        Some(self.divide(at, end))
    }

    /// The item whose first unit is `id`; one is divided if need be.
    fn beginning_with(&mut self, id: Id) -> Option<usize> {
        let at = self.containing(id)?;
        if self.items[at].clock < id.clock {
            self.divide(at, id.clock);
        }
        Some(at)
    }

    fn containing(&self, id: Id) -> Option<usize> {
        let (_, at) = self.starts.range(..=id).next_back()?;
        Some(*at)
    }

    /// Divides an item; its left part, which is a new one.
    fn divide(&mut self, at: usize, clock: u32) -> usize {
        let part = self.items.len();
        let item = &mut self.items[at];
        let left = Item {
            end: clock,
            right: Some(at),
            ..*item
        };
        let start = Id {
            client: item.client,
            clock: item.clock,
        };
        item.clock = clock;
        item.origin = Some(part);
        item.left = Some(part);
        *self.after_mut(left.left) = Some(part);
        self.items.push(left);
        self.starts.insert(start, part);
        self.starts.insert(Id { clock, ..start }, at);
        part
    }
}

fn pop<'a>(
    queues: &mut BTreeMap<u64, impl Iterator<Item = &'a Struct>>,
) -> Option<(u64, &'a Struct)> {
    loop {
        let mut last = queues.last_entry()?;
        if let Some(next) = last.get_mut().next() {
            return Some((*last.key(), next));
        }
        last.remove();
    }
}

#[cfg(test)]
mod tests;
