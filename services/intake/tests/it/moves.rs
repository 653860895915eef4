//! A client's session at another time.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::blocks,
    intake::Care,
    letter::{LetterKind, Recipient},
};
use rapport_proto::{intake as pb, staff};
use rapport_security::Role;
use rapport_store::{appointments, calendar, letters, wishes};
use tonic::{Code, Status};

use crate::{
    appointments::{hold, join, kinds, own},
    house::{House, bearing, details, house, house_of, on_each, reason},
    people::Desk,
};

async fn open_slots(
    house: &House,
    who: &pb::SubmitIntakeResponse,
    session: &Appointment,
    page_size: i32,
    page_token: &str,
) -> Result<pb::ListOpenSlotsResponse, Status> {
    // Far behind any notice, whatever the hour is now; the same in every page of a session.
    let earliest = session.starts_at - SignedDuration::from_hours(24);
    let request = pb::ListOpenSlotsRequest {
        name: session.id.to_string(),
        page_size,
        page_token: page_token.to_owned(),
        earliest_time: Some(rapport_proto::time::to_message(earliest)),
    };
    let listed = house.client.clone().list_open_slots(bearing(&who.status_token, request)).await;
    listed.map(tonic::Response::into_inner)
}

async fn slots(house: &House, who: &pb::SubmitIntakeResponse, session: &Appointment) -> Vec<pb::OpenSlot> {
    open_slots(house, who, session, 200, "").await.unwrap().slots
}

async fn move_to(
    house: &House,
    who: &pb::SubmitIntakeResponse,
    session: &Appointment,
    slot: &str,
) -> Result<pb::Appointment, Status> {
    let (name, slot) = (session.id.to_string(), slot.to_owned());
    let request = pb::RescheduleAppointmentRequest { name, slot, ..Default::default() };
    let moved = house.client.clone().reschedule_appointment(bearing(&who.status_token, request)).await;
    moved.map(|moved| moved.into_inner().appointment.unwrap())
}

async fn keep(house: &House, who: &pb::SubmitIntakeResponse, session: &Appointment) -> pb::Appointment {
    let request = pb::ConfirmAppointmentRequest { name: session.id.to_string(), ..Default::default() };
    let kept = house.client.clone().confirm_appointment(bearing(&who.status_token, request)).await;
    kept.unwrap().into_inner().appointment.unwrap()
}

async fn now_is(house: &House, session: &Appointment) -> Appointment {
    appointments::get(&house.deps.store, session.id).await.unwrap().unwrap()
}

/// What the calendar has of it, and whether that is what it should have.
async fn takes_its_time(house: &House, session: &Appointment) {
    let session = now_is(house, session).await;
    let far = session.starts_at + SignedDuration::from_hours(2000);
    let busy = calendar::busy(&house.deps.store, house.deps.clock.now(), far).await.unwrap();
    let mut own: Vec<_> = busy.into_iter().filter(|block| block.appointment == Some(session.id)).collect();
    let mut wanted = blocks(&session, &house.deps.practice);
    own.sort_by(|a, b| a.resource.cmp(&b.resource));
    wanted.sort_by(|a, b| a.resource.cmp(&b.resource));
    assert_eq!(own, wanted);
}

fn starts(slot: &pb::OpenSlot) -> Timestamp {
    rapport_proto::time::from_message(slot.start_time.as_ref().unwrap()).unwrap()
}

fn began(appointment: &pb::Appointment) -> Timestamp {
    rapport_proto::time::from_message(appointment.start_time.as_ref().unwrap()).unwrap()
}

/// A couple whose second partner is in, with both tokens, and the hold.
async fn couple(desk: &Desk<'_>) -> (pb::SubmitIntakeResponse, pb::SubmitIntakeResponse, Appointment) {
    let first = desk.house.submit("02-couple.json").await;
    let second = join(desk.house, &first).await;
    for answer in [&first, &second] {
        desk.triage(&desk.intake(&answer.intake).await).await;
    }
    let held = hold(desk.house, &first.intake, Care::Couple).await;
    (first, second, held)
}

/// The same, with a therapist who fits and fixed for both.
async fn fixed_couple(desk: &Desk<'_>) -> (pb::SubmitIntakeResponse, pb::SubmitIntakeResponse, Appointment) {
    let (first, second, held) = couple(desk).await;
    let open = slots(desk.house, &first, &held).await;
    move_to(desk.house, &first, &held, &open.first().unwrap().slot).await.unwrap();
    desk.confirm(Role::Clinician, &held.case.to_string()).await.0.unwrap();
    let fixed = now_is(desk.house, &held).await;
    (first, second, fixed)
}

