//! Whose time is taken; the database itself refuses an overlap.

use jiff::Timestamp;
use rapport_domain::{calendar::busy::Busy, id::AppointmentId};

use crate::{Conn, StoreError, Tx};

/// Whether a time could be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// Every resource is taken now.
    All,
    /// At least one was taken already: roll back, and try another time.
    Taken,
}

/// Everything that is taken within `[from, to)`, in part or whole.
///
/// # Errors
/// Where the database fails.
pub async fn busy(_conn: &impl Conn, _from: Timestamp, _to: Timestamp) -> Result<Vec<Busy>, StoreError> {
    todo!()
}

/// Takes the time of an appointment, all of it or none: on [`Blocked::Taken`] roll back.
///
/// # Errors
/// Where the database fails.
pub async fn block(_tx: &Tx, _blocks: &[Busy], _appointment: AppointmentId) -> Result<Blocked, StoreError> {
    todo!()
}

/// Gives an appointment's time back.
///
/// # Errors
/// Where the database fails.
pub async fn free(_tx: &Tx, _appointment: AppointmentId) -> Result<(), StoreError> {
    todo!()
}
