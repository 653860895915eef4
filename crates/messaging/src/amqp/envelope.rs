//! What a message looks like on the wire: the event as body; its id, topic, tries and cause beside it.
//!
//! The topic stands in the property `type` too, for a message that comes back from a delay is routed by its queue's
//! name.

use lapin::{
    BasicProperties,
    message::Delivery,
    types::{AMQPValue, FieldTable, ShortString},
};
use uuid::Uuid;

use crate::{
    topology::Queue,
    transport::{DeadLetter, Message},
};

const ATTEMPTS: &str = "rapport-attempts";
const CAUSE: &str = "rapport-cause";
/// Written by the broker on what it dead-letters itself: `rejected`, `delivery_limit`.
const BROKERS_REASON: &str = "x-first-death-reason";
/// Enough for a sentence; the rest stands in the log.
const LONGEST_CAUSE: usize = 500;
const PERSISTENT: u8 = 2;

/// Something to publish.
pub(super) struct Outgoing {
    pub(super) event_id: Uuid,
    pub(super) exchange: String,
    pub(super) routing_key: String,
    pub(super) properties: BasicProperties,
    pub(super) body: Vec<u8>,
}

/// An event to everybody who hears it.
pub(super) fn event(exchange: &str, message: &Message) -> Outgoing {
    Outgoing {
        event_id: message.event_id,
        exchange: exchange.to_owned(),
        routing_key: message.routing_key.clone(),
        properties: properties(message.event_id, &message.routing_key, 0, None),
        body: message.body.clone(),
    }
}

/// A copy straight into one queue, through the exchange that has no name.
pub(super) fn copy(queue: String, message: &Message, attempts: u32, cause: Option<&str>) -> Outgoing {
    Outgoing {
        event_id: message.event_id,
        exchange: String::new(),
        routing_key: queue,
        properties: properties(message.event_id, &message.routing_key, attempts, cause),
        body: message.body.clone(),
    }
}

/// The message, and how often it was tried before; none when it is not one of ours.
pub(super) fn open(delivery: &Delivery) -> Option<(Message, u32)> {
    let event_id = event_id(&delivery.properties)?;
    let message = Message { event_id, routing_key: topic(delivery), body: delivery.data.clone() };
    Some((message, attempts(&delivery.properties)))
}

/// What a dead letter tells; nobody opens its body here.
pub(super) fn dead_letter(queue: &Queue, delivery: &Delivery) -> DeadLetter {
    let properties = &delivery.properties;
    let cause = text(properties, CAUSE)
        .or_else(|| text(properties, BROKERS_REASON).map(|reason| format!("the broker gave it up: {reason}")));
    DeadLetter {
        queue: queue.name,
        event_id: event_id(properties),
        routing_key: topic(delivery),
        attempts: attempts(properties),
        cause: cause.unwrap_or_else(|| "unknown".to_owned()),
        body: delivery.data.clone(),
    }
}

fn properties(event_id: Uuid, topic: &str, attempts: u32, cause: Option<&str>) -> BasicProperties {
    let mut headers = FieldTable::default();
    headers.insert(ATTEMPTS.into(), AMQPValue::LongLongInt(attempts.into()));
    if let Some(cause) = cause {
        let cause: String = cause.chars().take(LONGEST_CAUSE).collect();
        headers.insert(CAUSE.into(), AMQPValue::LongString(cause.into()));
    }
    BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_content_type("application/x-protobuf".into())
        .with_message_id(event_id.to_string().into())
        .with_type(ShortString::try_new(topic).unwrap_or_default())
        .with_headers(headers)
}

fn event_id(properties: &BasicProperties) -> Option<Uuid> {
    properties.message_id().as_ref().and_then(|id| Uuid::parse_str(id.as_str()).ok())
}

fn topic(delivery: &Delivery) -> String {
    let topic = delivery.properties.kind().as_ref().unwrap_or(&delivery.routing_key);
    topic.as_str().to_owned()
}

fn attempts(properties: &BasicProperties) -> u32 {
    match header(properties, ATTEMPTS) {
        Some(AMQPValue::LongLongInt(attempts)) => u32::try_from(*attempts).unwrap_or(0),
        _ => 0,
    }
}

fn text(properties: &BasicProperties, key: &str) -> Option<String> {
    match header(properties, key)? {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        _ => None,
    }
}

fn header<'a>(properties: &'a BasicProperties, key: &str) -> Option<&'a AMQPValue> {
    properties.headers().as_ref()?.inner().get(key)
}
