//! What triage found, kept encrypted under the person's key.

use rapport_domain::{
    id::{CaseId, IntakeId},
    triage::TriageResult,
};

use crate::{Conn, StoreError, Tx};

/// Keeps an intake's result; the first one stands.
///
/// # Errors
/// Where the database fails or there is no such intake.
pub async fn put(_tx: &Tx, _intake: IntakeId, _result: &TriageResult) -> Result<(), StoreError> {
    todo!()
}

/// The results of a case's intakes, opened, the first one first.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn of_case(_conn: &impl Conn, _case: CaseId) -> Result<Vec<(IntakeId, TriageResult)>, StoreError> {
    todo!()
}
