//! As many intakes as the connections get through.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Args;
use rapport_proto::intake::{SubmitIntakeRequest, intake_service_client::IntakeServiceClient};
use rapport_tests::people::as_person;
use tokio::task::JoinSet;

use crate::report::{Latencies, Report, progress};

/// How long and with how many.
#[derive(Args)]
pub(crate) struct Options {
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds that count.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Seconds before them that do not.
    #[arg(long, default_value_t = 3)]
    warmup: u64,
}

/// Runs it.
pub(crate) async fn run(server: SocketAddr, sample: &SubmitIntakeRequest, options: &Options) -> anyhow::Result<Report> {
    let next = Arc::new(AtomicUsize::new(0));
    let counts_from = Instant::now() + Duration::from_secs(options.warmup);
    let ends = counts_from + Duration::from_secs(options.seconds);
    let bar = progress(options.warmup + options.seconds, "submitting");
    let mut connections = JoinSet::new();
    for _ in 0..options.connections {
        let mut client = IntakeServiceClient::connect(format!("http://{server}")).await?;
        let (next, sample) = (Arc::clone(&next), sample.clone());
        connections.spawn(async move {
            let mut latencies = Latencies::new();
            let mut refused = 0_u64;
            loop {
                let started = Instant::now();
                if started >= ends {
                    return (latencies, refused);
                }
                let request = as_person(sample.clone(), next.fetch_add(1, Ordering::Relaxed));
                let answered = client.submit_intake(request).await.is_ok();
                if started >= counts_from {
                    if answered { latencies.record(started.elapsed()) } else { refused += 1 }
                }
            }
        });
    }
    while Instant::now() < ends {
        tokio::time::sleep(Duration::from_secs(1).min(ends - Instant::now())).await;
        bar.inc(1);
    }
    let (mut latencies, mut refused) = (Latencies::new(), 0);
    while let Some(connection) = connections.join_next().await {
        let (more, also_refused) = connection?;
        latencies.add(&more);
        refused += also_refused;
    }
    bar.finish_and_clear();
    Ok(Report::new("submit", options.seconds, refused, latencies).with("connections", options.connections.to_string()))
}
