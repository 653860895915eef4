//! Names and arguments of everything on the broker. All of it exists on 3.10 and on 4.x alike.

use std::time::Duration;

use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable},
};

use super::{
    Shared,
    session::{Trouble, within},
};
use crate::{
    topology::{QUEUES, Queue},
    transport::{Depth, RetryTiers},
};

/// Leaves room for the rest of a name within AMQP's 255 bytes.
pub(super) const LONGEST_PREFIX: usize = 128;

/// How often the broker hands a message out before it takes it for poison. 3.10 has no limit unless told and 4.x has
/// 20; each lost connection counts against every message in hand, so this stands far above the restarts that one
/// message may meet, and still ends a message that kills its consumer each time.
const DELIVERY_LIMIT: i32 = 100;

/// Dead letters are handed out to be listed, however often: never dropped for it.
const NO_DELIVERY_LIMIT: i32 = i32::MAX;

/// Every name on the broker.
#[derive(Debug, Clone)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    pub(super) fn exchange(&self) -> String {
        format!("{}events", self.prefix)
    }

    pub(super) fn queue(&self, queue: &Queue) -> String {
        format!("{}{}", self.prefix, queue.name)
    }

    /// Named by its delay: a queue's arguments never change, so another delay is another queue and the old one drains.
    pub(super) fn retry(&self, queue: &Queue, delay: Duration) -> String {
        format!("{}{}.retry.{}ms", self.prefix, queue.name, delay.as_millis())
    }

    pub(super) fn dead(&self, queue: &Queue) -> String {
        format!("{}{}.dead", self.prefix, queue.name)
    }

    pub(super) fn all_of(&self, queue: &Queue, tiers: &RetryTiers) -> Vec<String> {
        let retries = tiers.0.iter().map(|delay| self.retry(queue, *delay));
        [self.queue(queue), self.dead(queue)].into_iter().chain(retries).collect()
    }
}

/// Declares the exchange, and every queue with its bindings.
pub(super) async fn everything(channel: &Channel, shared: &Shared) -> Result<(), Trouble> {
    let durable = ExchangeDeclareOptions { durable: true, ..Default::default() };
    let exchange = shared.names.exchange();
    let declaring =
        channel.exchange_declare(exchange.as_str().into(), ExchangeKind::Topic, durable, FieldTable::default());
    within(shared.timeout, "declaring the exchange", declaring).await?;
    for queue in &QUEUES {
        one(channel, shared, queue).await?;
    }
    Ok(())
}

/// Declares a queue with all that belongs to it, and says how full they are.
pub(super) async fn one(channel: &Channel, shared: &Shared, queue: &Queue) -> Result<Depth, Trouble> {
    let name = shared.names.queue(queue);
    let dead = shared.names.dead(queue);
    // Dead letters first: whatever can die has a place to go from its first moment.
    let mut depth =
        Depth { dead: declare(channel, shared, &dead, None, None, NO_DELIVERY_LIMIT).await?, ..Depth::default() };
    depth.ready = declare(channel, shared, &name, Some(&dead), None, DELIVERY_LIMIT).await?;
    for delay in &shared.tiers.0 {
        let retry = shared.names.retry(queue, *delay);
        depth.delayed += declare(channel, shared, &retry, Some(&name), Some(*delay), NO_DELIVERY_LIMIT).await?;
    }
    for binding in queue.bindings {
        let exchange = shared.names.exchange();
        let binding = channel.queue_bind(
            name.as_str().into(),
            exchange.into(),
            (*binding).into(),
            QueueBindOptions::default(),
            FieldTable::default(),
        );
        within(shared.timeout, "binding a queue", binding).await?;
    }
    Ok(depth)
}

/// A durable quorum queue. What dies in it, or waits its time out, moves on to the queue `then`, at least once: that
/// needs both the strategy and `reject-publish`, or the broker quietly falls back to at most once.
async fn declare(
    channel: &Channel,
    shared: &Shared,
    name: &str,
    then: Option<&str>,
    delay: Option<Duration>,
    delivery_limit: i32,
) -> Result<u64, Trouble> {
    let mut arguments = FieldTable::default();
    let mut set = |key: &str, value: AMQPValue| {
        arguments.insert(key.into(), value);
    };
    let text = |value: &str| AMQPValue::LongString(value.into());
    set("x-queue-type", text("quorum"));
    set("x-delivery-limit", AMQPValue::LongInt(delivery_limit));
    if let Some(then) = then {
        set("x-dead-letter-exchange", text(""));
        set("x-dead-letter-routing-key", text(then));
        set("x-dead-letter-strategy", text("at-least-once"));
        set("x-overflow", text("reject-publish"));
    }
    if let Some(delay) = delay {
        set("x-message-ttl", AMQPValue::LongLongInt(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX)));
    }
    let options = QueueDeclareOptions { durable: true, ..Default::default() };
    let declaring = channel.queue_declare(name.into(), options, arguments);
    let declared = within(shared.timeout, "declaring a queue", declaring).await?;
    Ok(declared.message_count().into())
}
