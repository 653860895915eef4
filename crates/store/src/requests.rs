//! Requests that were answered, so that a repeated one is answered the same.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Conn, StoreError, Tx};

/// What names a request, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Who sent it, as `Principal` displays.
    pub principal: String,
    /// The RPC.
    pub method: &'static str,
    /// The id that the caller made.
    pub request_id: Uuid,
    /// `Keyring::request_digest` of the re-encoded request.
    pub digest: [u8; 32],
}

/// Whether a request came before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It did not.
    New,
    /// It did; answer with these bytes.
    Repeated(Vec<u8>),
    /// Its id came with another request.
    OtherBody,
}

/// Whether a request came before, within the last seven days.
///
/// # Errors
/// Where the database fails or the stored answer cannot be opened.
pub async fn seen(_tx: &Tx, _request: &RequestKey, _now: Timestamp) -> Result<Seen, StoreError> {
    todo!()
}

/// Keeps an answer for seven days.
///
/// # Errors
/// [`StoreError::Conflict`] where the same request was answered meanwhile: roll back and ask [`seen`] again.
pub async fn keep(_tx: &Tx, _request: &RequestKey, _response: &[u8], _now: Timestamp) -> Result<(), StoreError> {
    todo!()
}

/// Forgets answers older than seven days; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_expired(_conn: &impl Conn, _now: Timestamp) -> Result<u64, StoreError> {
    todo!()
}
