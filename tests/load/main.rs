//! The load generator: how many intakes the service takes, and how long a
//! person waits for their letter.
//!
//! `submit` keeps a number of connections busy and measures what they get
//! through. `pipeline` sends intakes at a fixed rate whether or not the answers
//! keep up (an open loop: a slow server cannot hide its queue), is itself the
//! mail server at the end, and measures from the moment when a request was due
//! to the moment when its letter arrived. `match` and `desk` measure one step
//! each: a match over a large roster, a page of staff's. `tests/load/run` puts
//! them together with a reference and prints the figures of tests/README.md.
//!
//! It sends to loopback addresses only.

#![expect(clippy::print_stdout, reason = "a terminal program: its report is its output")]

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use clap::{Parser, Subcommand};
use rapport_proto::intake::intake_service_client::IntakeServiceClient;
use rapport_tests::{
    people::{People, Sample},
    rabbit,
};

mod desk;
mod mail_sink;
mod matching;
mod past;
mod pipeline;
mod report;
mod submit;

use report::Report;

#[derive(Parser)]
#[command(name = "load", about = "Measures Rapport under load, on loopback only")]
struct Arguments {
    /// Address of the client API.
    #[arg(long, default_value = "127.0.0.1:50051", global = true)]
    server: SocketAddr,
    /// Print one JSON object instead of a table.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    profile: Profile,
}

#[derive(Subcommand)]
enum Profile {
    /// As many intakes as the connections get through.
    Submit(submit::Options),
    /// Intakes at a fixed rate, until each has its letter.
    Pipeline(pipeline::Options),
    /// One case over a large roster, on a PostgreSQL database of its own; needs no server.
    Match(matching::Options),
    /// Staff's pages, one after the other; the console and what it asks must be up.
    Desk(desk::Options),
    /// Fills the database with intakes of every sample, for what works over a long past.
    Past(past::Options),
    /// Deletes the exchange and the queues of a run; measures nothing.
    Tidy {
        /// `amqp://…`
        #[arg(long)]
        broker: String,
        /// `RAPPORT__EVENTS__PREFIX` of the system that was under load.
        #[arg(long)]
        prefix: String,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.server.ip().is_loopback(), "--server must be a loopback address: this is a load generator");
    if let Profile::Tidy { broker, prefix } = arguments.profile {
        ensure!(!prefix.is_empty(), "without a prefix these would be production's queues");
        return rabbit::delete(&broker, &prefix).await;
    }
    if let Profile::Match(options) = arguments.profile {
        return matching::run(&options).await?.iter().try_for_each(|report| print(report, arguments.json));
    }
    if let Profile::Desk(options) = arguments.profile {
        return desk::run(&options).await?.iter().try_for_each(|report| print(report, arguments.json));
    }
    let mut client = IntakeServiceClient::connect(format!("http://{}", arguments.server))
        .await
        .with_context(|| format!("nothing answers on {}", arguments.server))?;
    let people = People::of(&mut client).await?;
    if let Profile::Past(options) = arguments.profile {
        return past::run(arguments.server, &people, &options).await;
    }
    // Alone, some drift and stress, nothing that calls for a person: what most intakes are.
    let sample = people.request(Sample::DriftAndStress)?;
    let report = match arguments.profile {
        Profile::Submit(options) => submit::run(arguments.server, &sample, &options).await?,
        Profile::Pipeline(options) => pipeline::run(arguments.server, &sample, &options).await?,
        Profile::Match(_) | Profile::Desk(_) | Profile::Past(_) | Profile::Tidy { .. } => return Ok(()),
    };
    print(&report, arguments.json)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}
