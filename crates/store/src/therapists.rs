//! The roster; roster.csv only seeds it.

use rapport_domain::{id::TherapistId, matching::Therapist};

use crate::{Conn, Store, StoreError};

/// Everybody, by id.
///
/// # Errors
/// Where the database fails.
pub async fn all(_conn: &impl Conn) -> Result<Vec<Therapist>, StoreError> {
    todo!()
}

/// One of them.
///
/// # Errors
/// Where the database fails.
pub async fn get(_conn: &impl Conn, _id: TherapistId) -> Result<Option<Therapist>, StoreError> {
    todo!()
}

/// Fills an empty roster; one that has anybody in it is the truth and stays as
/// it is. Returns how many were added.
///
/// # Errors
/// Where the database fails.
pub async fn seed_if_empty(_store: &Store, _therapists: &[Therapist]) -> Result<u64, StoreError> {
    todo!()
}
