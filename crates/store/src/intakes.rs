//! What one person submitted.

use rapport_domain::{
    id::{CaseId, IntakeId},
    intake::Intake,
};

use crate::{Conn, SearchToken, StoreError};

/// An intake, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn get(_conn: &impl Conn, _id: IntakeId) -> Result<Option<Intake>, StoreError> {
    todo!()
}

/// A case's intakes, the first one first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(_conn: &impl Conn, _case: CaseId) -> Result<Vec<Intake>, StoreError> {
    todo!()
}

/// The intake that a status token opens.
///
/// # Errors
/// Where the database fails.
pub async fn by_status_token(_conn: &impl Conn, _hash: [u8; 32]) -> Result<Option<IntakeId>, StoreError> {
    todo!()
}

/// Whether another case that is still open has one of these tokens.
///
/// # Errors
/// Where the database fails.
pub async fn same_person_open(
    _conn: &impl Conn,
    _intake: &Intake,
    _tokens: &[SearchToken],
) -> Result<bool, StoreError> {
    todo!()
}
