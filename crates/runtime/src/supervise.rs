//! A role that dies is started again, and said so once per death.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The first wait before a restart; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait: what an outage of a database may cost after it is over.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A role that ran this long had started well; its next wait is the first one again.
const RAN_WELL: Duration = Duration::from_secs(60);

/// Runs a role until `stop`, restarting it with growing waits when it ends early,
/// fails or panics. `start` makes the role anew each time; the role itself must
/// watch `stop` and end when its work is drained.
pub async fn supervise<F, R>(name: &'static str, stop: CancellationToken, mut start: F)
where
    F: FnMut() -> R + Send,
    R: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let mut wait = FIRST_WAIT;
    loop {
        let began = Instant::now();
        let ended = tokio::spawn(start()).await;
        if stop.is_cancelled() {
            if let Some(cause) = cause_of(ended) {
                tracing::warn!(role = name, cause, "failed while stopping");
            }
            return;
        }
        if began.elapsed() >= RAN_WELL {
            wait = FIRST_WAIT;
        }
        let cause = cause_of(ended).unwrap_or_else(|| "it ended unasked".to_owned());
        tracing::error!(role = name, cause, restart.seconds = wait.as_secs_f64(), "role died; it is started again");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
        }
    }
}

/// A panic's payload may hold anything a role had in hand, so it is not repeated;
/// the panic hook has already said where it happened.
fn cause_of(ended: Result<anyhow::Result<()>, tokio::task::JoinError>) -> Option<String> {
    match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(format!("{error:#}")),
        Err(_) => Some("it panicked".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_role_that_fails_panics_or_ends_is_started_again_until_stopped() {
        let stop = CancellationToken::new();
        let starts = Arc::new(AtomicU32::new(0));
        let (counted, ends) = (Arc::clone(&starts), stop.clone());
        supervise("role", stop.clone(), move || {
            let nth = counted.fetch_add(1, Ordering::SeqCst);
            let ends = ends.clone();
            async move {
                match nth {
                    0 => anyhow::bail!("no connection"),
                    1 => panic!("a bug"),
                    2 => Ok(()),
                    _ => {
                        ends.cancel();
                        Ok(())
                    }
                }
            }
        })
        .await;
        assert_eq!(starts.load(Ordering::SeqCst), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_to_their_limit_and_start_over_after_a_good_run() {
        let stop = CancellationToken::new();
        let began = Instant::now();
        let at = Arc::new(std::sync::Mutex::new(Vec::new()));
        let (times, ends) = (Arc::clone(&at), stop.clone());
        supervise("role", stop, move || {
            let nth = {
                let mut times = times.lock().unwrap();
                times.push(began.elapsed().as_millis());
                times.len()
            };
            let ends = ends.clone();
            async move {
                match nth {
                    3 => tokio::time::sleep(RAN_WELL).await,
                    5 => ends.cancel(),
                    _ => {}
                }
                anyhow::bail!("gone")
            }
        })
        .await;
        assert_eq!(*at.lock().unwrap(), [0, 500, 1500, 62_000, 63_000]);
    }
}
