use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rapport_messaging::{DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, Queue, Transport};
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{database, sample};
use crate::{Store, entity, outbox, store::sealed::Sealed};

/// A broker that remembers, or refuses.
struct Broker {
    kind: Kind,
    up: bool,
    published: Mutex<Vec<Uuid>>,
}

impl Broker {
    fn new(kind: Kind, up: bool) -> Self {
        Self { kind, up, published: Mutex::default() }
    }

    fn published(&self) -> Vec<Uuid> {
        self.published.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Broker {
    fn kind(&self) -> Kind {
        self.kind
    }

    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError> {
        if !self.up {
            return Err(PublishError::TimedOut("the test's broker"));
        }
        self.published.lock().unwrap().extend(batch.iter().map(|message| message.event_id));
        tokio::task::yield_now().await;
        Ok(())
    }

    async fn consume(&self, _: &Queue, _: usize, _: Arc<dyn Handler>, _: CancellationToken) {}

    async fn depth(&self, _: &Queue) -> Result<Depth, InspectError> {
        Ok(Depth::default())
    }

    async fn dead_letters(&self, _: &Queue, _: usize) -> Result<Vec<DeadLetter>, InspectError> {
        Ok(Vec::new())
    }

    async fn replay(&self, _: &Queue, _: Option<Uuid>) -> Result<usize, InspectError> {
        Ok(0)
    }
}

async fn relay(store: &Store, broker: &Broker) -> u64 {
    outbox::relay_batch(store, broker, 10, sample::now()).await.unwrap().published
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_published_and_marked_and_those_of_a_broker_that_is_down_stay() {
    database::on_each(async |store| {
        for _ in 0..25 {
            sample::stored(&store).await;
        }
        let down = Broker::new(Kind::Amqp, false);
        let refused = outbox::relay_batch(&store, &down, 10, sample::now()).await.unwrap();
        assert_eq!((refused.published, refused.failed.is_some()), (0, true));
        let up = Broker::new(Kind::Amqp, true);
        assert_eq!([relay(&store, &up).await, relay(&store, &up).await, relay(&store, &up).await], [10, 10, 5]);
        assert_eq!(relay(&store, &up).await, 0);
        let mut once = up.published();
        once.dedup();
        assert_eq!(once.len(), 25);
        assert_eq!(outbox::purge_published_before(&store, sample::later(1)).await, Ok(25));
    })
    .await;
}

/// Guard: FOR UPDATE SKIP LOCKED.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_publish_nothing_twice() {
    database::on_postgres(async |store| {
        store.migrate().await.unwrap();
        for _ in 0..40 {
            sample::stored(&store).await;
        }
        let broker = Broker::new(Kind::Amqp, true);
        let relays = (0..8).map(|_| relay(&store, &broker));
        let published: u64 = futures::future::join_all(relays).await.into_iter().sum();
        let mut ids = broker.published();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((published, ids.len()), (40, 40));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_transport_has_a_row_per_bound_queue_once() {
    database::on_each(async |store| {
        sample::stored(&store).await;
        let local = Broker::new(Kind::Local, true);
        assert_eq!(relay(&store, &local).await, 1);
        assert_eq!(relay(&store, &local).await, 0);
        assert_eq!(entity::deliveries::Entity::find().count(store.db()).await.unwrap(), 1);
        assert!(local.published().is_empty());
    })
    .await;
}
