//! Intakes at a fixed rate, until each has its letter.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use clap::Args;
use rapport_proto::intake::{SubmitIntakeRequest, intake_service_client::IntakeServiceClient};
use rapport_tests::people::as_person;
use tokio::{sync::Semaphore, task::JoinSet, time};

use crate::{
    mail_sink::MailSink,
    report::{Latencies, Report, progress},
};

/// How fast, how long, and where the letters go.
#[derive(Args)]
pub(crate) struct Options {
    /// Intakes a second.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Seconds that count.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Seconds before them that do not.
    #[arg(long, default_value_t = 3)]
    warmup: u64,
    /// Where this program listens as the mail server; `RAPPORT__MAIL__URL` of the system under load.
    #[arg(long, default_value = "127.0.0.1:2525")]
    mail_listen: SocketAddr,
    /// Seconds to wait for letters after the last request.
    #[arg(long, default_value_t = 60)]
    patience: u64,
}

/// Requests under way at once; more than that and the server is not keeping up at all.
const MOST_UNDER_WAY: usize = 4096;

/// Runs it.
pub(crate) async fn run(server: SocketAddr, sample: &SubmitIntakeRequest, options: &Options) -> anyhow::Result<Report> {
    ensure!(options.rate > 0 && options.mail_listen.ip().is_loopback(), "a rate above 0, and mail on loopback only");
    let sink = MailSink::listen(options.mail_listen).await?;
    let client = IntakeServiceClient::connect(format!("http://{server}")).await?;
    let total = count(options.rate, options.warmup + options.seconds);
    let bar = progress(options.warmup + options.seconds, "sending");
    let under_way = Arc::new(Semaphore::new(MOST_UNDER_WAY));
    let (mut sent, mut due_at) = (JoinSet::new(), HashMap::new());
    let begins = Instant::now();
    for number in 0..total {
        let due = begins + Duration::from_secs_f64(number_as_f64(number) / f64::from(options.rate));
        time::sleep_until(due.into()).await;
        due_at.insert(number, due);
        let (mut client, request) = (client.clone(), as_person(sample.clone(), number));
        let place = Arc::clone(&under_way).acquire_owned().await?;
        sent.spawn(async move {
            let answered = client.submit_intake(request).await.is_ok();
            drop(place);
            (number, answered)
        });
        bar.set_position((due - begins).as_secs());
    }
    let mut refused = 0;
    while let Some(answer) = sent.join_next().await {
        let (number, answered) = answer?;
        if !answered {
            refused += 1;
            due_at.remove(&number);
        }
    }
    let gives_up = Instant::now() + Duration::from_secs(options.patience);
    while sink.people() < due_at.len() && Instant::now() < gives_up {
        time::sleep(Duration::from_millis(20)).await;
    }
    bar.finish_and_clear();
    Ok(figures(&sink, &due_at, refused, options))
}

fn figures(sink: &MailSink, due_at: &HashMap<usize, Instant>, refused: u64, options: &Options) -> Report {
    let arrivals = sink.arrivals();
    let counts_from = count(options.rate, options.warmup);
    let (mut latencies, mut missing, mut twice) = (Latencies::new(), 0_u64, 0_u64);
    for (number, due) in due_at.iter().filter(|(number, _)| **number >= counts_from) {
        match arrivals.get(number).map(Vec::as_slice) {
            Some([first, more @ ..]) => {
                latencies.record(first.duration_since(*due));
                twice += u64::from(!more.is_empty());
            }
            _ => missing += 1,
        }
    }
    Report::new("pipeline", options.seconds, refused, latencies)
        .with("rate", format!("{} a second", options.rate))
        .with("letters missing", missing.to_string())
        .with("people with more than one letter", twice.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn number_as_f64(number: usize) -> f64 {
    number as f64
}

fn count(rate: u32, seconds: u64) -> usize {
    usize::try_from(u64::from(rate) * seconds).unwrap_or(usize::MAX)
}