async fn letters_to(house: &House, session: &Appointment, who: &pb::SubmitIntakeResponse) -> Vec<LetterKind> {
    let own = Recipient::Client(who.intake.parse().unwrap());
    let all = letters::of_case(&house.deps.store, session.case).await.unwrap();
    all.into_iter().filter(|letter| letter.recipient == own).map(|letter| letter.kind).collect()
}

#[tokio::test]
async fn a_session_alone_moves_under_its_own_name_and_frees_its_old_time() {
    on_each(async |house| {
        let who = house.submit("01-drift-and-stress.json").await;
        let held = hold(house, &who.intake, Care::Individual).await;
        let open = slots(house, &who, &held).await;
        let known = open.iter().take_while(|slot| slot.same_therapist).count();
        assert!(open[known..].iter().all(|slot| !slot.same_therapist), "whoever they know stands first");
        for group in [&open[..known], &open[known..]] {
            assert!(group.is_sorted_by_key(starts));
        }
        // A held time alone is fixed by the client's choice.
        let moved = move_to(house, &who, &held, &open[1].slot).await.unwrap();
        assert_eq!((moved.name.clone(), began(&moved)), (held.id.to_string(), starts(&open[1])));
        assert_eq!(moved.state(), pb::AppointmentState::Confirmed);
        takes_its_time(house, &held).await;
        let fixed = now_is(house, &held).await;
        for _ in 0..2 {
            let moved = move_to(house, &who, &held, &open[2].slot).await.unwrap();
            assert_eq!((moved.name.clone(), began(&moved)), (held.id.to_string(), starts(&open[2])));
        }
        assert_eq!(now_is(house, &held).await.sequence, fixed.sequence + 1);
        takes_its_time(house, &held).await;
        assert_eq!(kinds(house, &held).await, [LetterKind::Confirmed, LetterKind::Moved]);
    })
    .await;
}

#[tokio::test]
async fn pages_give_every_slot_once_and_belong_to_their_session() {
    let house = house().await;
    let who = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &who.intake, Care::Individual).await;
    let (mut all, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = open_slots(&house, &who, &held, 30, &token).await.unwrap();
        assert_eq!(page.slots.len(), 30);
        all.extend(page.slots);
        token = page.next_page_token;
    }
    let whole = slots(&house, &who, &held).await;
    let bare = |slots: &[pb::OpenSlot]| -> Vec<_> {
        slots.iter().map(|slot| pb::OpenSlot { slot: String::new(), ..slot.clone() }).collect()
    };
    assert_eq!(bare(&all), bare(&whole[..90]));
    let other = house.submit("02-couple.json").await;
    let theirs = hold(&house, &other.intake, Care::Couple).await;
    let refused = open_slots(&house, &other, &theirs, 30, &token).await.unwrap_err();
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
    let refused = open_slots(&house, &other, &held, 30, "").await.unwrap_err();
    assert_eq!(reason(&refused), "RESOURCE_NOT_FOUND");
    let refused = move_to(&house, &other, &theirs, &whole[0].slot).await.unwrap_err();
    assert_eq!(details(&refused).bad_request().unwrap().field_violations[0].field, "slot");
}

/// Guards: the calendar's constraint and trigger; that a slot is held against the calendar when it is used. Where one
/// comes after the other, either suffices.
#[tokio::test]
async fn of_two_who_choose_one_time_one_has_it_and_the_other_keeps_theirs() {
    on_each(async |house| {
        let one = house.submit("01-drift-and-stress.json").await;
        let mut request = house.sample("01-drift-and-stress.json");
        let client = request.client.as_mut().unwrap();
        (client.email, client.phone) = ("other@example.com".to_owned(), "704-555-0177".to_owned());
        let other = house.client.clone().submit_intake(request).await.unwrap().into_inner();
        let mine = hold(house, &one.intake, Care::Individual).await;
        move_to(house, &one, &mine, &slots(house, &one, &mine).await[0].slot).await.unwrap();
        let theirs = hold(house, &other.intake, Care::Individual).await;
        let (open, also) = (slots(house, &one, &mine).await, slots(house, &other, &theirs).await);
        let same =
            |it: &&pb::OpenSlot, slot: &pb::OpenSlot| (starts(it), &it.therapist) == (starts(slot), &slot.therapist);
        let mut common =
            open.iter().filter_map(|slot| Some((&slot.slot, &also.iter().find(|it| same(it, slot))?.slot)));
        let before = [now_is(house, &mine).await.starts_at, now_is(house, &theirs).await.starts_at];
        let (my_choice, their_choice) = common.next().unwrap();
        let both = tokio::join!(move_to(house, &one, &mine, my_choice), move_to(house, &other, &theirs, their_choice));
        let after = [now_is(house, &mine).await.starts_at, now_is(house, &theirs).await.starts_at];
        match both {
            (Ok(_), Err(refused)) => assert_eq!((reason(&refused).as_str(), after[1]), ("SLOT_TAKEN", before[1])),
            (Err(refused), Ok(_)) => assert_eq!((reason(&refused).as_str(), after[0]), ("SLOT_TAKEN", before[0])),
            other => panic!("one of the two should have it: {other:?}"),
        }
        for session in [&mine, &theirs] {
            takes_its_time(house, session).await;
        }
    })
    .await;
}

