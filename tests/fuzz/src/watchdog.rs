//! Ends the process where one input takes too long: a thread that hangs cannot be stopped.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

/// How the process ends then.
pub(crate) const HANGS: i32 = 11;
/// What waits uses no processor: this many times what it may use of one is too long by the clock on the wall.
const WAITS: u32 = 60;

/// Knows since when an input is being tried.
#[derive(Clone, Default)]
pub(crate) struct Watchdog(Arc<Mutex<Option<Since>>>);

/// A busy machine slows the wall's clock down for us, and not the processor's.
#[derive(Clone, Copy)]
struct Since {
    processor: Duration,
    wall: Instant,
}

impl Watchdog {
    /// Watches until the process ends. `allowed` is time on the processor.
    pub(crate) fn start(allowed: Duration) -> Self {
        let watchdog = Self::default();
        let since = Arc::clone(&watchdog.0);
        let (never, ends) = mpsc::channel::<()>();
        thread::spawn(move || {
            let _never = never;
            // A wait that nothing ends but its time.
            while ends.recv_timeout(allowed / 8) == Err(mpsc::RecvTimeoutError::Timeout) {
                let since = *since.lock().unwrap_or_else(PoisonError::into_inner);
                if since.is_some_and(|since| since.used() > allowed || since.wall.elapsed() > WAITS * allowed) {
                    std::process::exit(HANGS);
                }
            }
        });
        watchdog
    }

    /// Watches this, and says how long it took on the processor.
    pub(crate) fn over<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
        let since = Since::now();
        self.set(Some(since));
        let done = work();
        self.set(None);
        (done, since.used())
    }

    fn set(&self, since: Option<Since>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

impl Since {
    fn now() -> Self {
        Self { processor: processor(), wall: Instant::now() }
    }

    fn used(self) -> Duration {
        processor().saturating_sub(self.processor)
    }
}

/// What this process has used so far: all its threads, of which only one works.
fn processor() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default()
}
