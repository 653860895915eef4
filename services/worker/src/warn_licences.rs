//! Licences that end within 60 days: the practice is written once about each and its last day.

use std::time::Duration;

use jiff::Timestamp;
use rapport_domain::{
    letter::{Cause, LetterKind, PracticeLetter, Recipient},
    practice::roster::licences_to_renew,
};
use rapport_store::{letters, therapists};

use crate::{Deps, job::JobError, timer::Timer};

/// Days are what counts; the first one is told within the hour.
pub(crate) const TIMER: Timer = Timer { name: "warn_licences", period: Duration::from_secs(3600) };

/// Queues a letter about each licence that has none about its last day yet, to everybody who gets the digest. The ledger
/// knows what was written: a renewed licence ends on another day, and is told of anew when that comes near.
///
/// # Errors
/// Where the store fails.
pub async fn warn(deps: &Deps, now: Timestamp) -> Result<(), JobError> {
    let (everybody, today) = (therapists::all(&deps.store).await?, deps.practice.today(now));
    let ending = licences_to_renew(&everybody, today).filter(|(_, licence)| licence.expires >= today);
    let cause = ending.map(|(therapist, licence)| Cause::Licence(therapist.id, licence.state, licence.expires));
    let to = |cause| {
        let each = (0..).zip(&deps.practice.letters.digest_to);
        each.map(move |(position, _)| PracticeLetter {
            cause,
            recipient: Recipient::Digest(position),
            kind: LetterKind::LicenceEnds,
        })
    };
    let mut due = Vec::new();
    for cause in cause {
        if !letters::is_known(&deps.store, &cause).await? {
            due.extend(to(cause));
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    deps.store.transact(move |tx| Box::pin(async move { letters::queue_of_practice(tx, &due, now).await })).await?;
    Ok(())
}
