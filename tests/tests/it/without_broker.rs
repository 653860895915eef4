//! Safety while the broker and the worker are away: what the submission's own transaction stores is enough.

use std::time::{Duration, Instant};

use rapport_proto::staff as pb;
use rapport_tests::{
    people::{People, Sample},
    production::Production,
    wait,
};

use crate::staff;

/// How soon the practice must hear of it.
const ALERTED_WITHIN: Duration = Duration::from_secs(10);
const ON_CALL: &str = "oncall@example.com";
/// Where the practice's own digest goes, on a day whose hour for it has come.
const OFFICE: &str = "office@example.com";

/// Guards: the alert's ledger row is written with the intake (`submit_intake::alert`), and the notifier reads the ledger
/// and needs no event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_safety_intake_reaches_staff_while_broker_and_worker_are_away() {
    let mut house = Production::new().await.unwrap();
    house.rabbit.proxy.refuse();
    house.processes.start("notifier").await.unwrap();
    house.processes.start("intake").await.unwrap();
    let mut client = house.client().await.unwrap();
    let request = People::of(&mut client).await.unwrap().request(Sample::SelfHarm).unwrap();
    let address = request.client.as_ref().unwrap().email.clone();

    let answer = client.submit_intake(request).await.unwrap().into_inner();
    let answered = Instant::now();
    let lines: Vec<_> = answer.safety_notice.unwrap().lines.into_iter().map(|line| line.phone).collect();
    assert_eq!(lines, ["988", "911"]);

    let (mut triage, bearer) = house.staff("coordinator").await.unwrap();
    let cases = staff::queue(&mut triage, &bearer).await;
    let [case] = cases.as_slice() else { panic!("{} cases", cases.len()) };
    assert_eq!((case.urgency(), case.state()), (pb::Urgency::Immediate, pb::CaseState::Received));

    wait::until("the alert arrives", || async { !house.smtp.accepted().is_empty() }).await;
    let took = answered.elapsed();
    assert!(took < ALERTED_WITHIN, "the alert took {took:?}");
    let [alert] = house.smtp.accepted().try_into().expect("one letter");
    assert_eq!(alert.to, [ON_CALL]);
    assert!(alert.message.contains(case.name.as_str()), "the alert names the case");
    assert_eq!(house.count("SELECT count(*) FROM outbox WHERE published_at IS NULL").await.unwrap(), 1);

    house.rabbit.proxy.restore();
    house.processes.start("worker").await.unwrap();
    wait::until("all goes on by itself", || async {
        let letters = house.smtp.accepted().into_iter().filter(|letter| letter.to != [OFFICE]);
        letters.count() > 1 && house.left_over().await.is_ok_and(|left| left.is_empty())
    })
    .await;
    let [after] = staff::queue(&mut triage, &bearer).await.try_into().expect("one case");
    assert_eq!((after.urgency(), after.state()), (pb::Urgency::Immediate, pb::CaseState::BeforeStaff));
    let mut to: Vec<_> = house.smtp.accepted().into_iter().flat_map(|letter| letter.to).collect();
    to.retain(|address| address != OFFICE);
    to.sort();
    assert_eq!(to, [ON_CALL.to_owned(), address], "the alert once, and the client's own letter");
    house.close().await.unwrap();
}
