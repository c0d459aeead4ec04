//! Passwords as the old server stored them, in the form of the Werkzeug library:
//! `<method>$<salt>$<hex>`.
//!
//! `pbkdf2:sha256:600000` and `scrypt:32768:8:1` are what it made by default over the years; the
//! salt is taken as the text that it is. Such a hash is only ever verified, and an argon2id hash
//! takes its place when its owner signs in. Work is bounded: what asks for more than ten times the
//! largest default is no hash of that server.

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

/// The most rounds of PBKDF2: ten times what was made.
const MAX_ROUNDS: u32 = 10_000_000;
/// The most memory that scrypt may take, in bytes: four times what was made.
const MAX_MEMORY: u64 = 128 * 1024 * 1024;
/// How often scrypt may go through it.
const MAX_LANES: u32 = 4;
/// How many bytes scrypt made.
const SCRYPT_BYTES: usize = 64;

/// How a password was hashed.
#[derive(Debug, PartialEq, Eq)]
enum Method {
    Pbkdf2(Digest, u32),
    Scrypt { log_n: u8, r: u32, p: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

/// A hash of the old server.
#[derive(Debug)]
pub(super) struct OldHash<'a> {
    method: Method,
    salt: &'a str,
    expected: Vec<u8>,
}

impl<'a> OldHash<'a> {
    /// Reads a stored hash; none when it is not one of these.
    pub(super) fn parse(stored: &'a str) -> Option<Self> {
        let (method, rest) = stored.split_once('$')?;
        let (salt, hex) = rest.split_once('$')?;
        let method = Method::parse(method)?;
        let expected = from_hex(hex)?;
        let length = match method {
            Method::Pbkdf2(digest, _) => digest.bytes(),
            Method::Scrypt { .. } => SCRYPT_BYTES,
        };
        (expected.len() == length && !salt.is_empty()).then_some(Self {
            method,
            salt,
            expected,
        })
    }

    /// Whether it is `password`'s. Takes some hundred milliseconds.
    pub(super) fn matches(&self, password: &str) -> bool {
        let (password, salt) = (password.as_bytes(), self.salt.as_bytes());
        let mut made = vec![0; self.expected.len()];
        match self.method {
            Method::Pbkdf2(digest, rounds) => match digest {
                Digest::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut made),
                Digest::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut made),
                Digest::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut made),
            },
            Method::Scrypt { log_n, r, p } => {
                let Ok(parameters) = scrypt::Params::new(log_n, r, p) else {
                    return false;
                };
                if scrypt::scrypt(password, salt, &parameters, &mut made).is_err() {
                    return false;
                }
            }
        }
        bool::from(made.ct_eq(&self.expected))
    }
}

impl Method {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let method = match parts.next()? {
            "pbkdf2" => {
                let digest = match parts.next()? {
                    "sha1" => Digest::Sha1,
                    "sha256" => Digest::Sha256,
                    "sha512" => Digest::Sha512,
                    _ => return None,
                };
                let rounds = parts.next()?.parse().ok()?;
                (1..=MAX_ROUNDS)
                    .contains(&rounds)
                    .then_some(Self::Pbkdf2(digest, rounds))?
            }
            "scrypt" => {
                let n: u64 = parts.next()?.parse().ok()?;
                let r: u32 = parts.next()?.parse().ok()?;
                let p: u32 = parts.next()?.parse().ok()?;
                let memory = n.checked_mul(u64::from(r))?.checked_mul(128)?;
                let is_bounded = memory <= MAX_MEMORY && (1..=MAX_LANES).contains(&p) && r > 0;
                if !is_bounded || n < 2 || !n.is_power_of_two() {
                    return None;
                }
                let log_n = u8::try_from(n.ilog2()).ok()?;
                Self::Scrypt { log_n, r, p }
            }
            _ => return None,
        };
        parts.next().is_none().then_some(method)
    }
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::OldHash;

    // Made with Python's hashlib: pbkdf2_hmac and scrypt with the salt's text as bytes.
    const HASHES: [&str; 4] = [
        "pbkdf2:sha256:1000$saltsalt$a900cf4996b73ab9b2cbda0ad4fbb464b2f03f64afce6c77caef0ebc376afc9d",
        "pbkdf2:sha1:1000$saltsalt$c10a0153b19730da360890beada8a3adfea47b2e",
        "pbkdf2:sha512:1000$saltsalt$fac5120fc8f0e1ff27b3b9bd6fb923f0f7892def252573bc026d3d04b80eefd9124fd0ff2236b968a20d185e5783b864297c35f9f361073cc93f77885dc597c3",
        "scrypt:1024:8:1$saltsalt$646792c2ba294af1202d0535a6396d20d2ab46f9840529e885da985d47b9119f255fcdfd85ef17967bb51e6eaf060f14d1d8a4e461dfcd7bb56b1d9aa486025d",
    ];

    #[test]
    fn each_form_knows_its_password_and_no_other() {
        for stored in HASHES {
            let hash = OldHash::parse(stored).expect(stored);
            assert!(hash.matches("correct horse"), "{stored}");
            assert!(!hash.matches("correct horsf"), "{stored}");
            assert!(!hash.matches(""), "{stored}");
        }
    }

    #[test]
    fn what_is_no_such_hash_or_asks_for_too_much_work_is_none() {
        let digest = "00".repeat(32);
        let long = "00".repeat(64);
        for stored in [
            String::new(),
            "secret".into(),
            "plain$$secret".into(),
            format!("md5$salt${digest}"),
            format!("pbkdf2:sha256$salt${digest}"),
            format!("pbkdf2:md5:1000$salt${digest}"),
            format!("pbkdf2:sha256:0$salt${digest}"),
            format!("pbkdf2:sha256:99999999$salt${digest}"),
            format!("pbkdf2:sha256:1000:1$salt${digest}"),
            format!("pbkdf2:sha256:1000$${digest}"),
            "pbkdf2:sha256:1000$salt$".into(),
            "pbkdf2:sha256:1000$salt$zz".into(),
            format!("pbkdf2:sha256:1000$salt${long}"),
            format!("scrypt:32768:8$salt${long}"),
            format!("scrypt:32767:8:1$salt${long}"),
            format!("scrypt:1048576:8:1$salt${long}"),
            format!("scrypt:32768:8:9$salt${long}"),
            format!("scrypt:32768:0:1$salt${long}"),
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAA".into(),
        ] {
            assert!(OldHash::parse(&stored).is_none(), "{stored}");
        }
        let made = format!("scrypt:32768:8:1$salt${long}");
        assert!(OldHash::parse(&made).is_some(), "the default is taken");
    }
}
