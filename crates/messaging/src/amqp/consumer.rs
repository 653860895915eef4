//! The loop of one consumer: connect, declare, consume; after any loss again, for ever, with a back-off.

use std::{error::Error, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::{FutureExt, StreamExt};
use lapin::{
    message::Delivery,
    options::{
        BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions, BasicRejectOptions,
    },
    types::FieldTable,
};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    Shared, envelope,
    publisher::Publisher,
    session::{Session, Trouble, within},
};
use crate::{
    topology::Queue,
    transport::{Handler, Message, Verdict},
};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A connection that stood this long was a good one: the next loss starts with the first pause again.
const STOOD: Duration = Duration::from_secs(30);
/// How long handlers may finish after `stop`.
const DRAIN: Duration = Duration::from_secs(10);
/// Before a message is handed back because its copy could not be published.
const BEFORE_HAND_BACK: Duration = Duration::from_secs(1);

/// One consumer of a queue.
struct Consumer {
    shared: Arc<Shared>,
    publisher: Arc<Publisher>,
    queue: Queue,
    handler: Arc<dyn Handler>,
    /// Set when the time to finish is over: what is in hand goes back.
    hand_back: CancellationToken,
}

pub(super) async fn run(
    shared: &Arc<Shared>,
    publisher: Arc<Publisher>,
    queue: Queue,
    concurrency: usize,
    handler: Arc<dyn Handler>,
    stop: CancellationToken,
) {
    let hand_back = CancellationToken::new();
    let consumer = Arc::new(Consumer { shared: Arc::clone(shared), publisher, queue, handler, hand_back });
    let mut pause = FIRST_PAUSE;
    while !stop.is_cancelled() {
        let started = Instant::now();
        let Err(trouble) = consumer.consume(concurrency, &stop).await else { return };
        if started.elapsed() > STOOD {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(queue.name = queue.name, error = &trouble as &dyn Error, pause = ?pause, "lost the broker; will connect again");
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            () = stop.cancelled() => {}
        }
    }
}

impl Consumer {
    /// Consumes over one connection until it is lost (an error) or `stop`.
    async fn consume(self: &Arc<Self>, concurrency: usize, stop: &CancellationToken) -> Result<(), Trouble> {
        let limit = self.shared.timeout;
        let opening = Session::open(&self.shared, self.queue.name);
        let session = tokio::select! {
            session = opening => session?,
            () = stop.cancelled() => return Ok(()),
        };
        let channel = &session.channel;
        // The prefetch is the bound on what is in hand: every message that arrives is worked on at once.
        let prefetch = u16::try_from(concurrency.max(1)).unwrap_or(u16::MAX);
        within(limit, "bounding the deliveries", channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
        let consuming = channel.basic_consume(
            self.shared.names.queue(&self.queue).into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        );
        let mut deliveries = within(limit, "subscribing to a queue", consuming).await?;
        tracing::debug!(queue.name = self.queue.name, "consuming");

        // Dropped with a lost connection: the broker gives what was in hand to somebody else anyway.
        let mut in_hand = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = in_hand.join_next() => {}
                delivery = deliveries.next() => match delivery {
                    Some(Ok(delivery)) => {
                        let consumer = Arc::clone(self);
                        in_hand.spawn(async move { consumer.work_on(delivery).await });
                    }
                    Some(Err(error)) => return Err(Trouble::Broken("consuming", error)),
                    None => return Err(Trouble::TimedOut("the subscription")),
                },
            }
        }
        let cancelling = channel.basic_cancel(deliveries.tag(), BasicCancelOptions::default());
        within(limit, "ending the subscription", cancelling).await.ok();
        if tokio::time::timeout(DRAIN, finish(&mut in_hand)).await.is_err() {
            self.hand_back.cancel();
            tokio::time::timeout(limit, finish(&mut in_hand)).await.ok();
        }
        session.close(limit).await;
        Ok(())
    }

    /// Works on one delivery and settles it. Where settling fails the connection is gone, and the message comes again.
    async fn work_on(&self, delivery: Delivery) {
        let Some((message, attempts)) = envelope::open(&delivery) else {
            tracing::error!(
                queue.name = self.queue.name,
                "a message without an event id is no event; it is a dead letter now"
            );
            let reject = BasicRejectOptions { requeue: false };
            settled(delivery.acker.reject(reject).await);
            return;
        };
        let verdict = tokio::select! {
            verdict = AssertUnwindSafe(self.handler.handle(&message)).catch_unwind() => verdict,
            () = self.hand_back.cancelled() => return give_back(&delivery).await,
        };
        let verdict = verdict.unwrap_or_else(|_| Verdict::Retry("the handler panicked".to_owned()));
        let attempts = attempts.saturating_add(1);
        let moved = match &verdict {
            Verdict::Done => true,
            Verdict::Retry(cause) => match self.shared.tiers.after(attempts) {
                Some(delay) => self.delay(&message, attempts, cause, delay).await,
                None => self.bury(&message, attempts, cause).await,
            },
            Verdict::Fail(cause) => self.bury(&message, attempts, cause).await,
        };
        if moved {
            settled(delivery.acker.ack(BasicAckOptions::default()).await);
        } else {
            tokio::time::sleep(BEFORE_HAND_BACK).await;
            give_back(&delivery).await;
        }
    }

    async fn delay(&self, message: &Message, attempts: u32, cause: &str, delay: Duration) -> bool {
        tracing::warn!(queue.name = self.queue.name, event.id = %message.event_id, attempts, cause, ?delay, "will try again");
        self.copy_to(self.shared.names.retry(&self.queue, delay), message, attempts, cause).await
    }

    async fn bury(&self, message: &Message, attempts: u32, cause: &str) -> bool {
        tracing::error!(queue.name = self.queue.name, event.id = %message.event_id, attempts, cause, "gave up; it is a dead letter now");
        self.copy_to(self.shared.names.dead(&self.queue), message, attempts, cause).await
    }

    /// The copy is confirmed before the original is acknowledged: a crash between the two makes two, never none.
    async fn copy_to(&self, target: String, message: &Message, attempts: u32, cause: &str) -> bool {
        let copy = envelope::copy(target, message, attempts, Some(cause));
        match self.publisher.publish(vec![copy]).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(queue.name = self.queue.name, event.id = %message.event_id, error = &error as &dyn Error, "could not put it aside; it stays in its queue");
                false
            }
        }
    }
}

/// A hand-back is a nack, which newer brokers do not count as a delivery; a reject they do.
async fn give_back(delivery: &Delivery) {
    let nack = BasicNackOptions { requeue: true, multiple: false };
    settled(delivery.acker.nack(nack).await);
}

fn settled(result: lapin::Result<bool>) {
    if let Err(error) = result {
        tracing::debug!(%error, "could not settle a message; it comes again");
    }
}

async fn finish(in_hand: &mut JoinSet<()>) {
    while in_hand.join_next().await.is_some() {}
}
