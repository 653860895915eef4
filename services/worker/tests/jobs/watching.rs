//! Sessions that hours no longer hold, found by the clock.

use rapport_domain::{
    calendar::outside::Outside,
    case::{CaseState, StaffReason},
};
use rapport_store::therapists;
use rapport_worker::watch_hours::watch;

use crate::{house::House, people::individual};

/// Guard: `watch_hours::TIMER`'s step; no transaction of the roster sees a licence end.
#[tokio::test]
async fn a_session_behind_the_end_of_a_licence_is_put_before_staff_once_and_keeps_its_time() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    house.settle().await;
    let session = house.appointment(case).await.unwrap();
    let now = rapport_runtime::Clock::now(&*house.deps.clock);
    assert_eq!(watch(&house.deps, now).await.unwrap(), 0);

    let store = &house.deps.store;
    let read = therapists::get_on_roster(store, session.therapist).await.unwrap().unwrap();
    let mut therapist = read.therapist.clone();
    let before = house.deps.practice.today(session.starts_at).yesterday().unwrap();
    therapist.licences.iter_mut().for_each(|licence| licence.expires = before);
    store
        .transact(move |tx| Box::pin(async move { therapists::save(tx, &therapist, read.version).await.map(drop) }))
        .await
        .unwrap();

    assert_eq!(watch(&house.deps, now).await.unwrap(), 1);
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    let reason = StaffReason::OutsideHours { why: Outside::Licence };
    assert_eq!(house.detail(case).await.staff_reason, Some(reason));
    assert_eq!(house.appointment(case).await.unwrap(), session);
    assert_eq!(watch(&house.deps, now).await.unwrap(), 0, "it is told once");
    house.settle().await;
    house.close().await;
}
