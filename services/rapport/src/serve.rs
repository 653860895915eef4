//! `rapport`, `rapport all | intake | worker | notifier | console`: serve until asked to stop.

use rapport_runtime::{shutdown, telemetry};

use crate::{
    house::House,
    roles::{self, Role},
    settings::Settings,
};

/// Serves roles until SIGINT or SIGTERM, then drains them.
///
/// # Errors
/// Where anything that they need is not right at start.
pub(crate) async fn run(settings: &Settings, roles: &[Role]) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let stop = shutdown::signal()?;
    let house = House::open(settings).await?;
    let running = roles::start(roles, settings, &house, &stop).await?;
    tracing::info!(roles = ?roles, "serving");
    running.drained().await;
    tracing::info!("stopped");
    Ok(())
}

/// Serves pages alone, likewise: without the practice's folder, the database or its key.
///
/// # Errors
/// Where the address cannot be taken.
pub(crate) async fn run_pages(settings: &Settings) -> anyhow::Result<()> {
    telemetry::init(&settings.log);
    let stop = shutdown::signal()?;
    let running = roles::start_pages(settings, &stop).await?;
    tracing::info!("serving pages");
    running.drained().await;
    tracing::info!("stopped");
    Ok(())
}
