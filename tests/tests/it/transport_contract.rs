//! What every transport promises, held against each of them by one suite.

mod ground;
mod outages;

use std::{collections::HashSet, slice::from_ref, sync::Arc};

use rapport_domain::event::Fact;
use rapport_messaging::{
    DeadLetter, PublishError, Transport, Verdict,
    topology::{QUEUES, TRIAGE_INTAKE, WAKE_NOTIFIER, bound_to},
};
use rapport_tests::{rabbit::QUICK, wait};

use ground::{Consumer, Ground, Recorder, message};

/// Every promise as a test of every transport.
macro_rules! promises {
    ($($transport:ident: $promises:tt)+) => { $(promises!(@ $transport $promises);)+ };
    (@ $transport:ident [$($promise:ident),+ $(,)?]) => {
        mod $transport {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $promise() {
                let ground = super::Ground::$transport().await;
                super::$promise(&ground).await;
                ground.close().await;
            })+
        }
    };
    ($promises:tt) => { promises! { amqp: $promises sqlite: $promises postgres: $promises } };
}

promises! {[
    a_handled_message_is_delivered_once,
    every_bound_queue_hears_an_event,
    a_consumer_that_dies_leaves_its_message_to_the_next,
    a_handler_that_panics_is_tried_again,
    a_retry_waits_each_delay_in_turn_and_then_is_a_dead_letter,
    a_failure_is_a_dead_letter_at_once_with_its_cause,
    dead_letters_are_replayed_as_if_never_tried,
    one_dead_letter_can_be_replayed_alone,
    an_event_that_nobody_hears_is_an_error,
    no_more_than_the_concurrency_is_in_hand,
    stopping_lets_what_is_in_hand_finish,
    messages_wait_for_a_consumer_in_their_order,
    two_consumers_share_a_queue,
]}

const INTAKE: &str = "intake.received.v1";

#[test]
fn every_fact_reaches_a_queue() {
    for key in Fact::ROUTING_KEYS {
        assert!(bound_to(key).next().is_some(), "{key} reaches nobody");
    }
}

async fn a_handled_message_is_delivered_once(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 4, &handler);
    let sent: Vec<_> = (0..50).map(|_| message(INTAKE)).collect();
    transport.publish(&sent).await.unwrap();
    wait::until("all are handled", || async { handler.count() >= sent.len() }).await;
    ground.is_empty(&transport).await;
    consumer.stop().await;
    assert_eq!(handler.count(), sent.len(), "each exactly once");
    for message in &sent {
        assert!(handler.seen().contains(message), "body, topic and id arrive as sent");
    }
}

async fn every_bound_queue_hears_an_event(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let released = message("appointment.released.v1");
    transport.publish(from_ref(&released)).await.unwrap();
    let consumers = QUEUES.map(|queue| Consumer::start(&transport, queue, 1, &handler));
    wait::until("both bound queues heard it", || async { handler.count() >= 2 }).await;
    ground.is_empty(&transport).await;
    for consumer in consumers {
        consumer.stop().await;
    }
    assert_eq!(handler.count(), 2);
}

async fn a_consumer_that_dies_leaves_its_message_to_the_next(ground: &Ground) {
    let transport = ground.transport().await;
    let stuck = Recorder::gated();
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &stuck);
    transport.publish(&[message(INTAKE)]).await.unwrap();
    wait::until("the first has it in hand", || async { stuck.count() == 1 }).await;
    consumer.die(ground).await;

    let handler = Recorder::answering(|_, _| Verdict::Done);
    let transport = ground.transport().await;
    let next = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    wait::until("the next has it", || async { handler.count() == 1 }).await;
    ground.is_empty(&transport).await;
    next.stop().await;
}

async fn a_handler_that_panics_is_tried_again(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, before| match before {
        0 => panic!("a bug in a handler, on purpose"),
        _ => Verdict::Done,
    });
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    transport.publish(&[message(INTAKE)]).await.unwrap();
    wait::until("it was tried again", || async { handler.count() == 2 }).await;
    ground.is_empty(&transport).await;
    consumer.stop().await;
}

async fn a_retry_waits_each_delay_in_turn_and_then_is_a_dead_letter(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Retry("the database is away".into()));
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    let sent = message(INTAKE);
    transport.publish(from_ref(&sent)).await.unwrap();
    until_dead(&transport, 1).await;
    consumer.stop().await;

    let times = handler.times();
    assert_eq!(times.len(), 4, "one try, and one after each of three delays");
    for (pair, delay) in times.windows(2).zip(QUICK) {
        let waited = pair[1] - pair[0];
        assert!(waited >= delay, "waited {waited:?} instead of {delay:?}");
    }
    let letter = only_dead_letter(&transport).await;
    assert_eq!(letter.event_id, Some(sent.event_id));
    assert_eq!((letter.attempts, letter.cause.as_str()), (4, "the database is away"));
}

async fn a_failure_is_a_dead_letter_at_once_with_its_cause(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::answering(|_, _| Verdict::Fail("the case is missing".into()));
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    let sent = message(INTAKE);
    transport.publish(from_ref(&sent)).await.unwrap();
    until_dead(&transport, 1).await;
    consumer.stop().await;
    assert_eq!(handler.count(), 1);
    // Looking takes nothing away.
    for _ in 0..3 {
        let letter = only_dead_letter(&transport).await;
        assert_eq!((letter.queue, letter.event_id), (TRIAGE_INTAKE.name, Some(sent.event_id)));
        assert_eq!((letter.routing_key.as_str(), letter.attempts), (INTAKE, 1));
        assert_eq!(letter.cause, "the case is missing");
    }
}

