//! From a stored intake to a triaged case.

use std::sync::{Arc, Mutex};

use rapport_domain::{
    case::{CaseState, StaffReason},
    contact::EmailAddress,
    id::{CaseId, IntakeId},
    triage::Urgency,
};
use rapport_messaging::{Handler, Message, Verdict};
use rapport_runtime::Ids;
use rapport_store::{Store, StoreError, cases, intakes, search, triage_results};
use rapport_worker::{Deps, consumers};
use tokio::{runtime::Handle, task::block_in_place};
use uuid::Uuid;

use crate::{
    house::House,
    people::{couple, individual},
};
use rapport_domain::{intake::IfPartnerSilent, letter::LetterKind};

#[tokio::test]
async fn whoever_is_in_danger_is_put_before_staff_and_nothing_is_booked() {
    let house = House::open().await;
    let person = couple(1, IfPartnerSilent::SeeMeAlone).answering("fear", "yes");
    let case = house.submit(&person).await;
    house.settle().await;

    let stands = house.case(case).await;
    assert_eq!(stands.state, CaseState::BeforeStaff);
    assert!(stands.urgency >= Urgency::Urgent && stands.flagged);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::RulesForbidBooking));
    assert_eq!(house.appointment(case).await, None);
    assert_eq!(house.letters(case).await, [LetterKind::WeWillCall, LetterKind::StaffAlert]);
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

#[tokio::test]
async fn whoever_is_under_18_is_put_before_staff() {
    let house = House::open().await;
    let mut person = individual(1);
    person.born = "2010-06-01";
    let case = house.submit(&person).await;
    house.settle().await;

    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert!(house.case(case).await.urgency >= Urgency::Priority);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::Under18));
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

/// Guard: `match_case::forbidden`, which says what staff are to do, and no answer that was never asked for.
#[tokio::test]
async fn whoever_asked_to_be_called_first_is_put_before_staff_who_read_just_that() {
    let house = House::open().await;
    let mut person = individual(1);
    person.asked_for_a_call = true;
    let case = house.submit(&person).await;
    house.settle().await;

    let stands = house.case(case).await;
    assert_eq!((stands.urgency, stands.state), (Urgency::Priority, CaseState::BeforeStaff));
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::AskedForACall));
    assert_eq!(house.letters(case).await, [LetterKind::StaffAlert]);
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

#[tokio::test]
async fn red_flags_raise_the_case_and_keep_nobody_from_a_session() {
    let house = House::open().await;
    let person = individual(1).answering("withdrawal", "yes").answering("contempt", "yes");
    let case = house.submit(&person).await;
    house.settle().await;

    let stands = house.case(case).await;
    assert_eq!((stands.urgency, stands.state), (Urgency::Priority, CaseState::Confirmed));
    house.close().await;
}

#[tokio::test]
async fn every_result_is_kept_once_with_the_protocol_that_decided() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    let received = house.relayed().await;
    house.deliver(&received[0]).await;
    house.deliver(&received[0]).await;

    let results = triage_results::of_case(&house.deps.store, case).await.unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].1.protocol, house.deps.practice.protocol.digest());
    assert_eq!(house.relayed().await.len(), 1, "the second delivery tells nobody again");
    house.close().await;
}

#[tokio::test]
async fn a_message_that_nobody_can_handle_fails_at_once() {
    let house = House::open().await;
    let damaged = Message { event_id: Uuid::nil(), routing_key: "intake.received.v1".to_owned(), body: vec![0xff] };
    let new = house.intake(&individual(1));
    let unknown = Message {
        event_id: new.event.id.uuid(),
        routing_key: new.event.fact.routing_key().to_owned(),
        body: rapport_proto::event::encode(&new.event),
    };
    let [triage, _] = consumers::all(&house.deps);
    for message in [damaged, unknown] {
        assert!(matches!(triage.handle(&message).await, Verdict::Fail(_)));
    }
    house.close().await;
}

/// Lets something happen in the midst of a job: when it first asks for an id, after it has read the intake.
struct Meanwhile {
    ids: Arc<dyn Ids>,
    what: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Ids for Meanwhile {
    fn uuid(&self) -> Uuid {
        let what = self.what.lock().unwrap().take();
        what.into_iter().for_each(|what| what());
        self.ids.uuid()
    }
}

/// As a client changes their address.
async fn change_address(store: &Store, id: IntakeId, to: EmailAddress) {
    let keys = store.clone();
    let changed = store.transact(move |tx| {
        Box::pin(async move {
            let mut intake = intakes::get(tx, id).await?.unwrap();
            let before = search::tokens(&keys, &intake.submission.client);
            intake.submission.client.email = Some(to);
            let case = cases::get(tx, intake.case).await?.unwrap();
            cases::save(tx, &case).await?;
            intakes::save_submission(tx, &intake).await?;
            search::replace(tx, intake.case, &before, &search::tokens(&keys, &intake.submission.client), &[]).await
        })
    });
    changed.await.map_err(|error: StoreError| error).unwrap();
}

/// Guard: triage's search tokens are made of what its own transaction reads.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_changes_their_address_while_they_are_triaged_is_not_found_by_the_old_one() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    let store = &house.deps.store;
    let intake = intakes::first_of_case(store, case).await.unwrap().unwrap();
    let old = intakes::get(store, intake).await.unwrap().unwrap().submission.client.email.unwrap();
    let new = EmailAddress::parse("moved.sample@example.com").unwrap();
    let change = {
        let (store, new, handle) = (store.clone(), new.clone(), Handle::current());
        move || block_in_place(|| handle.block_on(change_address(&store, intake, new)))
    };
    let ids = Meanwhile { ids: Arc::clone(&house.deps.ids), what: Mutex::new(Some(Box::new(change))) };
    let deps = Deps { ids: Arc::new(ids), ..house.deps.clone() };
    let [message] = &house.relayed().await[..] else { panic!("one event") };
    let [triage, _] = consumers::all(&deps);
    assert_eq!(triage.handle(message).await, Verdict::Done);

    let nobody = CaseId::new(Uuid::nil());
    let found_by = async |email: &EmailAddress| {
        let tokens = search::contact_tokens(store, Some(email), None);
        search::same_person(store, nobody, &tokens).await.unwrap().into_iter().map(|(case, _)| case).collect::<Vec<_>>()
    };
    assert_eq!(found_by(&new).await, [case]);
    assert_eq!(found_by(&old).await, []);
    house.settle().await;
    house.close().await;
}