/// Guards: `Appointment::asked_to_move`, `Said::read`.
#[tokio::test]
async fn a_hold_for_two_moves_at_the_first_partners_wish_and_the_seconds_is_noted() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let (first, second, held) = couple(&desk).await;
        let open = slots(house, &second, &held).await;
        let before = own(house, &first).await;
        let noted = move_to(house, &second, &held, &open[3].slot).await.unwrap();
        assert_eq!((noted.state(), began(&noted)), (pb::AppointmentState::Held, held.starts_at));
        assert_eq!(noted.own_proposal.unwrap().start_time, open[3].start_time);
        assert_eq!(own(house, &first).await, before, "the first partner sees nothing of it");
        let record = desk.record(Role::Clinician, &held.case.to_string()).await;
        assert_eq!(record.contacts[1].asked_for.as_ref().unwrap().start_time, open[3].start_time);
        assert!(kinds(house, &held).await.is_empty());

        let open = slots(house, &first, &held).await;
        let moved = move_to(house, &first, &held, &open[5].slot).await.unwrap();
        assert_eq!((moved.state(), began(&moved)), (pb::AppointmentState::Held, starts(&open[5])));
        assert!(moved.accepted);
        let now = now_is(house, &held).await;
        assert_eq!(now.release_at, Some(house.deps.practice.booking.release_at(now.starts_at)));
        takes_its_time(house, &held).await;
        let seen = own(house, &second).await.appointment.unwrap();
        assert_eq!((began(&seen), seen.own_proposal), (starts(&open[5]), None));
        for who in [&first, &second] {
            assert_eq!(letters_to(house, &held, who).await, [LetterKind::Held]);
        }
    })
    .await;
}

/// What the second partner said no to is another time now: they are asked anew.
#[tokio::test]
async fn a_no_to_a_held_time_is_forgotten_when_the_hold_moves() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let (first, second, held) = couple(&desk).await;
    let no = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    house.client.clone().cancel_appointment(bearing(&second.status_token, no)).await.unwrap();
    assert_eq!(own(&house, &second).await.appointment, None);
    let open = slots(&house, &first, &held).await;
    move_to(&house, &first, &held, &open[0].slot).await.unwrap();
    assert_eq!(own(&house, &second).await.state(), pb::IntakeState::Held);
    let said = wishes::of_appointment(&house.deps.store, held.id).await.unwrap();
    assert_eq!(said.len(), 1, "the first partner's own yes");
    assert_eq!(letters_to(&house, &held, &second).await, [LetterKind::Held]);
}

/// Guard: `Move::Proposed`.
#[tokio::test]
async fn what_is_fixed_for_two_moves_when_both_say_yes_and_nobody_is_named() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let (first, second, held) = fixed_couple(&desk).await;
        for (asks, answers) in [(&second, &first), (&first, &second)] {
            let before = now_is(house, &held).await;
            let open = slots(house, asks, &held).await;
            assert!(open.iter().all(|slot| slot.same_therapist && slot.format == open[0].format));
            assert!(open.iter().all(|slot| slot.location == open[0].location));
            let other = open.iter().find(|slot| starts(slot) != before.starts_at).unwrap();
            let told = letters_to(house, &held, answers).await.len();
            let asked = move_to(house, asks, &held, &other.slot).await.unwrap();
            assert_eq!((began(&asked), asked.proposal), (before.starts_at, None));
            assert_eq!(asked.own_proposal.unwrap().slot, "");
            assert_eq!(letters_to(house, &held, answers).await[told..], [LetterKind::TimeProposed]);
            let seen = own(house, answers).await.appointment.unwrap();
            let proposal = seen.proposal.unwrap();
            assert_eq!((proposal.start_time, seen.own_proposal), (other.start_time, None));
            let moved = move_to(house, answers, &held, &proposal.slot).await.unwrap();
            assert_eq!((moved.state(), began(&moved)), (pb::AppointmentState::Confirmed, starts(other)));
            assert_eq!(now_is(house, &held).await.sequence, before.sequence + 1);
            takes_its_time(house, &held).await;
            for who in [asks, answers] {
                assert_eq!(letters_to(house, &held, who).await.last(), Some(&LetterKind::Moved));
            }
        }
    })
    .await;
}

