//! The people's side: pages for clients and for staff, served over HTTP.
//!
//! A client of the intake service and of nothing else: what it shows it has
//! read over gRPC with the token of whoever asks, and it keeps nothing itself.
//! Every page works without a script; the one script of ours makes it quicker.
//!
//! Read `server` (the listener and what surrounds every answer), `routes` (the
//! one list of pages, with the calls of `rpc` that each is made of), then `pages`, one file each, and `programs` (calendars and mail servers). Beside them: `api` (the
//! intake service, as its caller sees it), `practice` (what it tells of the
//! practice, kept for a minute), `visitor` (who asks: language and cookies),
//! `cookies`, `form` (what was typed), `shell` (what stands around every page),
//! `problem` (why a page cannot be shown, and what it says then), `words` (every
//! text, in both languages) and `assets`.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rapport_runtime::{Clock, Ids};
use tokio_util::sync::CancellationToken;

mod about;
mod api;
mod assets;
mod calendar_file;
mod cookies;
mod dates;
mod desk;
mod draft;
mod form;
mod headers;
mod hours;
mod own;
mod pages;
mod practice;
mod problem;
mod programs;
mod progress;
mod routes;
mod rpc;
mod screening;
mod server;
mod shell;
mod staff;
mod visitor;
mod words;

pub use routes::{Route, all as routes};
pub use rpc::Rpc;
pub use server::{Console, StartError};

/// Where pages are served, and whom they ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where browsers come; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The client API, `http://…` or `https://…`.
    pub intake_url: String,
    /// The staff API, likewise.
    pub staff_url: String,
    /// The most bytes of a form.
    pub most_bytes: usize,
    /// Pages that stay open for news, over all visitors; one more is told to read by hand.
    pub most_streams: usize,
    /// How long answers may go on once the service was asked to stop.
    pub drain: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            intake_url: "http://127.0.0.1:50051".to_owned(),
            staff_url: "http://127.0.0.1:50052".to_owned(),
            most_bytes: 256 * 1024,
            most_streams: 1024,
            drain: Duration::from_secs(20),
        }
    }
}

/// What the service works with.
#[derive(Clone)]
pub struct Deps {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids.
    pub ids: Arc<dyn Ids>,
}

/// Takes the address and makes the service ready; nothing is answered before [`Console::run`].
///
/// # Errors
/// Where the address is taken, or that of the client API is none.
pub async fn build(config: Config, deps: Deps) -> Result<Console, StartError> {
    Console::bind(config, deps).await
}

/// Serves until `stop`, then drains.
///
/// # Errors
/// As [`build`], and where the listener fails.
pub async fn run(config: Config, deps: Deps, stop: CancellationToken) -> Result<(), StartError> {
    build(config, deps).await?.run(stop).await
}

#[cfg(test)]
mod tests;
