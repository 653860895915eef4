//! A fixed session comes near: its clients are reminded once. Whoever was told of
//! the time later than the reminder would have come needs none, and whoever was
//! told of an earlier time is not reminded of that one.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    letter::{Cause, DueLetter, LetterKind},
    practice::LetterPolicy,
};
use rapport_store::letters::{self, Told};

use crate::{Deps, job::JobError, timer::Timer};

/// A reminder may be a minute late.
pub(crate) const TIMER: Timer = Timer { name: "remind", period: Duration::from_secs(60) };

/// The letters that fix a time, and the reminder itself.
const KINDS: [LetterKind; 3] = [LetterKind::Confirmed, LetterKind::Moved, LetterKind::Reminder];

/// Queues the reminders that are due. The ledger's own key keeps each from being queued twice.
///
/// # Errors
/// Where the store fails.
pub async fn remind(deps: &Deps, now: Timestamp) -> Result<(), JobError> {
    let policy = &deps.practice.letters;
    let hours = policy.remind_hours.max(policy.remind_joint_hours);
    let told = letters::told_of_coming(&deps.store, &KINDS, now, now + hours_of(hours)).await?;
    let due = due(&told, policy, now);
    if due.is_empty() {
        return Ok(());
    }
    tracing::info!(letters = due.len(), "clients are reminded");
    deps.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &due, now).await })).await?;
    Ok(())
}

/// A reminder for each client who was told of the session as it stands, early enough, and was not reminded of it yet.
fn due(told: &[Told], policy: &LetterPolicy, now: Timestamp) -> Vec<DueLetter> {
    let is_current = |it: &&Told| it.sequence == it.session.sequence;
    let reminded = |it: &Told| {
        let of_it = |other: &&Told| other.recipient == it.recipient && other.session.id == it.session.id;
        told.iter().filter(is_current).filter(of_it).any(|other| other.kind == LetterKind::Reminder)
    };
    let fixed = told.iter().filter(is_current).filter(|it| it.kind != LetterKind::Reminder && !reminded(it));
    fixed
        .filter_map(|it| {
            let hours = policy.reminder_hours(it.session.care);
            let due_at = it.session.starts_at - hours_of(hours);
            let (session, sequence) = (it.session.id, it.sequence);
            (it.queued_at <= due_at && due_at <= now).then(|| DueLetter {
                cause: Cause::Before(session, sequence, hours),
                recipient: it.recipient.clone(),
                kind: LetterKind::Reminder,
                case: it.session.case,
                appointment: Some((session, sequence)),
            })
        })
        .collect()
}

fn hours_of(hours: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(hours))
}
