//! Events that nobody could handle, in production: on the command line, over the staff API, and in the light.

use std::sync::Arc;

use async_trait::async_trait;
use rapport_domain::{
    event::{Event, Fact},
    id::{CaseId, EventId, IntakeId},
};
use rapport_messaging::{Handler, Message, Transport, Verdict, topology::TRIAGE_INTAKE};
use rapport_proto::{
    event,
    staff::{self as pb, operations_service_client::OperationsServiceClient},
};
use rapport_tests::{production::Production, wait};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tonic::Code;
use uuid::Uuid;

/// Cannot do anything with what it is given.
struct GivesUp;

#[async_trait]
impl Handler for GivesUp {
    async fn handle(&self, _: &Message) -> Verdict {
        Verdict::Fail("there is no such intake".to_owned())
    }
}

/// Dead letters about intakes that never were.
async fn bury(transport: &Arc<dyn Transport>, count: u64) -> Vec<Event> {
    let new = |_| Event {
        id: EventId::new(Uuid::now_v7()),
        occurred_at: "2026-11-29T12:00:00Z".parse().unwrap(),
        fact: Fact::IntakeReceived { intake: IntakeId::new(Uuid::now_v7()), case: CaseId::new(Uuid::now_v7()) },
    };
    let events: Vec<Event> = (0..count).map(new).collect();
    let message = |event: &Event| Message {
        event_id: event.id.uuid(),
        routing_key: event.fact.routing_key().to_owned(),
        body: event::encode(event),
    };
    transport.publish(&events.iter().map(message).collect::<Vec<_>>()).await.unwrap();
    let stop = CancellationToken::new();
    let consumer = tokio::spawn({
        let (transport, stop) = (Arc::clone(transport), stop.clone());
        async move { transport.consume(&TRIAGE_INTAKE, 1, Arc::new(GivesUp), stop).await }
    });
    wait::until("they are dead", || async { transport.depth(&TRIAGE_INTAKE).await.unwrap().dead == count }).await;
    stop.cancel();
    consumer.await.unwrap();
    events
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Guards: `DeadLetterName` is read as it is written; `get_health` says so where the broker is away, instead of failing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_of_a_broker_are_listed_shown_put_back_and_lit() {
    let mut house = Production::new().await.unwrap();
    house.processes.start("intake").await.unwrap();
    let transport: Arc<dyn Transport> = Arc::new(house.rabbit.transport().unwrap());
    let events = bury(&transport, 3).await;

    let listed = json(&house.processes.run(&["dead-letters", "list", "--json"]).await.unwrap());
    let listed = listed["dead_letters"].as_array().unwrap();
    let name = |event: &Event| format!("queues/triage_intake/deadLetters/{}", event.id.uuid());
    assert_eq!(
        listed.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(),
        events.iter().map(name).collect::<Vec<_>>()
    );
    let shown = json(&house.processes.run(&["dead-letters", "show", &name(&events[1]), "--json"]).await.unwrap());
    assert_eq!(shown["cause"], "there is no such intake");
    assert_eq!(shown["about"], serde_json::json!(events[1].fact.about()));
    let plain = house.processes.run(&["dead-letters", "show", &name(&events[1])]).await.unwrap();
    assert!(plain.contains("given up:  there is no such intake"), "{plain}");

    let (_, bearer) = house.processes.staff("admin").await.unwrap();
    let mut operations = OperationsServiceClient::connect(format!("http://{}", house.processes.staff)).await.unwrap();
    let over_api = operations.list_dead_letters(bearer.with(<_>::default())).await.unwrap().into_inner().dead_letters;
    assert_eq!(
        over_api.iter().map(|it| it.name.clone()).collect::<Vec<_>>(),
        events.iter().map(name).collect::<Vec<_>>()
    );
    assert!(over_api.iter().all(|it| it.about.is_empty()), "an administrator learns of nobody's case");
    let health = operations.get_health(bearer.with(<_>::default())).await.unwrap().into_inner().health.unwrap();
    let dead = health.checks.iter().find(|it| it.check == "dead_letters").unwrap();
    assert_eq!((dead.severity(), dead.count), (pb::HealthSeverity::Warning, 3));

    let replayed = json(&house.processes.run(&["dead-letters", "replay", &name(&events[0]), "--json"]).await.unwrap());
    assert_eq!(replayed["replayed"], 1);
    let again = house.processes.run(&["dead-letters", "replay", &name(&events[0])]).await.unwrap_err();
    assert!(again.to_string().contains("There is no such dead letter"), "{again}");
    let request = bearer.with(pb::ReplayDeadLetterRequest { name: "queues/triage_intake/deadLetters/-".to_owned() });
    assert_eq!(operations.replay_dead_letter(request).await.unwrap().into_inner().replayed, 2);
    wait::until("all wait again", || async { transport.depth(&TRIAGE_INTAKE).await.unwrap().ready == 3 }).await;

    house.rabbit.proxy.refuse();
    let away = operations.list_dead_letters(bearer.with(<_>::default())).await.unwrap_err();
    assert_eq!(away.code(), Code::Unavailable, "{away}");
    wait::until("the light says so", || async {
        let asked = operations.clone().get_health(bearer.with(<_>::default())).await.unwrap().into_inner();
        let health = asked.health.unwrap();
        let events = health.checks.iter().find(|it| it.check == "events").unwrap();
        events.severity() == pb::HealthSeverity::Failure && health.severity() == pb::HealthSeverity::Failure
    })
    .await;
    house.rabbit.proxy.restore();
    house.close().await.unwrap();
}
