//! The on-call chain, walked until somebody acknowledges.

use std::time::Duration;

use jiff::Timestamp;
use rapport_domain::{
    alert::{AlertState, AlertStep},
    case::CaseState,
    id::CaseId,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    triage::Urgency,
};
use rapport_runtime::Clock;
use rapport_store::{StoreError, alerts, calls, cases, letters};
use rapport_worker::{escalate_overdue::escalate_due, walk_alerts::walk_due};

use crate::{house::House, people::individual};

/// Saturday, 02:07 in Charlotte.
const SATURDAY_NIGHT: &str = "2027-01-16T07:07:00Z";

/// Somebody whose answers alert whoever is on call, stored as the intake service stores it.
async fn alerting(house: &House, urgency: Urgency) -> CaseId {
    house.clock.set(SATURDAY_NIGHT.parse().unwrap());
    let mut new = house.intake(&individual(1));
    let case = new.case.id;
    (new.case.urgency, new.case.flagged) = (urgency, true);
    new.letters = vec![DueLetter {
        cause: Cause::Case(case),
        recipient: Recipient::OnCall(0),
        kind: LetterKind::StaffAlert,
        case,
        appointment: None,
    }];
    house.deps.store.accept(new).await.unwrap();
    case
}

/// When each step was taken, in minutes since two, and whom it told.
async fn steps(house: &House, case: CaseId) -> Vec<(i64, Vec<u32>)> {
    let start: Timestamp = SATURDAY_NIGHT.parse().unwrap();
    let all = alerts::of_case(&house.deps.store, case).await.unwrap();
    let minute = |step: &AlertStep| start.duration_until(step.at).as_mins();
    all.iter().flat_map(|(_, steps)| steps).map(|step| (minute(step), step.told.clone())).collect()
}

async fn told(house: &House, case: CaseId) -> Vec<Recipient> {
    letters::of_case(&house.deps.store, case).await.unwrap().into_iter().map(|letter| letter.recipient).collect()
}

async fn walk_for(house: &House, minutes: u64) {
    for _ in 0..minutes {
        let now = house.clock.now();
        let (one, other) = tokio::join!(walk_due(&house.deps, now), walk_due(&house.deps, now));
        one.and(other).unwrap();
        house.clock.advance(Duration::from_secs(60));
    }
}

async fn acknowledge(house: &House, case: CaseId) {
    let mut alert = alerts::of_case(&house.deps.store, case).await.unwrap().remove(0).0;
    alert.acknowledge("Sam", house.clock.now()).unwrap();
    let saved = house.deps.store.transact(move |tx| Box::pin(async move { alerts::save(tx, &alert).await }));
    saved.await.map_err(|error: StoreError| error).unwrap();
}

/// Guards: `Alert::walk`, and the version in `alerts::save` for the second worker.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_saturday_at_two_the_chain_is_walked_to_its_end_by_two_workers_each_step_once() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Immediate).await;
    walk_for(&house, 36).await;
    let all = vec![0, 1, 2];
    assert_eq!(steps(&house, case).await, [(0, vec![0]), (5, vec![1]), (10, vec![2]), (20, all.clone()), (35, all)]);
    let told = told(&house, case).await;
    let times = |position| told.iter().filter(|to| **to == Recipient::OnCall(position)).count();
    assert_eq!([times(0), times(1), times(2)], [3, 3, 3]);
    // Nobody ever does: it ends, and says so.
    walk_for(&house, 12 * 15).await;
    let (alert, steps) = alerts::of_case(&house.deps.store, case).await.unwrap().remove(0);
    assert_eq!((alert.state, steps.len()), (AlertState::Unheard, 3 + 12));
    assert!(alerts::unacknowledged(&house.deps.store, [case].into_iter()).await.unwrap().contains(&case));
    house.settle().await;
    house.close().await;
}

