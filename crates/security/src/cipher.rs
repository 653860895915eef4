//! AES-256-GCM-SIV (RFC 8452): a repeated nonce reveals only that two equal
//! texts are equal, so random nonces are safe for any number of rows.

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{OpenError, random};

/// Bytes of the nonce that stands before the ciphertext.
const NONCE: usize = 12;

/// A 256-bit key, wiped when it is dropped.
#[derive(Clone)]
pub(crate) struct Cipher(Zeroizing<[u8; 32]>);

impl Cipher {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Self(Zeroizing::new(key))
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.0
    }

    /// Nonce, ciphertext and tag in one piece.
    #[expect(clippy::expect_used, reason = "fails only for texts of more than 64 GiB (RFC 8452, 6)")]
    pub(crate) fn seal(&self, place: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = random::bytes();
        let sealed = Aes256GcmSiv::new(&(*self.0).into())
            .encrypt(&Nonce::from(nonce), Payload { msg: plaintext, aad: place })
            .expect("the text is shorter than 64 GiB");
        [nonce.as_slice(), &sealed].concat()
    }

    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError)?;
        Aes256GcmSiv::new(&(*self.0).into())
            .decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: place })
            .map_err(|_| OpenError)
    }
}

/// Parts in one piece, each with its length, so that no two lists of parts read alike.
pub(crate) fn place(parts: &[&[u8]]) -> Vec<u8> {
    let mut place = Vec::new();
    for part in parts {
        place.extend_from_slice(&(part.len() as u64).to_be_bytes());
        place.extend_from_slice(part);
    }
    place
}
