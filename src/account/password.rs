//! Passwords: hashed and checked away from the event loop, a bounded number at a time.
//!
//! argon2id with OWASP's parameters (19 MiB, two passes, one lane) takes some 20 ms and 19 MiB. A
//! hash that came from the old server is verified as it is and replaced at the first sign-in.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use super::{
    model::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS},
    old_hash::OldHash,
};
use crate::kernel::{Error, Result, Workers, token};

/// The password hasher. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords {
    workers: Workers,
    /// Checked for unknown names, so that they take as long as known ones.
    decoy: Arc<str>,
}

impl Passwords {
    /// A hasher for this machine.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            workers: Workers::default(),
            decoy: hash(&token::secret())?.into(),
        })
    }

    /// Hashes a new password after checking its length.
    pub async fn hash(&self, password: String) -> Result<String> {
        if password.chars().count() < MIN_PASSWORD_CHARS {
            return Err(Error::invalid(
                "password_too_short",
                "Password must be at least 6 characters long",
            ));
        }
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(Error::invalid("password_too_long", "Password too long"));
        }
        self.rehash(password).await
    }

    /// Hashes a password that is somebody's already, however long it is.
    pub(super) async fn rehash(&self, password: String) -> Result<String> {
        self.workers
            .run(move || hash(&password))
            .await?
            .map_err(Error::internal)
    }

    /// Whether `stored` is a hash of the old server, which is good for one sign-in.
    pub fn is_old(stored: &str) -> bool {
        OldHash::parse(stored).is_some()
    }

    /// Whether `password` is the one behind `stored`. Without one - nobody has that name - it takes
    /// as long and the answer is no.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        if password.len() > MAX_PASSWORD_BYTES {
            return Ok(false);
        }
        let decoy = self.decoy.clone();
        let checking = self.workers.run(move || {
            let known = stored.is_some();
            matches(&password, stored.as_deref().unwrap_or(&decoy)) && known
        });
        checking.await
    }
}

fn hash(password: &str) -> anyhow::Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))
}

fn matches(password: &str, stored: &str) -> bool {
    if let Some(old) = OldHash::parse(stored) {
        return old.matches(password);
    }
    PasswordHash::new(stored).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::Passwords;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_name_matches() {
        let passwords = Passwords::new().expect("a hasher");
        let stored = passwords
            .hash("correct horse".into())
            .await
            .expect("hashed");
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let verify = async |password: &str, stored| {
            passwords
                .verify(password.into(), stored)
                .await
                .expect("checked")
        };
        assert!(verify("correct horse", Some(stored.clone())).await);
        assert!(!verify("wrong horse", Some(stored)).await);
        assert!(!verify("anything", None).await);
    }

    #[tokio::test]
    async fn short_and_huge_passwords_are_refused() {
        let passwords = Passwords::new().expect("a hasher");
        let short = passwords.hash("12345".into()).await.expect_err("too short");
        assert_eq!(short.code(), "password_too_short");
        let huge = passwords
            .hash("x".repeat(1025))
            .await
            .expect_err("too long");
        assert_eq!(huge.code(), "password_too_long");
    }
}
