//! Closes what was written into the audit trail, batch by batch.

use std::time::Duration;

use jiff::Timestamp;
use rapport_store::audit;

use crate::{Deps, job::JobError, timer::Timer};

/// What is written is sealed within seconds: until then it could be altered unseen.
pub(crate) const TIMER: Timer = Timer { name: "seal_audit", period: Duration::from_secs(5) };

/// Seals everything that is written by now, and logs every head: a log that stands elsewhere shows what was taken away.
///
/// # Errors
/// Where the store fails; what was sealed until then stays sealed.
pub async fn seal_audit(deps: &Deps, now: Timestamp) -> Result<(), JobError> {
    while let Some(head) = audit::seal::next(&deps.store, now).await? {
        let hex = head.hex();
        tracing::info!(
            audit.seal = head.number,
            audit.entries = head.entries,
            audit.head = hex,
            "sealed the audit trail"
        );
    }
    Ok(())
}
