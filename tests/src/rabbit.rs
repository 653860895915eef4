//! A broker for one test: the running server under a prefix of the test's own, reached through a proxy to cut.

use std::time::Duration;

use anyhow::{Context, Result};
use lapin::{
    Connection, ConnectionProperties, ExchangeKind,
    message::Delivery,
    options::{
        BasicGetOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions, QueueDeclareOptions,
        QueueDeleteOptions,
    },
    types::{AMQPValue, FieldTable},
};
use rapport_messaging::{
    RetryTiers,
    amqp::{AmqpSettings, AmqpTransport},
};
use uuid::Uuid;

use crate::{environment, fault_proxy::FaultProxy};

/// Delays that suit a test.
pub const QUICK: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(300)];

/// Deletes the exchange and every queue of a deployment, with the usual delays between tries.
pub async fn delete(url: &str, prefix: &str) -> Result<()> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let (exchange, queues) = AmqpSettings::new(url, prefix).broker_names();
    for queue in queues {
        channel.queue_delete(queue.into(), QueueDeleteOptions::default()).await?;
    }
    channel.exchange_delete(exchange.into(), ExchangeDeleteOptions::default()).await?;
    Ok(connection.close(200, "bye".into()).await?)
}

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

    /// From now on keeps a copy of every event that is published.
    pub async fn copies(&self) -> Result<Copies> {
        let channel = self.channel().await?;
        let (exchange, _) = self.settings.broker_names();
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        channel.exchange_declare(exchange.clone().into(), ExchangeKind::Topic, durable, FieldTable::default()).await?;
        let own = QueueDeclareOptions { exclusive: true, ..QueueDeclareOptions::default() };
        let queue = channel.queue_declare("".into(), own, FieldTable::default()).await?.name().to_string();
        let all = QueueBindOptions::default();
        channel.queue_bind(queue.clone().into(), exchange.into(), "#".into(), all, FieldTable::default()).await?;
        Ok(Copies { channel, queue })
    }

    /// Every message that lies in any queue, with its queue; they stay there.
    pub async fn lying(&self) -> Result<Vec<(String, Vec<u8>)>> {
        // What was taken and not acknowledged goes back with the channel.
        let channel = self.channel().await?;
        let mut all = Vec::new();
        for queue in self.settings.broker_names().1 {
            while let Some(got) = channel.basic_get(queue.clone().into(), BasicGetOptions::default()).await? {
                all.push((queue.clone(), whole(&got.delivery)));
            }
        }
        channel.close(200, "seen".into()).await?;
        Ok(all)
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

/// A queue of the test's own that hears everything.
pub struct Copies {
    channel: lapin::Channel,
    queue: String,
}

impl Copies {
    /// What it heard since the last look, each with its topic.
    pub async fn taken(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let mut all = Vec::new();
        let at_once = BasicGetOptions { no_ack: true };
        while let Some(got) = self.channel.basic_get(self.queue.clone().into(), at_once).await? {
            all.push((got.delivery.routing_key.to_string(), whole(&got.delivery)));
        }
        Ok(all)
    }
}

/// Body, then the texts of the headers and the other properties.
fn whole(delivery: &Delivery) -> Vec<u8> {
    let mut all = delivery.data.clone();
    if let Some(headers) = delivery.properties.headers() {
        texts(&AMQPValue::FieldTable(headers.clone()), &mut all);
    }
    // The rest is short strings and numbers, which their Debug spells out.
    all.extend(format!("{:?}", delivery.properties.clone().with_headers(FieldTable::default())).into_bytes());
    all
}

/// Long strings have a Debug that spells them as numbers.
fn texts(value: &AMQPValue, all: &mut Vec<u8>) {
    match value {
        AMQPValue::LongString(text) => all.extend(text.as_bytes()),
        AMQPValue::FieldArray(values) => values.as_slice().iter().for_each(|value| texts(value, all)),
        AMQPValue::FieldTable(table) => {
            for (name, value) in table {
                all.extend(name.as_str().as_bytes());
                texts(value, all);
            }
        }
        other => all.extend(format!("{other:?}").into_bytes()),
    }
    all.push(b'\n');
}
