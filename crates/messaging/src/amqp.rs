//! The transport over RabbitMQ 3.10 to 4.x.
//!
//! `names` and `topology on the broker` ([`declare`]), what a message looks like
//! on the wire ([`envelope`]), then [`publisher`], [`consumer`] and [`inspect`]
//! (depths, dead letters, replay). [`session`] opens connections and bounds
//! every wait: under a memory or disk alarm the broker answers nobody who
//! publishes, so publishing and consuming never share a connection.

mod consumer;
mod declare;
mod envelope;
mod inspect;
mod publisher;
mod session;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use lapin::uri::AMQPUri;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    topology::{QUEUES, Queue},
    transport::{DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, RetryTiers, Transport},
};
use declare::Names;
use publisher::Publisher;

/// Where the broker is and how it is used.
#[derive(Clone)]
pub struct AmqpSettings {
    /// `amqp://…` or `amqps://…`, credentials and virtual host included.
    pub url: String,
    /// Stands before every name on the broker; empty in production.
    pub prefix: String,
    /// The delays between tries.
    pub tiers: RetryTiers,
    /// The longest wait for one connect, declare, publish with its confirm, or close.
    pub timeout: Duration,
}

impl AmqpSettings {
    /// The usual settings for a broker.
    #[must_use]
    pub fn new(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { url: url.into(), prefix: prefix.into(), tiers: RetryTiers::default(), timeout: Duration::from_secs(5) }
    }

    /// The name of the exchange, and of every queue on the broker: what to delete when a deployment is given up.
    #[must_use]
    pub fn broker_names(&self) -> (String, Vec<String>) {
        let names = Names::new(&self.prefix);
        let queues = QUEUES.iter().flat_map(|queue| names.all_of(queue, &self.tiers)).collect();
        (names.exchange(), queues)
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The address is not one of a broker. It may hold a password, so it is not repeated.
    #[error("the broker's address is not of the form amqp://USER:PASSWORD@HOST:PORT/VHOST: {0}")]
    Address(String),
    /// AMQP names end at 255 bytes.
    #[error("the prefix of queue names is longer than {} bytes", declare::LONGEST_PREFIX)]
    Prefix,
}

/// Events over a RabbitMQ broker.
pub struct AmqpTransport {
    shared: Arc<Shared>,
    publisher: Arc<Publisher>,
}

/// What every part of the transport needs to know.
struct Shared {
    uri: AMQPUri,
    names: Names,
    tiers: RetryTiers,
    timeout: Duration,
}

impl AmqpTransport {
    /// Checks the settings; the first use connects, so that a service starts without its broker.
    ///
    /// # Errors
    /// Where the address or the prefix cannot be used.
    pub fn new(settings: AmqpSettings) -> Result<Self, SettingsError> {
        if settings.prefix.len() > declare::LONGEST_PREFIX {
            return Err(SettingsError::Prefix);
        }
        let uri = session::parse(&settings.url).map_err(SettingsError::Address)?;
        let names = Names::new(&settings.prefix);
        let shared = Arc::new(Shared { uri, names, tiers: settings.tiers, timeout: settings.timeout });
        let publisher = Arc::new(Publisher::new(Arc::clone(&shared)));
        Ok(Self { shared, publisher })
    }
}

#[async_trait]
impl Transport for AmqpTransport {
    fn kind(&self) -> Kind {
        Kind::Amqp
    }

    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError> {
        let exchange = self.shared.names.exchange();
        self.publisher.publish(batch.iter().map(|message| envelope::event(&exchange, message)).collect()).await
    }

    async fn consume(&self, queue: &Queue, concurrency: usize, handler: Arc<dyn Handler>, stop: CancellationToken) {
        let publisher = Arc::clone(&self.publisher);
        consumer::run(&self.shared, publisher, *queue, concurrency, handler, stop).await;
    }

    async fn depth(&self, queue: &Queue) -> Result<Depth, InspectError> {
        inspect::depth(&self.shared, queue).await
    }

    async fn dead_letters(&self, queue: &Queue, limit: usize) -> Result<Vec<DeadLetter>, InspectError> {
        inspect::dead_letters(&self.shared, queue, limit).await
    }

    async fn replay(&self, queue: &Queue, event: Option<Uuid>) -> Result<usize, InspectError> {
        inspect::replay(&self.shared, &self.publisher, queue, event).await
    }
}
