//! The mail ledger, which is the notifier's queue.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    id::{AppointmentId, CaseId, LetterId},
    letter::{DueLetter, LedgerState, LetterKind, Recipient},
};

use crate::{Conn, Store, StoreError, Tx};

/// A letter that this notifier holds until its lease ends.
#[derive(Clone)]
pub struct ClaimedLetter {
    /// Its row; stable, so that it can name the message.
    pub id: LetterId,
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub kind: LetterKind,
    /// About which case.
    pub case: CaseId,
    /// About which appointment, in which state of it.
    pub appointment: Option<(AppointmentId, u32)>,
    /// When it was queued: the message's date, and what the time for tries is counted from.
    pub queued_at: Timestamp,
    /// How often it was claimed, this time included; also tells this claim from a later one.
    pub attempts: u32,
    /// The message of an earlier try, to be sent again byte by byte.
    pub bytes: Option<Vec<u8>>,
}

/// Where a letter stands, for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterStanding {
    /// Its row.
    pub id: LetterId,
    /// Which.
    pub kind: LetterKind,
    /// To whom.
    pub recipient: Recipient,
    /// Where it stands.
    pub state: LedgerState,
    /// When that last changed.
    pub updated_at: Timestamp,
}

/// Puts letters into the ledger; one that is there already stays as it is.
///
/// # Errors
/// Where the database fails.
pub async fn queue(_tx: &Tx, _letters: &[DueLetter], _now: Timestamp) -> Result<(), StoreError> {
    todo!()
}

/// Takes letters that are due, or whose notifier let its lease end before it
/// began to send. One whose lease ended while it was being sent becomes `unknown`.
///
/// # Errors
/// Where the database fails or a kept message cannot be opened.
pub async fn claim(
    _store: &Store,
    _now: Timestamp,
    _lease: SignedDuration,
    _limit: u32,
) -> Result<Vec<ClaimedLetter>, StoreError> {
    todo!()
}

/// Keeps the message, encrypted, until the letter is final.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn keep_bytes(_conn: &impl Conn, _letter: &ClaimedLetter, _bytes: &[u8]) -> Result<(), StoreError> {
    todo!()
}

/// Notes, before the first byte leaves, that from here nobody may try blindly again.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost: do not send.
pub async fn sending(
    _conn: &impl Conn,
    _letter: &ClaimedLetter,
    _now: Timestamp,
    _lease: SignedDuration,
) -> Result<(), StoreError> {
    todo!()
}

/// The mail server took it.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn sent(_conn: &impl Conn, _letter: &ClaimedLetter, _now: Timestamp) -> Result<(), StoreError> {
    todo!()
}

/// Refused for now, before the final dot; `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn retry(
    _conn: &impl Conn,
    _letter: &ClaimedLetter,
    _not_before: Timestamp,
    _why: &str,
    _now: Timestamp,
) -> Result<(), StoreError> {
    todo!()
}

/// Refused for good; `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn failed(_conn: &impl Conn, _letter: &ClaimedLetter, _why: &str, _now: Timestamp) -> Result<(), StoreError> {
    todo!()
}

/// The reply was lost after the final dot; `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn unknown(
    _conn: &impl Conn,
    _letter: &ClaimedLetter,
    _why: &str,
    _now: Timestamp,
) -> Result<(), StoreError> {
    todo!()
}

/// No longer true when its turn came.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn superseded(_conn: &impl Conn, _letter: &ClaimedLetter, _now: Timestamp) -> Result<(), StoreError> {
    todo!()
}

/// Every letter about a case, the oldest first.
///
/// # Errors
/// Where the database fails.
pub async fn of_case(_conn: &impl Conn, _case: CaseId) -> Result<Vec<LetterStanding>, StoreError> {
    todo!()
}
