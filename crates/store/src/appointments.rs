//! Sessions' times.

use jiff::Timestamp;
use rapport_domain::{
    appointment::Appointment,
    id::{AppointmentId, CaseId},
};

use crate::{Conn, StoreError, Tx};

/// An appointment.
///
/// # Errors
/// Where the database fails.
pub async fn get(_conn: &impl Conn, _id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
    todo!()
}

/// The latest appointment of a case, in whatever state.
///
/// # Errors
/// Where the database fails.
pub async fn current_of_case(_conn: &impl Conn, _case: CaseId) -> Result<Option<Appointment>, StoreError> {
    todo!()
}

/// Writes a new one. Its time is taken by [`crate::calendar::block`].
///
/// # Errors
/// Where the database fails.
pub async fn insert(_tx: &Tx, _appointment: &Appointment) -> Result<(), StoreError> {
    todo!()
}

/// Writes one that was read when its sequence was `read_sequence`.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save(_tx: &Tx, _appointment: &Appointment, _read_sequence: u32) -> Result<(), StoreError> {
    todo!()
}

/// Holds whose release step has come, the earliest first.
///
/// # Errors
/// Where the database fails.
pub async fn due_for_release(_conn: &impl Conn, _now: Timestamp, _limit: u64) -> Result<Vec<Appointment>, StoreError> {
    todo!()
}
