//! The local transport: the table `deliveries`, a row per event and bound queue.
//!
//! It keeps what [`rapport_messaging::transport`] promises. A message in a
//! consumer's hands is leased, so that a crash gives it to the next one; one
//! that is handled is gone, for the inbox remembers it.

mod rows;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_trait::async_trait;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use rapport_messaging::{
    DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, Queue, RetryTiers, Transport, Verdict,
    topology,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{Store, StoreError, Topic};
use rows::{Claimed, Settle};

pub(crate) use rows::enqueue;

/// How often a message is handed out before it counts as poison, as on the broker: far above the restarts that one
/// message may meet, and still an end for one that kills its process each time.
const MOST_LEASES: u32 = 100;
/// Behind the wakes, which a crash of another process or a delay that ends does not send.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long handlers may finish after `stop`.
const DRAIN: Duration = Duration::from_secs(10);

/// Events through the database, where there is no broker. Cheap to clone.
#[derive(Clone)]
pub struct LocalTransport {
    store: Store,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    tiers: RetryTiers,
    lease: Duration,
}

impl LocalTransport {
    /// A transport over the store, with the usual delays. The clock is an argument, as everywhere.
    #[must_use]
    pub fn new(store: Store, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { store, clock: Arc::new(clock), tiers: RetryTiers::default(), lease: Duration::from_secs(30) }
    }

    /// With other delays between tries.
    #[must_use]
    pub fn with_tiers(self, tiers: RetryTiers) -> Self {
        Self { tiers, ..self }
    }

    /// With another time that a handler may take; after it the message is anybody's.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Claims what is due and gives it to handlers, as many as there are places.
    async fn fill(&self, queue: Queue, places: usize, run: &Run, in_hand: &mut JoinSet<()>) -> Result<(), StoreError> {
        if places == 0 {
            return Ok(());
        }
        let now = (self.clock)();
        let places = u64::try_from(places).unwrap_or(u64::MAX);
        for claimed in rows::claim(&self.store, queue, places, now, later(now, self.lease)).await? {
            let (transport, run) = (self.clone(), run.clone());
            in_hand.spawn(async move { transport.work_on(queue, claimed, &run).await });
        }
        Ok(())
    }

    async fn work_on(&self, queue: Queue, claimed: Claimed, run: &Run) {
        if claimed.leases > MOST_LEASES {
            let settle = self.weigh(queue, &claimed, Verdict::Fail("its consumer ended with it each time".to_owned()));
            return self.settle(queue, claimed, settle).await;
        }
        let handling = AssertUnwindSafe(run.handler.handle(&claimed.message)).catch_unwind();
        let settle = tokio::select! {
            // A handler that outlives its lease would work beside the next one.
            verdict = tokio::time::timeout(self.lease, handling) => match verdict {
                Ok(Ok(verdict)) => self.weigh(queue, &claimed, verdict),
                Ok(Err(_)) => self.weigh(queue, &claimed, Verdict::Retry("the handler panicked".to_owned())),
                Err(_) => self.weigh(queue, &claimed, Verdict::Retry("the handler took too long".to_owned())),
            },
            () = run.hand_back.cancelled() => Settle::HandBack,
        };
        self.settle(queue, claimed, settle).await;
    }

    async fn settle(&self, queue: Queue, claimed: Claimed, settle: Settle) {
        let event = claimed.message.event_id;
        if let Err(error) = rows::settle(&self.store, claimed, settle).await {
            tracing::warn!(queue.name = queue.name, event.id = %event, %error, "could not settle a message; it comes again");
        }
    }

    fn weigh(&self, queue: Queue, claimed: &Claimed, verdict: Verdict) -> Settle {
        let attempts = claimed.attempts.saturating_add(1);
        let event = claimed.message.event_id;
        let (cause, delay) = match verdict {
            Verdict::Done => return Settle::Forget,
            Verdict::Retry(cause) => (cause, self.tiers.after(attempts)),
            Verdict::Fail(cause) => (cause, None),
        };
        match delay {
            Some(delay) => {
                tracing::warn!(queue.name = queue.name, event.id = %event, attempts, cause, ?delay, "will try again");
                Settle::Delay(later((self.clock)(), delay), cause)
            }
            None => {
                tracing::error!(queue.name = queue.name, event.id = %event, attempts, cause, "gave up; it is a dead letter now");
                Settle::Bury(cause)
            }
        }
    }

    fn poll(&self) -> Duration {
        self.tiers.0.iter().copied().fold(LOOK_AGAIN, Duration::min)
    }
}

/// What the handlers of one consumer share.
#[derive(Clone)]
struct Run {
    handler: Arc<dyn Handler>,
    /// Set when the time to finish is over: what is in hand goes back.
    hand_back: CancellationToken,
}

#[async_trait]
impl Transport for LocalTransport {
    fn kind(&self) -> Kind {
        Kind::Local
    }

    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError> {
        if let Some(unheard) = batch.iter().find(|message| topology::bound_to(&message.routing_key).next().is_none()) {
            let (event_id, routing_key) = (unheard.event_id, unheard.routing_key.clone());
            return Err(PublishError::Unroutable { event_id, routing_key });
        }
        let (batch, now) = (batch.to_vec(), (self.clock)());
        self.store
            .transact(move |tx| Box::pin(async move { enqueue(tx, &batch, now).await }))
            .await
            .map_err(|error: StoreError| PublishError::Unavailable(Box::new(error)))
    }

    async fn consume(&self, queue: &Queue, concurrency: usize, handler: Arc<dyn Handler>, stop: CancellationToken) {
        let run = Run { handler, hand_back: CancellationToken::new() };
        let mut wake = self.store.wakes().subscribe(Topic::Deliveries);
        let mut in_hand = JoinSet::new();
        while !stop.is_cancelled() {
            let places = concurrency.max(1).saturating_sub(in_hand.len());
            if let Err(error) = self.fill(*queue, places, &run, &mut in_hand).await {
                tracing::warn!(queue.name = queue.name, %error, "could not look for messages; will look again");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = in_hand.join_next() => {}
                () = wake.changed() => {}
                () = tokio::time::sleep(self.poll()) => {}
            }
        }
        if tokio::time::timeout(DRAIN, finish(&mut in_hand)).await.is_err() {
            run.hand_back.cancel();
            finish(&mut in_hand).await;
        }
    }

    async fn depth(&self, queue: &Queue) -> Result<Depth, InspectError> {
        rows::depth(&self.store, queue, (self.clock)()).await.map_err(unavailable)
    }

    async fn dead_letters(&self, queue: &Queue, limit: usize) -> Result<Vec<DeadLetter>, InspectError> {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        rows::dead_letters(&self.store, queue, limit).await.map_err(unavailable)
    }

    async fn replay(&self, queue: &Queue, event: Option<Uuid>) -> Result<usize, InspectError> {
        let replayed = rows::replay(&self.store, *queue, event, (self.clock)()).await.map_err(unavailable)?;
        Ok(usize::try_from(replayed).unwrap_or(usize::MAX))
    }
}

fn unavailable(error: StoreError) -> InspectError {
    InspectError::Unavailable(Box::new(error))
}

/// At the end of time there is nothing later.
fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

async fn finish(in_hand: &mut JoinSet<()>) {
    while in_hand.join_next().await.is_some() {}
}

#[cfg(test)]
mod tests;
