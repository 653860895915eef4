//! What the broker's transport does when the broker is away, or not itself.

use std::time::{Duration, Instant};

use lapin::{
    options::QueueDeclareOptions,
    types::{AMQPValue, FieldTable},
};
use rapport_messaging::{Message, PublishError, Transport, Verdict, topology::TRIAGE_INTAKE};
use rapport_tests::wait;
use tokio_util::sync::CancellationToken;

use super::{
    INTAKE,
    ground::{Consumer, Ground, Recorder, message},
    only_dead_letter, until_dead,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_comes_back_after_its_connection_was_cut() {
    let ground = Ground::amqp().await;
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 2, &handler);
    for round in 1..=3 {
        publish_until_confirmed(&*transport, &[message(INTAKE)]).await;
        wait::until("it is handled", || async { handler.distinct().len() == round }).await;
        ground.proxy().cut();
    }
    ground.is_empty(&transport).await;
    consumer.stop().await;
    ground.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishing_during_an_outage_fails_in_time_and_works_after_it() {
    let ground = Ground::amqp().await;
    let transport = ground.transport().await;
    transport.publish(&[message(INTAKE)]).await.unwrap();
    for outage in ["refusing", "silent"] {
        if outage == "silent" {
            ground.proxy().silence()
        } else {
            ground.proxy().refuse()
        }
        let started = Instant::now();
        let error = transport.publish(&[message(INTAKE)]).await.unwrap_err();
        assert!(matches!(error, PublishError::Unavailable(_) | PublishError::TimedOut(_)), "{outage}: {error:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "{outage}: {:?}", started.elapsed());
        ground.proxy().restore();
        publish_until_confirmed(&*transport, &[message(INTAKE)]).await;
    }
    wait::until("all wait", || async { transport.depth(&TRIAGE_INTAKE).await.is_ok_and(|depth| depth.ready == 3) })
        .await;
    ground.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_messages_none_is_lost_while_connections_are_cut() {
    let ground = Ground::amqp().await;
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 16, &handler);
    let sent: Vec<_> = (0..1000).map(|_| message(INTAKE)).collect();
    for (at, batch) in sent.chunks(50).enumerate() {
        if at % 4 == 2 {
            ground.proxy().cut();
        }
        publish_until_confirmed(&*transport, batch).await;
    }
    ground.proxy().cut();
    wait::until("all are handled", || async { handler.distinct().len() == sent.len() }).await;
    ground.is_empty(&transport).await;
    consumer.stop().await;
    ground.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_event_is_a_dead_letter_by_the_brokers_own_hand() {
    let ground = Ground::amqp().await;
    let transport = ground.transport().await;
    assert!(transport.depth(&TRIAGE_INTAKE).await.unwrap().is_empty());
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    ground.publish_garbage(&TRIAGE_INTAKE).await;
    until_dead(&transport, 1).await;
    consumer.stop().await;
    let letter = only_dead_letter(&transport).await;
    assert_eq!((letter.event_id, letter.cause.as_str()), (None, "the broker gave it up: rejected"));
    ground.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_stops_while_the_broker_is_away() {
    let ground = Ground::amqp().await;
    ground.proxy().silence();
    let transport = ground.transport().await;
    let stop = CancellationToken::new();
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consuming = transport.consume(&TRIAGE_INTAKE, 1, handler, stop.clone());
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), consuming).await.expect("it stops");
    ground.close().await;
}

/// What the relay does: the same batch again until it is confirmed.
async fn publish_until_confirmed(transport: &dyn Transport, batch: &[Message]) {
    wait::until("the batch is confirmed", || async { transport.publish(batch).await.is_ok() }).await;
}

/// Guard: `amqp::declare`; without both arguments the broker drops a message that dies while nobody can take it. It
/// refuses whoever declares a queue with other arguments than it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_dies_is_handed_on_at_least_once() {
    let ground = Ground::amqp().await;
    ground.transport().await.depth(&TRIAGE_INTAKE).await.unwrap();
    let name = format!("{}{}", ground.rabbit().prefix(), TRIAGE_INTAKE.name);
    let text = |text: &str| AMQPValue::LongString(text.into());
    let arguments = [
        ("x-queue-type", text("quorum")),
        ("x-delivery-limit", AMQPValue::LongInt(100)),
        ("x-dead-letter-exchange", text("")),
        ("x-dead-letter-routing-key", text(&format!("{name}.dead"))),
        ("x-dead-letter-strategy", text("at-least-once")),
        ("x-overflow", text("reject-publish")),
    ];
    let declare = async |without: &str| {
        let channel = ground.rabbit().channel().await.unwrap();
        let mut table = FieldTable::default();
        for (key, value) in arguments.iter().filter(|(key, _)| *key != without) {
            table.insert((*key).into(), value.clone());
        }
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        channel.queue_declare(name.as_str().into(), options, table).await.map(drop)
    };
    declare("nothing").await.unwrap();
    for needed in ["x-dead-letter-strategy", "x-overflow", "x-queue-type", "x-dead-letter-routing-key"] {
        let refused = declare(needed).await.unwrap_err().to_string();
        assert!(refused.contains("PRECONDITION") && refused.contains(needed), "{refused}");
    }
    ground.close().await;
}
