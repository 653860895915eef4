//! Protocols by their digest, kept for as long as an intake pins them.

use rapport_domain::protocol::Protocol;

use crate::{Conn, StoreError};

/// Keeps a protocol; one that is kept already is left as it is.
///
/// # Errors
/// Where the database fails.
pub async fn pin(_conn: &impl Conn, _protocol: &Protocol) -> Result<(), StoreError> {
    todo!()
}

/// The bundle with this digest, as `Protocol::from_bundle` reads it.
///
/// # Errors
/// Where the database fails.
pub async fn load(_conn: &impl Conn, _digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
    todo!()
}