#[tokio::test]
async fn what_was_missed_while_nobody_worked_is_made_up_for_once() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Urgent).await;
    house.clock.advance(Duration::from_secs(3 * 3600));
    for _ in 0..3 {
        walk_due(&house.deps, house.clock.now()).await.unwrap();
    }
    let at_once = |told: Vec<u32>| (180, told);
    assert_eq!(steps(&house, case).await, [vec![0], vec![1], vec![2], vec![0, 1, 2]].map(at_once));
    // A clock that is put back takes nothing back, and nothing twice.
    house.clock.set(SATURDAY_NIGHT.parse().unwrap());
    walk_for(&house, 190).await;
    assert_eq!(steps(&house, case).await.len(), 4);
    house.settle().await;
    house.close().await;
}

#[tokio::test]
async fn once_somebody_acknowledges_nobody_else_is_told() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Immediate).await;
    walk_for(&house, 7).await;
    acknowledge(&house, case).await;
    walk_for(&house, 60).await;
    assert_eq!(steps(&house, case).await, [(0, vec![0]), (5, vec![1])]);
    house.settle().await;
    house.close().await;
}

#[tokio::test]
async fn an_alert_ends_with_its_case() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Routine).await;
    walk_for(&house, 1).await;
    let mut closed = house.case(case).await;
    closed.state = CaseState::Closed;
    let saved = house.deps.store.transact(move |tx| Box::pin(async move { cases::save(tx, &closed).await }));
    saved.await.map_err(|error: StoreError| error).unwrap();
    walk_for(&house, 1).await;
    let (alert, steps) = alerts::of_case(&house.deps.store, case).await.unwrap().remove(0);
    assert_eq!((alert.state, steps.len()), (AlertState::Ended, 1));
    house.settle().await;
    house.close().await;
}

/// Guard: `raised` in `alerts::due`.
#[tokio::test]
async fn a_case_that_is_raised_at_night_does_not_wait_for_the_practice_to_open() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Routine).await;
    walk_for(&house, 30).await;
    assert_eq!(steps(&house, case).await, [(0, vec![0])]);
    let mut raised = house.case(case).await;
    raised.urgency = Urgency::Immediate;
    let saved = house.deps.store.transact(move |tx| Box::pin(async move { cases::save(tx, &raised).await }));
    saved.await.map_err(|error: StoreError| error).unwrap();
    walk_for(&house, 1).await;
    assert_eq!(steps(&house, case).await.last(), Some(&(30, vec![0, 1, 2])));
    house.settle().await;
    house.close().await;
}

/// Guards: `Cause::Overdue`, `case_calls.escalated_for`, and `answered_for`.
#[tokio::test]
async fn a_promise_that_nobody_kept_is_told_along_the_chain_once_and_a_kept_one_never() {
    let house = House::open().await;
    let case = alerting(&house, Urgency::Urgent).await;
    acknowledge(&house, case).await;
    let respond_by = house.case(case).await.respond_by;
    let at = async |now: Timestamp| {
        house.clock.set(now);
        let (one, other) = tokio::join!(escalate_due(&house.deps, now), escalate_due(&house.deps, now));
        one.and(other).unwrap();
        walk_due(&house.deps, now).await.unwrap();
        alerts::of_case(&house.deps.store, case).await.unwrap().len()
    };
    let minutes = |minutes| respond_by + jiff::SignedDuration::from_mins(minutes);
    assert_eq!(at(minutes(-1)).await, 1);
    assert_eq!(at(minutes(0)).await, 2);
    assert_eq!(calls::overdue_ones(&house.deps.store, &[house.case(case).await]).await.unwrap(), [case]);
    assert_eq!(at(minutes(12)).await, 2);
    let steps = alerts::of_case(&house.deps.store, case).await.unwrap().pop().unwrap().1;
    assert_eq!(steps.iter().map(|step| step.told.clone()).collect::<Vec<_>>(), [vec![0], vec![1], vec![2]]);
    // Another call was fixed, and then somebody talked with them.
    let mut again = house.case(case).await;
    again.respond_by = minutes(60);
    let kept = again.clone();
    let saved = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            cases::save(tx, &again).await?;
            calls::answered(tx, &kept).await
        })
    });
    saved.await.map_err(|error: StoreError| error).unwrap();
    assert!(calls::overdue_ones(&house.deps.store, &[house.case(case).await]).await.unwrap().is_empty());
    assert_eq!(at(minutes(61)).await, 2);
    house.settle().await;
    house.close().await;
}