/// Guard: `Said::own_proposal` asks nothing of whether it was declined.
#[tokio::test]
async fn a_no_to_a_proposal_looks_like_silence_to_whoever_asked() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let (first, second, held) = fixed_couple(&desk).await;
    let open = slots(&house, &first, &held).await;
    let other = open.iter().find(|slot| starts(slot) != held.starts_at).unwrap();
    move_to(&house, &first, &held, &other.slot).await.unwrap();
    let before = own(&house, &first).await;
    let kept = keep(&house, &second, &held).await;
    assert_eq!((began(&kept), kept.proposal), (held.starts_at, None));
    assert_eq!(own(&house, &first).await, before);
    // And it can't be accepted any more by the name that it had.
    let name = format!("proposal:{}.2", now_is(&house, &held).await.sequence);
    let refused = move_to(&house, &second, &held, &name).await.unwrap_err();
    assert_eq!(reason(&refused), "SLOT_TAKEN");
    assert_eq!(now_is(&house, &held).await.starts_at, held.starts_at);
}

#[tokio::test]
async fn a_session_moves_so_often_and_not_within_the_notice() {
    let house = house_of(|practice| practice.changes.most_moves = 2).await;
    let who = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &who.intake, Care::Individual).await;
    let open = slots(&house, &who, &held).await;
    for slot in &open[..2] {
        move_to(&house, &who, &held, &slot.slot).await.unwrap();
    }
    let refused = move_to(&house, &who, &held, &open[2].slot).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "MOVES_USED_UP"));

    let house = house_of(|practice| practice.changes.move_notice_hours = 24 * 30).await;
    let who = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &who.intake, Care::Individual).await;
    let open = slots(&house, &who, &held).await;
    let fixed = move_to(&house, &who, &held, &open[0].slot).await.unwrap();
    assert!(fixed.move_until_time.unwrap().seconds < held.starts_at.as_second());
    let refused = move_to(&house, &who, &held, &open[1].slot).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "TOO_LATE_TO_MOVE"));
}

#[tokio::test]
async fn whoever_looks_too_often_is_told_when_to_come_back() {
    let house = house().await;
    let who = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &who.intake, Care::Individual).await;
    for _ in 0..30 {
        open_slots(&house, &who, &held, 1, "").await.unwrap();
    }
    let refused = open_slots(&house, &who, &held, 1, "").await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "ASKED_TOO_OFTEN"));
    assert_eq!(details(&refused).retry_info().unwrap().retry_delay.unwrap().as_secs(), 60);
}

/// A fee is told of before the press; that it may apply, to staff alone afterwards.
#[tokio::test]
async fn a_late_cancel_succeeds_and_staff_read_that_it_was_late() {
    for (hours, staff_reason) in [
        (24, "The client gave their time back."),
        (24 * 30, "The client gave their time back within the notice: the late fee may apply."),
    ] {
        let house = house_of(|practice| practice.changes.cancel_notice_hours = hours).await;
        let desk = Desk::of(&house).await;
        let who = house.submit("01-drift-and-stress.json").await;
        let held = hold(&house, &who.intake, Care::Individual).await;
        let open = slots(&house, &who, &held).await;
        let fixed = move_to(&house, &who, &held, &open[0].slot).await.unwrap();
        assert_eq!(fixed.late_cancel_note, "If you give this time back later than that, a fee of $60 may apply.");
        assert!(fixed.cancel_free_until_time.is_some());
        let no = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
        let given_back = house.client.clone().cancel_appointment(bearing(&who.status_token, no)).await.unwrap();
        assert_eq!(given_back.into_inner().appointment.unwrap().state(), pb::AppointmentState::Cancelled);
        let summary: staff::CaseSummary = desk.summary(&held.case.to_string()).await;
        assert_eq!(summary.staff_reason, staff_reason);
    }
}

#[tokio::test]
async fn what_was_given_back_does_not_move() {
    let house = house().await;
    let who = house.submit("01-drift-and-stress.json").await;
    let held = hold(&house, &who.intake, Care::Individual).await;
    let open = slots(&house, &who, &held).await;
    let no = pb::CancelAppointmentRequest { name: held.id.to_string(), ..Default::default() };
    house.client.clone().cancel_appointment(bearing(&who.status_token, no)).await.unwrap();
    let refused = move_to(&house, &who, &held, &open[0].slot).await.unwrap_err();
    assert_eq!(reason(&refused), "APPOINTMENT_NOT_OPEN");
    assert_eq!(reason(&open_slots(&house, &who, &held, 1, "").await.unwrap_err()), "APPOINTMENT_NOT_OPEN");
    assert_eq!(now_is(&house, &held).await.state, AppointmentState::Cancelled);
}
