//! Steps that the clock takes.

use std::time::Duration;

use rapport_runtime::Clock;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::job::JobError;

/// A step's name for the log, and how long it rests between two turns.
pub(crate) struct Timer {
    pub(crate) name: &'static str,
    pub(crate) period: Duration,
}

/// Takes the step at once and then every `period`, until `stop`. A failure is said once, and its end once.
pub(crate) async fn every<C, F, T>(timer: &Timer, clock: &dyn Clock, stop: &CancellationToken, with: &C, step: F)
where
    F: AsyncFn(&C, jiff::Timestamp) -> Result<T, JobError>,
{
    let mut ticks = tokio::time::interval(timer.period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match step(with, clock.now()).await {
            Ok(_) if failing => {
                failing = false;
                tracing::info!(timer = timer.name, "works again");
            }
            Ok(_) => {}
            Err(error) if !failing => {
                failing = true;
                let cause = &error as &dyn std::error::Error;
                tracing::error!(timer = timer.name, cause, "failed; tried again at every turn");
            }
            Err(_) => {}
        }
    }
}
