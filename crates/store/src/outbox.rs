//! Events that wait to be published; committed with what they tell of.

use rapport_domain::event::Event;

use crate::{StoreError, Tx};

/// Adds an event.
///
/// # Errors
/// Where the database fails.
pub async fn add(_tx: &Tx, _event: &Event) -> Result<(), StoreError> {
    todo!()
}
