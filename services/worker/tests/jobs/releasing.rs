//! The release step.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish},
    case::{CaseState, StaffReason},
    id::CaseId,
    intake::{Care, IfPartnerSilent},
    letter::LetterKind,
};
use rapport_runtime::Clock;
use rapport_store::{StoreError, calls, intakes};
use rapport_worker::release_holds::release_due;

use crate::{house::House, people::couple};

async fn held(house: &House, if_silent: IfPartnerSilent) -> (CaseId, Appointment) {
    let case = house.submit(&couple(1, if_silent)).await;
    house.settle().await;
    let hold = house.appointment(case).await.unwrap();
    assert_eq!(hold.state, AppointmentState::Held);
    (case, hold)
}

fn deadline(hold: &Appointment) -> Timestamp {
    hold.release_at.unwrap()
}

#[tokio::test]
async fn nothing_happens_before_the_deadline() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    house.release_at(deadline(&hold) - SignedDuration::from_secs(1)).await;
    assert_eq!(house.appointment(case).await, Some(hold));
    assert_eq!(house.case(case).await.state, CaseState::Held);
    house.close().await;
}

#[tokio::test]
async fn a_silent_partner_and_a_wish_to_be_called_free_the_time_and_staff_call() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    house.release_at(deadline(&hold)).await;

    assert_eq!(house.appointment(case).await.unwrap().state, AppointmentState::Released);
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::PartnerSilent));
    assert_eq!(house.letters(case).await, [LetterKind::Held, LetterKind::WeWillCall, LetterKind::StaffAlert]);
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

#[tokio::test]
async fn whoever_would_be_seen_alone_keeps_therapist_and_time() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::SeeMeAlone).await;
    let treats_alone =
        house.roster.iter().any(|one| one.id == hold.therapist && one.treats.contains(&Care::Individual));
    house.release_at(deadline(&hold)).await;

    let session = house.appointment(case).await.unwrap();
    assert_eq!((session.care, session.state), (Care::Individual, AppointmentState::Confirmed));
    if treats_alone {
        assert_eq!((session.therapist, session.starts_at), (hold.therapist, hold.starts_at));
    }
    assert_eq!(house.case(case).await.state, CaseState::Confirmed);
    assert_eq!(house.letters(case).await, [LetterKind::Held, LetterKind::Confirmed]);
    assert_eq!(house.booked().await, 1);
    house.close().await;
}

#[tokio::test]
async fn whoever_keeps_looking_gets_another_joint_time_until_the_rounds_are_used_up() {
    let house = House::open_with(|practice, _| practice.booking.most_rounds = 1).await;
    let (case, first) = held(&house, IfPartnerSilent::KeepLooking).await;
    house.release_at(deadline(&first)).await;

    let second = house.appointment(case).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!((second.care, second.state), (Care::Couple, AppointmentState::Held));
    assert!(second.starts_at >= deadline(&first) + SignedDuration::from_hours(72));
    assert_eq!(house.booked().await, 1);

    house.release_at(deadline(&second)).await;
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::PartnerSilent));
    house.close().await;
}

#[tokio::test]
async fn with_both_screenings_in_and_neither_flagged_the_hold_is_confirmed() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    assert_eq!(house.appointment(case).await, Some(hold.clone()), "nothing changes before the release step");
    house.release_at(deadline(&hold)).await;

    let session = house.appointment(case).await.unwrap();
    assert_eq!((session.id, session.state), (hold.id, AppointmentState::Confirmed));
    assert_eq!(house.case(case).await.state, CaseState::Confirmed);
    let to_both = [LetterKind::Held, LetterKind::Held, LetterKind::Confirmed, LetterKind::Confirmed];
    assert_eq!(house.letters(case).await, to_both);
    assert_eq!(house.client_letters(case).await, [LetterKind::Held, LetterKind::Confirmed]);
    assert_eq!(house.booked().await, 1);
    house.close().await;
}

/// Guards: the domain's `release` and `Dossier::second_in`, of which either suffices; that only the release step weighs what
/// the second partner brought.
#[tokio::test]
async fn a_flagged_partner_looks_to_the_first_like_one_who_has_not_answered() {
    for if_silent in [IfPartnerSilent::SeeMeAlone, IfPartnerSilent::KeepLooking, IfPartnerSilent::CallMe] {
        let mut seen_by_first = Vec::new();
        for second in [None, Some("fear"), Some("wish_dead")] {
            let house = House::open().await;
            let (case, hold) = held(&house, if_silent).await;
            let before = house.client_letters(case).await;
            if let Some(answer) = second {
                house.join(&couple(2, IfPartnerSilent::CallMe).answering(answer, "yes"), case).await;
                house.settle().await;
                assert!(house.case(case).await.flagged, "staff see it at once");
                assert!(house.letters(case).await.contains(&LetterKind::StaffAlert));
            }
            assert_eq!(house.appointment(case).await, Some(hold.clone()));
            assert_eq!(house.client_letters(case).await, before);
            house.release_at(deadline(&hold)).await;
            let after = house.appointment(case).await.unwrap();
            seen_by_first.push((
                house.case(case).await.state,
                (after.state, after.care, after.therapist, after.starts_at, after.format),
                house.client_letters(case).await,
            ));
            house.close().await;
        }
        assert_eq!(seen_by_first[0], seen_by_first[1], "{if_silent:?}");
        assert_eq!(seen_by_first[0], seen_by_first[2], "{if_silent:?}");
    }
}

