//! SHA-256 digests as values. This module hashes nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Excerpt;

/// A SHA-256 digest; written as 64 lowercase hexadecimal digits, read in either case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256([u8; 32]);

/// Text that is not a SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a sha256 digest of 64 hexadecimal digits")]
pub struct DigestError(Excerpt);

impl Sha256 {
    /// Wraps the 32 bytes a hasher returned.
    pub const fn new(bytes: [u8; 32]) -> Sha256 {
        Sha256(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Sha256 {
    fn from(bytes: [u8; 32]) -> Sha256 {
        Sha256(bytes)
    }
}

impl FromStr for Sha256 {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Sha256, DigestError> {
        let bad = || DigestError(Excerpt::of(text));
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high).ok_or_else(bad)? << 4 | nibble(*low).ok_or_else(bad)?;
        }
        Ok(Sha256(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl TryFrom<String> for Sha256 {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Sha256, DigestError> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(digest: Sha256) -> String {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {

    use super::Sha256;

    const TEXT: &str = "675c26c449cbb18fc24b74650de1eabbae6e16f64326fd85a283fb3b58280685";

    #[test]
    fn a_digest_reads_in_either_case_and_writes_lowercase() {
        let digest: Sha256 = TEXT.parse().unwrap();
        assert_eq!(TEXT.to_uppercase().parse(), Ok(digest));
        assert_eq!(digest.to_string(), TEXT);
        assert_eq!(digest.as_bytes()[..3], [0x67, 0x5c, 0x26]);
        assert_eq!(Sha256::new(*digest.as_bytes()), digest);
    }

    #[test]
    fn anything_but_64_hexadecimal_digits_is_refused() {
        let bad = [
            "",
            &TEXT[..63],
            &format!("{TEXT}0"),
            &format!("{TEXT}\n"),
            &TEXT.replace('6', "g"),
            &"é".repeat(32),
        ];
        for text in bad {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_digest_is_a_string_in_json() {
        let digest: Sha256 = TEXT.parse().unwrap();
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<Sha256>(&json).unwrap(), digest);
        assert!(serde_json::from_str::<Sha256>("\"00\"").is_err());
    }
}
