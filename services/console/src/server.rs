//! The listener, and what surrounds every answer: headers, limits, the check that
//! a form is ours, the net under panics, the page for whatever goes wrong.

use std::net::SocketAddr;

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, response::IntoResponse};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};

use crate::{Config, Deps, desk::Desk, headers, problem, routes};

/// Why the service could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The client API's or the staff API's address.
    #[error("{0:?} is no address of an API like http://127.0.0.1:50051")]
    Url(String),
    /// The listener failed.
    #[error("the listener failed")]
    Serve(#[source] std::io::Error),
}

/// The service with its address taken.
pub struct Console {
    config: Config,
    deps: Deps,
    listener: TcpListener,
}

impl Console {
    pub(crate) async fn bind(config: Config, deps: Deps) -> Result<Self, StartError> {
        let address = config.listen;
        let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        Ok(Self { config, deps, listener })
    }

    /// Where browsers come, with the port that was taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.config.listen)
    }

    /// Serves until `stop`; then takes nothing new, ends pages that wait for news, and lets answers under way finish, but
    /// no longer than the drain may take.
    ///
    /// # Errors
    /// Where the client API's address is none, or the listener fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StartError> {
        tracing::info!(pages = %self.address(), "listening");
        let app = app(&self.config, &self.deps, stop.clone())?;
        let asked = stop.clone();
        let served = axum::serve(self.listener, app).with_graceful_shutdown(async move { asked.cancelled().await });
        let too_long = async {
            stop.cancelled().await;
            tokio::time::sleep(self.config.drain).await;
        };
        tokio::select! {
            ended = served => ended.map_err(StartError::Serve),
            () = too_long => Ok(()),
        }
    }
}

/// All pages with everything around them.
pub(crate) fn app(config: &Config, deps: &Deps, stop: CancellationToken) -> Result<Router, StartError> {
    let desk = Desk::new(config, deps, stop)?;
    Ok(routes::serve(&desk)
        .layer(DefaultBodyLimit::max(config.most_bytes))
        .layer(CatchPanicLayer::custom(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(desk.clone(), problem::tell))
        .layer(middleware::from_fn(headers::surround))
        .with_state(desk))
}
