//! The transport over RabbitMQ 3.10 to 4.x.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    topology::Queue,
    transport::{DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, RetryTiers, Transport},
};

/// Where the broker is and how it is used.
#[derive(Clone)]
pub struct AmqpSettings {
    /// `amqp://…` or `amqps://…`, credentials and virtual host included.
    pub url: String,
    /// Stands before every name on the broker; empty in production.
    pub prefix: String,
    /// The delays between tries.
    pub tiers: RetryTiers,
    /// The longest wait for one connect, declare, publish or close.
    pub timeout: Duration,
}

impl AmqpSettings {
    /// The usual settings for a broker.
    #[must_use]
    pub fn new(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { url: url.into(), prefix: prefix.into(), tiers: RetryTiers::default(), timeout: Duration::from_secs(5) }
    }
}

/// Events over a RabbitMQ broker.
pub struct AmqpTransport {
    settings: AmqpSettings,
}

impl AmqpTransport {
    /// Takes the settings; the first use connects, so that a service starts without its broker.
    #[must_use]
    pub fn new(settings: AmqpSettings) -> Self {
        Self { settings }
    }
}

#[async_trait]
impl Transport for AmqpTransport {
    fn kind(&self) -> Kind {
        Kind::Amqp
    }

    async fn publish(&self, _batch: &[Message]) -> Result<(), PublishError> {
        todo!("{}", self.settings.prefix)
    }

    async fn consume(&self, _queue: &Queue, _concurrency: usize, _handler: Arc<dyn Handler>, _stop: CancellationToken) {
        todo!()
    }

    async fn depth(&self, _queue: &Queue) -> Result<Depth, InspectError> {
        todo!()
    }

    async fn dead_letters(&self, _queue: &Queue, _limit: usize) -> Result<Vec<DeadLetter>, InspectError> {
        todo!()
    }

    async fn replay(&self, _queue: &Queue, _event: Option<Uuid>) -> Result<usize, InspectError> {
        todo!()
    }
}
