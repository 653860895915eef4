//! A broker for one test: the running server under a prefix of the test's own, reached through a proxy to cut.

use std::time::Duration;

use anyhow::{Context, Result};
use lapin::{
    Connection, ConnectionProperties,
    options::{ExchangeDeleteOptions, QueueDeleteOptions},
};
use rapport_messaging::{
    RetryTiers,
    amqp::{AmqpSettings, AmqpTransport},
};
use uuid::Uuid;

use crate::{environment, fault_proxy::FaultProxy};

/// Delays that suit a test.
pub const QUICK: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(300)];

/// The server under one test's prefix. Call [`close`](Self::close) at the end, or its queues stay.
pub struct Rabbit {
    /// Stands between the transports made here and the server.
    pub proxy: FaultProxy,
    direct_url: String,
    settings: AmqpSettings,
}

impl Rabbit {
    /// Takes the server of the environment, with waits that suit a test.
    pub async fn start() -> Result<Self> {
        let direct_url = environment::required(environment::AMQP)?;
        let mut uri: lapin::uri::AMQPUri = direct_url.parse().map_err(anyhow::Error::msg).context(environment::AMQP)?;
        let proxy = FaultProxy::start(&format!("{}:{}", uri.authority.host, uri.authority.port)).await?;
        let address = proxy.address();
        uri.authority.host = address.ip().to_string();
        uri.authority.port = address.port();
        let user = &uri.authority.userinfo;
        let vhost = uri.vhost.replace('/', "%2f");
        let url = format!("amqp://{}:{}@{address}/{vhost}", user.username, user.password);
        let settings = AmqpSettings {
            timeout: Duration::from_secs(2),
            ..AmqpSettings::new(url, format!("test-{}.", Uuid::now_v7().simple()))
        };
        Ok(Self { proxy, direct_url, settings })
    }

    /// The address through the proxy, for a part that makes its own transport.
    pub fn url(&self) -> &str {
        &self.settings.url
    }

    /// The prefix of every name.
    pub fn prefix(&self) -> &str {
        &self.settings.prefix
    }

    /// A transport through the proxy.
    pub fn transport(&self) -> Result<AmqpTransport> {
        Ok(AmqpTransport::new(self.settings.clone())?)
    }

    /// A transport with waits of its own.
    pub fn transport_with(&self, change: impl FnOnce(&mut AmqpSettings)) -> Result<AmqpTransport> {
        let mut settings = self.settings.clone();
        change(&mut settings);
        Ok(AmqpTransport::new(settings)?)
    }

    /// A channel straight to the server, to look at or disturb what a transport cannot.
    pub async fn channel(&self) -> Result<lapin::Channel> {
        let connection = Connection::connect(&self.direct_url, ConnectionProperties::default()).await?;
        Ok(connection.create_channel().await?)
    }

    /// Deletes all that bears the prefix.
    pub async fn close(self) -> Result<()> {
        let channel = self.channel().await?;
        let quick = AmqpSettings { tiers: RetryTiers(QUICK.to_vec()), ..self.settings.clone() };
        let (exchange, queues) = self.settings.broker_names();
        for queue in queues.into_iter().chain(quick.broker_names().1) {
            channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await?;
        }
        channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await?;
        channel.close(200, "bye".into()).await?;
        Ok(())
    }
}
