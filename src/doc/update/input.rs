//! Reading lib0 encodings, the bytes that Yjs is made of, from somebody who may not mean well.
//!
//! Owns: the limits of single values. Invariant: no count is larger than the bytes that are left,
//! and no clock or client id larger than yrs and JavaScript can take.

/// Clocks beyond it are refused: yrs reckons with signed 32-bit differences.
const MAX_CLOCK: u64 = i32::MAX as u64;
/// Client ids are the integers that JavaScript knows exactly.
const MAX_CLIENT: u64 = (1 << 53) - 1;

/// Names one UTF-16 unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) client: u64,
    pub(super) clock: u32,
}

/// The clock `len` after `clock`.
pub(super) fn up_to(clock: u32, len: u64) -> Option<u32> {
    let end = u64::from(clock).checked_add(len)?;
    u32::try_from(end).ok().filter(|_| end <= MAX_CLOCK)
}

/// What is left to be read. Everything ends with none when there is too little or it is wrong.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    /// One byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(byte)
    }

    /// A number of at most 56 bits.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..56).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// How many things follow; each of them takes at least one byte.
    pub(super) fn count(&mut self) -> Option<u64> {
        let count = self.number()?;
        (count <= u64::try_from(self.0.len()).ok()?).then_some(count)
    }

    /// The id of a client.
    pub(super) fn client(&mut self) -> Option<u64> {
        self.number().filter(|client| *client <= MAX_CLIENT)
    }

    /// A clock that is given as the distance from `start`.
    pub(super) fn clock(&mut self, start: u32) -> Option<u32> {
        up_to(start, self.number()?)
    }

    /// The name of a unit.
    pub(super) fn id(&mut self) -> Option<Id> {
        let client = self.client()?;
        let clock = self.clock(0)?;
        Some(Id { client, clock })
    }

    /// A text.
    pub(super) fn string(&mut self) -> Option<&'a str> {
        let len = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(string).ok()
    }
}
