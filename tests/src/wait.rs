//! Waiting on a condition.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep};

/// Far above what anything here takes on a busy machine; reached only by a test that fails.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Returns as soon as `condition` holds; panics with `what` when it never does.
pub async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let end = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < end, "waited {PATIENCE:?} in vain until {what}");
        sleep(LOOK_AGAIN).await;
    }
}
