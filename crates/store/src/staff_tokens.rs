//! Staff's bearer tokens, stored hashed.

use jiff::Timestamp;
use rapport_security::{Role, StaffPrincipal};
use uuid::Uuid;

use crate::{Conn, StoreError};

/// A token that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStaffToken {
    /// Its row.
    pub id: Uuid,
    /// What colleagues call its holder.
    pub label: String,
    /// What its holder may do.
    pub role: Role,
    /// What the token hashes to.
    pub hash: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Keeps a token.
///
/// # Errors
/// Where the database fails.
pub async fn add(_conn: &impl Conn, _token: &NewStaffToken) -> Result<(), StoreError> {
    todo!()
}

/// Who holds a token that has not ended.
///
/// # Errors
/// Where the database fails.
pub async fn by_hash(
    _conn: &impl Conn,
    _hash: [u8; 32],
    _now: Timestamp,
) -> Result<Option<StaffPrincipal>, StoreError> {
    todo!()
}
