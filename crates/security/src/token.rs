//! Secrets that are handed out and stored hashed only.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::random;

/// 256 bits that nobody can guess: opens one intake, draft, invitation or staff session.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; 32]>);

/// A text that cannot be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 43 characters of base64url")]
pub struct TokenError;

impl Token {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// One that only a key's holder can make, from what the key gave.
    pub(crate) fn derived(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Reads [`Token::text`].
    ///
    /// # Errors
    /// Where it is not 43 characters of base64url.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let bytes = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError)?);
        bytes.as_slice().try_into().map(|token| Self(Zeroizing::new(token))).map_err(|_| TokenError)
    }

    /// What its holder is given: 43 characters of base64url.
    #[must_use]
    pub fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(*self.0)
    }

    /// What is stored. A fast hash is enough: 256 bits cannot be guessed.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(*self.0).into()
    }
}

/// Whether two hashes are the same; it takes as long wherever they differ.
#[must_use]
pub fn same_hash(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}
