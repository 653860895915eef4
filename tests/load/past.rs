//! A long past: as many intakes as are wanted, of every sample in turn.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Context;
use clap::Args;
use rapport_proto::intake::intake_service_client::IntakeServiceClient;
use rapport_tests::people::{People, Sample, as_person};
use tokio::task::JoinSet;

use crate::report::progress;

/// How many.
#[derive(Args)]
pub(crate) struct Options {
    /// Intakes to store.
    #[arg(long, default_value_t = 100_000)]
    intakes: usize,
    /// The number of the first; who has the same number is the same person.
    #[arg(long, default_value_t = 0)]
    from: usize,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

/// Stores them.
pub(crate) async fn run(server: SocketAddr, people: &People, options: &Options) -> anyhow::Result<()> {
    let samples: anyhow::Result<Vec<_>> = Sample::ALL.iter().map(|sample| people.request(*sample)).collect();
    let (samples, next, end) =
        (Arc::new(samples?), Arc::new(AtomicUsize::new(options.from)), options.from + options.intakes);
    let bar = progress(u64::try_from(options.intakes)?, "storing");
    let mut connections: JoinSet<anyhow::Result<()>> = JoinSet::new();
    for _ in 0..options.connections {
        let mut client = IntakeServiceClient::connect(format!("http://{server}")).await?;
        let (samples, next, bar) = (Arc::clone(&samples), Arc::clone(&next), bar.clone());
        connections.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let sample = samples.get(number % samples.len()).filter(|_| number < end);
                let Some(sample) = sample else { return Ok(()) };
                let stored = client.submit_intake(as_person(sample.clone(), number)).await;
                stored.with_context(|| format!("intake {number} was refused"))?;
                bar.inc(1);
            }
        });
    }
    while let Some(connection) = connections.join_next().await {
        connection??;
    }
    bar.finish_and_clear();
    Ok(())
}
