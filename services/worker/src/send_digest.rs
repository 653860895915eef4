//! The day's digest to the practice: how much is open, and what stands still. The
//! numbers are read when it is written.

use std::time::Duration;

use jiff::Timestamp;
use rapport_domain::letter::{Cause, LetterKind, PracticeLetter, Recipient};
use rapport_store::letters;

use crate::{Deps, job::JobError, timer::Timer};

/// It may be a minute late.
pub(crate) const TIMER: Timer = Timer { name: "send_digest", period: Duration::from_secs(60) };

/// Queues today's digest once it is due, for everybody who gets it. After a night without a worker the day's one still
/// comes, and none of the days before.
///
/// # Errors
/// Where the store fails.
pub async fn send_digest(deps: &Deps, now: Timestamp) -> Result<(), JobError> {
    let (policy, today) = (&deps.practice.letters, deps.practice.today(now));
    let is_due = policy.digest_due(&deps.practice.zone, today).is_some_and(|due| due <= now);
    let cause = Cause::Day(today);
    if !is_due || policy.digest_to.is_empty() || letters::is_known(&deps.store, &cause).await? {
        return Ok(());
    }
    let to =
        |(position, _)| PracticeLetter { cause, recipient: Recipient::Digest(position), kind: LetterKind::StaffDigest };
    let digest: Vec<_> = (0..).zip(&policy.digest_to).map(to).collect();
    deps.store.transact(move |tx| Box::pin(async move { letters::queue_of_practice(tx, &digest, now).await })).await?;
    Ok(())
}
