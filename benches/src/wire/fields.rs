//! Numbers and strings out of JSON that is not worth parsing.

use memchr::memmem;

/// Finds numbers and strings by their key without parsing the JSON around them.
pub(crate) struct Fields {
    id: memmem::Finder<'static>,
    seq: memmem::Finder<'static>,
    nonce: memmem::Finder<'static>,
    version: memmem::Finder<'static>,
    app: memmem::Finder<'static>,
    value: memmem::Finder<'static>,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            id: memmem::Finder::new(b"\"id\":"),
            seq: memmem::Finder::new(b"\"seq\":"),
            nonce: memmem::Finder::new(b"\"nonce\":\""),
            version: memmem::Finder::new(b"\"version\":"),
            app: memmem::Finder::new(b"\"appId\":"),
            value: memmem::Finder::new(b"\"value\":"),
        }
    }
}

impl Fields {
    pub(crate) fn id(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.id, json)
    }

    pub(crate) fn seq(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.seq, json)
    }

    pub(crate) fn version(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.version, json)
    }

    /// The app of a widget's event.
    pub(crate) fn app(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.app, json)
    }

    /// What the first row of a widget counts.
    pub(crate) fn value(&self, json: &[u8]) -> Option<u64> {
        number_after(&self.value, json)
    }

    pub(crate) fn nonce<'a>(&self, json: &'a [u8]) -> Option<&'a [u8]> {
        let start = self.nonce.find(json)? + self.nonce.needle().len();
        json.get(start..start + 36)
    }
}

fn number_after(key: &memmem::Finder<'_>, json: &[u8]) -> Option<u64> {
    let start = key.find(json)? + key.needle().len();
    let digits = json[start..].iter().take_while(|b| b.is_ascii_digit());
    let mut any = false;
    let number = digits.fold(0_u64, |number, digit| {
        any = true;
        number
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit - b'0'))
    });
    any.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_whole_key() {
        let fields = Fields::default();
        let json =
            br#"{"user_id":3,"id":41,"seq":9,"nonce":"018f0000-0000-7000-8000-000100000002"}"#;
        assert_eq!(fields.id(json), Some(41));
        assert_eq!(fields.seq(json), Some(9));
        assert_eq!(fields.nonce(json).map(<[u8]>::len), Some(36));
        assert_eq!(fields.seq(br#"{"seq":null}"#), None);
        assert_eq!(
            fields.version(br#"{"base_version":1,"version":12}"#),
            Some(12)
        );
    }
}
