//! Who did or read what.

use jiff::Timestamp;

use crate::{Conn, StoreError};

/// A row of the audit trail: one per call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, as `Principal` displays.
    pub principal: String,
    /// In which role.
    pub role: &'static str,
    /// The RPC or the command.
    pub method: &'static str,
    /// The names of everything that was returned or changed.
    pub resources: Vec<String>,
    /// "OK", or the error's reason.
    pub outcome: &'static str,
}

/// Writes a row; before anything told in confidence leaves.
///
/// # Errors
/// Where the database fails.
pub async fn write(_conn: &impl Conn, _entry: &AuditEntry) -> Result<(), StoreError> {
    todo!()
}
