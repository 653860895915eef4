//! What is written when a session comes near, and once a day.

use jiff::{SignedDuration, Span, Timestamp, civil::Date};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    contact::UsState,
    id::{CaseId, TherapistId},
    intake::IfPartnerSilent,
    letter::{Cause, DueLetter, LetterKind, Recipient},
};
use rapport_runtime::Clock;
use rapport_store::{StoreError, appointments, intakes, letters, therapists};
use rapport_worker::{remind::remind, send_digest::send_digest, warn_licences::warn};

use crate::{
    house::House,
    people::{couple, individual},
};

/// A session alone that is fixed at once, at least so many hours from now.
async fn fixed(lead_hours: u32) -> (House, CaseId, Appointment) {
    let house = House::open_with(|practice, _| practice.booking.lead_hours = lead_hours).await;
    let case = house.submit(&individual(1)).await;
    house.settle().await;
    let session = house.appointment(case).await.unwrap();
    assert_eq!(session.state, AppointmentState::Confirmed);
    (house, case, session)
}

async fn remind_at(house: &House, now: Timestamp) {
    house.clock.set(now);
    remind(&house.deps, now).await.unwrap();
}

fn before(session: &Appointment, hours: i64) -> Timestamp {
    session.starts_at - SignedDuration::from_hours(hours)
}

/// Guards: `reminded`, and the ledger's key; either suffices.
#[tokio::test]
async fn a_client_alone_is_reminded_once_two_days_before() {
    let (house, case, session) = fixed(72).await;
    remind_at(&house, before(&session, 48) - SignedDuration::from_secs(1)).await;
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    for _ in 0..2 {
        remind_at(&house, before(&session, 48)).await;
        assert_eq!(house.letters(case).await, [LetterKind::Confirmed, LetterKind::Reminder]);
    }
    remind_at(&house, before(&session, 1)).await;
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed, LetterKind::Reminder]);
    house.close().await;
}

/// Guard: `it.queued_at <= due_at`.
#[tokio::test]
async fn a_session_that_was_fixed_later_than_the_reminder_would_come_has_none() {
    let (house, case, session) = fixed(12).await;
    assert!(before(&session, 48) < house.clock.now(), "it is less than two days away");
    for hours in [20, 2] {
        remind_at(&house, before(&session, hours)).await;
        assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    }
    house.close().await;
}

/// Guard: `due_at <= now`.
#[tokio::test]
async fn both_partners_are_reminded_one_day_before() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::CallMe)).await;
    house.settle().await;
    let hold = house.appointment(case).await.unwrap();
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    house.release_at(hold.release_at.unwrap()).await;
    remind_at(&house, before(&hold, 24) - SignedDuration::from_secs(1)).await;
    assert!(!house.letters(case).await.contains(&LetterKind::Reminder));
    remind_at(&house, before(&hold, 24)).await;
    let each = [LetterKind::Held, LetterKind::Confirmed, LetterKind::Reminder];
    assert_eq!((house.client_letters(case).await, house.letters_to_second(case).await), (each.to_vec(), each.to_vec()));
    house.close().await;
}

/// Guard: `is_current`. A time that moved is recalled as it is now, where its client was told of it early enough.
#[tokio::test]
async fn a_session_that_moved_is_recalled_at_its_new_time_only() {
    let (house, case, mut session) = fixed(72).await;
    let (read, now) = (session.sequence, house.clock.now());
    session.starts_at += SignedDuration::from_hours(24);
    session.ends_at += SignedDuration::from_hours(24);
    session.sequence += 1;
    let client = intakes::first_of_case(&house.deps.store, case).await.unwrap().unwrap();
    let moved = DueLetter {
        cause: Cause::Appointment(session.id, session.sequence),
        recipient: Recipient::Client(client),
        kind: LetterKind::Moved,
        case,
        appointment: Some((session.id, session.sequence)),
    };
    let stored = session.clone();
    let written = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            appointments::save(tx, &stored, read).await?;
            letters::queue(tx, &[moved], now).await
        })
    });
    written.await.unwrap();
    remind_at(&house, before(&session, 72)).await;
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed, LetterKind::Moved]);
    remind_at(&house, before(&session, 48)).await;
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed, LetterKind::Moved, LetterKind::Reminder]);
    house.close().await;
}

#[tokio::test]
async fn nobody_is_reminded_of_a_session_that_was_given_back() {
    let (house, case, mut session) = fixed(72).await;
    let read = session.sequence;
    let _ = session.cancel().unwrap();
    let stored = session.clone();
    let saved =
        house.deps.store.transact(move |tx| Box::pin(async move { appointments::save(tx, &stored, read).await }));
    saved.await.unwrap();
    remind_at(&house, before(&session, 24)).await;
    assert_eq!(house.letters(case).await, [LetterKind::Confirmed]);
    house.close().await;
}

