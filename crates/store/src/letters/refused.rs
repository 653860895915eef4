//! What follows where a letter did not reach its client: somebody calls.

use jiff::Timestamp;
use rapport_domain::{
    id::{CaseId, LetterId},
    letter::{Cause, DueLetter, LedgerState, LetterKind, Recipient},
    practice::Practice,
    triage::Booking,
};
use rapport_security::BounceTag;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{ended, get, queue, table};
use crate::{RefusedLetter, StoreError, Topic, Tx, cases, column, store::sealed::Sealed};

/// A letter that was refused for good.
pub(super) struct Refused<'a> {
    pub(super) letter: LetterId,
    pub(super) recipient: &'a Recipient,
    pub(super) case: Option<CaseId>,
    pub(super) why: &'a str,
}

/// A letter came back though the mail server had taken it. Only the try that it left with counts: a later one has an end
/// of its own. Returns whether it was one of ours that stood as sent; repeating it changes nothing.
///
/// # Errors
/// Where the database fails.
pub async fn bounced(
    tx: &Tx,
    tag: BounceTag,
    why: &str,
    practice: &Practice,
    now: Timestamp,
) -> Result<Option<LetterId>, StoreError> {
    let Some(letter) = get(tx, LetterId::new(tag.letter)).await? else { return Ok(None) };
    let taken = [LedgerState::Sending, LedgerState::Sent, LedgerState::Unknown].map(LedgerState::name);
    let mut failed = ended(LedgerState::Failed, Some(why), now);
    failed.settled_by = sea_orm::ActiveValue::Set(None);
    let done = table::Entity::update_many()
        .set(failed)
        .filter(table::Column::Id.eq(tag.letter))
        .filter(table::Column::Attempts.eq(column::from_count(u32::from(tag.attempt))))
        .filter(table::Column::State.is_in(taken))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 0 {
        return Ok(None);
    }
    tx.touch(Topic::Letters);
    let about = Refused { letter: letter.id, recipient: &letter.recipient, case: letter.case, why };
    owe_call(tx, about, practice, now).await?;
    Ok(Some(letter.id))
}

/// Somebody calls a client whom a letter did not reach: the case says so, and the on-call chain hears of it. Nothing that
/// a client could see changes.
pub(super) async fn owe_call(
    tx: &Tx,
    refused: Refused<'_>,
    practice: &Practice,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (Recipient::Client(_), Some(id)) = (refused.recipient, refused.case) else { return Ok(()) };
    let mut case = cases::lock(tx, id).await?.ok_or(StoreError::Missing("a letter's case"))?;
    if !case.owe_call(practice.respond_by(case.urgency, Booking::Never, case.care.care(), now)) {
        return Ok(());
    }
    let mut detail = cases::detail(tx, id).await?.ok_or(StoreError::Missing("a letter's case"))?;
    detail.refused.retain(|other| other.letter != refused.letter);
    detail.refused.push(RefusedLetter { letter: refused.letter, why: refused.why.to_owned() });
    cases::save_with_detail(tx, &case, &detail).await?;
    let alert = DueLetter {
        cause: Cause::Letter(refused.letter),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case: id,
        appointment: None,
    };
    queue(tx, &[alert], now).await
}

/// Nobody has to call because of this letter any more.
pub(super) async fn forget(tx: &Tx, letter: LetterId, case: Option<CaseId>) -> Result<(), StoreError> {
    let Some(id) = case else { return Ok(()) };
    let case = cases::lock(tx, id).await?.ok_or(StoreError::Missing("a letter's case"))?;
    let mut detail = cases::detail(tx, id).await?.ok_or(StoreError::Missing("a letter's case"))?;
    let before = detail.refused.len();
    detail.refused.retain(|refused| refused.letter != letter);
    if detail.refused.len() < before {
        cases::save_with_detail(tx, &case, &detail).await?;
    }
    Ok(())
}
