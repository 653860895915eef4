//! The relay: publishes what the outbox holds. It is woken after every commit
//! that added an event and polls slowly behind that, for whatever was committed
//! while nobody listened.

use std::time::Duration;

use rapport_messaging::PublishError;
use rapport_store::{StoreError, Topic, outbox};
use tokio_util::sync::CancellationToken;

use crate::Deps;

/// The slow poll.
const POLL: Duration = Duration::from_secs(1);
/// Events in one batch: 32 in flight is where confirms stop getting faster; four times that spares round trips.
const BATCH: u32 = 128;
/// The first wait while broker or database is away; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait: how late the first event may leave after an outage.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Publishes one batch, and says how many events it published.
///
/// # Errors
/// Where the store or the transport fails; what was not confirmed stays in the outbox.
pub async fn relay_once(deps: &Deps) -> Result<u64, RelayError> {
    let relayed = outbox::relay_batch(&deps.store, &*deps.transport, BATCH, deps.clock.now()).await?;
    relayed.failed.map_or(Ok(relayed.published), |error| Err(error.into()))
}

/// Why events could not be published.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// The outbox could not be read or marked.
    #[error("the outbox: {0}")]
    Store(#[from] StoreError),
    /// The broker did not confirm them.
    #[error("the transport: {0}")]
    Publish(#[from] PublishError),
}

/// Relays until `stop`. An outage is said once when it begins and once when it ends.
pub(crate) async fn run(deps: &Deps, stop: &CancellationToken) {
    let mut news = deps.store.wakes().subscribe(Topic::Outbox);
    let mut wait = None;
    while !stop.is_cancelled() {
        match relay_once(deps).await {
            Ok(published) => {
                if wait.take().is_some() {
                    tracing::info!("events are published again");
                }
                if published > 0 {
                    continue;
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = news.changed() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
            Err(error) => {
                if wait.is_none() {
                    tracing::error!(cause = %error, "events cannot be published; they stay in the outbox");
                }
                let rest = wait.map_or(FIRST_WAIT, |last: Duration| (last * 2).min(LONGEST_WAIT));
                wait = Some(rest);
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = tokio::time::sleep(rest) => {}
                }
            }
        }
    }
}