/// The kinds of letters that are about no case, in the order of the ledger.
async fn digests(house: &House) -> Vec<Recipient> {
    // Longer than the test's whole time: nothing is claimed twice.
    let lease = SignedDuration::from_hours(24 * 400);
    let claimed = letters::claim(&house.deps.store, house.clock.now(), lease, 10).await.unwrap();
    let of_practice = claimed.into_iter().filter(|letter| letter.case.is_none());
    of_practice
        .map(|letter| {
            assert_eq!(letter.kind, LetterKind::StaffDigest);
            letter.recipient
        })
        .collect()
}

/// Guards: `is_due`; `letters::is_known` and the ledger's key, of which either suffices.
#[tokio::test]
async fn the_practice_reads_its_numbers_once_a_day_from_half_past_seven_on() {
    let house = House::open().await;
    let send_at = async |now: &str| {
        let now = now.parse().unwrap();
        house.clock.set(now);
        send_digest(&house.deps, now).await.unwrap();
        digests(&house).await
    };
    // In January half past seven in Charlotte is 12:30 UTC; in July it is 11:30.
    assert_eq!(send_at("2027-01-12T12:29:59Z").await, []);
    assert_eq!(send_at("2027-01-12T12:30:00Z").await, [Recipient::Digest(0)]);
    assert_eq!(send_at("2027-01-12T12:31:00Z").await, []);
    assert_eq!(send_at("2027-01-13T04:59:00Z").await, [], "it is the same day there");
    assert_eq!(send_at("2027-01-13T20:00:00Z").await, [Recipient::Digest(0)], "late, and still today's");
    assert_eq!(send_at("2027-07-01T11:29:00Z").await, []);
    assert_eq!(send_at("2027-07-01T11:30:00Z").await, [Recipient::Digest(0)]);
    house.close().await;
}

/// Guards: the 60 days of `licences_to_renew`, and the ledger's unique cause.
#[tokio::test]
async fn the_practice_is_told_once_of_a_licence_and_its_last_day() {
    let house = House::open().await;
    let told = async |now: &str| {
        let now = now.parse().unwrap();
        house.clock.set(now);
        warn(&house.deps, now).await.unwrap();
        let lease = SignedDuration::from_hours(24 * 4000);
        let claimed = letters::claim(&house.deps.store, house.clock.now(), lease, 100).await.unwrap();
        assert!(claimed.iter().all(|letter| letter.kind == LetterKind::LicenceEnds && letter.case.is_none()));
        claimed.iter().map(|letter| Cause::licence_of(&letter.cause).unwrap()).collect::<Vec<_>>()
    };
    let everybody = therapists::all(&house.deps.store).await.unwrap();
    let first = everybody.iter().flat_map(|it| it.licences.iter().map(move |licence| (licence.expires, it.id)));
    let (ends, whose) = first.min().unwrap();
    let day = |days: i64| format!("{}T15:00:00Z", ends.checked_sub(Span::new().days(days)).unwrap());
    assert_eq!(told(&day(61)).await, []);
    let of_first = told(&day(60)).await;
    assert!(of_first.iter().any(|(therapist, _, day)| (*therapist, *day) == (whose, ends)), "{of_first:?}");
    assert_eq!(told(&day(60)).await, []);
    let later = told(&day(30)).await;
    assert!(later.iter().all(|(therapist, _, day)| (*therapist, *day) != (whose, ends)));

    // Renewed, it is told of again when its new last day comes near, and only then.
    let renewed = ends.checked_add(Span::new().years(2)).unwrap();
    let written = house.deps.store.transact(move |tx| {
        Box::pin(async move {
            let mut it = therapists::get_on_roster(tx, whose).await?.unwrap();
            it.therapist.licences.iter_mut().filter(|it| it.expires == ends).for_each(|it| it.expires = renewed);
            therapists::save(tx, &it.therapist, it.version).await
        })
    });
    written.await.map_err(|error: StoreError| error).unwrap();
    let is_renewed = |(therapist, _, day): &(TherapistId, UsState, Date)| (*therapist, *day) == (whose, renewed);
    assert!(!told(&day(10)).await.iter().any(is_renewed));
    let again = format!("{}T15:00:00Z", renewed.checked_sub(Span::new().days(60)).unwrap());
    assert!(told(&again).await.iter().any(is_renewed));
    house.close().await;
}
