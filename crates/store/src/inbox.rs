//! Which consumer has seen which event.

use jiff::Timestamp;
use rapport_domain::id::EventId;

use crate::{StoreError, Tx};

/// Notes that a consumer works on an event; `false` where it has done so before.
///
/// # Errors
/// Where the database fails.
pub async fn first_time(_tx: &Tx, _event: EventId, _consumer: &str, _now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}
