//! Whose time is taken; the database itself refuses an overlap.

use rapport_domain::id::AppointmentId;

use crate::{StoreError, Tx};

/// Whether a time could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// Every resource is taken now.
    All,
    /// At least one was taken already: roll back, and try another time.
    Taken,
}

/// Gives an appointment's time back.
///
/// # Errors
/// Where the database fails.
pub async fn free(_tx: &Tx, _appointment: AppointmentId) -> Result<(), StoreError> {
    todo!()
}
