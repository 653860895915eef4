use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::tests::database::on_each;

/// Counts what it is given.
struct Counter(AtomicU32);

#[async_trait]
impl Handler for Counter {
    async fn handle(&self, _: &Message) -> Verdict {
        self.0.fetch_add(1, Ordering::SeqCst);
        Verdict::Done
    }
}

/// Guard: the count of leases. Its consumer never says anything, as one that is killed each time.
#[tokio::test]
async fn a_message_that_kills_its_process_each_time_ends_as_a_dead_letter() {
    on_each(async |store| {
        let mut now = Timestamp::UNIX_EPOCH;
        let event_id = Uuid::from_u128(7);
        let message = Message { event_id, routing_key: "intake.received.v1".to_owned(), body: Vec::new() };
        let enqueued = store.transact(move |tx| Box::pin(async move { enqueue(tx, &[message], now).await }));
        enqueued.await.unwrap();
        for _ in 0..MOST_LEASES {
            assert_eq!(rows::claim(&store, topology::TRIAGE_INTAKE, 1, now, now + A_LEASE).await.unwrap().len(), 1);
            now += A_LEASE;
        }
        let (handler, stop) = (Arc::new(Counter(AtomicU32::new(0))), CancellationToken::new());
        let transport = LocalTransport::new(store, move || now);
        let consuming = transport.consume(&topology::TRIAGE_INTAKE, 1, handler.clone(), stop.clone());
        let dead = async {
            while transport.depth(&topology::TRIAGE_INTAKE).await.unwrap().dead == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stop.cancel();
        };
        tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(consuming, dead) }).await.unwrap();
        assert_eq!(handler.0.load(Ordering::SeqCst), 0);
        let letters = transport.dead_letters(&topology::TRIAGE_INTAKE, 2).await.unwrap();
        assert_eq!((letters.len(), letters[0].cause.as_str()), (1, "its consumer ended with it each time"));
    })
    .await;
}

const A_LEASE: SignedDuration = SignedDuration::from_secs(30);
