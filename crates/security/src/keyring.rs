//! Every key that is derived from the master key, each for one purpose.

use base64::{Engine, engine::general_purpose::STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    DataKey, OpenError, Token,
    cipher::{Cipher, place},
    random,
};

/// The one secret that must be kept and backed up: 32 bytes.
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why a text is no master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the master key must be 32 bytes in base64 (44 characters), as `openssl rand -base64 32` prints them")]
pub struct KeyError;

impl MasterKey {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// Reads base64; white space around it is ignored.
    ///
    /// # Errors
    /// Where it is not 32 bytes in base64.
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| KeyError)?);
        bytes.as_slice().try_into().map(|key| Self(Zeroizing::new(key))).map_err(|_| KeyError)
    }

    /// What [`MasterKey::from_text`] reads.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.0))
    }
}

/// The keys of one installation.
#[derive(Clone)]
pub struct Keyring {
    wrapping: Cipher,
    responses: Cipher,
    pages: Cipher,
    requests: Zeroizing<[u8; 32]>,
    search: Zeroizing<[u8; 32]>,
    sessions: Zeroizing<[u8; 32]>,
    sign_ins: Zeroizing<[u8; 32]>,
    audit: Zeroizing<[u8; 32]>,
    pub(crate) bounces: Zeroizing<[u8; 32]>,
}

impl Keyring {
    /// The version of the master key that new data keys are wrapped under.
    pub const MASTER_VERSION: i32 = 1;

    /// Derives every key by HKDF-SHA256 with a label of its own.
    #[must_use]
    pub fn new(master: &MasterKey) -> Self {
        let derived = Hkdf::<Sha256>::new(Some(b"rapport keyring v1"), master.0.as_slice());
        Self {
            wrapping: Cipher::new(*expand(&derived, "data key wrapping")),
            responses: Cipher::new(*expand(&derived, "stored responses")),
            pages: Cipher::new(*expand(&derived, "page tokens")),
            requests: expand(&derived, "request digests"),
            search: expand(&derived, "search tokens"),
            sessions: expand(&derived, "session links"),
            sign_ins: expand(&derived, "staff sign-ins by letter"),
            audit: expand(&derived, "audit seals"),
            bounces: expand(&derived, "bounce addresses"),
        }
    }

    /// A fresh key for a person or a case.
    #[must_use]
    pub fn new_data_key(&self) -> DataKey {
        DataKey(Cipher::new(random::bytes()))
    }

    /// Wraps a data key for its row in `data_keys`.
    #[must_use]
    pub fn wrap(&self, id: Uuid, key: &DataKey) -> Vec<u8> {
        self.wrapping.seal(&place(&[b"data_keys", id.as_bytes()]), key.0.key())
    }

    /// Opens what [`Keyring::wrap`] gave.
    ///
    /// # Errors
    /// Where the master key or the row is another, or the bytes were altered.
    pub fn unwrap(&self, id: Uuid, wrapped: &[u8]) -> Result<DataKey, OpenError> {
        let key = Zeroizing::new(self.wrapping.open(&place(&[b"data_keys", id.as_bytes()]), wrapped)?);
        key.as_slice().try_into().map(|key| DataKey(Cipher::new(key))).map_err(|_| OpenError)
    }

    /// Tells two requests apart without keeping either.
    #[must_use]
    pub fn request_digest(&self, request: &[u8]) -> [u8; 32] {
        mac(&self.requests, &[request])
    }

    /// Finds rows by a value (an address, a number) that stands in them encrypted only.
    #[must_use]
    pub fn search_token(&self, kind: &str, value: &str) -> [u8; 32] {
        mac(&self.search, &[kind.as_bytes(), value.as_bytes()])
    }

    /// The token of the page that a client's letters lead to: derived, so that every letter has the same and nobody has to
    /// keep it. Another epoch makes another one.
    #[must_use]
    pub fn session_token(&self, intake: Uuid, epoch: u32) -> Token {
        Token::derived(mac(&self.sessions, &[intake.as_bytes(), &epoch.to_be_bytes()]))
    }

    /// The one-time sign-in that a letter brings to an account: derived from when it was made, so that nobody has to keep
    /// it until the letter is written.
    #[must_use]
    pub fn sign_in_token(&self, account: Uuid, made_at_microsecond: i64) -> Token {
        Token::derived(mac(&self.sign_ins, &[account.as_bytes(), &made_at_microsecond.to_be_bytes()]))
    }

    /// Seals an answer that is kept for a repeated request.
    #[must_use]
    pub fn seal_response(&self, principal: &str, method: &str, request_id: Uuid, response: &[u8]) -> Vec<u8> {
        self.responses.seal(&place(&[principal.as_bytes(), method.as_bytes(), request_id.as_bytes()]), response)
    }

    /// Opens what [`Keyring::seal_response`] gave for the same request.
    ///
    /// # Errors
    /// Where key or request are others, or the bytes were altered.
    pub fn open_response(
        &self,
        principal: &str,
        method: &str,
        request_id: Uuid,
        sealed: &[u8],
    ) -> Result<Vec<u8>, OpenError> {
        self.responses.open(&place(&[principal.as_bytes(), method.as_bytes(), request_id.as_bytes()]), sealed)
    }

    /// An opaque page token that is bound to its method and filter.
    #[must_use]
    pub fn seal_page_token(&self, filter: &[u8], cursor: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.pages.seal(&place(&[filter]), cursor))
    }

    /// The cursor in a page token.
    ///
    /// # Errors
    /// Where it is none of ours, or was given for another filter.
    pub fn open_page_token(&self, filter: &[u8], token: &str) -> Result<Vec<u8>, OpenError> {
        let sealed = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| OpenError)?;
        self.pages.open(&place(&[filter]), &sealed)
    }

    /// The seal over a batch of audit rows, given the seal before it.
    #[must_use]
    pub fn audit_seal(&self, previous: &[u8], batch: &[u8]) -> [u8; 32] {
        mac(&self.audit, &[previous, batch])
    }
}

#[expect(clippy::expect_used, reason = "fails only for more than 8160 bytes (RFC 5869, 2.3)")]
fn expand(derived: &Hkdf<Sha256>, label: &str) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    derived.expand(label.as_bytes(), key.as_mut()).expect("32 bytes can be derived");
    key
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104, 2)")]
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
    mac.update(&place(parts));
    mac.finalize().into_bytes().into()
}
