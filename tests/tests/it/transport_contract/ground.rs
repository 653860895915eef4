//! What the suite stands on: a transport to test, handlers that record, consumers that stop or die.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use lapin::{BasicProperties, options::BasicPublishOptions};
use rapport_messaging::{
    Handler, Message, Queue, RetryTiers, Transport, Verdict, amqp::AmqpSettings, topology::QUEUES,
};
use rapport_store::LocalTransport;
use rapport_tests::{
    database::Database,
    fault_proxy::FaultProxy,
    rabbit::{QUICK, Rabbit},
    wait,
};
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long the local transport leaves a message with a consumer that says nothing.
const LEASE: Duration = Duration::from_secs(2);

/// One test's share of what stands behind a transport.
pub(super) enum Ground {
    Amqp(Rabbit),
    Local(Database),
}

impl Ground {
    pub(super) async fn amqp() -> Self {
        Self::Amqp(Rabbit::start().await.unwrap())
    }

    pub(super) async fn sqlite() -> Self {
        Self::Local(Database::sqlite().await.unwrap())
    }

    pub(super) async fn postgres() -> Self {
        Self::Local(Database::postgres().await.unwrap())
    }

    /// Another process' transport.
    pub(super) async fn transport(&self) -> Arc<dyn Transport> {
        match self {
            Self::Amqp(rabbit) => {
                let quick = |settings: &mut AmqpSettings| settings.tiers = RetryTiers(QUICK.to_vec());
                Arc::new(rabbit.transport_with(quick).unwrap())
            }
            Self::Local(database) => {
                let store = database.store().await.unwrap();
                let now = || jiff::Timestamp::from_microsecond(jiff::Timestamp::now().as_microsecond()).unwrap();
                let quick = LocalTransport::new(store, now).with_tiers(RetryTiers(QUICK.to_vec()));
                Arc::new(quick.with_lease(LEASE))
            }
        }
    }

    pub(super) fn rabbit(&self) -> &Rabbit {
        let Self::Amqp(rabbit) = self else { panic!("there is no broker behind a local transport") };
        rabbit
    }

    pub(super) fn proxy(&self) -> &FaultProxy {
        &self.rabbit().proxy
    }

    pub(super) async fn publish_garbage(&self, queue: &Queue) {
        let channel = self.rabbit().channel().await.unwrap();
        let name = format!("{}{}", self.rabbit().prefix(), queue.name);
        let options = BasicPublishOptions::default();
        channel.basic_publish("".into(), name.into(), options, b"?", BasicProperties::default()).await.unwrap();
        channel.close(200, "bye".into()).await.unwrap();
    }

    /// Waits until nothing is left anywhere.
    pub(super) async fn is_empty(&self, transport: &Arc<dyn Transport>) {
        for queue in QUEUES {
            let empty = || async { transport.depth(&queue).await.is_ok_and(|depth| depth.is_empty()) };
            wait::until(&format!("{} is empty", queue.name), empty).await;
        }
    }

    pub(super) async fn close(self) {
        match self {
            Self::Amqp(rabbit) => rabbit.close().await.unwrap(),
            Self::Local(database) => database.close().await.unwrap(),
        }
    }
}

/// An event with an id of its own.
pub(super) fn message(routing_key: &str) -> Message {
    let event_id = Uuid::now_v7();
    Message { event_id, routing_key: routing_key.to_owned(), body: event_id.as_bytes().to_vec() }
}

type Answer = Box<dyn Fn(&Message, usize) -> Verdict + Send + Sync>;

/// A handler that records what it was given.
pub(super) struct Recorder {
    answer: Answer,
    gate: Option<Semaphore>,
    seen: Mutex<Vec<(Message, Instant)>>,
    in_hand: AtomicUsize,
    most: AtomicUsize,
}

impl Recorder {
    /// Answers at once, told how often this message came before.
    pub(super) fn answering(answer: impl Fn(&Message, usize) -> Verdict + Send + Sync + 'static) -> Arc<Self> {
        Self::new(Box::new(answer), None)
    }

    /// Keeps each message until [`open`](Self::open) lets it through.
    pub(super) fn gated() -> Arc<Self> {
        Self::new(Box::new(|_, _| Verdict::Done), Some(Semaphore::new(0)))
    }

    fn new(answer: Answer, gate: Option<Semaphore>) -> Arc<Self> {
        let (in_hand, most) = Default::default();
        Arc::new(Self { answer, gate, seen: Mutex::default(), in_hand, most })
    }

    pub(super) fn open(&self, messages: usize) {
        self.gate.as_ref().unwrap().add_permits(messages);
    }

    pub(super) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub(super) fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().iter().map(|(message, _)| message.clone()).collect()
    }

    pub(super) fn times(&self) -> Vec<Instant> {
        self.seen.lock().unwrap().iter().map(|(_, at)| *at).collect()
    }

    pub(super) fn distinct(&self) -> HashSet<Uuid> {
        self.seen.lock().unwrap().iter().map(|(message, _)| message.event_id).collect()
    }

    pub(super) fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Handler for Recorder {
    async fn handle(&self, message: &Message) -> Verdict {
        let before = {
            let mut seen = self.seen.lock().unwrap();
            let mut counts = HashMap::new();
            seen.iter().for_each(|(one, _)| *counts.entry(one.event_id).or_insert(0) += 1);
            seen.push((message.clone(), Instant::now()));
            counts.get(&message.event_id).copied().unwrap_or(0)
        };
        let now = self.in_hand.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        self.in_hand.fetch_sub(1, Ordering::SeqCst);
        (self.answer)(message, before)
    }
}

/// A consumer in a task of its own.
pub(super) struct Consumer {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Consumer {
    pub(super) fn start(
        transport: &Arc<dyn Transport>,
        queue: Queue,
        concurrency: usize,
        handler: &Arc<Recorder>,
    ) -> Self {
        let (transport, handler, stop) = (Arc::clone(transport), Arc::clone(handler), CancellationToken::new());
        let stopping = stop.clone();
        let task = tokio::spawn(async move { transport.consume(&queue, concurrency, handler, stopping).await });
        Self { stop, task }
    }

    pub(super) fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it as a crash would: no good-bye, nothing settled.
    pub(super) async fn die(self, ground: &Ground) {
        self.task.abort();
        self.task.await.unwrap_err();
        if let Ground::Amqp(rabbit) = ground {
            rabbit.proxy.cut();
        }
    }
}
