//! How a process is asked to end.

use tokio::signal::unix::{Signal, SignalKind, signal as listen};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled at the first SIGINT or SIGTERM. The second one
/// ends the process at once, for whoever does not want to wait for the drain.
///
/// # Errors
/// Where the system lets no handler be installed.
pub fn signal() -> std::io::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    let on_signal = stop.clone();
    tokio::spawn(async move {
        let first = either(&mut interrupt, &mut terminate).await;
        tracing::info!(signal = first, "stopping; a second signal ends at once");
        on_signal.cancel();
        let second = either(&mut interrupt, &mut terminate).await;
        tracing::warn!(signal = second, "ended without draining");
        std::process::exit(130);
    });
    Ok(stop)
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