async fn dead_letters_are_replayed_as_if_never_tried(ground: &Ground) {
    let transport = ground.transport().await;
    let failing = Recorder::answering(|_, _| Verdict::Fail("not yet known".into()));
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 2, &failing);
    let sent: Vec<_> = (0..5).map(|_| message(INTAKE)).collect();
    transport.publish(&sent).await.unwrap();
    until_dead(&transport, 5).await;
    consumer.stop().await;

    assert_eq!(transport.replay(&TRIAGE_INTAKE, None).await.unwrap(), 5);
    assert_eq!(transport.dead_letters(&TRIAGE_INTAKE, 10).await.unwrap(), []);
    // A replayed message has all its tries before it.
    let handler = Recorder::answering(|_, before| match before {
        0..3 => Verdict::Retry("again".into()),
        _ => Verdict::Done,
    });
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 2, &handler);
    wait::until("all are handled", || async { handler.count() == 20 }).await;
    ground.is_empty(&transport).await;
    consumer.stop().await;
    assert_eq!(handler.distinct(), sent.iter().map(|message| message.event_id).collect::<HashSet<_>>());
}

async fn one_dead_letter_can_be_replayed_alone(ground: &Ground) {
    let transport = ground.transport().await;
    let failing = Recorder::answering(|_, _| Verdict::Fail("not yet known".into()));
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &failing);
    let sent = [message(INTAKE), message(INTAKE), message(INTAKE)];
    transport.publish(&sent).await.unwrap();
    until_dead(&transport, 3).await;
    consumer.stop().await;
    let [first, second, third] = sent.map(|message| message.event_id);
    assert_eq!(transport.replay(&TRIAGE_INTAKE, Some(second)).await.unwrap(), 1);
    let dead = transport.dead_letters(&TRIAGE_INTAKE, 10).await.unwrap();
    let dead: HashSet<_> = dead.into_iter().filter_map(|letter| letter.event_id).collect();
    assert_eq!(dead, HashSet::from([first, third]));
    assert_eq!(transport.depth(&TRIAGE_INTAKE).await.unwrap().ready, 1);
}

async fn an_event_that_nobody_hears_is_an_error(ground: &Ground) {
    let transport = ground.transport().await;
    let unheard = message("nobody.listens.v1");
    let error = transport.publish(from_ref(&unheard)).await.unwrap_err();
    assert!(matches!(error, PublishError::Unroutable { event_id, .. } if event_id == unheard.event_id), "{error:?}");
    transport.publish(&[message(INTAKE)]).await.unwrap();
}

async fn no_more_than_the_concurrency_is_in_hand(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::gated();
    let consumer = Consumer::start(&transport, WAKE_NOTIFIER, 3, &handler);
    let sent: Vec<_> = (0..12).map(|_| message("appointment.held.v1")).collect();
    transport.publish(&sent).await.unwrap();
    for expected in (3..=12).step_by(3) {
        wait::until("as many as may are in hand", || async { handler.count() == expected }).await;
        handler.open(3);
    }
    ground.is_empty(&transport).await;
    consumer.stop().await;
    assert_eq!((handler.count(), handler.most_at_once()), (12, 3));
}

async fn stopping_lets_what_is_in_hand_finish(ground: &Ground) {
    let transport = ground.transport().await;
    let handler = Recorder::gated();
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    transport.publish(&[message(INTAKE)]).await.unwrap();
    wait::until("it is in hand", || async { handler.count() == 1 }).await;
    consumer.ask_to_stop();
    handler.open(1);
    consumer.stop().await;
    ground.is_empty(&transport).await;
    assert_eq!(handler.count(), 1);
}

async fn messages_wait_for_a_consumer_in_their_order(ground: &Ground) {
    let transport = ground.transport().await;
    let sent: Vec<_> = (0..20).map(|_| message(INTAKE)).collect();
    transport.publish(&sent).await.unwrap();
    wait::until("all wait", || async { transport.depth(&TRIAGE_INTAKE).await.unwrap().ready == 20 }).await;
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumer = Consumer::start(&transport, TRIAGE_INTAKE, 1, &handler);
    wait::until("all are handled", || async { handler.count() == 20 }).await;
    consumer.stop().await;
    assert_eq!(handler.seen(), sent);
}

async fn two_consumers_share_a_queue(ground: &Ground) {
    let (one, other) = (ground.transport().await, ground.transport().await);
    let handler = Recorder::answering(|_, _| Verdict::Done);
    let consumers = [&one, &other].map(|transport| Consumer::start(transport, TRIAGE_INTAKE, 2, &handler));
    for _ in 0..20 {
        one.publish(&[message(INTAKE), message(INTAKE), message(INTAKE)]).await.unwrap();
    }
    wait::until("all are handled", || async { handler.count() >= 60 }).await;
    ground.is_empty(&one).await;
    for consumer in consumers {
        consumer.stop().await;
    }
    assert_eq!((handler.count(), handler.distinct().len()), (60, 60), "no message went to both");
}

async fn until_dead(transport: &Arc<dyn Transport>, messages: u64) {
    wait::until("they are dead", || async { transport.depth(&TRIAGE_INTAKE).await.unwrap().dead == messages }).await;
}

async fn only_dead_letter(transport: &Arc<dyn Transport>) -> DeadLetter {
    let mut letters = transport.dead_letters(&TRIAGE_INTAKE, 10).await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}
