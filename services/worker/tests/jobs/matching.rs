//! From a triaged case to a session, or to staff.

use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use jiff::SignedDuration;
use rapport_domain::{
    appointment::AppointmentState,
    calendar::{
        hours::week_of,
        timetable::{HoursRule, Place, Timetable},
    },
    case::{CaseState, StaffReason},
    intake::{Care, IfPartnerSilent},
    letter::LetterKind,
    practice::Confirm,
};
use rapport_runtime::Clock;
use rapport_store::Accepted;
use rapport_worker::purge::purge;

use crate::{
    house::House,
    people::{couple, individual},
};

#[tokio::test]
async fn whoever_comes_alone_is_confirmed_within_the_promise() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    house.settle().await;

    let stands = house.case(case).await;
    assert_eq!(stands.state, CaseState::Confirmed);
    let session = house.appointment(case).await.unwrap();
    assert_eq!((session.state, session.care), (AppointmentState::Confirmed, Care::Individual));
    assert!(session.starts_at <= stands.respond_by);
    let because = house.detail(case).await.match_because;
    let place = |begin: &str| because.iter().position(|it| it.starts_with(begin)).unwrap();
    assert!(
        place("first session on") < place("others ask for this too"),
        "what speaks most for them first: {because:?}"
    );
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    assert_eq!(house.booked().await, 1);
    house.close().await;
}

#[tokio::test]
async fn a_couple_is_held_at_least_three_days_out_until_the_release_step() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::CallMe)).await;
    house.settle().await;

    assert_eq!(house.case(case).await.state, CaseState::Held);
    let hold = house.appointment(case).await.unwrap();
    assert_eq!((hold.state, hold.care), (AppointmentState::Held, Care::Couple));
    assert!(hold.starts_at >= house.clock.now() + SignedDuration::from_hours(72));
    assert_eq!(hold.release_at, Some(hold.starts_at - SignedDuration::from_hours(48)));
    assert_eq!(house.letters(case).await, [LetterKind::Held]);
    house.close().await;
}

#[tokio::test]
async fn where_nobody_is_licensed_staff_read_which_filter_emptied_the_list() {
    let house = House::open().await;
    let mut person = individual(1);
    person.state = "AK";
    let case = house.submit(&person).await;
    house.settle().await;

    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    let detail = house.detail(case).await;
    assert!(matches!(detail.staff_reason, Some(StaffReason::NobodyMatches { filter, .. }) if filter.contains("AK")));
    assert_eq!(house.letters(case).await, [LetterKind::NoTimeYet, LetterKind::StaffAlert]);
    house.close().await;
}

/// Guards: the case's state, and the inbox row in the booking's own transaction; either suffices.
#[tokio::test]
async fn the_same_event_twice_has_one_effect() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    house.deliver(&house.relayed().await[0]).await;
    let triaged = house.relayed().await;
    house.deliver(&triaged[0]).await;
    house.deliver(&triaged[0]).await;

    assert_eq!(house.booked().await, 1);
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    assert_eq!(house.relayed().await.len(), 1);
    house.close().await;
}

/// Guard: the case's state alone, for the inbox forgets in time.
#[tokio::test]
async fn an_event_that_comes_again_after_the_inbox_forgot_it_books_nothing() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    let received = house.relayed().await;
    house.deliver(&received[0]).await;
    house.settle().await;
    let session = house.appointment(case).await;

    house.clock.advance(Duration::from_secs(31 * 24 * 3600));
    purge(&house.deps, house.clock.now()).await.unwrap();
    house.deliver(&received[0]).await;
    house.settle().await;
    assert_eq!(house.appointment(case).await, session);
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    assert_eq!(house.booked().await, 0, "nothing new");
    house.close().await;
}

/// Guards: the inbox row, and the case's version; either suffices. Its state was read before the transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_that_hear_the_same_event_at_once_book_one_session() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    house.deliver(&house.relayed().await[0]).await;
    let triaged = house.relayed().await;
    join_all((0..8).map(|_| house.deliver(&triaged[0]))).await;

    assert_eq!(house.booked().await, 1);
    assert_eq!(house.case(case).await.state, CaseState::Confirmed);
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    assert_eq!(house.relayed().await.len(), 1);
    house.close().await;
}

