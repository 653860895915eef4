//! Which consumer has seen which event.

use jiff::Timestamp;
use rapport_domain::id::EventId;

use crate::{Conn, StoreError, Tx};

/// Notes that a consumer works on an event; `false` where it has done so before.
///
/// # Errors
/// Where the database fails.
pub async fn first_time(_tx: &Tx, _event: EventId, _consumer: &str, _now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

/// Forgets what was noted before this time; returns how many.
///
/// # Errors
/// Where the database fails.
pub async fn purge_before(_conn: &impl Conn, _before: Timestamp) -> Result<u64, StoreError> {
    todo!()
}
