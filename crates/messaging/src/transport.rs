//! What every transport promises, and the words for it.

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::topology::Queue;

/// One event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The event's id, by which a consumer knows that it has seen it.
    pub event_id: Uuid,
    /// The topic: `intake.received.v1` and its like.
    pub routing_key: String,
    /// The encoded `rapport.events.v1.Event`.
    pub body: Vec<u8>,
}

/// What became of a message in its consumer's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Handled, or seen before. The message is gone.
    Done,
    /// Not now: comes again after the next delay, and is a dead letter after the last. The cause carries no personal data.
    Retry(String),
    /// Never: a dead letter at once. The cause carries no personal data.
    Fail(String),
}

/// Whoever works on the messages of a queue.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Works on one message. Runs at least once per message, so it must do nothing the second time. A panic counts as
    /// [`Verdict::Retry`].
    async fn handle(&self, message: &Message) -> Verdict;
}

/// How a message waits between its tries; after the last tier it is a dead letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryTiers(pub Vec<Duration>);

impl Default for RetryTiers {
    /// Ten seconds (a restart), a minute (a failover), ten minutes (a person notices).
    fn default() -> Self {
        Self([10, 60, 600].map(Duration::from_secs).to_vec())
    }
}

impl RetryTiers {
    /// The wait before the next try of a message that was tried `attempts` times; none when it has had them all.
    #[must_use]
    pub fn after(&self, attempts: u32) -> Option<Duration> {
        let tier = usize::try_from(attempts.checked_sub(1)?).ok()?;
        self.0.get(tier).copied()
    }
}

/// Which transport it is: the relay writes local deliveries in the transaction that marks the outbox rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A broker, reached over AMQP.
    Amqp,
    /// The store's own table `deliveries`.
    Local,
}

/// How full a queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Messages that wait to be taken, without those in a consumer's hands.
    pub ready: u64,
    /// Messages that wait for their next try.
    pub delayed: u64,
    /// Dead letters.
    pub dead: u64,
}

impl Depth {
    /// Nothing waits and nothing died.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ready == 0 && self.delayed == 0 && self.dead == 0
    }
}

/// A message that no try could handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The queue whose consumer gave it up.
    pub queue: &'static str,
    /// Its event; none when the message was not one of ours.
    pub event_id: Option<Uuid>,
    /// Its topic.
    pub routing_key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it died.
    pub cause: String,
    /// The encoded event, as far as it is one of ours.
    pub body: Vec<u8>,
}

/// A way for events to travel.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Which one it is.
    fn kind(&self) -> Kind;

    /// Publishes all of the batch; returns when every message is stored durably in every queue bound to its topic.
    ///
    /// # Errors
    /// When any message was not confirmed within the time allowed. The others may have been: publish all again, for
    /// consumers know what they have seen.
    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError>;

    /// Gives the queue's messages to `handler`, at most `concurrency` at a time, until `stop`; then lets those in hand
    /// finish for a while and hands the rest back. Outlives any outage of what stands behind it.
    async fn consume(&self, queue: &Queue, concurrency: usize, handler: Arc<dyn Handler>, stop: CancellationToken);

    /// How full the queue is.
    ///
    /// # Errors
    /// When what stands behind it cannot be reached.
    async fn depth(&self, queue: &Queue) -> Result<Depth, InspectError>;

    /// The queue's dead letters, oldest first, at most `limit`.
    ///
    /// # Errors
    /// When what stands behind it cannot be reached.
    async fn dead_letters(&self, queue: &Queue, limit: usize) -> Result<Vec<DeadLetter>, InspectError>;

    /// Puts the queue's dead letters back as if never tried: the one of `event`, or all. Says how many.
    ///
    /// # Errors
    /// When what stands behind it cannot be reached; those not yet put back are still dead letters.
    async fn replay(&self, queue: &Queue, event: Option<Uuid>) -> Result<usize, InspectError>;
}

/// Why a batch does not count as published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No queue is bound to the topic, so nobody would ever hear of it.
    #[error("event {event_id} reaches no queue: nothing is bound to {routing_key}")]
    Unroutable {
        /// The event.
        event_id: Uuid,
        /// Its topic.
        routing_key: String,
    },
    /// The broker said no, as when a queue is full.
    #[error("the broker refused event {event_id}")]
    Refused {
        /// The event.
        event_id: Uuid,
    },
    /// No answer within the time allowed.
    #[error("{0} took too long")]
    TimedOut(&'static str),
    /// What stands behind the transport cannot be reached, or broke off.
    #[error("cannot publish")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// Why a queue could not be looked into.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// No answer within the time allowed.
    #[error("{0} took too long")]
    TimedOut(&'static str),
    /// What stands behind the transport cannot be reached, or broke off.
    #[error("cannot look into the queue")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A dead letter could not be put back.
    #[error("cannot put a dead letter back")]
    PutBack(#[from] PublishError),
}
