//! The demo's clock: the machine's, and some way behind it while the week before is played.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use rapport_runtime::{Clock, SystemClock};

/// Runs as the machine's does, and jumps only forward once it was set back. It is handed to the services of this one
/// process as every clock is, so nothing that they do has to know of it.
#[derive(Default)]
pub(super) struct DemoClock {
    behind_micros: AtomicI64,
}

impl DemoClock {
    /// Goes back to an instant: before anything was written by this clock.
    pub(super) fn set_back_to(&self, then: Timestamp) {
        self.behind_micros.store(behind(then), Ordering::SeqCst);
    }

    /// Jumps forward to an instant; stays where it is if that is past.
    pub(super) fn jump_to(&self, then: Timestamp) {
        self.behind_micros.fetch_min(behind(then).max(0), Ordering::SeqCst);
    }

    /// Is the machine's clock from now on.
    pub(super) fn catch_up(&self) {
        self.behind_micros.store(0, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() - SignedDuration::from_micros(self.behind_micros.load(Ordering::SeqCst))
    }
}

fn behind(then: Timestamp) -> i64 {
    i64::try_from(SystemClock.now().duration_since(then).as_micros()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guard: `fetch_min` in `jump_to`.
    #[test]
    fn it_never_goes_back_once_it_runs_and_ends_as_the_machines_own() {
        let (clock, start) = (DemoClock::default(), SystemClock.now());
        let ago = |hours| start - SignedDuration::from_hours(hours);
        clock.set_back_to(ago(50));
        assert!(clock.now() < ago(49));
        clock.jump_to(ago(20));
        clock.jump_to(ago(40));
        assert!(clock.now() >= ago(20) && clock.now() < ago(19));
        clock.jump_to(start + SignedDuration::from_hours(9));
        assert!(clock.now() <= SystemClock.now());
        clock.catch_up();
        assert!(clock.now() >= start);
    }
}
