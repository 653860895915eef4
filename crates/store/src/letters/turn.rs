//! What becomes of a letter while a notifier holds it: each step is refused to whoever lost it.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{letter::LedgerState, practice::Practice};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{
    ClaimedLetter, changed, ended, key_of,
    refused::{self, Refused},
    table,
};
use crate::{Conn, StoreError, Tx, column};

/// Keeps the message, encrypted, until the letter is final.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn keep_bytes(conn: &impl Conn, letter: &ClaimedLetter, bytes: &[u8]) -> Result<(), StoreError> {
    let key = key_of(conn, &letter.recipient, letter.case).await?;
    let sealed = key.seal("letters", "bytes", letter.id.uuid(), bytes);
    let kept = table::ActiveModel { bytes: Set(Some(sealed)), ..Default::default() };
    change(conn, letter, &[LedgerState::Claimed], kept).await
}

/// Holds a letter for longer, while its notifier lives and works on it.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost, or the letter's turn has ended.
pub async fn hold(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<(), StoreError> {
    let held =
        table::ActiveModel { leased_until: Set(Some(column::from_time(until(now, lease)?))), ..Default::default() };
    change(conn, letter, &[LedgerState::Claimed, LedgerState::Sending], held).await
}

/// Notes, before the first byte leaves, that from here nobody may try blindly again.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost: do not send.
pub async fn sending(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    now: Timestamp,
    lease: SignedDuration,
) -> Result<(), StoreError> {
    let mut sending = changed(LedgerState::Sending, now);
    sending.leased_until = Set(Some(column::from_time(until(now, lease)?)));
    change(conn, letter, &[LedgerState::Claimed], sending).await
}

/// The mail server took it. Whoever sent it knows so even where the lease ended
/// meanwhile and the letter was given up as `unknown`.
///
/// # Errors
/// [`StoreError::Conflict`] where somebody decided on it otherwise.
pub async fn sent(conn: &impl Conn, letter: &ClaimedLetter, now: Timestamp) -> Result<(), StoreError> {
    let from = [LedgerState::Sending, LedgerState::Unknown];
    change(conn, letter, &from, ended(LedgerState::Sent, None, now)).await
}

/// A receiver took it that may be told twice: it was never `sending`.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn posted(conn: &impl Conn, letter: &ClaimedLetter, now: Timestamp) -> Result<(), StoreError> {
    change(conn, letter, &[LedgerState::Claimed], ended(LedgerState::Sent, None, now)).await
}

/// Waits until then, untried.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn postpone(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut later = changed(LedgerState::Queued, now);
    later.not_before = Set(column::from_time(not_before));
    later.leased_until = Set(None);
    change(conn, letter, &[LedgerState::Claimed], later).await
}

/// Refused for now, before the final dot; `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn retry(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    not_before: Timestamp,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut again = changed(LedgerState::Retry, now);
    again.not_before = Set(column::from_time(not_before));
    again.leased_until = Set(None);
    again.why = Set(Some(why.to_owned()));
    change(conn, letter, &[LedgerState::Claimed, LedgerState::Sending], again).await
}

/// Its turn was not yet: it waits, and this was no try.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn put_back(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut waiting = changed(LedgerState::Queued, now);
    waiting.not_before = Set(column::from_time(not_before));
    waiting.leased_until = Set(None);
    waiting.tries = Set(column::from_count(letter.tries.saturating_sub(1)));
    change(conn, letter, &[LedgerState::Claimed], waiting).await
}

/// Refused for good, with what follows for its client's case ([`refused`]); `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn refuse(
    tx: &Tx,
    letter: &ClaimedLetter,
    why: &str,
    practice: &Practice,
    now: Timestamp,
) -> Result<(), StoreError> {
    failed(tx, letter, why, now).await?;
    let about = Refused { letter: letter.id, recipient: &letter.recipient, case: letter.case, why };
    refused::owe_call(tx, about, practice, now).await
}

/// Refused for good; `why` carries no address.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub(crate) async fn failed(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let failed = ended(LedgerState::Failed, Some(why), now);
    change(conn, letter, &[LedgerState::Claimed, LedgerState::Sending], failed).await
}

/// The reply was lost after the final dot; `why` carries no address. The
/// message is kept, for whoever resolves it.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn unknown(conn: &impl Conn, letter: &ClaimedLetter, why: &str, now: Timestamp) -> Result<(), StoreError> {
    let mut unknown = changed(LedgerState::Unknown, now);
    unknown.leased_until = Set(None);
    unknown.why = Set(Some(why.to_owned()));
    change(conn, letter, &[LedgerState::Sending], unknown).await
}

/// No longer true when its turn came.
///
/// # Errors
/// [`StoreError::Conflict`] where the lease was lost.
pub async fn superseded(conn: &impl Conn, letter: &ClaimedLetter, now: Timestamp) -> Result<(), StoreError> {
    change(conn, letter, &[LedgerState::Claimed], ended(LedgerState::Superseded, None, now)).await
}

async fn change(
    conn: &impl Conn,
    letter: &ClaimedLetter,
    from: &[LedgerState],
    change: table::ActiveModel,
) -> Result<(), StoreError> {
    let done = table::Entity::update_many()
        .set(change)
        .filter(table::Column::Id.eq(letter.id.uuid()))
        .filter(table::Column::Attempts.eq(column::from_count(letter.attempts)))
        .filter(table::Column::State.is_in(from.iter().map(|state| state.name())))
        .exec(conn.db())
        .await?;
    if done.rows_affected == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

pub(super) fn until(now: Timestamp, lease: SignedDuration) -> Result<Timestamp, StoreError> {
    now.checked_add(lease).map_err(|_| StoreError::Unreadable("the clock"))
}