/// Guard: the database's own refusal of overlapping blocks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_for_few_times_overlap_nowhere_and_the_rest_is_before_staff() {
    let house = House::open_with(|practice, roster| {
        roster.truncate(1);
        roster[0].weekly_capacity = 40;
        let by_video = |rule: &HoursRule| {
            let place = Place { video: true, ..rule.place().clone() };
            HoursRule::weekly(rule.as_weekly().unwrap(), place)
        };
        roster[0].hours = Timetable::new(roster[0].hours.rules().iter().map(by_video).collect(), Vec::new());
        practice.booking.step_minutes = 60;
    })
    .await;
    let mut cases = Vec::new();
    for number in 0..40 {
        cases.push(house.submit(&individual(number)).await);
    }
    let received = house.relayed().await;
    assert_eq!(received.len(), cases.len());
    join_all(received.iter().map(|message| house.deliver(message))).await;
    let triaged = house.relayed().await;
    assert_eq!(triaged.len(), cases.len());
    join_all(triaged.iter().map(|message| house.deliver(message))).await;

    let (mut confirmed, mut before_staff) = (0, 0);
    for case in cases {
        match house.case(case).await.state {
            CaseState::Confirmed => confirmed += 1,
            CaseState::BeforeStaff => before_staff += 1,
            other => panic!("left in {other:?}"),
        }
    }
    assert!(confirmed > 0 && before_staff > 0, "{confirmed} confirmed, {before_staff} before staff");
    assert_eq!(house.booked().await, confirmed);
    house.settle().await;
    house.close().await;
}

#[tokio::test]
async fn a_second_open_case_of_the_same_person_goes_before_staff_and_the_first_goes_on() {
    let house = House::open().await;
    let first = house.submit(&individual(1)).await;
    house.settle().await;
    let second = house.submit(&individual(1)).await;
    house.settle().await;

    assert_eq!(house.case(first).await.state, CaseState::Confirmed);
    assert_eq!(house.case(second).await.state, CaseState::BeforeStaff);
    assert_eq!(house.detail(second).await.staff_reason, Some(StaffReason::SamePersonElsewhere));
    assert_eq!(house.booked().await, 1);
    house.close().await;
}

#[tokio::test]
async fn of_two_cases_that_come_together_only_the_later_goes_before_staff() {
    let house = House::open().await;
    let first = house.submit(&individual(1)).await;
    house.clock.advance(Duration::from_secs(1));
    let second = house.submit(&individual(1)).await;
    for message in house.relayed().await {
        house.deliver(&message).await;
    }
    house.settle().await;

    assert_eq!(house.case(first).await.state, CaseState::Confirmed);
    assert_eq!(house.case(second).await.state, CaseState::BeforeStaff);
    house.close().await;
}

#[tokio::test]
async fn where_the_client_must_say_yes_a_session_alone_is_held_and_lapses_without_it() {
    let house = House::open_with(|practice, _| practice.booking.confirm = Confirm::Link).await;
    let case = house.submit(&individual(1)).await;
    house.settle().await;
    assert_eq!(house.case(case).await.state, CaseState::Held);
    let hold = house.appointment(case).await.unwrap();

    house.release_at(hold.release_at.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::HoldLapsed));
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

/// Guard: `has_capacity` counts a week's holds, and not only its sessions.
#[tokio::test]
async fn holds_take_no_more_of_a_therapists_week_than_their_share_and_sessions_take_the_rest() {
    let house = House::open_with(|practice, roster| {
        roster.retain(|therapist| therapist.treats.len() == 2);
        roster.truncate(1);
        roster[0].weekly_capacity = 6;
        practice.booking.hold_share = 0.34;
    })
    .await;
    let (mut held, mut waiting) = (Vec::new(), 0);
    for number in 0..10 {
        let case = house.submit(&couple(number, IfPartnerSilent::CallMe)).await;
        house.settle().await;
        match house.appointment(case).await {
            Some(session) => held.push(session),
            None => waiting += 1,
        }
    }
    assert!(!held.is_empty() && waiting > 0, "{} held, {waiting} before staff", held.len());
    let mut weeks = BTreeMap::new();
    for session in &held {
        assert_eq!(session.state, AppointmentState::Held);
        *weeks.entry(week_of(house.deps.practice.today(session.starts_at))).or_insert(0) += 1;
    }
    assert!(weeks.values().all(|holds| *holds <= 2), "a third of six: {weeks:?}");
    let alone = house.submit(&individual(20)).await;
    house.settle().await;
    assert_eq!(house.case(alone).await.state, CaseState::Confirmed, "there is room for somebody who comes alone");
    house.close().await;
}

/// The number alone tells a person again, and so does the address alone.
#[tokio::test]
async fn the_same_number_or_the_same_address_is_enough() {
    let house = House::open().await;
    house.submit(&individual(1)).await;
    house.settle().await;
    let mut by_number = house.intake(&individual(2));
    by_number.intake.submission.client.phone = house.intake(&individual(1)).intake.submission.client.phone;
    let mut by_address = house.intake(&individual(3));
    by_address.intake.submission.client.email = house.intake(&individual(1)).intake.submission.client.email;
    for new in [by_number, by_address] {
        let case = new.case.id;
        assert!(matches!(house.deps.store.accept(new).await.unwrap(), Accepted::Stored));
        house.settle().await;
        assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
        assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::SamePersonElsewhere));
    }
    house.close().await;
}
