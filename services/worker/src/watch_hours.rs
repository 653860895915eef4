//! Booked sessions that no longer stand within somebody's hours, whatever it was that changed: a licence that ends, other
//! closed days in the practice's files, a booking that crossed a change of hours.
//!
//! Whoever changes hours puts such cases before staff at once, in the same transaction. This looks again at what no
//! transaction of the roster sees.

use std::time::Duration;

use jiff::Timestamp;
use rapport_store::{outside, therapists};

use crate::{Deps, job::JobError, timer::Timer};

/// Sessions are days away; some minutes more do not matter.
pub(crate) const TIMER: Timer = Timer { name: "watch_hours", period: Duration::from_secs(300) };

/// Therapists that are read at a time.
const PAGE: u64 = 200;

/// Puts before staff what was not put there before, and says how many sessions that were.
///
/// # Errors
/// Where the store fails; what was put before staff until then stays there.
pub async fn watch(deps: &Deps, now: Timestamp) -> Result<u64, JobError> {
    let (mut referred, mut last) = (0, None);
    loop {
        let page = therapists::list(&deps.store, last, PAGE).await?;
        let Some(behind) = page.last().map(|it| it.therapist.id) else { return Ok(referred) };
        last = Some(behind);
        for it in page {
            if outside::found(&deps.store, &deps.practice, &it.therapist, now).await?.is_empty() {
                continue;
            }
            let practice = std::sync::Arc::clone(&deps.practice);
            let told: Result<usize, JobError> = deps
                .store
                .transact(move |tx| {
                    Box::pin(async move { Ok(outside::refer(tx, &practice, &it.therapist, now).await?.len()) })
                })
                .await;
            referred += u64::try_from(told?).unwrap_or_default();
        }
    }
}
