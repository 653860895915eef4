//! What staff work on.

use jiff::Timestamp;
use rapport_domain::{
    case::{Case, CaseState, StaffReason},
    id::CaseId,
    triage::Urgency,
};
use serde::{Deserialize, Serialize};

use crate::{Conn, StoreError, Tx};

/// What staff read about a case beside its plain columns; kept encrypted under the case's key.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseDetail {
    /// "Sample A.".
    pub label: String,
    /// Why it is before staff.
    pub staff_reason: Option<StaffReason>,
    /// Why this therapist and time, a sentence per term, weightiest first.
    pub match_because: Vec<String>,
    /// Who was left out of the ranking, and by which filter.
    pub excluded: Vec<String>,
}

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFilter {
    /// Only these; all but closed ones where empty.
    pub states: Vec<CaseState>,
    /// Only these; all where empty.
    pub urgencies: Vec<Urgency>,
    /// Only cases that nobody claimed.
    pub unclaimed_only: bool,
}

/// Where a page of the queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseCursor {
    urgency: Urgency,
    respond_by: Timestamp,
    case: CaseId,
}

impl CaseCursor {
    /// Behind this case.
    #[must_use]
    pub const fn behind(case: &Case) -> Self {
        Self { urgency: case.urgency, respond_by: case.respond_by, case: case.id }
    }
}

/// A case.
///
/// # Errors
/// Where the database fails.
pub async fn get(_conn: &impl Conn, _id: CaseId) -> Result<Option<Case>, StoreError> {
    todo!()
}

/// Writes a case that was read as it stood, and returns its new version.
///
/// # Errors
/// [`StoreError::Conflict`] where it has changed since it was read.
pub async fn save(_tx: &Tx, _case: &Case) -> Result<i64, StoreError> {
    todo!()
}

/// What staff read about a case, opened.
///
/// # Errors
/// Where the database fails or the row cannot be opened.
pub async fn detail(_conn: &impl Conn, _id: CaseId) -> Result<Option<CaseDetail>, StoreError> {
    todo!()
}

/// Writes what staff read about a case.
///
/// # Errors
/// Where the database fails.
pub async fn save_detail(_tx: &Tx, _id: CaseId, _detail: &CaseDetail) -> Result<(), StoreError> {
    todo!()
}

/// A page of the queue: by urgency, then by the time left to answer.
///
/// # Errors
/// Where the database fails or a row cannot be opened.
pub async fn list(
    _conn: &impl Conn,
    _filter: &CaseFilter,
    _after: Option<CaseCursor>,
    _limit: u64,
) -> Result<Vec<(Case, CaseDetail)>, StoreError> {
    todo!()
}
