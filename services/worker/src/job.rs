//! What can go wrong in a job, and which of it is worth another try.

use rapport_domain::{appointment::NotOpen, case::CaseError};
use rapport_store::StoreError;

/// Why a job did not get done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Somebody else changed the same row first: at once again, with fresh eyes.
    #[error("the row was changed by somebody else")]
    Conflict,
    /// The database does not answer, or the work hit one of its limits: later again.
    #[error("the store: {0}")]
    Store(StoreError),
    /// The time was taken while it was being booked: the transaction rolls back and the next candidate is tried.
    #[error("the time is taken")]
    Taken,
    /// No try will ever mend it. The text carries no personal data.
    #[error("{0}")]
    Poison(&'static str),
}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            other => Self::Store(other),
        }
    }
}

/// A case that ended while a machine was deciding on it: read again, there is nothing left to do.
impl From<CaseError> for JobError {
    fn from(_: CaseError) -> Self {
        Self::Conflict
    }
}

/// An appointment that was given back while a machine was deciding on it.
impl From<NotOpen> for JobError {
    fn from(_: NotOpen) -> Self {
        Self::Conflict
    }
}
