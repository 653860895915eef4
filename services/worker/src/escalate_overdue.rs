//! A promise that nobody kept: by when the case had to be answered is past, and
//! nobody has reached the client. The on-call chain is told once more, once for
//! each promise, and walks as for any other alert.

use std::time::Duration;

use jiff::Timestamp;
use rapport_domain::{id::CaseId, letter::Cause};
use rapport_store::{StoreError, calls, cases, letters};

use crate::{Deps, job::JobError, refer::alert, timer::Timer};

/// Promises are a matter of minutes at least; half a minute late is on time.
pub(crate) const TIMER: Timer = Timer { name: "escalate_overdue", period: Duration::from_secs(30) };

/// Cases that one turn looks at; the rest waits for the next turn.
const BATCH: u64 = 200;

/// Tells of every promise that is past, and says of how many.
///
/// # Errors
/// The first failure, after all the others had their turn.
pub async fn escalate_due(deps: &Deps, now: Timestamp) -> Result<usize, JobError> {
    let (mut told, mut failure) = (0, None);
    for case in calls::overdue(&deps.store, now, BATCH).await? {
        match escalate(deps, case, now).await {
            Ok(()) => told += 1,
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(told), Err)
}

/// Two workers at once write the same twice: the ledger has one letter for one promise.
#[tracing::instrument(skip_all, fields(case.id = %id))]
async fn escalate(deps: &Deps, id: CaseId, now: Timestamp) -> Result<(), JobError> {
    tracing::warn!("by when a case had to be answered is past, and nobody has reached the client");
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                let case = cases::get(tx, id).await?.ok_or(StoreError::Missing("an overdue case"))?;
                // Answered, raised or given another time meanwhile: another promise counts.
                if case.respond_by > now || calls::is_answered(tx, &case).await? {
                    return Ok(());
                }
                calls::escalated(tx, &case).await?;
                letters::queue(tx, &[alert(id, Cause::Overdue(id, case.respond_by))], now).await?;
                Ok(())
            })
        })
        .await
}
