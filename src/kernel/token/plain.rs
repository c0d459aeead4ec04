//! Tokens that are handed out: readable by kind, checkable without the database, shown once.
//!
//! `chti_` and five other prefixes, 32 random letters and digits (190 bits), and 6 more that are
//! the CRC32 of all before them, so that a mistyped or made-up token costs no look-up. Scanners for
//! leaked secrets find them all with `\bcht[adirsw]_[0-9A-Za-z]{38}\b`.

use std::fmt;

use rand::{RngExt, distr::Alphanumeric};

/// How many random characters a token has.
const RANDOM_CHARS: usize = 32;
/// How many characters its checksum has.
const CHECKSUM_CHARS: usize = 6;
/// The digits of a checksum, lowest first.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token is for; decides its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// In the URL of a webhook.
    Webhook,
    /// In the URL of a widget.
    Widget,
    /// The bearer token of an integration.
    Integration,
    /// An OAuth client's access to an account.
    OauthAccess,
    /// Buys the next access token.
    OauthRefresh,
    /// Proves who an OAuth client is.
    ClientSecret,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Webhook,
        Self::Widget,
        Self::Integration,
        Self::OauthAccess,
        Self::OauthRefresh,
        Self::ClientSecret,
    ];

    /// What tokens of this kind begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Webhook => "chtw_",
            Self::Widget => "chtd_",
            Self::Integration => "chti_",
            Self::OauthAccess => "chta_",
            Self::OauthRefresh => "chtr_",
            Self::ClientSecret => "chts_",
        }
    }

    /// Whether `text` begins as tokens of some kind do.
    pub fn is_prefixed(text: &str) -> bool {
        Self::ALL.iter().any(|kind| text.starts_with(kind.prefix()))
    }
}

/// A token as its holder has it. Cannot be printed or serialised by accident, and is never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken {
    kind: TokenKind,
    text: String,
}

impl PlainToken {
    /// A new token.
    pub fn issue(kind: TokenKind) -> Self {
        let random = rand::rng().sample_iter(Alphanumeric).take(RANDOM_CHARS);
        let mut text = String::from(kind.prefix());
        text.extend(random.map(char::from));
        text.push_str(&checksum(&text));
        Self { kind, text }
    }

    /// The token of this kind that `text` is, if it can be one. Whether it was ever issued, only
    /// its [hash](Self::hash) can tell.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let characters = text.strip_prefix(kind.prefix())?;
        if characters.len() != RANDOM_CHARS + CHECKSUM_CHARS
            || !characters.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return None;
        }
        let (signed, given) = text.split_at(text.len() - CHECKSUM_CHARS);
        (checksum(signed) == given).then(|| Self {
            kind,
            text: text.to_owned(),
        })
    }

    /// What it is for.
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The token itself, for its holder alone.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The form in which it is stored and found again.
    pub fn hash(&self) -> TokenHash {
        TokenHash(super::hash(&self.text))
    }

    /// What people may see of it, to tell it from their others.
    pub fn hint(&self) -> TokenHint {
        TokenHint {
            prefix: self.kind.prefix(),
            last4: self.text[self.text.len() - 4..].to_owned(),
        }
    }
}

/// Says which kind of token it is, and nothing of it.
impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[redacted]", self.kind.prefix())
    }
}

/// The SHA-256 of a token, in hex: enough to find it again, useless to sign in with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// One that was stored before.
    pub fn stored(hash: String) -> Self {
        Self(hash)
    }

    /// As it is stored: 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<TokenHash> for String {
    fn from(hash: TokenHash) -> Self {
        hash.0
    }
}

/// How a token is shown after it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHint {
    /// The prefix of its kind.
    pub prefix: &'static str,
    /// Its last four characters, which are of its checksum.
    pub last4: String,
}

/// The CRC32 of `text` in base 62, leading zeros included.
fn checksum(text: &str) -> String {
    let base = u32::try_from(BASE62.len()).unwrap_or(u32::MAX);
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_CHARS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % base) as usize];
        rest /= base;
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{PlainToken, TokenKind, checksum};

    #[test]
    fn a_token_is_read_back_as_its_own_kind_only() {
        for kind in TokenKind::ALL {
            let token = PlainToken::issue(kind);
            let text = token.expose();
            assert_eq!(text.len(), 43);
            assert!(text.starts_with(kind.prefix()));
            assert_eq!(PlainToken::parse(kind, text), Some(token.clone()));
            for other in TokenKind::ALL.into_iter().filter(|other| *other != kind) {
                assert_eq!(PlainToken::parse(other, text), None);
                let renamed = text.replacen(kind.prefix(), other.prefix(), 1);
                assert_eq!(
                    PlainToken::parse(other, &renamed),
                    None,
                    "the sum is of all"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        let token = PlainToken::issue(TokenKind::Widget);
        let parse = |text: &str| PlainToken::parse(TokenKind::Widget, text);
        let text = token.expose();
        for at in 0..text.len() {
            let mut changed = text.to_owned();
            let replacement = if &text[at..=at] == "x" { "y" } else { "x" };
            changed.replace_range(at..=at, replacement);
            assert_eq!(parse(&changed), None, "character {at}");
        }
        for refused in [
            "",
            "chtd_",
            &text[..42],
            &format!("{text}0"),
            &format!(" {text}"),
            &text.to_uppercase(),
            &format!("chtd_{}", "ä".repeat(19)),
            &format!("chtd_{}é", "0".repeat(36)),
        ] {
            assert_eq!(parse(refused), None, "{refused:?}");
        }
    }

    #[test]
    fn tokens_differ_and_so_do_their_hashes() {
        let tokens = (0..1000).map(|_| PlainToken::issue(TokenKind::Webhook));
        let hashes: HashSet<_> = tokens.map(|token| token.hash()).collect();
        assert_eq!(hashes.len(), 1000);
        assert!(hashes.iter().all(|hash| hash.as_str().len() == 64));
    }

    #[test]
    fn nothing_of_a_token_is_printed_by_accident() {
        let token = PlainToken::issue(TokenKind::Integration);
        assert_eq!(format!("{token:?}"), "chti_[redacted]");
        let hint = token.hint();
        assert_eq!(hint.prefix, "chti_");
        assert_eq!(hint.last4, token.expose()[39..]);
    }

    #[test]
    fn a_checksum_is_the_crc32_in_base_62_with_leading_zeros() {
        // The check value of CRC-32/ISO-HDLC: 0xCBF43926 = 3421780262.
        let expected = "3jZRME";
        let value = expected.bytes().fold(0_u64, |value, byte| {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'A'..=b'Z' => byte - b'A' + 10,
                _ => byte - b'a' + 36,
            };
            value * 62 + u64::from(digit)
        });
        assert_eq!(value, 0xCBF4_3926);
        assert_eq!(checksum("123456789"), expected);
        assert_eq!(checksum(""), "000000");
    }
}
