//! The installation's own key: made at the first start, kept in the database, told to nobody.
//!
//! It is used for nothing itself. Whoever needs a key derives one of their own from it, by the name
//! of what it is for, so that what one of them signs means nothing to another.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::{Timestamp, installation_key};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::{EntityTrait, Set, sea_query::OnConflict};
use sha2::Sha256;

use super::{Db, Error, Result, token};

/// The one row.
const ROW: i64 = 1;

/// The installation's key. Cheap to clone.
#[derive(Clone)]
pub struct InstallationKey(Hmac<Sha256>);

impl InstallationKey {
    /// The key that the database has, or a new one that it has from now on.
    pub async fn load(db: &Db, now: Timestamp) -> Result<Self> {
        let find = || installation_key::Entity::find_by_id(ROW).one(db.writer());
        if let Some(row) = find().await? {
            return Ok(Self::of(&row.secret));
        }
        let row = installation_key::ActiveModel {
            id: Set(ROW),
            secret: Set(token::secret()),
            created_at: Set(now),
        };
        // Another node may start for the first time at this moment, too: its key is as good.
        let first = OnConflict::column(installation_key::Column::Id)
            .do_nothing()
            .to_owned();
        installation_key::Entity::insert(row)
            .on_conflict(first)
            .exec_without_returning(db.writer())
            .await?;
        let row = find().await?;
        let row = row.ok_or_else(|| Error::internal(anyhow::anyhow!("there is no key")))?;
        Ok(Self::of(&row.secret))
    }

    fn of(secret: &str) -> Self {
        Self(keyed(secret.as_bytes()))
    }

    /// What signs for one purpose alone.
    pub fn signer(&self, purpose: &str) -> Signer {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        Signer(keyed(&mac.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstallationKey")
    }
}

/// Signs texts, so that they are known again when they come back. Cheap to clone.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// The signature of `text`: 43 characters that can stand in a path.
    pub fn sign(&self, text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.mac(text).finalize().into_bytes())
    }

    /// Whether `signature` is that of `text`. Takes the same time for any wrong one.
    pub fn knows(&self, text: &str, signature: &str) -> bool {
        BASE64_URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|signature| self.mac(text).verify_slice(&signature).is_ok())
    }

    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(text.as_bytes());
        mac
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("BUG: HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::InstallationKey;

    #[test]
    fn a_signature_is_good_for_one_text_one_purpose_and_one_installation() {
        let key = InstallationKey::of("secret");
        let signer = key.signer("pictures");
        let good = signer.sign("a");

        assert_eq!(good.len(), 43);
        assert!(signer.knows("a", &good));
        assert!(!signer.knows("b", &good));
        assert!(!key.signer("letters").knows("a", &good));
        let another = InstallationKey::of("another");
        assert!(!another.signer("pictures").knows("a", &good));
        for forged in ["", "!", &good[1..], &format!("{good}AA")] {
            assert!(!signer.knows("a", forged), "{forged}");
        }
    }
}
