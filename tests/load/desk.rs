//! What staff wait for: the queue, and the pages of cases that it shows.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use clap::Args;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::report::{Latencies, Report};

/// Where, as whom, and how often.
#[derive(Args)]
pub(crate) struct Options {
    /// Address of the console.
    #[arg(long, default_value = "127.0.0.1:8080")]
    console: SocketAddr,
    /// What `rapport staff token` printed.
    #[arg(long)]
    token: String,
    /// Times that each kind of page is asked for and counts.
    #[arg(long, default_value_t = 500)]
    pages: u32,
}

const QUEUE: &str = "/staff";
const CASE: &str = "/staff/cases/";
/// Pages before the first that counts.
const WARMUP: u32 = 20;

/// One page after the other, over one connection.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Vec<Report>> {
    ensure!(options.console.ip().is_loopback(), "--console must be a loopback address: this is a load generator");
    let mut browser = Browser::new(options).await?;
    let (_, queue) = browser.get(QUEUE).await?;
    let cases = cases_of(&queue);
    ensure!(!cases.is_empty(), "the queue shows no case");
    let queue = browser.measure("queue", options.pages, |_| QUEUE.to_owned()).await?;
    let case = browser
        .measure("case", options.pages, |number| {
            let case = cases.iter().cycle().nth(number as usize % cases.len());
            format!("{CASE}{}", case.map(Uuid::to_string).unwrap_or_default())
        })
        .await?;
    Ok(vec![queue, case.with("different cases", cases.len().to_string())])
}

/// The cases that a page links to.
fn cases_of(page: &str) -> Vec<Uuid> {
    let after = page.split(CASE).skip(1);
    let ids = after.filter_map(|rest| rest.get(..36)?.parse().ok());
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

struct Browser {
    connection: SendRequest<Empty<Bytes>>,
    host: String,
    cookie: String,
}

impl Browser {
    async fn new(options: &Options) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(options.console).await.context("the console does not answer")?;
        stream.set_nodelay(true)?;
        let (connection, work) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(work);
        Ok(Self { connection, host: options.console.to_string(), cookie: format!("__Host-staff={}", options.token) })
    }

    /// How long until the page was there, and the page.
    async fn get(&mut self, path: &str) -> anyhow::Result<(Duration, String)> {
        let request = Request::get(path)
            .header(header::HOST, &self.host)
            .header(header::COOKIE, &self.cookie)
            .body(Empty::new())?;
        self.connection.ready().await?;
        let asked = Instant::now();
        let response = self.connection.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let took = asked.elapsed();
        // Neither page nor address is told: they are a case's.
        ensure!(status == StatusCode::OK, "a page was answered with {status}");
        Ok((took, String::from_utf8(body.to_vec())?))
    }

    async fn measure(
        &mut self,
        name: &'static str,
        pages: u32,
        path: impl Fn(u32) -> String,
    ) -> anyhow::Result<Report> {
        for number in 0..WARMUP {
            self.get(&path(number)).await?;
        }
        let (mut latencies, mut bytes) = (Latencies::new(), 0);
        let began = Instant::now();
        for number in 0..pages {
            let (took, page) = self.get(&path(number)).await?;
            latencies.record(took);
            bytes = page.len();
        }
        let report = Report::new(name, began.elapsed().as_secs(), 0, latencies);
        Ok(report.with("bytes of the last page", bytes.to_string()))
    }
}