/// Guard: the second partner's alert has a cause of its own.
#[tokio::test]
async fn staff_hear_of_a_flagged_second_partner_though_they_had_an_alert_for_the_first() {
    let house = House::open().await;
    let mut nobody_matches = couple(1, IfPartnerSilent::CallMe);
    nobody_matches.state = "AK";
    let case = house.submit(&nobody_matches).await;
    house.settle().await;
    let alerts = async || house.letters(case).await.iter().filter(|kind| **kind == LetterKind::StaffAlert).count();
    assert_eq!(alerts().await, 1);
    house.join(&couple(2, IfPartnerSilent::CallMe).answering("fear", "yes"), case).await;
    house.settle().await;
    assert_eq!(alerts().await, 2);
    house.close().await;
}

#[tokio::test]
async fn a_partner_whom_the_therapist_may_not_treat_counts_as_one_who_has_not_answered() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    let mut elsewhere = couple(2, IfPartnerSilent::CallMe);
    elsewhere.state = "AK";
    house.join(&elsewhere, case).await;
    house.settle().await;
    house.release_at(deadline(&hold)).await;
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert_eq!(house.booked().await, 0);
    assert_eq!(house.client_letters(case).await, [LetterKind::Held, LetterKind::WeWillCall]);
    let second = [LetterKind::Held, LetterKind::WillNotTakePlace];
    assert_eq!(house.letters_to_second(case).await, second, "never who, never why");
    house.close().await;
}

/// Guard: `release_holds::Second::Declined`.
#[tokio::test]
async fn a_second_partner_who_said_no_counts_as_silent_and_reads_nothing_more() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    let second = house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    house.wish(&hold, second, ClientWish::Declined).await;
    house.release_at(deadline(&hold)).await;
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::PartnerSilent));
    assert_eq!(house.client_letters(case).await, [LetterKind::Held, LetterKind::WeWillCall]);
    assert_eq!(house.letters_to_second(case).await, [LetterKind::Held]);
    house.close().await;
}

/// Guard: `second_standing` asks whom the second partner sees alone.
#[tokio::test]
async fn a_therapist_who_sees_the_second_partner_alone_is_nobodys_conflict_before_the_release_step() {
    let house = House::open().await;
    let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
    house.sees_alone(&couple(2, IfPartnerSilent::CallMe), hold.therapist).await;
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    assert_eq!(house.appointment(case).await, Some(hold.clone()));
    house.release_at(deadline(&hold)).await;
    assert_eq!(house.appointment(case).await.unwrap().state, AppointmentState::Released);
    house.close().await;
}

/// Guard: `Dossier::wish` leaves out whoever sees the first partner alone.
#[tokio::test]
async fn a_therapist_who_sees_the_first_partner_alone_is_never_held_for_both() {
    let house = House::open().await;
    let (_, hold) = held(&house, IfPartnerSilent::CallMe).await;
    house.close().await;
    // The same couple in the same calendar: but for what went before, they would be held with the same therapist.
    let house = House::open().await;
    house.sees_alone(&couple(1, IfPartnerSilent::CallMe), hold.therapist).await;
    let (_, other) = held(&house, IfPartnerSilent::CallMe).await;
    assert_ne!(other.therapist, hold.therapist);
    house.close().await;
}

/// Guard: the appointment's sequence.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_at_the_same_deadline_do_it_once() {
    for if_silent in [IfPartnerSilent::SeeMeAlone, IfPartnerSilent::KeepLooking, IfPartnerSilent::CallMe] {
        let house = House::open().await;
        let (case, hold) = held(&house, if_silent).await;
        house.clock.set(deadline(&hold));
        let turns = (0..4).map(|_| release_due(&house.deps, deadline(&hold)));
        let ended: u64 = join_all(turns).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(ended, 1);
        house.settle().await;
        let booked = usize::from(if_silent != IfPartnerSilent::CallMe);
        assert_eq!(house.booked().await, booked, "{if_silent:?}");
        assert_eq!(house.case(case).await.silent_rounds, u32::try_from(booked).unwrap());
        house.close().await;
    }
}

/// Guard: `is_contacted` at the release step.
#[tokio::test]
async fn a_partner_who_is_not_contacted_any_more_counts_as_silent_and_nobody_fixes_a_time_for_a_first_one() {
    for stopped in [0, 1] {
        let house = House::open().await;
        let (case, hold) = held(&house, IfPartnerSilent::CallMe).await;
        house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
        house.settle().await;
        let id = intakes::of_case(&house.deps.store, case).await.unwrap()[stopped].id;
        let now = house.clock.now();
        let stop = house.deps.store.transact(move |tx| {
            Box::pin(async move {
                let mut known = calls::of_client(tx, id).await?;
                assert!(known.stop(now));
                calls::put(tx, id, &known).await
            })
        });
        stop.await.map_err(|error: StoreError| error).unwrap();
        house.release_at(deadline(&hold)).await;
        assert_eq!(house.appointment(case).await.unwrap().state, AppointmentState::Released, "{stopped}");
        assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::PartnerSilent), "{stopped}");
        house.close().await;
    }
}
