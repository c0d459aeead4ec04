//! Random secrets and the hashes under which they are stored.
//!
//! Tokens that people and programs hold are typed ([`PlainToken`]); the plain functions are for
//! sessions and codes.

mod plain;

use rand::{Rng, distr::Uniform, prelude::Distribution};
use sha2::{Digest, Sha256};

pub use plain::{PlainToken, TokenHash, TokenHint, TokenKind};

/// Upper-case letters and digits without the pairs people mix up (0/O, 1/I).
const CODE_ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A random code of `length` characters that people can read out, 5 bits each.
///
/// # Panics
/// Never: the alphabet is not empty.
pub fn code(length: usize) -> String {
    let index = Uniform::new(0, CODE_ALPHABET.len()).expect("BUG: the alphabet is empty");
    let mut rng = rand::rng();
    (0..length)
        .map(|_| char::from(CODE_ALPHABET[index.sample(&mut rng)]))
        .collect()
}

/// 256 random bits in hex.
pub fn secret() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

/// The form in which a high-entropy secret is stored: SHA-256 in hex.
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Bytes as digits and letters, two for each.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}"); // Writing to a String cannot fail.
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::{code, hash, secret};

    #[test]
    fn codes_are_long_enough_readable_and_different() {
        let (a, b) = (code(9), code(9));
        assert_eq!(a.len(), 9);
        assert!(
            a.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        );
        assert_ne!(a, b);
    }

    #[test]
    fn a_secret_is_256_bits_and_its_hash_is_sha256() {
        assert_eq!(secret().len(), 64);
        assert_eq!(
            hash("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
