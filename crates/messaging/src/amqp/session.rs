//! Connections to the broker, with a bound on every wait.

use std::{future::Future, time::Duration};

use lapin::{Channel, Connection, ConnectionProperties, tcp::OwnedTLSConfig, uri::AMQPUri};

use super::{Shared, declare};
use crate::transport::{InspectError, PublishError};

/// A peer that says nothing for two of these is taken for gone.
const HEARTBEAT_SECONDS: u16 = 10;

/// A connection with its one channel, and everything declared.
pub(super) struct Session {
    connection: Connection,
    pub(super) channel: Channel,
}

/// What goes wrong with a broker.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("{0} took too long")]
    TimedOut(&'static str),
    #[error("{0} failed")]
    Broken(&'static str, #[source] lapin::Error),
}

pub(super) fn parse(url: &str) -> Result<AMQPUri, String> {
    let mut uri: AMQPUri = url.parse()?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
    Ok(uri)
}

impl Session {
    /// Connects and declares the whole topology, so that whoever comes first makes it and no event is unroutable
    /// because its consumer starts later.
    pub(super) async fn open(shared: &Shared, role: &str) -> Result<Self, Trouble> {
        let properties = ConnectionProperties::default().with_connection_name(format!("rapport {role}").into());
        let connecting = async {
            let runtime = lapin::runtime::default_runtime()?;
            let tls = OwnedTLSConfig::default();
            lapin::Connect::connect_with_config(shared.uri.clone(), properties, tls, runtime).await
        };
        let connection = within(shared.timeout, "connecting to the broker", connecting).await?;
        let channel = within(shared.timeout, "opening a channel", connection.create_channel()).await?;
        declare::everything(&channel, shared).await?;
        Ok(Self { connection, channel })
    }

    pub(super) fn is_usable(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Says good-bye; a broker that does not answer is left.
    pub(super) async fn close(self, limit: Duration) {
        let closing = self.connection.close(200, "bye".into());
        if let Err(trouble) = within(limit, "closing the connection", closing).await {
            tracing::debug!(%trouble, "the broker did not say good-bye");
        }
    }
}

/// Runs one exchange with the broker, no longer than `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    what: &'static str,
    work: impl Future<Output = lapin::Result<T>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result.map_err(|error| Trouble::Broken(what, error)),
        Err(_) => Err(Trouble::TimedOut(what)),
    }
}

impl From<Trouble> for PublishError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::TimedOut(what) => Self::TimedOut(what),
            broken @ Trouble::Broken(..) => Self::Unavailable(Box::new(broken)),
        }
    }
}

impl From<Trouble> for InspectError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::TimedOut(what) => Self::TimedOut(what),
            broken @ Trouble::Broken(..) => Self::Unavailable(Box::new(broken)),
        }
    }
}
