//! One intake, stored whole or not at all, in one round trip.

use jiff::Timestamp;
use rapport_domain::{case::Case, event::Event, intake::Intake, letter::DueLetter};

use crate::{AuditEntry, CaseDetail, RequestKey, Store, StoreError};

/// Everything that one submission stores.
pub struct NewIntake {
    /// The new case.
    pub case: Case,
    /// What staff read about it.
    pub detail: CaseDetail,
    /// The intake.
    pub intake: Intake,
    /// What the client's status token hashes to.
    pub status_token_hash: [u8; 32],
    /// `IntakeReceived`.
    pub event: Event,
    /// The staff alert, where safety was flagged.
    pub letters: Vec<DueLetter>,
    /// The request that brought it.
    pub request: RequestKey,
    /// The answer, for when the request is repeated.
    pub response: Vec<u8>,
    /// The row of the audit trail.
    pub audit: AuditEntry,
    /// The clock's time.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Stored; answer with the response that was given.
    Stored,
    /// The same request came before; answer with these bytes.
    Repeated(Vec<u8>),
    /// The request id came before with another request.
    OtherBody,
}

impl Store {
    /// Stores an intake with its case, keys, event, letters, audit row and
    /// request id: all of it, once, or nothing.
    ///
    /// # Errors
    /// Where the database fails; nothing is stored then.
    pub async fn accept(&self, _new: NewIntake) -> Result<Accepted, StoreError> {
        todo!()
    }
}
