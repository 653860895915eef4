//! Ends the process where one input takes too long: a thread that hangs cannot be stopped.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

/// How the process ends then.
pub(crate) const HANGS: i32 = 11;

/// Knows since when an input is being tried.
#[derive(Clone, Default)]
pub(crate) struct Watchdog(Arc<Mutex<Option<Instant>>>);

impl Watchdog {
    /// Watches until the process ends.
    pub(crate) fn start(allowed: Duration) -> Self {
        let watchdog = Self::default();
        let since = Arc::clone(&watchdog.0);
        let (never, ends) = mpsc::channel::<()>();
        thread::spawn(move || {
            let _never = never;
            // A wait that nothing ends but its time.
            while ends.recv_timeout(allowed / 8) == Err(mpsc::RecvTimeoutError::Timeout) {
                let since = *since.lock().unwrap_or_else(PoisonError::into_inner);
                if since.is_some_and(|since| since.elapsed() > allowed) {
                    std::process::exit(HANGS);
                }
            }
        });
        watchdog
    }

    /// Watches this, and says how long it took.
    pub(crate) fn over<T>(&self, work: impl FnOnce() -> T) -> (T, Duration) {
        let began = Instant::now();
        self.set(Some(began));
        let done = work();
        self.set(None);
        (done, began.elapsed())
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}
